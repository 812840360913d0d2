"""A limit to how slowly a client may speak: the head of a request must be whole in time, or the line is cut.

Servers bound how long a connection rests between requests, but not how long a request takes to begin. A client that
sends one byte a second costs nothing but a socket; many of them would use up the sockets.
"""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 20.0


class Patience(HttpToolsProtocol):
    """uvicorn's own protocol, with a clock for the heads of requests."""

    head_seconds = HEAD_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._began: float | None = self.loop.time()
        self._watch = self.loop.call_later(self.head_seconds, self._look)

    def on_message_begin(self) -> None:
        self._began = self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._began = None
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Cut a line on which a head has been on its way for too long; else look again."""
        if self._began is not None and self.loop.time() - self._began >= self.head_seconds:
            self.transport.close()
        else:
            self._watch = self.loop.call_later(self.head_seconds, self._look)
