"""How much of a request is taken in, and from whom: judged before Django writes any of it to disk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from regard.base import TooLarge
from regard.base.words import said

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

STRANGERS_LIMIT = 100_000  # bytes: what the forms of people who have not signed in may weigh
REFUSED = "regard.refused"  # where a scope holds the error for which its body was not taken in


class BodyLimit:
    """Around Django, which writes a body to disk before it asks who sends it: takes in no more than it may hold.

    The length that a request declares is judged before anything is read, a body without one is counted while it comes.
    Django sees a body that is refused as empty, and ErrorMiddleware answers it with a page (413).
    """

    def __init__(self, app: Callable[..., Awaitable[None]], limit_of: Callable[[Scope], Awaitable[int]]):
        """``limit_of`` says how many bytes who sends a request may send; it is asked only of bodies over
        STRANGERS_LIMIT."""
        self.app, self.limit_of = app, limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, _Intake(self, scope, receive) if scope["type"] == "http" else receive, send)


class _Intake:
    """``receive`` of one request, which counts what comes."""

    def __init__(self, limits: BodyLimit, scope: Scope, receive: Receive):
        self.limits, self.scope, self.receive = limits, scope, receive
        self.limit, self.taken = STRANGERS_LIMIT, 0

    async def __call__(self) -> Message:
        if REFUSED in self.scope:
            return await self._drained()
        if not self.taken and not await self._fits(_declared_length(self.scope)):
            return self._refusal()
        message = await self.receive()
        self.taken += len(message.get("body", b""))
        return message if await self._fits(self.taken) else self._refusal()

    async def _fits(self, size: int) -> bool:
        if size > self.limit == STRANGERS_LIMIT:
            self.limit = await self.limits.limit_of(self.scope)
        return size <= self.limit

    def _refusal(self) -> Message:
        is_stranger = self.limit == STRANGERS_LIMIT
        self.scope[REFUSED] = TooLarge(
            said("That is larger than this site takes in at one time; nothing of it was kept."),
            remedy=said("send less, or sign in first")
            if is_stranger
            else said("split it, or load it with regard load"),
        )
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _drained(self) -> Message:
        """What Django waits for while it answers: the browser's leaving. The rest of the body is dropped on the way."""
        while (message := await self.receive())["type"] != "http.disconnect":
            pass
        return message


def _declared_length(scope: Scope) -> int:
    text = dict(scope["headers"]).get(b"content-length", b"")
    return int(text) if text.isdigit() else 0
