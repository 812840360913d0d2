"""Pages by key: a cursor says after which row to go on, so pages stay right while rows arrive.

A cursor is opaque and signed: nobody can make one up, or use one where it was not made.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.core import signing
from django.utils.translation import gettext as _
from ninja import Field, Schema

from regard.base import Invalid

Item = TypeVar("Item")


class Paging(Schema):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=500, description="How many at most.")
    cursor: str | None = Field(None, min_length=1, max_length=2000, description="`next` of the page before.")

    def position(self, key: Any, place: str) -> Any:
        """What :func:`cursor_after` was given; None on the first page, Invalid for a cursor not its own."""
        return None if self.cursor is None else _position(key, place, self.cursor)


class Page(Schema, Generic[Item]):
    """Some of a list. ``next`` is the cursor of the next page; null on the last one."""

    data: list[Item]
    next: str | None = None


def cursor_after(key: Any, place: str, position: Any) -> str:
    """The cursor of what follows ``position`` (JSON values) in the list called ``place``, for the key's workspace."""
    return str(signing.dumps(position, salt=_salt(key, place), compress=True))


def _position(key: Any, place: str, cursor: str) -> Any:
    try:
        return signing.loads(cursor, salt=_salt(key, place))
    except (signing.BadSignature, ValueError):
        raise Invalid(
            _("This cursor was not made for this list."),
            field="cursor",
            remedy=_("Take `next` of the page before, or begin without a cursor."),
        ) from None


def _salt(key: Any, place: str) -> str:
    return f"cursor:{key.workspace_id}:{place}"
