"""Taking in events: ours against the hand-written limit, in turn, in one run.

The limit is the least that can be said to collect at all: raw ASGI, msgspec reads the body into typed structs, the body
is appended to a file with one flush for all requests that wait, the answer is constant. No keys, no checks of single
events, no packing, no other protocols, no rotation, no back-pressure. Both run on uvicorn: ours as ``regard collect``
serves it, which sends head and body of an answer at one go; the limit as uvicorn is by itself, and once more (``limit
so served``) as ours is.

All of them are up all the time and are asked in turn, in short slices that are added up: other programs share the
machine, and so disturb all of them alike.

``python -m bench.collecting`` measures; ``python -m bench.collecting kill 50`` kills a collector under load, fifty times,
and counts what was acknowledged against what is stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import queue
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httptools
import msgspec
import uvicorn

from bench.measuring import cpu_of
from regard.collect.collector import Collector
from regard.collect.protocol import events_of
from regard.collect.sources import Source, Sources
from regard.collect.spool import Spool, read_segment, segments

KEY = "bench"
CONNECTIONS, SECONDS, ROUNDS = 64, 0.5, 30
PORTS = {"ours": 8765, "limit": 8766, "limit so served": 8767}
KINDS = {
    "Acknowledged events a second": "events",
    "p99 of a request, ms": "p99",
    "Events for a CPU second of the server": "events_per_cpu",
}


# --- the limit ---------------------------------------------------------------------------------------------------------


class Call(msgspec.Struct, rename="camel", gc=False):
    """An event of which only what every event has is read."""

    type: str
    message_id: str
    user_id: str | None = None
    anonymous_id: str | None = None
    event: str | None = None
    timestamp: str | None = None
    properties: msgspec.Raw = msgspec.Raw()
    context: msgspec.Raw = msgspec.Raw()


class Batch(msgspec.Struct, rename="camel"):
    batch: list[Call]


class Limit:
    """The hand-written collector."""

    def __init__(self, path: Path):
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.read = msgspec.json.Decoder(Batch).decode
        self.gathering: list[bytes] = []
        self.waiting: list[asyncio.Future[None]] = []
        self.is_writing = False
        self.queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self.write_all, daemon=True).start()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        message = await receive()
        body = message["body"]
        while message["more_body"]:
            message = await receive()
            body += message["body"]
        self.read(body)
        done = asyncio.get_running_loop().create_future()
        self.gathering.append(struct.pack(">I", len(body)) + body)
        self.waiting.append(done)
        if not self.is_writing:
            self.hand_over(asyncio.get_running_loop())
        await done
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"16")]})
        await send({"type": "http.response.body", "body": b'{"success":true}'})

    def hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        self.is_writing = True
        self.queue.put((self.gathering, self.waiting, loop))
        self.gathering, self.waiting = [], []

    def write_all(self) -> None:
        while True:
            frames, waiting, loop = self.queue.get()
            os.write(self.file, b"".join(frames))
            os.fdatasync(self.file)
            loop.call_soon_threadsafe(self.written, waiting, loop)

    def written(self, waiting: list[asyncio.Future[None]], loop: asyncio.AbstractEventLoop) -> None:
        self.is_writing = False
        if self.gathering:
            self.hand_over(loop)
        for done in waiting:
            done.set_result(None)


def ours(folder: Path) -> Collector:
    """The collector as it is served."""
    return Collector(Spool(folder, limit=10**12), Sources(lambda: [Source(KEY, "bench")]), b"")


def serve(which: str, folder: str, port: str) -> None:
    """One of :data:`PORTS`, in this process, until it is ended."""
    from regard.cli.patience import Patience

    app = ours(Path(folder)) if which == "ours" else Limit(Path(folder) / "limit")
    http = "httptools" if which == "limit" else Patience
    if which == "ours":
        gc.freeze()  # as ``regard collect`` does
    settings: dict[str, Any] = {"loop": "uvloop", "http": http, "log_level": "warning", "access_log": False}
    uvicorn.run(app, port=int(port), lifespan="off", **settings)


@contextlib.contextmanager
def served(which: str, folder: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "bench.collecting", "serve", which, folder, str(port)])
    try:
        until_listening(port)
        yield process
    finally:
        process.terminate()
        process.wait()


def until_listening(port: int) -> None:
    for _ in range(1200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise TimeoutError(port)


# --- the load ----------------------------------------------------------------------------------------------------------


def body(events: int, first: int = 0) -> bytes:
    """A batch of track calls as a shop's server sends them, about 500 bytes each."""
    return json.dumps({"batch": [track(first + number) for number in range(events)]}).encode()


def track(number: int) -> dict[str, Any]:
    return {
        "type": "track",
        "messageId": f"m-{number:032}",
        "userId": f"user-{number % 5000}",
        "anonymousId": f"5f0a7c3e-9d0b-4c43-8f0e-{number:012}",
        "event": "Product Viewed",
        "timestamp": "2026-05-01T12:00:00.000Z",
        "properties": {"product_id": "507f1f77", "sku": "G-32", "category": "Games", "price": 18.99, "currency": "EUR"},
        "context": {
            "library": {"name": "analytics-node", "version": "2.1.0"},
            "locale": "en-US",
            "page": {"path": "/a"},
        },
    }


def request(data: bytes) -> bytes:
    head = f"POST /v1/batch HTTP/1.1\r\nhost: bench\r\nx-write-key: {KEY}\r\ncontent-length: {len(data)}\r\n\r\n"
    return head.encode() + data


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, data: bytes, until: float, taken: list[float]):
        self.data, self.until, self.taken = data, until, taken
        self.parser, self.over = httptools.HttpResponseParser(self), asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.began = time.perf_counter()
        self.transport.write(self.data)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        if self.parser.get_status_code() != 200:
            self.over.set_exception(ValueError(f"answered {self.parser.get_status_code()}"))
            return
        now = time.perf_counter()
        self.taken.append(now - self.began)
        if now < self.until:
            self.ask()
        else:
            self.over.set_result(None)
            self.transport.close()


