"""One call of the Segment protocol: who, what, when; its details stay JSON until a step must look inside."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter, itemgetter
from typing import Annotated, Final, Literal

import msgspec

NOTHING: Final = msgspec.Raw()
LARGEST_NUMBER: Final = 2**63
LONGEST_NAME: Final = 1000
"""Characters of an identifier or of an event's name."""
_BRACE: Final = ord("{")
_begin: Final = itemgetter(0)
_DETAILS: Final = {name: attrgetter(name) for name in ("properties", "context", "traits")}

Name = str | int | None


class RawEvent(msgspec.Struct, rename="camel", gc=False):
    """An event as it was sent. ``properties``, ``traits`` and ``context`` are JSON objects in bytes, or empty.

    As :func:`read_call` gives it, identifiers are texts that are not empty, or None.
    """

    type: str = ""
    message_id: Name = None
    user_id: Name = None
    anonymous_id: Name = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    group_id: Name = None
    previous_id: Name = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    properties: msgspec.Raw = NOTHING
    traits: msgspec.Raw = NOTHING
    context: msgspec.Raw = NOTHING


class Unusable(ValueError):
    """An event that cannot be used, with the reason (a key of ``protocol.PROTOCOL_REASONS``)."""

    def __init__(self, reason: str, message_id: str = ""):
        self.reason, self.message_id = reason, message_id
        super().__init__(reason)


_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)] | None
_Type = Literal["track", "identify", "page", "screen", "group", "alias"]


class PlainCall(RawEvent, rename="camel", gc=False):
    """A call as nearly all are sent, so that one reading says that its fields are as they must be."""

    type: _Type = ""  # type: ignore[assignment]
    message_id: _Text = None
    user_id: _Text = None
    anonymous_id: _Text = None
    event: _Text = None
    name: _Text = None
    category: _Text = None
    group_id: _Text = None
    previous_id: _Text = None


_read_plain: Final = msgspec.json.Decoder(PlainCall).decode
_read_parts: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_read_any: Final = msgspec.json.Decoder(RawEvent).decode


def read_call(text: bytes, kind: str = "") -> RawEvent:
    """A call out of its JSON; ``kind`` is its type where the address says it. Raises :class:`Unusable`."""
    try:
        event: RawEvent = _read_plain(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        event = _read_odd(text)
    if kind:
        event.type = kind
    _require_objects(event)
    missing = _MISSING.get(event.type, _unknown)(event)
    if missing:
        raise Unusable(missing, str(event.message_id or ""))
    return event


def are_complete(calls: Sequence[PlainCall]) -> bool:
    """Whether each call says all that its type must, and each of its details is an object, or not there."""
    begins: set[int] = set()
    for get in _DETAILS.values():
        begins.update(map(_begin, map(bytes, filter(None, map(get, calls)))))
    try:
        for call in calls if begins - {_BRACE} else ():
            _require_objects(call)
    except Unusable:
        return False
    in_doubt = [call for call in calls if call.event is None or call.user_id is None or call.type != "track"]
    return not any(_MISSING.get(call.type, _unknown)(call) for call in in_doubt)


def _require_objects(call: RawEvent) -> None:
    """Leave only objects for details: ``null`` is nothing. Raises Unusable for what is neither."""
    for name, get in _DETAILS.items():
        detail = bytes(get(call))
        if detail == b"null":
            setattr(call, name, NOTHING)
        elif detail and detail[0] != _BRACE:
            raise Unusable("malformed")


def read_own(text: bytes, _: str = "") -> RawEvent:
    """A track call that Regard itself made, of a survey, say: nobody need be named in it. Raises :class:`Unusable`."""
    event = _read_odd(text)
    if event.type != "track" or event.event is None:
        raise Unusable("missing_event", str(event.message_id or ""))
    return event


def _read_odd(text: bytes) -> RawEvent:
    """A call with numbers for identifiers, with empty ones, or with what is not of its type at all."""
    try:
        event = _read_any(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unusable("malformed") from None
    event.message_id = _text(event.message_id)
    event.user_id = _text(event.user_id)
    event.anonymous_id = _text(event.anonymous_id)
    event.group_id = _text(event.group_id)
    event.previous_id = _text(event.previous_id)
    event.event = _text(event.event)
    event.name = _text(event.name)
    event.category = _text(event.category)
    return event


def _text(value: Name) -> str | None:
    """An identifier or a name as text; None for an empty one."""
    if isinstance(value, int):
        value = str(value) if abs(value) < LARGEST_NUMBER else "9" * (LONGEST_NAME + 1)
    if value and len(value) > LONGEST_NAME:
        raise Unusable("too_long")
    return value or None


def _missing_somebody(event: RawEvent) -> str | None:
    return "missing_user" if event.user_id is None and event.anonymous_id is None else None


def _missing_of_track(event: RawEvent) -> str | None:
    if event.event is None:
        return "missing_event"
    return "missing_user" if event.user_id is None and event.anonymous_id is None else None


def _missing_of_group(event: RawEvent) -> str | None:
    return "missing_group" if event.group_id is None else _missing_somebody(event)


def _missing_of_alias(event: RawEvent) -> str | None:
    return "missing_previous" if event.previous_id is None or event.user_id is None else None


def _unknown(_: RawEvent) -> str:
    return "unknown_type"


_MISSING: Final = {
    "track": _missing_of_track,
    "identify": _missing_somebody,
    "page": _missing_somebody,
    "screen": _missing_somebody,
    "group": _missing_of_group,
    "alias": _missing_of_alias,
}
TYPES: Final = frozenset(_MISSING)


def together(shared: msgspec.Raw, own: msgspec.Raw) -> msgspec.Raw:
    """The context of a batch with that of one of its events, which wins part by part, each part whole.

    >>> bytes(together(msgspec.Raw(b'{"locale":"en","app":{"name":"a"}}'), msgspec.Raw(b'{"locale":"pl"}')))
    b'{"locale":"pl","app":{"name":"a"}}'
    """
    if not shared or not own:
        return own or shared
    try:
        return raw(_read_parts(shared) | _read_parts(own))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return own


def raw(value: object) -> msgspec.Raw:
    """A value as JSON."""
    return msgspec.Raw(msgspec.json.encode(value))
