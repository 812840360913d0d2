"""What a body holds: each of its events, or why one is refused.

The collector and the loader read a body with the same function, so that what a sender is told is what happens. A body
that is not JSON is refused whole; an event that cannot be used is refused alone, with its reason, and the others pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec

from regard.base import Invalid
from regard.base.words import marked, said
from regard.collect import cloud_events, feedback_records
from regard.collect.calls import (
    NOTHING,
    TYPES,
    PlainCall,
    RawEvent,
    Unusable,
    are_complete,
    read_call,
    read_own,
    together,
)
from regard.collect.screening import are_small, is_clean, screened
from regard.collect.spool import Arrived

__all__ = ["PROTOCOL_REASONS", "Checked", "RawEvent", "Refusal", "checked", "events_of", "judged", "key_in", "opened"]

EVENT_LIMIT: Final = 32 * 1024
"""Bytes of one event's JSON, as at Segment."""
OWN_LIMIT: Final = 2**20
"""Bytes of an event that Regard itself made: an answer of many words is whole in any script."""
BATCH_LIMIT: Final = 500 * 1024
"""Bytes of a whole body after unpacking, as at Segment."""
EVENTS_LIMIT: Final = 10_000
"""Events of one body: so many hardly fit, unless they are empty, and telling each of them so takes its time."""
SHARED_LIMIT: Final = 16 * 2**20
"""Bytes of a batch's context, once for each of its events: every one of them is kept with it."""

PROTOCOL_REASONS: Final[dict[str, str]] = {
    "malformed": marked("It is not what the protocol describes."),
    "bad_text": marked("The text is not valid UTF-8, or holds a NUL character."),
    "too_large": marked("The event is larger than 32 KB."),
    "too_long": marked("A name or an identifier is longer than 1,000 characters."),
    "unknown_type": marked("It is none of track, identify, page, screen, group and alias."),
    "missing_user": marked("It says neither userId nor anonymousId."),
    "missing_event": marked("A track call needs the name of what happened."),
    "missing_group": marked("A group call needs a groupId."),
    "missing_previous": marked("An alias call needs a previousId and a userId."),
    "not_a_cloud_event": marked("A CloudEvent 1.0 needs specversion, id, source and type."),
    "not_a_feedback_record": marked("A feedback record needs its fields as published, each of its type."),
}
"""Every reason for which an event is refused before the pipeline sees it."""


@dataclass(slots=True)
class Refusal:
    """An event that cannot be used: where it stood in the body, why, and its text as it came."""

    index: int
    message_id: str
    reason: str
    message: str
    raw: bytes
    sent_at: str | None = None


class Body(NamedTuple):
    """A body taken apart: each event's text, and what is said once for all of them."""

    raws: list[msgspec.Raw]
    sent_at: str | None = None
    context: msgspec.Raw = NOTHING
    write_key: str | None = None


class _Batch(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw]
    sent_at: Any = None  # one that is no text corrects nothing, as one that cannot be read
    context: msgspec.Raw = NOTHING
    write_key: str | None = None


class _Fine(msgspec.Struct, rename="camel"):
    batch: list[PlainCall]
    sent_at: str | None = None
    context: msgspec.Raw = NOTHING
    write_key: str | None = None


class _Key(msgspec.Struct, rename="camel"):
    write_key: str | None = None


_read_batch: Final = msgspec.json.Decoder(_Batch).decode
_read_fine: Final = msgspec.json.Decoder(_Fine).decode
_read_key: Final = msgspec.json.Decoder(_Key).decode
_read_one: Final = msgspec.json.Decoder(msgspec.Raw).decode

_ESCAPES: Final = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
OWN: Final = "own"
"""The kind of a body that Regard itself made: a list of track calls, in which nobody need be named."""
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_MARK: Final = b"\xef\xbb\xbf"


def opened(kind: str, body: bytes) -> Body:
    """A body taken apart, without reading its events. ``kind`` is as in :class:`~regard.collect.spool.Arrived`.

    Raises Invalid when it is not JSON, is nested too deeply, is no batch where one belongs, or holds too many
    events.
    """
    found = _read(kind, body)
    if len(found.raws) > EVENTS_LIMIT:
        raise Invalid(said("the body holds more than {limit} events", limit=EVENTS_LIMIT), code="too_many_events")
    return found


