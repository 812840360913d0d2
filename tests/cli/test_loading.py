"""Files in, refused rows out and in again, numbers printed: by the command line alone."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import SURVEY, Run
from tests.serving import PATIENCE_SECONDS


def test_loading_twice_changes_nothing_and_says_so(loaded: Run, survey: Path) -> None:
    again = loaded("load", survey, "--mapping", "survey.toml")
    assert again.stdout.startswith("0 new interactions, 8 known already, 0 rows refused")


def test_what_is_kept_is_for_whoever_runs_regard_only(regard: Run, survey: Path, home: Path) -> None:
    assert regard("load", survey, "--mapping", "survey.toml", "--workspace", "shop").returncode == 0
    kept = [home, *home.rglob("*")]
    assert len(kept) > 2
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_a_dry_run_counts_and_makes_nothing(regard: Run, survey: Path, home: Path) -> None:
    survey.write_text(survey.read_text() + "9,2017-05-05T10:00:00,7,T1,en\n")
    done = regard("load", survey, "--mapping", "survey.toml", "--workspace", "shop", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "8 interactions would be accepted, 1 row refused; nothing was loaded"
    assert "score_off_scale" in done.stderr
    assert not list(home.glob("workspaces/*"))


def test_refused_rows_are_taken_away_as_csv_corrected_and_replayed(loaded: Run, survey: Path, tmp_path: Path) -> None:
    survey.write_text(survey.read_text() + "9,2017-05-05T10:00:00,7,T1,=cmd()\n")
    assert "1 row refused" in loaded("load", survey, "--mapping", "survey.toml").stdout
    refused = loaded("refused", "--csv").stdout
    row = next(csv.DictReader(io.StringIO(refused)))
    assert (row["_reason"], row["score"], row["language"]) == ("score_off_scale", "7", "'=cmd()")
    (tmp_path / "corrected.csv").write_text(refused.replace(",7,", ",3,").replace("'=cmd()", "en"))
    done = loaded("replay", "--rows", "corrected.csv")
    assert done.stdout.startswith("1 new interaction,"), done.stderr
    assert json.loads(loaded("measure", "csat", "--json").stdout)["figures"][0]["n"] == 9
    assert loaded("loads", "--csv").stdout.count("\n") == 1 + 3


def test_a_proposed_mapping_can_be_printed_and_loaded_by(regard: Run, survey: Path, tmp_path: Path) -> None:
    proposed = regard("propose", survey)
    assert proposed.returncode == 0, proposed.stderr
    (tmp_path / "proposed.toml").write_text(proposed.stdout)
    done = regard("load", survey, "--mapping", "proposed.toml", "--workspace", "shop")
    assert done.stdout.startswith("8 new interactions"), done.stderr


def test_a_mapping_that_is_wrong_is_answered_with_its_line(loaded: Run, survey: Path, tmp_path: Path) -> None:
    (tmp_path / "survey.toml").write_text((tmp_path / "survey.toml").read_text().replace("scale = ", "scael = "))
    done = loaded("load", survey, "--mapping", "survey.toml")
    assert done.returncode == 1
    assert "line" in done.stderr
    assert "scael" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_measurement_prints_as_table_json_csv_and_query(loaded: Run) -> None:
    asked = ("measure", "csat", "--by", "terminal", "--every", "year", "--where", "language=en")
    table = loaded(*asked).stdout.splitlines()
    assert table[2].split() == ["period", "terminal", "value", "95%", "interval", "n"]
    told = json.loads(loaded(*asked, "--json").stdout)
    assert told["slice"] == {"by": "terminal", "every": "year", "where": {"language": ["en"]}}
    rows = list(csv.DictReader(io.StringIO(loaded(*asked, "--csv").stdout)))
    assert [row["terminal"] for row in rows] == [figure["group"] for figure in told["figures"]]
    assert "'en'" in loaded(*asked, "--sql").stdout


def test_a_changed_rule_makes_a_new_version_of_the_definition(loaded: Run) -> None:
    assert "definition 0" in loaded("define", "csat").stdout
    changed = loaded("define", "csat", "touchpoint=Overall")
    assert "definition 1" in changed.stdout, changed.stderr
    assert json.loads(loaded("measure", "csat", "--json").stdout)["definition"]["version"] == 1


def test_a_backup_taken_while_the_file_is_open_comes_back_whole(loaded: Run, home: Path, tmp_path: Path) -> None:
    assert loaded("backup", "kept.tar").returncode == 0
    assert "is there already" in loaded("backup", "kept.tar").stderr
    assert "holds data already" in loaded("restore", "kept.tar").stderr
    other = str(tmp_path / "other")
    assert loaded("restore", "kept.tar", REGARD_HOME=other).returncode == 0
    assert json.loads(loaded("measure", "csat", "--json", REGARD_HOME=other).stdout)["figures"][0]["n"] == 8


def test_workspaces_are_listed_with_what_they_hold(loaded: Run) -> None:
    assert json.loads(loaded("workspaces", "--json").stdout)["rows"] == [
        {"workspace": "shop", "name": "shop", "interactions": 8, "loads": 1}
    ]


def test_a_short_question_imports_nothing_heavy(loaded: Run, environment: dict[str, str]) -> None:
    script = (
        "import sys; from regard.cli import main; main(['measure', 'csat']); "
        "heavy = {'django', 'pandas', 'pyarrow', 'scipy', 'uvicorn', 'starlette', 'chdb', 'lxml', 'regard.collect.loading'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_reader_that_stops_reading_is_no_error(loaded: Run, environment: dict[str, str]) -> None:
    done = subprocess.run(
        f"{sys.executable} -m regard measure csat --by terminal --json | true",
        shell=True,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr


def test_an_interrupted_load_keeps_nothing_and_says_so(
    regard: Run, environment: dict[str, str], survey: Path, home: Path
) -> None:
    survey.write_text(SURVEY.splitlines()[0] + "\n" + "".join(f"{n},2016-05-01,4,T1,en\n" for n in range(1_500_000)))
    load = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "regard",
            "load",
            str(survey),
            "--mapping",
            str(survey.with_suffix(".toml")),
            "-w",
            "shop",
        ],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored by what runs in the background
    )
    while load.poll() is None and not list(home.glob("tmp/load-*/*")):
        time.sleep(0.02)
    load.send_signal(signal.SIGINT)
    _, said = load.communicate(timeout=PATIENCE_SECONDS)
    assert load.returncode == 130, said
    assert said.strip() == "regard: stopped; nothing was left half done"
    assert not list(home.glob("workspaces/*"))
    assert not list(home.glob("tmp/load-*"))


def test_a_file_that_is_no_workspace_is_neither_loaded_into_nor_measured(loaded: Run, survey: Path) -> None:
    into = loaded("load", survey, "--mapping", "survey.toml", "--workspace", f"./{survey.name}")
    assert (into.returncode, "must end in .duckdb" in into.stderr) == (1, True)
    measured = loaded("measure", "csat", "--workspace", f"./{survey.name}")
    assert (measured.returncode, "cannot be opened as a workspace" in measured.stderr) == (1, True)


def test_a_file_of_blank_lines_has_no_columns(regard: Run, tmp_path: Path) -> None:
    (tmp_path / "blank.csv").write_text("\n\n\n")
    said = regard("propose", "blank.csv").stderr
    assert said == "regard: blank.csv has no columns\n"


def test_a_fault_of_our_own_is_one_sentence_and_its_details_are_in_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from regard import cli
    from regard.base.config import Config

    def broken(_: object) -> None:
        raise ZeroDivisionError("no such thing")

    monkeypatch.setattr("regard.base.config.config", lambda: Config(home=tmp_path))
    monkeypatch.setattr("regard.cli.workspaces._workspaces", broken)
    assert cli.main(["workspaces"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert "no such thing" in (tmp_path / "errors.log").read_text()


def test_one_broken_workspace_file_does_not_hide_the_others(loaded: Run, home: Path) -> None:
    (home / "workspaces" / "broken.duckdb").write_bytes(b"x" * 5000)
    done = loaded("workspaces")
    assert (done.returncode, "shop" in done.stdout, "broken.duckdb cannot be opened" in done.stderr) == (1, True, True)


def test_a_load_that_fails_leaves_no_new_workspace_behind(regard: Run, survey: Path, home: Path) -> None:
    survey.write_text("")
    done = regard("load", survey, "--mapping", "survey.toml", "--workspace", "shop")
    assert done.returncode == 1
    assert not list(home.glob("workspaces/*"))


def test_only_refused_rows_are_replayed_and_only_of_loads_that_were_made(loaded: Run, tmp_path: Path) -> None:
    (tmp_path / "corrupt.xlsx").write_bytes(b"PK\x03\x04\xff\xfe\x00")
    (tmp_path / "other.csv").write_text("id,score\n1,5\n")
    for rows in ("corrupt.xlsx", "other.csv"):
        done = loaded("replay", "--rows", rows)
        assert (done.returncode, "_line and _reason" in done.stderr) == (1, True), done.stderr
    done = loaded("refused", "nosuch")
    assert (done.returncode, "there is no load nosuch" in done.stderr) == (1, True), done.stderr
