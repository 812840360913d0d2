"""The whole server killed under load, over and over: what it acknowledged, counted against what its stream holds.

``python -m bench.killing 50`` starts ``regard run`` (collector, loader and pages in one process), sends it events over
sixteen connections, kills it with ``kill -9`` at another moment of each round, and starts it again over the same home.
In the end it is left alone until it has put away what it acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.collecting import KEY, killed_under_load, until_listening
from regard.stream import Question, open_store
from regard.stream.compose import sql

PORT = 8767
LONGEST_SECONDS = 1800
FURNISH = f"""
import django; django.setup()
from regard.accounts.site import Workspace, local_owner, prepare_site
from regard.collect.models import Source
prepare_site()
Source.objects.create(workspace=Workspace.make("Harbour", local_owner()), name="Kill rounds", write_key="{KEY}")
"""


def environment(home: Path) -> dict[str, str]:
    settings = {"REGARD_HOME": str(home), "REGARD_PORT": str(PORT), "DJANGO_SETTINGS_MODULE": "regard.settings"}
    return {**os.environ, **settings}


@contextlib.contextmanager
def served(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "regard", "run"]
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(command, env=environment(home), stdout=log, stderr=log)
    try:
        until_listening(PORT)
        yield process
    finally:
        process.terminate()
        process.wait()


def kill_rounds(rounds: int, home: Path) -> dict[str, int]:
    """Kill the server so many times; events acknowledged, stored, lost, and stored more than once."""
    subprocess.run([sys.executable, "-c", FURNISH], env=environment(home), check=True)
    numbers, acknowledged = count(), set[str]()
    for round_ in range(rounds):
        with served(home) as process:
            after = 0.2 + 1.5 * (round_ * 7 % 10) / 10
            acknowledged |= asyncio.run(killed_under_load(process, PORT, numbers, after))
    with served(home):
        stored = settled(home, acknowledged)
    return {
        "rounds": rounds,
        "acknowledged": len(acknowledged),
        "stored": stored.total(),
        "lost": len(acknowledged - stored.keys()),
        "doubled": stored.total() - len(stored),
    }


def settled(home: Path, acknowledged: set[str]) -> Counter[str]:
    """How often each id is stored, once all are that were acknowledged, or once nothing has come for five minutes."""
    stored, changed_at = Counter[str](), time.monotonic()
    until = changed_at + LONGEST_SECONDS
    while acknowledged - stored.keys() and time.monotonic() < min(until, changed_at + 300):
        time.sleep(1)
        found = ids(home)
        if found != stored:
            stored, changed_at = found, time.monotonic()
    return stored


def ids(home: Path) -> Counter[str]:
    with open_store(home / "workspaces" / "harbour.duckdb") as store:
        return Counter(store.ask(Question("ids", sql("SELECT id FROM interactions")))["id"])


def main(rounds: str = "50") -> None:
    with TemporaryDirectory() as folder:
        print(kill_rounds(int(rounds), Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
