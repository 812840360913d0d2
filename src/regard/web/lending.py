"""Threads that requests borrow, each with the connection to the database that it has opened.

Django gives every request to an ASGI server a thread of its own, and with it a new connection: opening one costs more
than all that an ordinary page asks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeAlias

from asgiref.sync import ThreadSensitiveContext

from regard.web.bodies import Receive, Scope, Send

App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
KEPT: Final = 16
"""Threads that wait for a request; where more come at the same time, threads are made, and end with them."""


class Threads:
    """Lends a thread to each request, for all of it that is not asynchronous; the last one returned goes out first."""

    def __init__(self, let_go: Callable[[], Any], kept: int = KEPT):
        """``let_go`` closes, in a thread that ends, what it has opened."""
        self._let_go, self._kept = let_go, kept
        self._idle: list[ThreadPoolExecutor] = []

    def lent(self, app: App) -> App:
        """The application, every request of which has a thread to itself."""

        async def borrowing(scope: Scope, receive: Receive, send: Send) -> None:
            thread = self._idle.pop() if self._idle else ThreadPoolExecutor(1, "request")
            try:
                async with ThreadSensitiveContext(executor=thread):
                    await app(scope, receive, send)
            finally:
                thread.submit(self._take_back, thread)  # after what a request that was given up still does

        return borrowing

    def _take_back(self, thread: ThreadPoolExecutor) -> None:
        if len(self._idle) < self._kept:
            self._idle.append(thread)
        else:
            self._let_go()
            thread.shutdown(wait=False)
