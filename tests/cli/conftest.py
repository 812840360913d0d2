"""The command line as people use it, in a home of its own."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands import PLAIN, run_here
from tests.serving import PATIENCE_SECONDS, free_port, wait_until_it_answers

Run = Callable[..., subprocess.CompletedProcess[str]]
SURVEY = """id,at,score,terminal,language
1,2016-05-01T10:00:00,5,T1,en
2,2016-05-02T10:00:00,4,T1,en
3,2016-05-03T10:00:00,2,T2,de
4,2017-05-01T10:00:00,5,T2,en
5,2017-05-02T10:00:00,3,T1,de
6,2017-05-03T10:00:00,5,T2,en
7,2017-05-04T10:00:00,4,T1,en
8,2016-05-04T10:00:00,5,T2,en
"""

MAPPING = """
source = "survey"
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
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REGARD_", "DJANGO_"))}
    return {**kept, "REGARD_HOME": str(home), "COLUMNS": "120", "REGARD_PORT": str(free_port())}


@pytest.fixture
def regard(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``regard("measure", "nps")``, run to its end; plain commands in this process unless they are to be ``apart``."""

    def run(*arguments: object, apart: bool = False, **more: str) -> subprocess.CompletedProcess[str]:
        command, known = [str(argument) for argument in arguments], {**environment, **more}
        if not apart and PLAIN.intersection(command[:1]):
            return _here(command, known, tmp_path, monkeypatch)
        return subprocess.run(
            [sys.executable, "-m", "regard", *command],
            env=known,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    return run


def _here(
    command: list[str], environment: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> subprocess.CompletedProcess[str]:
    out, error = io.StringIO(), io.StringIO()
    with monkeypatch.context() as given:
        given.setattr(os, "environ", environment)
        given.chdir(folder)
        code = run_here(command, out, error)
    return subprocess.CompletedProcess(command, code, out.getvalue(), error.getvalue())


@pytest.fixture
def serve(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start ``regard run``; stopped at the end."""
    started: list[Server] = []

    def start(**more: str) -> Server:
        started.append(Server({**environment, **more}, tmp_path))
        return started[-1].ready()

    yield start
    for server in started:
        server.stop()


class Server:
    """A server process, and what it printed."""

    def __init__(self, environment: dict[str, str], folder: Path):
        self.url = f"http://127.0.0.1:{environment['REGARD_PORT']}"
        self.output = folder / "server.txt"
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "regard", "run"], env=environment, cwd=folder, stdout=out, stderr=out
            )

    def ready(self) -> Server:
        try:
            wait_until_it_answers(self.url, self.process)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.output.read_text()}") from error
        return self

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE_SECONDS)


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    return write_survey(tmp_path)


def write_survey(folder: Path) -> Path:
    """The survey's file, with its mapping beside it."""
    (folder / "survey.toml").write_text(MAPPING)
    path = folder / "survey.csv"
    path.write_text(SURVEY)
    return path


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose workspace ``shop`` holds the survey: loaded once, copied for each test."""
    folder = tmp_path_factory.mktemp("shop")
    survey = write_survey(folder)
    command = [sys.executable, "-m", "regard", "load", survey.name, "--mapping", "survey.toml", "--workspace", "shop"]
    environment = {**os.environ, "REGARD_HOME": str(folder / "home")}
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "home"


@pytest.fixture
def loaded(regard: Run, survey: Path, shop: Path, home: Path) -> Run:
    shutil.copytree(shop, home)
    return regard
