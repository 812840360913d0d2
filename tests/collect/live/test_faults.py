"""Kill -9 while the loader works, in rounds: what was acknowledged is there, once. ``REGARD_FAULT_ROUNDS`` asks for more."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regard.collect.spool import Spool
from regard.stream import open_store
from tests.collect.live.conftest import AT, arrived, ids, rows, track

pytestmark = pytest.mark.long
ROUNDS = int(os.environ.get("REGARD_FAULT_ROUNDS", "3"))
LOAD = """
import sys, threading
from pathlib import Path
from regard.collect.listening import Loader
from regard.collect.sources import Source
from regard.stream import open_store
folder = Path(sys.argv[1])
store, web = open_store(folder / "harbour.duckdb"), Source("key-web", "harbour", id="web")
print("ready", flush=True)
Loader(folder / "spool", lambda _: store, {web.key: web}.get, most_events=20).run(threading.Event())
"""
COLLECT = """
import asyncio, sys
from pathlib import Path
from regard.collect.spool import Spool
from tests.collect.live.conftest import arrived, track
async def main():
    spool, number = Spool(Path(sys.argv[1]) / "spool"), 0
    while True:
        names = [f"{sys.argv[2]}-{number}-{place}" for place in range(10)]
        await spool.append(arrived(*(track(message_id=name) for name in names), {"type": "nothing", "messageId": names[0]}))
        print(*names, flush=True)
        number += 1
asyncio.run(main())
"""


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def test_what_was_acknowledged_is_there_once_however_often_its_processes_are_killed(tmp_path: Path, home: Path) -> None:
    (tmp_path / "spool").mkdir()
    acknowledged: list[str] = []
    for number in range(ROUNDS):
        loader, collector = start(LOAD, tmp_path), start(COLLECT, tmp_path, number)
        loader.stdout.readline()
        first = collector.stdout.readline()
        time.sleep(random.uniform(0.2, 1.2))
        for process in (collector, loader) if number % 2 else (loader, collector):
            process.send_signal(signal.SIGKILL)
        said = first + collector.communicate()[0]
        loader.communicate()
        whole = said[: said.rfind("\n") + 1]  # the last line may be torn
        acknowledged += whole.split()
    last = start(LOAD, tmp_path)
    while [path for path in (tmp_path / "spool").iterdir() if path.suffix == ".spool"]:
        time.sleep(0.1)
    last.kill()
    last.communicate()
    with open_store(tmp_path / "harbour.duckdb") as store:
        stored, refused = ids(store), rows(store, "raw", "refused")
    assert len(acknowledged) > 10 * ROUNDS
    assert len(set(stored)) == len(stored)
    assert set(acknowledged) <= set(stored)
    # One refused event came with every record: none is there twice, either.
    assert len(refused) == len(stored) // 10
    assert len({row["raw"] for row in refused}) == len(refused)


def test_a_record_is_in_the_spool_before_anyone_is_told(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    asyncio.run(spool.append(arrived(track(message_id="1"), at=AT)))
    assert sum(path.stat().st_size for path in tmp_path.glob("*.spool")) > 0
    spool.close()
