"""Bodies are read in time, or not at all; what ends a request from outside still ends it."""

from __future__ import annotations

import asyncio

import pytest

from regard.base import TooLarge, TooSlow
from regard.collect.intake import Deadline, Gone, read_body

FOREVER = 3600


async def whole() -> bytes:
    return b"{}"


async def never() -> bytes:
    await asyncio.sleep(FOREVER)
    return b""


def test_a_body_that_is_over_its_deadline_is_given_up_and_the_next_one_is_read():
    async def story() -> bytes:
        deadline = Deadline(0.02)
        with pytest.raises(TimeoutError):
            await deadline.within(never())
        return await deadline.within(whole())

    assert asyncio.run(story()) == b"{}"


def test_a_request_that_is_ended_by_its_server_is_not_taken_for_a_slow_one():
    async def story() -> None:
        reading = asyncio.create_task(Deadline(FOREVER).within(never()))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    asyncio.run(story())


def test_a_slow_body_that_its_server_ends_too_is_ended():
    async def story() -> None:
        deadline = Deadline(0)
        reading = asyncio.create_task(deadline.within(never()))
        await asyncio.sleep(0)
        deadline._cut(asyncio.get_running_loop())
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    asyncio.run(story())


class Pieces:
    """A body that comes in pieces: ``None`` is a pause, in which other requests are served."""

    def __init__(self, *pieces: bytes | None):
        self.left, self.pauses = list(pieces), 0

    async def __call__(self) -> dict:
        while self.left and self.left[0] is None:
            self.left.pop(0)
            self.pauses += 1
            await asyncio.sleep(0.001)
        if not self.left:
            return {"type": "http.disconnect"}
        piece = self.left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self.left)}


def read(receive, limit: int = 100, seconds: float = FOREVER) -> bytes:
    return asyncio.run(read_body(receive, b"", limit, Deadline(seconds)))


@pytest.mark.parametrize("pieces", [(b"abc",), (b"a", b"bc"), (None, b"abc"), (b"a", None, b"b", None, None, b"c")])
def test_a_body_is_whole_however_it_comes(pieces: tuple[bytes | None, ...]):
    assert read(Pieces(*pieces)) == b"abc"


def test_a_body_that_grows_too_large_on_its_way_is_refused():
    with pytest.raises(TooLarge):
        read(Pieces(b"a" * 60, None, b"a" * 60))


def test_whoever_leaves_or_lingers_in_the_middle_of_a_body_is_given_up():
    async def lingering() -> dict:
        return {"type": "http.request", "body": await never(), "more_body": True}

    with pytest.raises(Gone):
        read(Pieces(None))
    with pytest.raises(TooSlow):
        read(lingering, seconds=0.02)
