"""How the server listens and speaks: who is slow with the head of a request is cut off, and an answer goes out whole.

Servers bound how long a connection rests between requests, but not how long a request takes to begin. A client that
sends one byte a second costs nothing but a socket; many of them would use up the sockets.

uvicorn sends the head of an answer and its body apart, each by a system call, which takes longer than most answers of
the collector take to be found.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 20.0
SMALL: Final = 16_384
"""Bytes that are copied sooner than they are sent beside others."""


class Joining:
    """A transport that sends what is written twice in a row at one go; what stands alone goes out a moment later."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop):
        self._transport, self._loop = transport, loop
        self._held = b""
        self._has_timer = False
        self.is_closing, self.resume_reading = transport.is_closing, transport.resume_reading

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._held:
            held, self._held = self._held, b""
            if len(data) > SMALL:
                self._transport.writelines((held, data))
            else:
                self._transport.write(held + data)
            return
        self._held = data
        if not self._has_timer:
            self._has_timer = True
            self._loop.call_soon(self._send_alone)

    def _send_alone(self) -> None:
        self._has_timer = False
        self.flush()

    def flush(self) -> None:
        """Send what is held."""
        held, self._held = self._held, b""
        if held and not self.is_closing():
            self._transport.write(held)

    def close(self) -> None:
        self.flush()
        self._transport.close()


class Patience(HttpToolsProtocol):
    """uvicorn's own protocol, with a clock for the heads of requests: one may take ``head_seconds``, at most twice as
    long. It looks now and then what is unfinished, so that it costs a request nothing."""

    head_seconds = HEAD_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(Joining(transport, self.loop))  # type: ignore[arg-type]
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
