"""Bodies are read in time, or not at all; what ends a request from outside still ends it."""

from __future__ import annotations

import asyncio

import pytest

from regard.collect.intake import Deadline

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
