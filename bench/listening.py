"""Listening: how fast the spool goes into the stream, against how fast one core fills it through the collector.

Who sends, and the collector, are a process of their own, as ``regard collect`` is one beside the site; the loader and
the dashboard are the other. Rates are also given by CPU seconds, which other programs on the machine disturb least.

``python -m bench.listening`` measures; ``python -m bench.listening server`` measures the memory of a whole ``regard run``
(collector, loader and pages in one process) that is sent as many events over HTTP.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import multiprocessing
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from regard.base.allocators import keep_little

keep_little()  # as the server does, before Arrow and DuckDB are loaded

from regard.collect.collector import Collector  # noqa: E402
from regard.collect.listening import Loader  # noqa: E402
from regard.collect.sources import Source, Sources  # noqa: E402
from regard.collect.spool import Spool  # noqa: E402
from regard.metrics import overview  # noqa: E402
from regard.stream import Question, Store, open_store  # noqa: E402
from regard.stream.compose import sql  # noqa: E402

EVENTS_A_REQUEST = 100
KEY = Source("bench-key", "bench", id="bench")
HEADERS = [(b"content-type", b"application/json"), (b"authorization", b"Basic YmVuY2gta2V5Og==")]


@dataclass(frozen=True)
class Listened:
    """Events a second: as filled by one core, as loaded (each by the clock and by CPU), and the lag under load, in
    seconds."""

    filled: float
    filled_cpu: float
    loaded: float
    loaded_cpu: float
    lag_median: float
    lag_worst: float
    memory_mb: float


ROUNDS = 3

HALF_LOAD = 45_000.0
"""Events a second: half of what one core takes in over HTTP, by the hand-written limit (see ``bench/collecting.py``)."""


def measure(events: int = 200_000, seconds: float = 12.0) -> Listened:
    """Fill and load ``events``; then load at half of what HTTP brings for ``seconds`` while a dashboard is read.

    ``filled`` is without HTTP: the collector called straight, so that its CPU can be told from the server's.
    """
    folder = Path(tempfile.mkdtemp(prefix="regard-bench-"))
    try:
        apart = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
        with apart as sender, open_store(folder / "bench.duckdb") as store:
            loader = Loader(folder / "spool", lambda _: store, {KEY.key: KEY}.get)
            sender.submit(_fill, folder, 1000).result()
            _emptied(loader)  # warm
            rounds = [_round(folder, loader, sender, events) for _ in range(ROUNDS)]
            filled, filled_cpu, loaded, loaded_cpu = map(statistics.median, zip(*rounds, strict=True))
            lags = _under_load(folder, store, loader, sender, seconds)
            loader.close()
    finally:
        shutil.rmtree(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Listened(filled, filled_cpu, loaded, loaded_cpu, statistics.median(lags), max(lags), peak)


def _round(folder: Path, loader: Loader, sender: Executor, events: int) -> tuple[float, float, float, float]:
    """Fill, then load; events a second of each, by the clock and by CPU."""
    filled = sender.submit(_fill, folder, events).result()
    started, cpu = time.perf_counter(), time.process_time()
    done = _emptied(loader)
    return *filled, done / (time.perf_counter() - started), done / (time.process_time() - cpu)


def _emptied(loader: Loader) -> int:
    done = 0
    while some := loader.step():
        done += some
    return done


def _fill(folder: Path, events: int) -> tuple[float, float]:
    """Through the collector, from the request's body to the disk, on one core; events a second, by clock and by CPU."""
    bodies = list(_bodies(events // EVENTS_A_REQUEST))
    return asyncio.run(_send(folder, bodies))


async def _send(folder: Path, bodies: list[bytes]) -> tuple[float, float]:
    collector, started, cpu = _collector(folder), time.perf_counter(), time.process_time()
    queue = iter(bodies)

    async def one() -> None:
        for body in queue:
            await _post(collector, body)

    await asyncio.gather(*(one() for _ in range(32)))
    taken, cpu = time.perf_counter() - started, time.process_time() - cpu
    collector.spool.close()
    return len(bodies) * EVENTS_A_REQUEST / taken, len(bodies) * EVENTS_A_REQUEST / cpu


def _collector(folder: Path) -> Collector:
    return Collector(Spool(folder / "spool"), Sources(lambda: [KEY]), b"bench")


async def _post(collector: Collector, body: bytes) -> None:
    given = [{"type": "http.request", "body": body, "more_body": False}]
    headers = [*HEADERS, (b"content-length", str(len(body)).encode())]
    scope = {"type": "http", "method": "POST", "path": "/v1/batch", "headers": headers, "query_string": b""}
    scope["client"] = ("127.0.0.1", 1)

    async def receive() -> dict[str, Any]:
        return given.pop()

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise SystemExit(f"the collector answered {message['status']}")

    await collector(scope, receive, send)


_made = iter(range(10**12))


def _bodies(requests: int) -> Iterator[bytes]:
    for _ in range(requests):
        at = datetime.now(UTC).isoformat()
        yield json.dumps({"batch": [_event(next(_made), at) for _ in range(EVENTS_A_REQUEST)], "sentAt": at}).encode()


def _event(number: int, at: str) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Product Viewed" if number % 3 else "Tea Poured",
        "userId": f"u{number % 20_000}",
        "messageId": f"python-{number:012x}-4c6b-9f9e",
        "timestamp": at,
        "properties": {"plan": "pro", "path": "/tea/green", "position": number % 50, "category": "tea"},
        "context": {"library": {"name": "analytics-python", "version": "2.3.3"}},
        "integrations": {},
    }


# --- under load -----------------------------------------------------------------------------------------------------


def _under_load(folder: Path, store: Store, loader: Loader, sender: Executor, seconds: float) -> list[float]:
    """How many seconds old the newest event is that a question sees, asked four times a second under half the load."""
    stop = threading.Event()
    threads = [threading.Thread(target=loader.run, args=(stop,)), threading.Thread(target=_read, args=(store, stop))]
    for thread in threads:
        thread.start()
    sending, lags = sender.submit(_send_at, folder, HALF_LOAD, seconds), []
    while not sending.done():
        time.sleep(0.25)
        lags.append(_lag(store))
    sending.result()
    stop.set()
    for thread in threads:
        thread.join()
    return lags[4:]


_NEWEST = sql("SELECT max(received_at) AS at FROM interactions")


def _lag(store: Store) -> float:
    newest = store.ask(Question("newest", _NEWEST))["at"][0]
    return (datetime.now(UTC).replace(tzinfo=None) - newest).total_seconds()


def _read(store: Store, stop: threading.Event) -> None:
    while not stop.wait(1.0):
        overview(store)


def _send_at(folder: Path, rate: float, seconds: float) -> None:
    asyncio.run(_sent_at(folder, rate, seconds))


async def _sent_at(folder: Path, rate: float, seconds: float) -> None:
    collector, started, sent = _collector(folder), time.perf_counter(), 0
    while (now := time.perf_counter()) - started < seconds:
        if sent > (now - started) * rate:
            await asyncio.sleep(0.005)
            continue
        await asyncio.gather(*(_post(collector, body) for body in _bodies(4)))
        sent += 4 * EVENTS_A_REQUEST
    collector.spool.close()


# --- the whole server -------------------------------------------------------------------------------------------------

PORT = 8768
FURNISH = """
import django; django.setup()
from django.test import Client
from regard.accounts.site import Workspace, local_owner, prepare_site
from regard.collect.models import Source
prepare_site()
owner, client = local_owner(), Client()
Source.objects.create(workspace=Workspace.make("Harbour", owner), name="Bench", write_key="bench-key")
client.force_login(owner)
print(*(f"{name}={cookie.value}" for name, cookie in client.cookies.items()), sep="; ")
"""


def whole_server(seconds: float = 20.0) -> dict[str, float]:
    """The memory (MB) of a server as it is installed: at rest, and while events come in over HTTP at half load and the
    overview is read once a second.

    Resident memory holds pages of libraries that other programs share, and those that the kernel may drop; "its own"
    is what nobody else can have.
    """
    from bench.collecting import until_listening

    with tempfile.TemporaryDirectory() as home:
        settings = {"REGARD_HOME": home, "REGARD_PORT": str(PORT), "DJANGO_SETTINGS_MODULE": "regard.settings"}
        env = {**os.environ, **settings}
        cookie = subprocess.run([sys.executable, "-c", FURNISH], env=env, check=True, capture_output=True, text=True)
        with (Path(home) / "log").open("ab") as log:
            server = subprocess.Popen([sys.executable, "-m", "regard", "run"], env=env, stdout=log, stderr=log)
        try:
            until_listening(PORT)
            headers = {"cookie": cookie.stdout.strip()}
            read = urllib.request.Request(f"http://127.0.0.1:{PORT}/w/harbour/", headers=headers)
            found = {"started": _memory(server.pid, "VmRSS")}
            urllib.request.urlopen(read).read()
            found["at rest, one page read"] = _memory(server.pid, "VmRSS")
            found["at rest, its own"] = _memory(server.pid, "RssAnon")
            before = _seconds_of(server.pid)
            sent, own = _under_requests(server.pid, seconds, read)
            found |= {"peak under load": _memory(server.pid, "VmHWM"), "peak under load, its own": own}
            found["CPU s of the server"] = _seconds_of(server.pid) - before
            time.sleep(5)
            found["5 s after"] = _memory(server.pid, "VmRSS")
            return {**found, "events a second": sent / seconds}
        finally:
            server.terminate()
            server.wait()


SENDERS = 4


def _under_requests(process: int, seconds: float, read: urllib.request.Request) -> tuple[int, float]:
    """Send at half load over a few connections, and read the overview once a second; how many events were sent, and
    the most that the process had of its own."""
    until, own = time.monotonic() + seconds, 0.0
    with ThreadPoolExecutor(SENDERS + 2) as threads:
        sending = [threads.submit(_post_until, until, HALF_LOAD / SENDERS) for _ in range(SENDERS)]
        threads.submit(_read_until, until, read)
        while time.monotonic() < until:
            own = max(own, _memory(process, "RssAnon"))
            time.sleep(0.05)
        return sum(sent.result() for sent in sending), own


def _post_until(until: float, rate: float) -> int:
    """Send at a rate, or as fast as the server answers, over one connection; how many events were sent."""
    headers = {"x-write-key": "bench-key", "content-type": "application/json"}
    connection, started, sent = http.client.HTTPConnection("127.0.0.1", PORT), time.monotonic(), 0
    while (now := time.monotonic()) < until:
        if sent > (now - started) * rate:
            time.sleep(0.002)
            continue
        [body] = _bodies(1)
        connection.request("POST", "/v1/batch", body, headers)
        answer = connection.getresponse()
        answer.read()
        sent += EVENTS_A_REQUEST if answer.status == 200 else 0
    connection.close()
    return sent


def _read_until(until: float, read: urllib.request.Request) -> None:
    while time.monotonic() < until:
        urllib.request.urlopen(read).read()
        time.sleep(1)


def _memory(process: int, line: str) -> float:
    """A line of what the kernel says about a process, in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(found.split()[1]) / 1024 for found in lines if found.startswith(f"{line}:"))


def _seconds_of(process: int) -> float:
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(*arguments: str) -> None:
    if arguments == ("server",):
        print(*(f"{name}: {value:,.0f}" for name, value in whole_server().items()), sep="\n")
        return
    found = measure()
    print(f"filled by one core:   {found.filled:,.0f} events/s, {found.filled_cpu:,.0f} per CPU second")
    print(f"loaded:               {found.loaded:,.0f} events/s, {found.loaded_cpu:,.0f} per CPU second")
    print(f"lag at half the load: median {found.lag_median:.2f} s, worst {found.lag_worst:.2f} s")
    print(f"peak memory:          {found.memory_mb:,.0f} MB, of loader and dashboard in one process")


if __name__ == "__main__":
    main(*sys.argv[1:])
