"""A quick look at a batch: whether all of its events are as nearly all are.

One reading says so for the whole batch. Whatever it does not vouch for is looked at event by event, see ``protocol``;
it never vouches for an event that is refused there.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from regard.collect.calls import LONGEST_NAME, NOTHING

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]


class _Details(msgspec.Struct, gc=False):
    """Any object; what is in it is skipped."""


class _Call(msgspec.Struct, rename="camel", tag_field="type", gc=False):
    message_id: _Name | None = None
    user_id: _Name | None = None
    anonymous_id: _Name | None = None
    name: _Name | None = None
    event: _Name | None = None
    group_id: _Name | None = None
    previous_id: _Name | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    properties: _Details | None = None
    traits: _Details | None = None
    context: _Details | None = None
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
    context: msgspec.Raw = NOTHING

    def are_small(self, event_limit: int, shared_limit: int) -> bool:
        """Whether none is too large, nor all of them together with the context that each of them gets."""
        shared, largest = len(self.context), max(map(len, self.batch), default=0)
        return max(largest, shared) <= event_limit and shared * len(self.batch) <= shared_limit


_read: Final = msgspec.json.Decoder(Screened).decode
_read_raws: Final = msgspec.json.Decoder(_Raws).decode


def screened(body: bytes, event_limit: int, shared_limit: int) -> Screened | None:
    """The batch, when one look is enough to say that all of its events are fine; None when it is not."""
    try:
        if not body.isascii():
            body.decode()
        if b"\\" in body and b"\\u0000" in body:
            return None
        found = _read(body)
        if len(body) > event_limit and not _read_raws(body).are_small(event_limit, shared_limit):
            return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if any([call.user_id is None and call.anonymous_id is None for call in found.batch]):  # noqa: C419 - faster so
        return None
    return found
