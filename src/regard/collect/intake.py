"""Taking in the body of a request: as much as is allowed, as fast as is decent, unpacked."""

from __future__ import annotations

import asyncio
import types
import zlib
from collections.abc import Awaitable, Callable, Coroutine, Generator, MutableMapping
from typing import Any, Final, TypeAlias

from regard.base import Invalid, TooLarge, TooSlow
from regard.base.words import said

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_GZIP: Final = 16 + zlib.MAX_WBITS


class Gone(Exception):
    """The client went away before its body was whole."""


class Deadline:
    """A limit to how long bodies take: whoever is over it is woken with TimeoutError.

    One timer looks after all bodies that are open, because a timer for each costs as much as checking an event; a body
    may therefore take a quarter longer than ``seconds``. Belongs to one event loop.
    """

    def __init__(self, seconds: float):
        self.seconds = seconds
        self._ends: dict[asyncio.Task[Any], float] = {}
        self._over: set[asyncio.Task[Any]] = set()
        self._look: asyncio.TimerHandle | None = None

    async def within(self, reading: Awaitable[bytes]) -> bytes:
        """What is read, in time. One reading of a task at a time."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        self._ends[task] = loop.time() + self.seconds
        if self._look is None:
            self._look = loop.call_later(self.seconds / 4, self._cut, loop)
        try:
            return await reading
        except asyncio.CancelledError:
            if task in self._over and not task.uncancel():
                raise TimeoutError from None
            raise
        finally:
            self._over.discard(task)
            self._ends.pop(task, None)

    def _cut(self, loop: asyncio.AbstractEventLoop) -> None:
        """End what is over its time, and look again while anything is open."""
        now = loop.time()
        for task in [task for task, end in self._ends.items() if end <= now]:
            del self._ends[task]
            self._over.add(task)
            task.cancel()
        self._look = loop.call_later(self.seconds / 4, self._cut, loop) if self._ends else None


async def read_body(receive: Receive, declared: bytes, limit: int, deadline: Deadline) -> bytes:
    """The whole body.

    Raises TooLarge for more bytes than ``limit`` (without reading them, when the length is declared), TooSlow for a
    client that is over its deadline, :class:`Gone` for one that left.
    """
    if declared.isdigit() and int(declared) > limit:
        raise too_large(limit)
    reading = _read(receive, limit)
    try:
        waits_for = reading.send(None)
    except StopIteration as read:  # most bodies have come with their heads: nobody need look at the clock
        whole: bytes = read.value
        return whole
    try:
        return await deadline.within(_resumed(reading, waits_for))
    except TimeoutError:
        raise TooSlow(said("the body did not come in time")) from None


@types.coroutine
def _resumed(begun: Coroutine[Any, Any, bytes], waits_for: Any) -> Generator[Any, Any, bytes]:
    """Go on with what was begun, and waits for something."""
    try:
        yield waits_for
    except BaseException:
        begun.close()
        raise
    whole: bytes = yield from begun
    return whole


async def _read(receive: Receive, limit: int) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return _whole(message, body, limit)
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise too_large(limit)
    return _whole(message, b"".join(parts), limit)


def _whole(message: Message, body: bytes, limit: int) -> bytes:
    if message["type"] == "http.disconnect":
        raise Gone
    if len(body) > limit:
        raise too_large(limit)
    return body


def unpacked(body: bytes, coding: bytes, limit: int) -> bytes:
    """A body out of its Content-Encoding. No more than ``limit`` is ever unpacked.

    >>> import gzip
    >>> unpacked(gzip.compress(b"{}"), b"gzip", 10)
    b'{}'
    >>> unpacked(gzip.compress(bytes(10**6)), b"gzip", 10)
    Traceback (most recent call last):
    regard.base.errors.TooLarge: the body is larger than 10 bytes (send less at one time)
    """
    if coding in (b"", b"identity"):
        return body
    if coding not in (b"gzip", b"x-gzip"):
        raise Invalid(said("the body is packed in a way that is not known here"), remedy=said("use gzip, or nothing"))
    unpacking = zlib.decompressobj(_GZIP)
    try:
        found = unpacking.decompress(body, limit + 1)
    except zlib.error:
        raise Invalid(said("the body is not gzip, though it says so"), code="bad_gzip") from None
    if len(found) > limit:
        raise too_large(limit)
    if not unpacking.eof or unpacking.unused_data:
        raise Invalid(said("the gzip body is cut short, or followed by something else"), code="bad_gzip")
    return found


def too_large(limit: int) -> TooLarge:
    return TooLarge(said("the body is larger than {limit} bytes", limit=limit), remedy=said("send less at one time"))
