"""One call of the Segment protocol: who, what, when; its details stay JSON until a step must look inside."""

from __future__ import annotations

from typing import Final

import msgspec

NOTHING: Final = msgspec.Raw()
LARGEST_NUMBER: Final = 2**63
LONGEST_NAME: Final = 1000
"""Characters of an identifier or of an event's name."""

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


_read: Final = msgspec.json.Decoder(RawEvent).decode


def read_call(text: bytes, kind: str = "") -> RawEvent:
    """A call out of its JSON; ``kind`` is its type where the address says it. Raises :class:`Unusable`."""
    try:
        event = _read(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unusable("malformed") from None
    event.message_id = _plain(event.message_id)
    event.user_id = _plain(event.user_id)
    event.anonymous_id = _plain(event.anonymous_id)
    event.properties = _object(event.properties)
    event.context = _object(event.context)
    if kind:
        event.type = kind
    if event.type != "track":
        event.traits = _object(event.traits)
        event.group_id = _plain(event.group_id)
        event.previous_id = _plain(event.previous_id)
    missing = _MISSING.get(event.type, _unknown)(event)
    if missing:
        raise Unusable(missing, str(event.message_id or ""))
    return event


def _plain(value: Name) -> Name:
    """An identifier as text."""
    if value is None:
        return None
    if type(value) is int:
        value = str(value) if abs(value) < LARGEST_NUMBER else "9" * (LONGEST_NAME + 1)
    if len(value) > LONGEST_NAME:  # type: ignore[arg-type]
        raise Unusable("too_long")
    return value or None


def _object(detail: msgspec.Raw) -> msgspec.Raw:
    text = bytes(detail)
    if not text or text[0] == 0x7B:  # {
        return detail
    if text == b"null":
        return NOTHING
    raise Unusable("malformed")


def _missing_somebody(event: RawEvent) -> str | None:
    if event.name is not None and len(event.name) > LONGEST_NAME:
        return "too_long"
    return "missing_user" if event.user_id is None and event.anonymous_id is None else None


def _missing_of_track(event: RawEvent) -> str | None:
    if not event.event:
        return "missing_event"
    return "too_long" if len(event.event) > LONGEST_NAME else _missing_somebody(event)


def _missing_of_group(event: RawEvent) -> str | None:
    return _missing_somebody(event) if event.group_id else "missing_group"


def _missing_of_alias(event: RawEvent) -> str | None:
    return None if event.previous_id and event.user_id else "missing_previous"


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


def raw(value: object) -> msgspec.Raw:
    """A value as JSON."""
    return msgspec.Raw(msgspec.json.encode(value))
