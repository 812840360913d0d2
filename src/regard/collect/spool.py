"""The spool: what has arrived, on disk before anyone is told so, until it is loaded into the stream.

A folder of segments. Each process writes segments of its own; a record is its length, its checksum, one line of JSON
that says what it is, and the body as it came. A group of requests shares one write that waits for the disk: while one
group is written, the next gathers. What was appended is therefore still there after ``kill -9`` and after a loss of
power, as far as the disk keeps what it says it has kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import struct
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import BinaryIO, Final, TypeAlias

import msgspec

from regard.base import TooMany, Unavailable
from regard.base.ids import new_id
from regard.base.words import said

SUFFIX: Final = ".spool"
SEGMENT_SIZE: Final = 16 * 2**20
"""Bytes after which a segment is closed."""
IDLE_SECONDS: Final = 30.0
"""A segment to which nothing comes for so long is closed, so that its owner can be done with it."""
WAITING_LIMIT: Final = 64 * 2**20
"""Bytes that may wait in memory for the disk."""
SIZE_LIMIT: Final = 5 * 10**9
MOST_PARTS: Final = 1024
"""Parts of one write, as many as Linux takes (``IOV_MAX``)."""
FRAME: Final = struct.Struct(">II")  # length and CRC-32 of what follows
_COUNT_SECONDS: Final = 1.0
_SYNCED: Final = getattr(os, "O_DSYNC", 0) if sys.platform == "linux" else 0
"""Opens files of which a write returns once the disk has it: one system call for a write and its ``fdatasync``, after
each of which the thread would wait for its turn to run Python."""


class Arrived(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """A request that was taken in: which source sent it, when, of which kind, and its body.

    ``kind`` is "batch", one of the calls ("track", …), "cloudevents", "feedback", "pixel" or "own". ``id`` tells
    it from every other record, so that events sent without an id get one that stays.
    """

    source: str
    received_at: datetime
    kind: str
    body: bytes
    ip: str | None = None
    agent: str | None = None
    id: str = ""


class _Header(msgspec.Struct, array_like=True, gc=False):
    source: str
    received_at: datetime
    kind: str
    ip: str | None
    agent: str | None
    id: str


_encode: Final = msgspec.json.Encoder().encode
_header: Final = msgspec.json.Decoder(_Header).decode


def framed(record: Arrived) -> bytes:
    """A record as it stands in a segment."""
    return b"".join(_parts(record))


def _parts(record: Arrived) -> tuple[bytes, bytes]:
    """What comes before a record's body, and the body."""
    line = _encode((record.source, record.received_at, record.kind, record.ip, record.agent, record.id)) + b"\n"
    checksum = zlib.crc32(record.body, zlib.crc32(line))
    return FRAME.pack(len(line) + len(record.body), checksum) + line, record.body


def segments(folder: Path) -> list[Path]:
    """The segments that there are, oldest first."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def read_segment(path: Path, offset: int = 0) -> Iterator[tuple[Arrived, int]]:
    """The records of a segment from ``offset`` on, each with the offset after it.

    Ends before a record that is not whole: one that is being written, or that a crash tore.
    """
    with path.open("rb") as file:
        file.seek(offset)
        while (payload := _payload(file)) is not None:
            offset += FRAME.size + len(payload)
            yield arrived_of(payload), offset


def arrived_of(payload: bytes) -> Arrived:
    """The record of a frame's content."""
    line, _, body = payload.partition(b"\n")
    about = _header(line)
    return Arrived(about.source, about.received_at, about.kind, body, about.ip, about.agent, about.id)


def whole_payload(data: bytes, at: int) -> bytes | None:
    """The content of the frame that begins at a place of a segment's bytes; None when none does, or it is broken."""
    length, checksum = FRAME.unpack_from(data, at)
    payload = data[at + FRAME.size : at + FRAME.size + length] if at + FRAME.size + length <= len(data) else b""
    return payload if payload and zlib.crc32(payload) == checksum else None


def _payload(file: BinaryIO) -> bytes | None:
    frame = file.read(FRAME.size)
    if len(frame) < FRAME.size:
        return None
    length, checksum = FRAME.unpack(frame)
    if not length or length > os.fstat(file.fileno()).st_size:
        return None
    payload = file.read(length)
    return payload if len(payload) == length and zlib.crc32(payload) == checksum else None


def is_finished(path: Path) -> bool:
    """Whether nobody writes to a segment any more: its process closed it, or is gone."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class Segment:
    """The segment that one process writes. Locked as long as it is open, see :func:`is_finished`."""

    def __init__(self, folder: Path):
        self.path, self.size = folder / f"{new_id()}{SUFFIX}", 0
        begun = self.path.with_suffix(".new")
        self.file = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _SYNCED, 0o600)
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            begun.rename(self.path)  # seen by loaders only now that it is locked, or it would look finished
            flush_folder(folder)
        except OSError:
            begun.unlink(missing_ok=True)
            self.close()
            raise

    def append(self, *parts: bytes) -> None:
        """Write, and wait until the disk has it. What fails leaves nothing behind and ends the segment."""
        try:
            written = sum(self._write(parts[first : first + MOST_PARTS]) for first in range(0, len(parts), MOST_PARTS))
            if not _SYNCED:
                os.fsync(self.file)
        except OSError:
            self._take_back()
            raise
        self.size += written

    def _write(self, parts: Sequence[bytes]) -> int:
        """Write parts one after the other without joining them, unless the disk takes less at a time."""
        size, done = sum(map(len, parts)), os.writev(self.file, parts)
        rest = memoryview(b"".join(parts) if done < size else b"")[done:]
        while rest:
            rest = rest[os.write(self.file, rest) :]
        return size

    def _take_back(self) -> None:
        with contextlib.suppress(OSError):
            os.ftruncate(self.file, self.size)
        self.close()

    def close(self) -> None:
        if not self.size:
            self.path.unlink(missing_ok=True)
        os.close(self.file)


def flush_folder(folder: Path) -> None:
    """Make the name of a new file last, too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@dataclass