async def pressed(port: int, data: bytes, seconds: float) -> list[float]:
    """Seconds that each answer took, with all connections always asking."""
    taken: list[float] = []
    loop, until = asyncio.get_running_loop(), time.perf_counter() + seconds
    made = [
        await loop.create_connection(lambda: Client(data, until, taken), "127.0.0.1", port) for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(client.over for _, client in made))
    return taken


@dataclass
class Pressed:
    """What all slices of one server together brought: events, by the clock and in CPU seconds of the server (which other
    programs on the machine disturb least), and how long each request took."""

    asked: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    taken: list[float] = field(default_factory=list)

    @property
    def events(self) -> float:
        return self.asked / self.seconds

    @property
    def events_per_cpu(self) -> float:
        return self.asked / self.cpu

    @property
    def p99(self) -> float:
        """Milliseconds that 99 of 100 requests took at most."""
        return sorted(self.taken)[int(len(self.taken) * 0.99)] * 1000

    def add(self, server: int, port: int, events: int) -> None:
        """One more slice."""
        import uvloop

        began, cpu = time.perf_counter(), cpu_of(server)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            taken = runner.run(pressed(port, request(body(events)), SECONDS))
        self.seconds += time.perf_counter() - began
        self.cpu += cpu_of(server) - cpu
        self.asked += events * len(taken)
        self.taken += taken


def measure() -> dict[int, dict[str, Pressed]]:
    """By events a request: each server, asked in turn; who begins changes."""
    return {events: measured(events) for events in (1, 100)}


def measured(events: int) -> dict[str, Pressed]:
    found = {which: Pressed() for which in PORTS}
    with contextlib.ExitStack() as stack:
        folders = {which: stack.enter_context(TemporaryDirectory()) for which in PORTS}
        servers = {which: stack.enter_context(served(which, folders[which], port)).pid for which, port in PORTS.items()}
        for port in PORTS.values():
            asyncio.run(pressed(port, request(body(events)), SECONDS))
        for round_ in range(ROUNDS):
            for which in PORTS if round_ % 2 else reversed(PORTS):
                found[which].add(servers[which], PORTS[which], events)
    return found


def table(found: dict[int, dict[str, Pressed]]) -> str:
    """Ours, the limit, and their ratio; the last column has that to the limit served as ours is."""
    lines = [
        "| What | Events a request | Regard | Hand-written | Ratio | Ratio, both on Regard's server |",
        "|---|---|---|---|---|---|",
    ]
    for events, sides in found.items():
        for what, name in KINDS.items():
            mine, limit, so_served = (getattr(sides[which], name) for which in PORTS)
            digits = 1 if name == "p99" else 0
            lines.append(
                f"| {what} | {events} | {mine:,.{digits}f} | {limit:,.{digits}f} | **{mine / limit:.2f}** "
                f"| {mine / so_served:.2f} |"
            )
    return "\n".join(lines)


# --- kill -9 -----------------------------------------------------------------------------------------------------------


class Sender(asyncio.Protocol):
    """One connection that sends events of its own, one after the other, and remembers which were acknowledged."""

    def __init__(self, numbers: Iterator[int], acknowledged: set[str]):
        self.numbers, self.acknowledged = numbers, acknowledged
        self.parser, self.over = httptools.HttpResponseParser(self), asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        first = next(self.numbers) * 10
        self.sent = [f"m-{number:032}" for number in range(first, first + 3)]
        self.transport.write(request(body(3, first)))

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        if self.parser.get_status_code() == 200:
            self.acknowledged.update(self.sent)
        self.ask()

    def connection_lost(self, _: Exception | None) -> None:
        self.over.set_result(None)


async def killed_under_load(
    process: subprocess.Popen[bytes], port: int, numbers: Iterator[int], after: float
) -> set[str]:
    """Send until the process is killed; the ids that it had acknowledged."""
    loop, acknowledged = asyncio.get_running_loop(), set[str]()
    made = [await loop.create_connection(lambda: Sender(numbers, acknowledged), "127.0.0.1", port) for _ in range(16)]
    loop.call_later(after, process.send_signal, signal.SIGKILL)
    await asyncio.gather(*(sender.over for _, sender in made))
    return acknowledged


def kill_rounds(rounds: int, folder: str, port: int = 8768) -> dict[str, int]:
    """Kill a collector under load so many times over the same spool; events acknowledged, stored, and lost."""
    from itertools import count

    numbers, acknowledged = count(), set[str]()
    for round_ in range(rounds):
        with served("ours", folder, port) as process:
            after = 0.2 + 0.3 * (round_ * 7 % 10) / 10
            acknowledged |= asyncio.run(killed_under_load(process, port, numbers, after))
    stored = {
        event.message_id
        for path in segments(Path(folder))
        for record, _ in read_segment(path)
        for event in events_of(record)
    }
    return {
        "rounds": rounds,
        "acknowledged": len(acknowledged),
        "stored": len(stored),
        "lost": len(acknowledged - stored),
    }


def main(*arguments: str) -> None:
    if arguments[:1] == ("serve",):
        serve(*arguments[1:])
    elif arguments[:1] == ("kill",):
        with TemporaryDirectory() as folder:
            print(kill_rounds(int(arguments[1]), folder))
    else:
        print(table(measure()))


if __name__ == "__main__":
    main(*sys.argv[1:])
