"""Workers as processes: killed in the middle, two at once, told to stop."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.serving import PATIENCE_SECONDS

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
ENQUEUE = """
import regard.asgi
from regard.accounts.site import prepare_site
from regard.jobs.site import enqueue, enqueue_all
from tests.jobs import errands
prepare_site()
"""
Lines = Callable[[], list[str]]


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGARD_")}
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    return {**kept, "REGARD_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tests.jobs.declared", "PYTHONPATH": path}


@pytest.fixture
def promised(environment: dict[str, str]) -> Callable[[str], None]:
    def promise(code: str) -> None:
        subprocess.run([sys.executable, "-c", ENQUEUE + code], env=environment, check=True, cwd=ROOT)

    return promise


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    begun: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "regard", "worker"]
        begun.append(subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


@pytest.fixture
def table(home: Path) -> Callable[[str], list[tuple]]:
    """Reads or changes the table of jobs from outside, as an operator would."""

    def ask(sql: str) -> list[tuple]:
        with sqlite3.connect(home / "regard.sqlite3", timeout=PATIENCE_SECONDS) as connection:
            return connection.execute(sql).fetchall()

    return ask


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


def test_a_job_in_flight_at_kill_9_is_done_by_the_next_worker(promised, worker, table, paper: Path, lines: Lines):
    promised(f"enqueue(errands.begin_and_hang, path={str(paper)!r})")
    first = worker()
    until(lines)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert table("select count(*) from jobs_job where failed_at is null") == [(1,)]
    table("update jobs_job set leased_until = '2000-01-01 00:00:00'")  # as if a minute had passed
    worker()
    until(lambda: len(lines()) > 1)
    assert lines()[1:] == ["done"]
    until(lambda: table("select count(*) from jobs_job") == [(0,)])


def test_two_workers_at_once_do_each_job_once(promised, worker, table, paper: Path, lines: Lines):
    promised(f"enqueue_all(errands.write, [dict(path={str(paper)!r}, word=str(n)) for n in range(400)])")
    worker()
    worker()
    until(lambda: table("select count(*) from jobs_job") == [(0,)])
    assert sorted(map(int, lines())) == list(range(400))


def test_a_worker_that_is_told_to_stop_says_nothing_and_ends_well(promised, worker):
    promised("pass")
    process = worker()
    assert "does jobs" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_SECONDS) == 0


def test_the_command_line_lists_what_was_given_up_and_tries_it_again(promised, environment, table, paper: Path):
    def said(*arguments: str) -> str:
        command = [sys.executable, "-m", "regard", "jobs", *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True).stdout

    promised(f"enqueue(errands.fail, path={str(paper)!r})")
    assert "1 job waiting, 0 given up" in said()
    table("update jobs_job set failed_at = '2026-05-18 12:00:00', problem = 'Unavailable (unavailable)\n  a.py:1'")
    assert "0 jobs waiting, 1 given up" in said()
    assert "2026-05-18 12:00  tests.jobs.errands.fail  Unavailable (unavailable)\n" in said()
    assert str(paper) not in said()
    assert "1 job will be tried again" in said("--retry", "all")
    assert "1 job waiting, 0 given up" in said()
