"""A workspace file has one owner; the command line and notebooks work all the same, and what they load shows at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import regard as package
from tests.cli.conftest import Run

OWN = """
import sys, regard
cx = regard.open(sys.argv[1])
assert cx.store.is_owner
for line in sys.stdin:
    print(cx.size, flush=True)
"""


class Owner:
    """A process that has a workspace open, as a server or a notebook has, and says how many interactions it sees."""

    def __init__(self, path: Path, environment: dict[str, str]):
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWN, str(path)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.size()  # it answers, so it is open

    def size(self) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def killed(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def owner(loaded: Run, home: Path, environment: dict[str, str]) -> Iterator[Owner]:
    started = Owner(home / "workspaces" / "shop.duckdb", environment)
    yield started
    if started.process.poll() is None:
        started.killed()


def test_the_command_line_asks_the_process_that_has_the_file_open(loaded: Run, owner: Owner) -> None:
    told = json.loads(loaded("measure", "csat", "--json").stdout)
    assert told["figures"][0]["n"] == owner.size() == 8


def test_what_the_command_line_loads_shows_at_once_in_the_process_that_has_the_file_open(
    loaded: Run, owner: Owner, survey: Path
) -> None:
    survey.write_text(survey.read_text() + "9,2017-05-05T10:00:00,1,T1,en\n")
    done = loaded("load", survey, "--mapping", "survey.toml")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 new interaction, 8 known already, 0 rows refused")
    assert owner.size() == 9


def test_a_notebook_sees_the_same_while_another_process_has_the_file_open(owner: Owner, home: Path) -> None:
    with package.open(home / "workspaces" / "shop.duckdb") as cx:
        assert not cx.store.is_owner
        assert cx.csat().n == owner.size()
        assert {figure.group for figure in cx.csat(by="terminal")} == {"T1", "T2"}
        assert cx.csat().to_arrow().num_rows == 1


def test_when_the_owner_is_killed_the_next_command_takes_over(loaded: Run, owner: Owner) -> None:
    owner.killed()
    done = loaded("measure", "csat", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["figures"][0]["n"] == 8


def test_the_home_of_one_user_is_not_read_by_another(owner: Owner) -> None:
    folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"regard-{os.getuid()}"
    assert folder.stat().st_mode & 0o077 == 0


def test_who_asked_an_owner_that_has_gone_opens_the_file_itself(owner: Owner, home: Path) -> None:
    with package.open(home / "workspaces" / "shop.duckdb") as cx:
        assert not cx.store.is_owner
        owner.killed()
        assert cx.size == 8
        assert cx.store.is_owner


def test_two_loads_at_once_both_succeed_and_lose_nothing(
    regard: Run, survey: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("id,at,score,terminal,language\n" + "21,2016-05-01T10:00:00,5,T1,en\n")
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "regard", "load", file, "--mapping", "survey.toml", "--workspace", "new"],
            env=environment,
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        )
        for file in (survey, other, survey)
    ]
    said = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    told = json.loads(regard("measure", "csat", "--json", "--workspace", "new").stdout)
    assert told["figures"][0]["n"] == 9
