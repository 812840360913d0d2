"""The command line as people use it: a process of its own, in a home of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
def regard(environment: dict[str, str], tmp_path: Path) -> Run:
    """``regard("measure", "nps")``, run to its end."""

    def run(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "regard", *map(str, arguments)],
            env={**environment, **more},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


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
        for _ in range(600):
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended: {self.output.read_text()}")
            try:
                self.get("/health")
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
            else:
                return self
        raise AssertionError(f"the server does not answer: {self.output.read_text()}")

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return answer.read().decode()

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    (tmp_path / "survey.toml").write_text(MAPPING)
    path = tmp_path / "survey.csv"
    path.write_text(SURVEY)
    return path


@pytest.fixture
def loaded(regard: Run, survey: Path) -> Run:
    done = regard("load", survey, "--mapping", "survey.toml", "--workspace", "shop")
    assert done.returncode == 0, done.stderr
    return regard
