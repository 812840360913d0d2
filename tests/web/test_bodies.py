"""A body that is too large is refused before it is kept, whoever sends it and however."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from regard.base import TooLarge
from regard.web import BodyLimit
from regard.web.bodies import REFUSED, STRANGERS_LIMIT

PIECE = 50_000


class Spool:
    """An application that keeps the whole body, as Django does, and then waits for the browser to leave."""

    kept = 0
    refused: TooLarge | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            self.kept += len(message["body"])
            more = message.get("more_body", False)
        assert (await receive())["type"] == "http.disconnect"
        self.refused = scope.get(REFUSED)


class Browser:
    """Sends a body in pieces, then leaves; counts what was taken from it."""

    def __init__(self, size: int):
        self.left = [PIECE] * (size // PIECE)

    async def __call__(self) -> dict[str, Any]:
        if not self.left:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": b"x" * self.left.pop(), "more_body": bool(self.left)}


def sent(size: int, *, is_member: bool, is_declared: bool) -> Spool:
    asked = []

    async def limit_of(scope: dict[str, Any]) -> int:
        asked.append(scope)
        return 1_000_000 if is_member else STRANGERS_LIMIT

    spool = Spool()
    scope = {"type": "http", "headers": [(b"content-length", str(size).encode())] if is_declared else []}
    asyncio.run(BodyLimit(spool, limit_of)(scope, Browser(size), None))
    assert len(asked) <= (1 if is_member else 2), "who sends it is asked once, not for every piece"
    return spool


@pytest.mark.parametrize("is_declared", [True, False], ids=["declared", "chunked"])
@pytest.mark.parametrize(
    ("size", "is_member", "is_kept"),
    [
        (STRANGERS_LIMIT, False, True),
        (STRANGERS_LIMIT + PIECE, False, False),
        (STRANGERS_LIMIT + PIECE, True, True),
        (1_000_000, True, True),
        (1_050_000, True, False),
    ],
)
def test_strangers_may_send_little_and_members_up_to_the_limit(
    size: int, is_member: bool, is_declared: bool, is_kept: bool
) -> None:
    spool = sent(size, is_member=is_member, is_declared=is_declared)
    assert (spool.refused is None) == is_kept
    assert spool.kept == size if is_kept else spool.kept <= (0 if is_declared else 1_000_000)


def test_the_refusal_says_what_to_do() -> None:
    assert "sign in first" in sent(200_000, is_member=False, is_declared=True).refused.remedy
    assert "regard load" in sent(2_000_000, is_member=True, is_declared=True).refused.remedy
