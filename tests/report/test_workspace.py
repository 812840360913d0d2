"""What an analyst holds: a workspace in Python, its figures, tables and exports."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import regard
from regard.base import Invalid, NotFound, Unavailable, clock
from regard.metrics import settings_of
from regard.report import Workspace
from regard.stream import Record

ROOT = Path(__file__).parent.parent.parent
TWO = {"terminal": ["T1", "T2"]}
MAPPING = """
id = ["id"]
time = "at"
customer = "id"

[[questions]]
column = "score"
metric = "csat"
scale = [1, 5]
touchpoint = { constant = "Overall" }
language = "language"
properties = { terminal = "terminal" }
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Two terminals, two years: 40 answers, the second year better in T2 only; T3 has two answers."""
    rows = [
        (f"{year}-{n}", f"{year}-05-{n % 28 + 1:02}T12:00:00", score, terminal, "en" if n % 2 else "de")
        for year, better in ((2016, 2), (2017, 5))
        for n, terminal in enumerate(["T1"] * 20 + ["T2"] * 18 + ["T3"] * 2)
        for score in [better if terminal == "T2" else 4]
    ]
    with (tmp_path / "answers.csv").open("w", newline="") as out:
        csv.writer(out).writerows([("id", "at", "score", "terminal", "language"), *rows])
    (tmp_path / "answers.toml").write_text(MAPPING)
    return tmp_path


@pytest.fixture
def cx(files: Path) -> Iterator[Workspace]:
    with regard.open(files / "shop.duckdb") as opened:
        opened.load(files / "answers.csv", mapping=files / "answers.toml")
        yield opened


def test_one_figure_is_a_value_with_its_interval_and_n(cx: Workspace) -> None:
    found = cx.csat()
    assert found.n == 80
    assert found.low < found.value < found.high
    assert found.parts["published"].value == pytest.approx((44 * 4 + 18 * 2 + 18 * 5) / 80)
    assert "80" in repr(found)
    assert "<table>" in found._repr_html_()


def test_several_figures_have_no_single_value_and_say_what_to_do(cx: Workspace) -> None:
    with pytest.raises(Invalid, match=r"not one .*without by and every"):
        _ = cx.csat(by="terminal").value


def test_a_slice_can_be_told_by_period_or_dates_or_strings(cx: Workspace) -> None:
    alike = [
        cx.csat(period="2016"),
        cx.csat(start="2016-01-01", end="2017-01-01"),
        cx.csat(start=date(2016, 1, 1), end=date(2017, 1, 1)),
    ]
    assert {found.n for found in alike} == {40}
    assert len({found.value for found in alike}) == 1


def test_figures_iterate_in_order_of_period_and_group(cx: Workspace) -> None:
    found = cx.csat(by="terminal", every="year")
    assert [(one.period[0].year, one.group) for one in found if one.period] == [
        (year, group) for year in (2016, 2017) for group in ("T1", "T2", "T3")
    ]


def test_a_withheld_figure_shows_no_number_anywhere(cx: Workspace) -> None:
    found = cx.csat(by="terminal", period="2016")
    hidden = [one for one in found if one.estimate.withheld]
    assert hidden
    for one in hidden:
        line = next(line for line in repr(found).splitlines() if line.startswith(str(one.group)))
        assert line.split() == [one.group, "withheld"]
    rows = [row for row in csv.DictReader(io.StringIO(found.to_csv())) if row["withheld"]]
    assert all(not row["value"] and not row["low"] and not row["high"] for row in rows)


def test_arrow_pandas_csv_and_json_hold_the_same_exact_values(cx: Workspace) -> None:
    found = cx.csat(every="year")
    exact = [one.estimate.value for one in found]
    assert found.to_arrow()["value"].to_pylist() == exact
    assert list(found.to_pandas()["value"]) == exact
    assert [float(row["value"]) for row in csv.DictReader(io.StringIO(found.to_csv()))] == exact
    assert [figure["value"] for figure in json.loads(found.to_json())["figures"]] == exact


def test_csv_is_also_written_to_a_file_as_it_is_returned(cx: Workspace, tmp_path: Path) -> None:
    text = cx.csat().to_csv(tmp_path / "csat.csv")
    assert (tmp_path / "csat.csv").read_bytes().decode() == text


def test_without_pandas_the_error_names_what_to_install(cx: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(Unavailable, match=r"pip install regard\[pandas\]"):
        cx.csat().to_pandas()


def show_small_groups(cx: Workspace) -> None:
    """T1 and T2 together would tell the two answers of T3."""
    cx.store.keep(Record("settings", "workspace", {"minimum_n": 1}))


def test_a_comparison_says_up_only_where_the_difference_is_clear(cx: Workspace) -> None:
    show_small_groups(cx)
    found = cx.compare("csat", "2016", "2017", by="terminal", where=TWO)
    said = {row["terminal"]: row["change"] for row in found.records()}
    assert said["T2"] == "up"
    assert said["T1"] == "no_clear_change"
    assert found.low <= found.value <= found.high
    assert "no clear change" in repr(found)


def test_two_groups_are_compared_by_their_names(cx: Workspace) -> None:
    show_small_groups(cx)
    assert cx.compare("csat", "T1", "T2", by="terminal", period="2016", where=TWO).value == pytest.approx(-1)


def test_an_explanation_sums_to_the_difference_to_the_last_digit(cx: Workspace) -> None:
    found = cx.explain("csat", "2016", "2017", by="terminal")
    assert math.fsum(value for row in found.records() for value in (row["mix"], row["rate"])) == found.value
    assert repr(found).count("\n") >= 5


def test_the_rows_behind_a_figure_are_as_many_as_it_counts(cx: Workspace) -> None:
    show_small_groups(cx)
    assert (
        len(cx.rows("csat", where={"terminal": "T2"}, period="2016"))
        == cx.csat(where={"terminal": "T2"}, period="2016").n
    )
    assert len(cx.rows("csat", limit=3)) == 3


def test_a_changed_definition_keeps_the_old_one(cx: Workspace) -> None:
    before = cx.csat(period="2016").value
    assert cx.define("csat", top={"1-5": 5}).version == 1
    assert cx.csat(period="2016").value != before
    assert cx.definition("csat").version == 1
    assert cx.definition("csat", 0).rules["top"] != {"1-5": 5}


def test_figures_comparisons_and_explanations_can_be_made_again_by_an_old_definition(cx: Workspace) -> None:
    def asked(**version: int) -> list[float | None]:
        two = ("csat", "2016", "2017")
        found = [cx.csat(period="2016", **version), cx.compare(*two, **version)]
        return [one.value for one in (*found, cx.explain(*two, by="terminal", **version))]

    before = asked()
    cx.define("csat", top={"1-5": 5})
    assert asked(version=0) == before
    assert all(now != then for now, then in zip(asked(), before, strict=True))
    assert cx.explain("csat", "2016", "2017", by="terminal", version=0).definition.version == 0


def test_a_version_of_a_definition_that_there_is_not_is_refused(cx: Workspace) -> None:
    with pytest.raises(NotFound, match="no definition of version 7"):
        cx.compare("csat", "2016", "2017", version=7)


def test_a_figure_says_by_which_version_of_the_settings_it_was_made(cx: Workspace) -> None:
    before = cx.csat().measurement.settings["version"]
    show_small_groups(cx)
    assert cx.csat().measurement.settings["version"] == before + 1
    assert f"settings {before + 1}" in str(cx.csat())
    assert cx.csat().document()["settings"]["minimum_n"] == 1
    assert settings_of(cx.store, before + 1).minimum_n == 1
    assert settings_of(cx.store, 0).minimum_n == 5


def test_a_clock_time_without_a_zone_is_the_workspaces(cx: Workspace) -> None:
    assert cx.csat(as_of="2016-01-01").n == 0
    with clock.frozen(datetime(2040, 1, 1, tzinfo=UTC)):
        assert cx.csat(as_of="2040-01-01T10:00").n == 80


def test_the_summary_has_all_eight_and_each_by_name(cx: Workspace) -> None:
    found = cx.overview(start="2016-01-01", end="2018-01-01")
    assert len(found) == 8
    assert found["csat"].figures[0].estimate.n == 80
    assert "Net promoter score" in repr(found)


def test_without_a_period_the_summary_is_of_the_one_that_the_overview_page_opens_with(cx: Workspace) -> None:
    found = cx.overview()
    assert (found["csat"].figures[0].period, found["csat"].figures[0].estimate.n) == (
        (date(2017, 1, 1), date(2018, 1, 1)),
        40,
    )


def test_loads_and_refused_rows_are_listed(cx: Workspace, files: Path) -> None:
    (files / "more.csv").write_text("id,at,score,terminal,language\n1,2017-06-01,9,T1,en\n")
    cx.load(files / "more.csv", mapping=files / "answers.toml")
    assert [row["files"] for row in cx.loads()] == ["answers.csv", "more.csv"]
    assert [row["reason"] for row in cx.refused()] == ["score_off_scale"]
    done = cx.replay(rows=[{"id": "1", "at": "2017-06-01", "score": "3", "terminal": "T1", "language": "en"}])
    assert (done.accepted, cx.size) == (1, 81)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"by": "terminl"}, "use terminal"),
        ({"where": {"langage": "en"}}, "use language"),
        ({"start": "1.5.2016"}, "write it as 2016-12-31"),
        ({"period": "2016", "end": "2017-01-01"}, "not both"),
        ({"form": "csv"}, "there is no argument 'form'"),
    ],
)
def test_a_wrong_argument_is_answered_with_a_remedy(cx: Workspace, asked: dict[str, object], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        cx.measure("csat", **asked)  # type: ignore[arg-type]


def test_nothing_loaded_is_nothing_counted_never_zero() -> None:
    with regard.open(":memory:") as cx:
        assert cx.nps().value is None
        assert cx.overview()["csat"].figures[0].estimate.value is None
        assert len(cx.loads()) == 0
        assert len(cx.cohorts()) == 0
        with pytest.raises(NotFound, match="nothing has been loaded"):
            cx.refused()


@pytest.mark.data
def test_the_airports_nps_is_the_known_one(shared_data: Path, tmp_path: Path) -> None:
    with regard.open(tmp_path / "airport.duckdb") as cx:
        mapping = ROOT / "src/regard/demo/mappings/sfo_airport_2017.toml"
        cx.load(shared_data / "sfo_airport" / "sfo_2017.csv.gz", mapping=mapping)
        found = cx.nps(period="2017")
        assert (found.n, round(found.value, 2)) == (2746, 40.40)
        assert round(found.parts["unweighted"].value or 0, 2) == 39.84
