"""A segment as a filter: every metric counts exactly its customers, now or as far as was known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regard.base import Invalid
from regard.metrics import CATALOGUE, Slice, cohorts, compare, measure, rows_behind
from regard.profiles import condition_of, keep_segment, refresh_memberships, remove_segment, sample_customers
from regard.stream import COLUMN_TYPES, IN_MEMORY, Batch, Store, open_store
from tests.agreement.company import interactions

TYPES = {"VARCHAR": pa.string(), "TIMESTAMP": pa.timestamp("us"), "DOUBLE": pa.float64(), "BIGINT": pa.int64()}
SCHEMA = pa.schema([(name, TYPES[kind]) for name, kind in COLUMN_TYPES.items()])
SPEAKERS = {"kind": "latest", "column": "language", "value": "en"}


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path)
    return path


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("company")


@pytest.fixture(scope="module")
def store(company: Path) -> Iterator[Store]:
    with open_store(IN_MEMORY) as found:
        found.append(Batch(written(company / "all.parquet", interactions())))
        keep_segment(found, "Speakers", condition_of(SPEAKERS), key="speakers")
        keep_segment(found, "Buyers", condition_of({"kind": "did", "name": "Order Completed"}), key="buyers")
        yield found


def alone(store: Store, company: Path, key: str) -> Store:
    """A company that has nobody but the customers of a segment."""
    from regard.profiles import get_segment

    whose = {one.customer for one in sample_customers(store, get_segment(store, key).condition, limit=100_000)}
    found = open_store(IN_MEMORY)
    rows = [row for row in interactions() if row["customer"] in whose]
    found.append(Batch(written(company / f"{key}.parquet", rows)))
    return found


PERIOD = {"start": date(2025, 4, 1), "end": date(2025, 10, 1)}
TICKETS = {"fcr", "resolution_time", "first_response", "handovers", "repeat_contact", "open_tickets"}


@pytest.mark.parametrize("metric", sorted(set(CATALOGUE) - TICKETS))
def test_a_metric_of_a_segment_is_that_of_a_company_with_nobody_else(store, company, metric) -> None:
    with alone(store, company, "buyers") as few:
        expected = measure(few, metric, Slice(**PERIOD)).figures[0].estimate
    found = measure(store, metric, Slice(**PERIOD, where={"segment": "buyers"})).figures[0].estimate
    if found.withheld is None:
        assert (found.value, found.n) == (expected.value, expected.n)


def test_two_segments_are_wanted_together(store) -> None:
    sizes = {
        keys: measure(store, "csat", Slice(where={"segment": list(keys)})).figures[0].estimate.n
        for keys in [("buyers",), ("speakers",), ("buyers", "speakers")]
    }
    assert max(sizes[("buyers",)], sizes[("speakers",)]) <= sizes[("buyers", "speakers")]
    assert sizes[("buyers", "speakers")] <= sizes[("buyers",)] + sizes[("speakers",)]


def test_a_segment_joins_other_filters_and_every_question(store) -> None:
    slice = Slice(where={"segment": "buyers", "channel": ["web", "email"]}, every="month", **PERIOD)
    for metric in CATALOGUE:
        measure(store, metric, slice)
    assert {row["channel"] for row in rows_behind(store, "csat", slice).rows()} <= {"web", "email"}
    assert compare(store, "csat", "2025-Q2", "2025-Q3", Slice(where={"segment": "buyers"})).overall
    assert cohorts(store, Slice(where={"segment": "buyers"})).cohorts


def test_a_figure_follows_its_segment_at_once(store) -> None:
    def size() -> int:
        return measure(store, "csat", Slice(where={"segment": "passing"})).figures[0].estimate.n

    keep_segment(store, "Passing", condition_of(SPEAKERS), key="passing")
    before = size()
    keep_segment(store, "Passing", condition_of({"kind": "not", "of": SPEAKERS}), key="passing")
    assert size() != before
    remove_segment(store, "passing")
    with pytest.raises(Invalid, match="no segment called 'passing'"):
        size()


def test_as_known_then_a_segment_held_those_it_held_then(store, company) -> None:
    as_of = datetime(2025, 7, 1, tzinfo=UTC)
    with open_store(IN_MEMORY) as then:
        known = [row for row in interactions() if row["received_at"] <= as_of.replace(tzinfo=None)]
        then.append(Batch(written(company / "then.parquet", known)))
        keep_segment(then, "Buyers", condition_of({"kind": "did", "name": "Order Completed"}), key="buyers")
        expected = measure(then, "csat", Slice(where={"segment": "buyers"}, as_of=as_of)).figures[0].estimate
    assert measure(store, "csat", Slice(where={"segment": "buyers"}, as_of=as_of)).figures[0].estimate == expected


@pytest.mark.parametrize("wanted", ["nobody", ["buyers", "nobody"], None, []])
def test_a_segment_that_is_not_there_is_refused_by_name(store, wanted) -> None:
    with pytest.raises(Invalid) as refusal:
        measure(store, "csat", Slice(where={"segment": wanted}))
    assert refusal.value.field == "where"
    assert "buyers" in str(refusal.value)


def test_figures_are_not_broken_down_by_segment(store) -> None:
    with pytest.raises(Invalid, match="several at once"):
        measure(store, "csat", Slice(by="segment"))


# --- small groups --------------------------------------------------------------------------------------------------


def answers(count: int, start: int = 0, **given: Any) -> list[dict[str, Any]]:
    at = datetime(2026, 3, 1, 12)
    plain = {"occurred_at": at, "received_at": at, "name": "Survey Answered", "metric": "csat", "score": 4.0}
    scale = {"scale_min": 1.0, "scale_max": 5.0}
    return [
        {**plain, **scale, "id": f"a{n}", "source_key": str(n), "customer": n, **given}
        for n in range(start, start + count)
    ]


def test_a_small_segment_and_one_that_leaves_out_few_are_withheld(tmp_path) -> None:
    rows = [*answers(30, channel="web"), *answers(3, 30, channel="email")]
    with open_store(IN_MEMORY) as store:
        store.append(Batch(written(tmp_path / "rows.parquet", rows)))
        web = {"kind": "latest", "column": "channel", "value": "web"}
        keep_segment(store, "Few", condition_of({"kind": "not", "of": web}), key="few")
        keep_segment(store, "Most", condition_of(web), key="most")
        for key in ("few", "most"):
            assert measure(store, "csat", Slice(where={"segment": key})).figures[0].estimate.withheld


def test_a_segment_made_of_another_less_a_few_is_withheld(tmp_path) -> None:
    rows = [
        *answers(20, channel="web"),
        *answers(20, 20, channel="web", language="en"),
        *answers(2, 40, channel="web", language="pl"),
    ]
    rows += answers(40, 60, channel="email")
    with open_store(IN_MEMORY) as store:
        store.append(Batch(written(tmp_path / "rows.parquet", rows)))
        keep_segment(store, "Web", condition_of({"kind": "latest", "column": "channel", "value": "web"}), key="web")
        polish = {"kind": "not", "of": {"kind": "latest", "column": "language", "value": "pl"}}
        less = {"kind": "all", "of": [{"kind": "segment", "key": "web"}, polish]}
        assert measure(store, "csat", Slice(where={"segment": "web"})).figures[0].estimate.n == 42
        keep_segment(store, "Less", condition_of(less), key="less")
        assert measure(store, "csat", Slice(where={"segment": "less"})).figures[0].estimate.withheld


def test_a_segment_that_holds_nearly_the_customers_of_another_is_withheld_however_it_is_defined(tmp_path) -> None:
    rows = [
        *answers(40, channel="web", language="en"),
        *answers(2, 40, channel="web", language="pl"),
        *answers(30, 60, channel="email", language="de"),
    ]
    with open_store(IN_MEMORY) as store:
        store.append(Batch(written(tmp_path / "rows.parquet", rows)))
        for key, column, value in (
            ("web", "channel", "web"),
            ("english", "language", "en"),
            ("mail", "channel", "email"),
        ):
            keep_segment(store, key, condition_of({"kind": "latest", "column": column, "value": value}), key=key)
        refresh_memberships(store, "shop")
        withheld = {
            key: measure(store, "csat", Slice(where={"segment": key})).figures[0].estimate.withheld
            for key in ("web", "english", "mail")
        }
        assert withheld["web"]
        assert withheld["english"]
        assert not withheld["mail"]
