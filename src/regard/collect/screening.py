"""A quick look at a batch: whether all of its events are as nearly all are.

One reading says so for the whole batch. Whatever it does not vouch for is looked at event by event, see ``protocol``;
it never vouches for an event that is refused there.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Annotated, Final

import msgspec

from regard.collect.calls import LONGEST_NAME

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]


class _Details(msgspec.Struct, gc=False):
    """Any object; what is in it is skipped."""


class _Call(msgspec.Struct, rename="camel", tag_field="type", gc=False):
    message_id: _Name | None = None  # in the order in which they are often sent, which is found faster
    user_id: _Name | None = None
    anonymous_id: _Name | None = None
    event: _Name | None = None
    timestamp: str | None = None
    properties: _Details | None = None
    context: _Details | None = None
    traits: _Details | None = None
    name: _Name | None = None
    category: _Name | None = None
    group_id: _Name | None = None
    previous_id: _Name | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    write_key: str | None = None


class _Identify(_Call, tag="identify"):
    pass


class _Page(_Call, tag="page"):
    pass


class _Screen(_Call, tag="screen"):
    pass


class _Track(_Call, tag="track", kw_only=True):
    event: _Name


class _Group(_Call, tag="group", kw_only=True):
    group_id: _Name


class _Alias(_Call, tag="alias", kw_only=True):
    user_id: _Name
    previous_id: _Name


class Screened(msgspec.Struct, rename="camel"):
    """A batch of events that are all fine."""

    batch: list[_Track | _Identify | _Page | _Screen | _Group | _Alias]
    write_key: str | None = None
    sent_at: str | None = None
    context: _Details | None = None

    @property
    def key(self) -> str | None:
        return self.write_key or (self.batch[0].write_key if self.batch else None)


class _Raws(msgspec.Struct):
    batch: list[msgspec.Raw]


_read: Final = msgspec.json.Decoder(Screened).decode
_read_raws: Final = msgspec.json.Decoder(_Raws).decode
_BETWEEN: Final = re.compile(rb"\}\s*,\s*\{")


def screened(body: bytes, event_limit: int) -> Screened | None:
    """The batch, when one look is enough to say that all of its events are fine; None when it is not.

    A batch with a context of its own, which each of its events gets, is for a closer look.
    """
    if not is_clean(body):
        return None
    try:
        found = _read(body)
        if found.context is not None or not are_small(body, event_limit):
            return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if any([call.user_id is None and call.anonymous_id is None for call in found.batch]):  # noqa: C419 - faster so
        return None
    return found


def is_clean(body: bytes) -> bool:
    """Whether a body is UTF-8, and surely holds no NUL."""
    try:
        if not body.isascii():
            body.decode()
    except UnicodeDecodeError:
        return False
    return b"\\" not in body or b"\\u0000" not in body


def are_small(body: bytes, limit: int) -> bool:
    """Whether no event of a batch is larger than ``limit``."""
    return len(body) <= limit or max(map(len, _events_of(body, limit)), default=0) <= limit


def _events_of(body: bytes, rest: int) -> list[msgspec.Raw]:
    """The events of a batch; without those that begin in its last ``rest`` bytes, where it can be cut there."""
    between = _BETWEEN.search(body, len(body) - rest)
    if between is not None:
        with suppress(msgspec.DecodeError):  # it is JSON only when it was cut between two events, not inside of one
            return _read_raws(body[: between.start() + 1] + b"]}").batch
    return _read_raws(body).batch
