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
    """uvicorn's own protocol, with a clock for the heads of requests: one may take ``head_seconds``, at most twice as
    long. It looks now and then what is unfinished, so that it costs a request nothing."""

    head_seconds = HEAD_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._unfinished = self.scope
        self._watch = self.loop.call_later(self.head_seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Cut a line on which the same head has been on its way since the last look; else look again."""
        is_whole = bool(self.scope) and "method" in self.scope
        if not is_whole and self.scope is self._unfinished:
            self.transport.close()
        else:
            self._unfinished = self.scope
            self._watch = self.loop.call_later(self.head_seconds, self._look)