def _read(kind: str, body: bytes) -> Body:
    try:
        return _opened(kind, body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return _opened(kind, whole_characters(body.removeprefix(_MARK)))
    except RecursionError:
        raise Invalid(said("the JSON is nested too deeply"), code="too_deep") from None
    except msgspec.ValidationError as error:
        raise Invalid(said("the body is not what the protocol describes: {error}", error=str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(said("the body is not JSON: {error}", error=str(error)), code="bad_json") from None


def _opened(kind: str, body: bytes) -> Body:
    if kind == "batch":
        found = _read_batch(body)
        sent_at = found.sent_at if isinstance(found.sent_at, str) else None
        return Body(found.batch, sent_at, _shared(found.context, len(found.batch)), found.write_key)
    if kind in ("cloudevents", OWN):
        return Body(cloud_events.items(body))
    return Body([_read_one(body)])


def _shared(context: msgspec.Raw, events: int) -> msgspec.Raw:
    """A batch's context, which all of its events get. Raises Invalid."""
    text = bytes(context)
    if text in (b"", b"null"):
        return NOTHING
    try:
        _fit(text)
    except Unusable as error:
        raise _no_context(said(PROTOCOL_REASONS[error.reason])) from None
    if not text.startswith(b"{"):
        raise _no_context(said("it is no object"))
    if len(text) * events > SHARED_LIMIT:
        raise _no_context(said("it is too large for so many events"))
    return context


def _no_context(why: str) -> Invalid:
    return Invalid(said("the context of the batch cannot be used: {why}", why=why), field="context")


def whole_characters(body: bytes) -> bytes:
    r"""Half characters (lone surrogates, which browsers do send) as U+FFFD, the mark of what cannot be read.

    >>> print(whole_characters(rb'cut \ud83d, whole \ud83d\ude00, no escape \\ud83d').decode())
    cut \ufffd, whole \ud83d\ude00, no escape \\ud83d
    """
    return _ESCAPES.sub(lambda found: rb"\ufffd" if found["half"] else found[0], body)


def key_in(kind: str, body: Body) -> str | None:
    """The write key that a body names: the batch, or else its first event."""
    if body.write_key or not body.raws or kind in ("cloudevents", "feedback"):
        return body.write_key
    try:
        return _read_key(body.raws[0]).write_key
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class Checked(NamedTuple):
    """What a sender is told of a body: how many events it holds, and which are refused; with the key that it names."""

    events: int
    refusals: Sequence[Refusal]
    write_key: str | None


def checked(kind: str, text: bytes) -> Checked:
    """Look at every event of a body. Raises Invalid as :func:`opened` does."""
    fine = screened(text, EVENT_LIMIT) if kind == "batch" else None
    if fine is not None and len(fine.batch) <= EVENTS_LIMIT:
        return Checked(len(fine.batch), (), fine.key)
    body = opened(kind, text)
    refusals = [found for found in judged(kind, body) if isinstance(found, Refusal)]
    return Checked(len(body.raws), refusals, key_in(kind, body))


def judged(kind: str, body: Body) -> Iterator[RawEvent | Refusal]:
    """Each event of a body, or why it is refused, in order. ``message_id`` is as sent, empty where it was not."""
    read = _READERS.get(kind, read_call)
    told = kind if kind in TYPES else ""
    limit = OWN_LIMIT if kind == OWN else EVENT_LIMIT
    for index, raw in enumerate(body.raws):
        text = bytes(raw)
        try:
            if len(text) > limit or b"\\" in text or not text.isascii():
                _fit(text, limit)
            yield read(text, told)
        except Unusable as error:
            yield Refusal(index, error.message_id, error.reason, said(PROTOCOL_REASONS[error.reason]), text)


def _fit(text: bytes, limit: int = EVENT_LIMIT) -> None:
    """Raise Unusable for a text that is not even read."""
    if len(text) > limit:
        raise Unusable("too_large")
    try:
        text.decode()
    except UnicodeDecodeError:
        raise Unusable("bad_text") from None
    if _NUL.search(text):
        raise Unusable("bad_text")


_READERS: Final[dict[str, Callable[[bytes, str], RawEvent]]] = {
    "cloudevents": cloud_events.event_of,
    "feedback": feedback_records.event_of,
    OWN: read_own,
}


def events_of(arrived: Arrived) -> list[RawEvent | Refusal]:
    """The events of what arrived, complete: those without a ``messageId`` get one of the record and their place in it.

    A record that is read again therefore gives the same events.
    """
    made = _ids(arrived)
    try:
        fine = _all_fine(arrived)
        body = Body([], fine.sent_at) if fine else opened(arrived.kind, arrived.body)
    except Invalid as error:
        return [Refusal(0, made(0), "malformed", error.message, arrived.body)]
    every: list[RawEvent | Refusal] = [*(fine.batch if fine else judged(arrived.kind, body))]
    for index, found in enumerate(every):
        if not found.message_id:
            found.message_id = made(index)
        if not found.sent_at:
            found.sent_at = body.sent_at
        if body.context and not isinstance(found, Refusal):
            found.context = together(body.context, found.context)
    return every


def _all_fine(arrived: Arrived) -> _Fine | None:
    """A batch whose events are all as nearly all are, read at once; None for any other."""
    body = arrived.body
    if arrived.kind != "batch" or not is_clean(body):
        return None
    try:
        fine = _read_fine(body)
        if fine.context or len(fine.batch) > EVENTS_LIMIT or not are_small(body, EVENT_LIMIT):
            return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return fine if are_complete(fine.batch) else None


def _ids(arrived: Arrived) -> Callable[[int], str]:
    """The ids of events that were sent without one, by their place; the body is read for them once, at the first."""
    record = f"{arrived.id}\0{arrived.source}\0{arrived.received_at.isoformat()}\0".encode()
    read: list[blake2b] = []

    def made(index: int) -> str:
        if not read:
            read.append(blake2b(record + arrived.body, digest_size=16))
        place = read[0].copy()
        place.update(b"\0%d" % index)
        return place.hexdigest()

    return made