class _Group:
    """Requests that share one write: what their records consist of, and who waits."""

    parts: list[bytes]
    waiting: list[asyncio.Future[None]]
    size: int = 0


Tell: TypeAlias = Callable[[OSError | None], object]
"""Hears what became of a group: nothing went wrong, or this."""


class Spool:
    """Where one process appends: from one event loop, or from any thread; it writes in a thread of its own.

    Holds at most ``limit`` bytes together with what other processes left in the folder, until a loader takes them away.
    """

    def __init__(self, folder: Path, limit: int = SIZE_LIMIT, segment_size: int = SEGMENT_SIZE):
        self.folder, self.limit, self.segment_size = folder, limit, segment_size
        self._gathering = _Group([], [])
        self._is_writing = False
        self._queue: SimpleQueue[tuple[_Group, Tell] | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._size, self._counted = sys.maxsize, float("-inf")  # not counted yet
        self._segment: Segment | None = None

    async def append(self, record: Arrived) -> None:
        """Return once the record is on disk.

        Raises TooMany while the spool is full of what is not loaded yet, Unavailable while the disk cannot take it;
        nothing of the record is kept then.
        """
        self._require_room()
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        group = self._gathering
        group.parts += _parts(record)
        group.waiting.append(done)
        group.size += len(record.body)
        if not self._is_writing:
            self._write(loop)
        await done

    def _require_room(self) -> None:
        if self._gathering.size > WAITING_LIMIT:
            raise TooMany(said("more arrives than the disk takes"), remedy=said("try again in a few seconds"))
        if self._size > self.limit and self.size > self.limit:  # counted anew
            raise TooMany(said("more has arrived than is loaded yet"), remedy=said("try again later"))

    @property
    def size(self) -> int:
        """Bytes that wait in the folder, of all processes; counted at most once a second."""
        now = time.monotonic()
        if now - self._counted > _COUNT_SECONDS:
            self._counted, self._size = now, sum(_size_of(path) for path in segments(self.folder))
        return self._size

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand the gathered group to the thread, and begin the next."""
        group, self._gathering = self._gathering, _Group([], [])
        self._is_writing = True

        def tell(error: OSError | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody waits
                loop.call_soon_threadsafe(self._written, group, loop, error)

        self._hand_over(group, tell)

    def put(self, record: Arrived) -> None:
        """Append from a thread that has no event loop, or not the spool's: returns, and raises, as :meth:`append`."""
        self._require_room()
        done: Future[OSError | None] = Future()
        self._hand_over(_Group([*_parts(record)], [], len(record.body)), done.set_result)
        if (error := done.result()) is not None:
            raise _unavailable(error)

    def _hand_over(self, group: _Group, tell: Tell) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
                self._thread.start()
        self._size = self.size + group.size
        self._queue.put((group, tell))

    def _written(self, group: _Group, loop: asyncio.AbstractEventLoop, error: OSError | None) -> None:
        """In the loop again: tell everyone of the group, and write what has gathered meanwhile."""
        self._is_writing = False
        if self._gathering.parts:
            self._write(loop)
        for done in group.waiting:
            if done.done():  # its request was given up
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(_unavailable(error))

    def _run(self) -> None:
        while (given := self._next()) is not None:
            groups = [given, *self._gathered()]
            error = self._stored(_Group([part for group, _ in groups for part in group.parts], []))
            for _, tell in groups:
                tell(error)
        self._close_segment()

    def _gathered(self) -> Iterator[tuple[_Group, Tell]]:
        """What threads have handed over meanwhile: it shares the write."""
        while not self._queue.empty():  # nobody else takes from it
            given = self._queue.get()
            if given is None:
                self._queue.put(None)
                return
            yield given

    def _next(self) -> tuple[_Group, Tell] | None:
        try:
            return self._queue.get(timeout=IDLE_SECONDS)
        except Empty:
            self._close_segment()
            return self._queue.get()

    def _stored(self, group: _Group) -> OSError | None:
        """Append a group as a whole. A segment that failed is left for a new one: what its pages hold is uncertain."""
        try:
            if self._segment is None:
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._segment = Segment(self.folder)
            self._segment.append(*group.parts)
        except OSError as error:
            self._segment = None
            return error
        if self._segment.size >= self.segment_size:
            self._close_segment()
        return None

    def _close_segment(self) -> None:
        if self._segment is not None:
            self._segment.close()
            self._segment = None

    def close(self) -> None:
        """Finish what was handed over, and let go of the segment."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # a loader took it away meanwhile
        return 0


def _unavailable(error: OSError) -> Unavailable:
    return Unavailable(
        said("what arrived cannot be kept: {error}", error=error.strerror or str(error)),
        remedy=said("try again in a few seconds"),
        code="spool_unavailable",
    )
