"""A live Regard, as its users start it, for the published clients of others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.packages import installed
from tests.serving import PATIENCE_SECONDS, free_port, wait_until_it_answers

HERE = Path(__file__).parent
CLIENTS = HERE / "clients"

FURNISH = """
import django; django.setup()
from regard.accounts.site import Workspace, local_owner, prepare_site
from regard.collect.models import Source
prepare_site()
workspace = Workspace.make("Harbour", local_owner())
print(Source.objects.create(workspace=workspace, name="Contract tests").write_key)
"""
ROWS = """
import json, sys
from regard.stream import Question, open_store
from regard.stream.compose import sql
for _ in sys.stdin:
    with open_store(sys.argv[1]) as store:
        rows = store.ask(Question("all", sql("SELECT * FROM interactions ORDER BY id"))).rows()
        refused = store.ask(Question("refused", sql("SELECT * FROM refused"))).rows()
    print(json.dumps({"rows": rows, "refused": refused}, default=str), flush=True)
"""


@dataclass(frozen=True)
class Live:
    """A running server and a source of its: where to send, by which key, and what has come of it."""

    address: str
    key: str
    reader: subprocess.Popen[str]

    def everything(self) -> dict[str, list[dict]]:
        """What the stream holds, as another process beside the server reads it."""
        print(file=self.reader.stdin, flush=True)
        return json.loads(self.reader.stdout.readline())

    def rows(self, least: int, who: str) -> list[dict]:
        """The interactions of identifiers that begin with ``who``, once there are so many."""
        return self._until(lambda row: (row["source_key"] or "").startswith(who), least)

    def rows_called(self, ids: Collection[str]) -> list[dict]:
        """The interactions of these ids, once all of them are there."""
        return self._until(lambda row: row["id"] in ids, len(ids))

    def _until(self, is_wanted: Callable[[dict], bool], least: int) -> list[dict]:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = self.everything()
            rows = [_read(row) for row in found["rows"] if is_wanted(row)]
            if len(rows) >= least:
                return rows
            assert time.monotonic() < until, f"only {len(rows)} of {least} came; refused: {found['refused'][:3]}"
            time.sleep(0.1)


def _read(row: dict) -> dict:
    return {**row, **{part: json.loads(row[part] or "{}") for part in ("properties", "context")}}


def environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "REGARD_HOME": str(home), "DJANGO_SETTINGS_MODULE": "regard.settings", **more}


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """`regard run` on a free port, with a workspace and a source."""
    home = tmp_path_factory.mktemp("contract") / "home"
    port = free_port()
    given = environment(home, REGARD_PORT=str(port))
    key = subprocess.run([sys.executable, "-c", FURNISH], env=given, capture_output=True, text=True, check=True).stdout
    process = subprocess.Popen([sys.executable, "-m", "regard", "run"], env=given, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_it_answers(address, process)
        with _reader(home) as reader:
            yield Live(address, key.strip(), reader)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


@contextmanager
def _reader(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that prints a workspace's stream, once for each line that it is given."""
    command = [sys.executable, "-c", ROWS, str(home / "workspaces" / "harbour.duckdb")]
    with subprocess.Popen(
        command, env=environment(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.stdin.close()


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder with the JavaScript clients installed as their lock file says."""
    return installed(CLIENTS)
