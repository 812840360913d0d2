"""Requests borrow threads, and what a thread has opened serves the next one."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from regard.web.lending import Threads


class Page:
    """An application that notes in which thread each of its requests is answered, twice a request."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []
        self.closed: list[int] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        first = await sync_to_async(_number)()
        await asyncio.sleep(0.01)
        self.seen.append((first, await sync_to_async(_number)()))

    def close(self) -> None:
        self.closed.append(_number())


def _number() -> int:
    return threading.get_ident()


async def _ask(app: Any, at_once: int) -> None:
    await asyncio.gather(*(app({"type": "http"}, None, None) for _ in range(at_once)))
    await asyncio.sleep(0.05)  # threads come back by themselves


def test_requests_one_after_the_other_share_a_thread():
    page = Page()

    async def three() -> None:
        app = Threads(page.close).lent(page)
        for _ in range(3):
            await _ask(app, 1)

    asyncio.run(three())
    assert len({number for both in page.seen for number in both}) == 1


def test_requests_at_the_same_time_have_a_thread_each_and_those_too_many_close_what_they_opened():
    page = Page()
    asyncio.run(_ask(Threads(page.close, kept=2).lent(page), 5))
    assert all(first == second for first, second in page.seen)
    assert len({first for first, _ in page.seen}) == 5
    assert len(page.closed) == 3
    assert set(page.closed) < {first for first, _ in page.seen}


def test_a_thread_still_busy_for_a_request_that_was_given_up_is_lent_to_nobody_else():
    busy = threading.Event()
    page = Page()
    threads = Threads(page.close)

    async def cut_off() -> None:
        async def first(scope: Any, receive: Any, send: Any) -> None:
            scope["left"] = asyncio.ensure_future(sync_to_async(busy.wait)(5))
            await asyncio.sleep(0.01)
            raise ConnectionError

        with pytest.raises(ConnectionError):
            await threads.lent(first)({"type": "http"}, None, None)
        await _ask(threads.lent(page), 1)  # would wait for the other
        busy.set()

    asyncio.run(asyncio.wait_for(cut_off(), 4))
    assert len(page.seen) == 1
