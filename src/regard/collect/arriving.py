"""What arrived becomes events: read by the protocol, taken through the source's pipeline, or refused and kept."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import Any, Final

import msgspec

from regard.base.errors import traced
from regard.collect.batching import Kept, Rows
from regard.collect.calls import NOTHING, RawEvent, raw
from regard.collect.events import Event, Refused, refused
from regard.collect.pipeline import Run, run_all, settings_from, steps_for
from regard.collect.protocol import Refusal, events_of
from regard.collect.sources import Source
from regard.collect.spool import Arrived
from regard.stream import LIVE

logger = logging.getLogger(__name__)

NAMES: Final[dict[str, str]] = {
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "identify": "Profile Updated",
    "group": "Account Joined",
    "alias": "Profile Aliased",
}
"""What calls other than track are called in the stream."""

_encode: Final = msgspec.json.Encoder().encode
_FIELDS: Final = tuple((field.name, field.encode_name) for field in msgspec.structs.fields(RawEvent))


def load_of(source: str) -> str:
    """What stands in ``load`` of a row that arrived live: by which source.

    >>> load_of("web")
    'live/web'
    """
    return f"{LIVE}/{source}"


@dataclass(frozen=True)
class _Prepared:
    """A source with the steps that its settings ask for."""

    source: Source
    steps: tuple[Run, ...]
    load: str


class Arriving:
    """Takes what arrived into rows. Sources are looked up as they are now; their steps are made once."""

    def __init__(self, source_of: Callable[[str], Source | None]):
        self._source_of = source_of
        self._prepared: dict[str, _Prepared] = {}

    def source(self, key: str) -> Source | None:
        """The source of a write key, as its owner has set it up now."""
        return self._source_of(key)

    def take(self, arrived: Arrived, source: Source, rows: Rows) -> None:
        """Read what arrived; each of its events is accepted, or refused with its reason.

        Whatever arrives, reading it must not stop what arrives after it: what none of our checks foresaw is refused.
        """
        try:
            self._take(arrived, self._of(source), rows)
        except Exception as error:  # noqa: BLE001 - a fault of ours, told in the log
            logger.error("record %s of source %s cannot be read: %s", arrived.id, source.id, traced(error))
            rows.refused.append(_kept(arrived, refused("unforeseen"), arrived.body))

    def _take(self, arrived: Arrived, prepared: _Prepared, rows: Rows) -> None:
        rows.keys[prepared.load] = arrived.source
        found = events_of(arrived)
        calls = [call for call in found if not isinstance(call, Refusal)]
        events = [event_of(call, arrived) for call in calls]
        accepted = run_all(events, prepared.steps)
        if len(accepted) < len(found):
            _refuse(arrived, found, rows)
            for event, call in zip(events, calls, strict=True):
                _refuse_event(arrived, event, call, rows)
        rows.add(accepted, prepared.load)

    def _of(self, source: Source) -> _Prepared:
        found = self._prepared.get(source.key)
        if found is None or found.source is not source:
            steps = steps_for(settings_from(source.settings))
            found = self._prepared[source.key] = _Prepared(source, steps, load_of(source.id or source.key))
        return found


def _refuse(arrived: Arrived, found: Sequence[RawEvent | Refusal], rows: Rows) -> None:
    """Put aside what was no event of the protocol."""
    for one in found:
        if isinstance(one, Refusal):
            rows.refused.append(_kept(arrived, Refused(one.reason, one.message), one.raw, one.sent_at))


def _refuse_event(arrived: Arrived, event: Event, call: RawEvent, rows: Rows) -> None:
    """Put aside what a step of the pipeline refused, as it was sent; what must be forgotten is only counted."""
    if event.refusal is None:
        return
    if event.refusal.is_forgotten:
        rows.forgotten += 1
    else:
        rows.refused.append(_kept(arrived, event.refusal, sent(call)))


def event_of(call: RawEvent, arrived: Arrived) -> Event:
    """A call as an event; identify and group bring traits where others bring properties."""
    kind, context = call.type, call.context
    details = call.properties if kind == "track" else _details(call)
    event = Event(  # by place, which is faster; its identifiers are texts, as read_call leaves them
        call.message_id,  # type: ignore[arg-type]
        kind,
        intern(call.event or "") if kind == "track" else NAMES[kind],
        arrived.received_at,
        call.user_id,  # type: ignore[arg-type]
        call.anonymous_id,  # type: ignore[arg-type]
        call.previous_id,  # type: ignore[arg-type]
        call.timestamp or call.original_timestamp,
        call.sent_at,
        str(details, "utf-8") if details else None,
        intern(str(context, "utf-8")) if context else None,  # the same for many
        arrived.agent,
        arrived.ip,
    )
    if kind == "group":
        event.subject = call.group_id  # type: ignore[assignment]
    elif call.name and kind in ("page", "screen"):
        event.touchpoint = call.name
    return event


def _details(call: RawEvent) -> msgspec.Raw:
    """The properties, or what stands in for them: traits (RudderStack sends those of an identify in the context), and
    the category that a page has beside its properties."""
    if call.type == "group":
        return call.traits
    if call.type == "identify":
        return call.traits or (_parts(call.context) or {}).get("traits", NOTHING)
    parts = None if call.category is None else _parts(call.properties)
    return call.properties if parts is None else raw({"category": call.category} | parts)


def _parts(details: msgspec.Raw) -> dict[str, msgspec.Raw] | None:
    """The parts of an object, unread; None for what cannot be read, which the pipeline refuses."""
    try:
        return _read_object(bytes(details) or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


_read_object: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


# --- what the quarantine keeps ---------------------------------------------------------------------------------------


def _kept(arrived: Arrived, refusal: Refused, event: bytes, sent_at: str | None = None) -> Kept:
    return Kept(refusal, raw_of(arrived, event, sent_at), arrived.received_at)


def sent(call: RawEvent) -> bytes:
    """A call as its sender could have sent it alone: with the time of sending and the context of its batch."""
    fields = ((name, getattr(call, attribute)) for attribute, name in _FIELDS)
    return _encode({name: value for name, value in fields if value is not None and value != "" and value != NOTHING})


def raw_of(arrived: Arrived, event: bytes, sent_at: str | None = None) -> str:
    """All that is needed to take one event through the pipeline again, as JSON; the address is left out.

    ``sent_at`` is when the batch was sent that an event came in. A whole body keeps the ``id`` of its record, so that
    its events get the ids again that they had.
    """
    told: dict[str, Any] = {"source": arrived.source, "kind": arrived.kind, "agent": arrived.agent}
    if event is arrived.body:
        told["id"] = arrived.id
    told["at"] = arrived.received_at
    try:
        told["event"] = event.decode()
    except UnicodeDecodeError:
        told["base64"] = base64.b64encode(event).decode()
    return _encode(told | ({"sent_at": sent_at} if sent_at else {})).decode()


def arrived_again(raw: Mapping[str, Any]) -> Arrived:
    """What the quarantine kept of an event, as if it arrived once more: at the time when it first did."""
    event = base64.b64decode(raw["base64"]) if "base64" in raw else raw["event"].encode()
    kind = raw["kind"]
    if kind == "batch" and "id" not in raw:
        sent_at = _encode(raw.get("sent_at"))
        event = b'{"batch":[' + event + b'],"sentAt":' + sent_at + b"}"
    return Arrived(
        source=raw["source"],
        received_at=msgspec.convert(raw["at"], type=datetime),
        kind=kind,
        body=event,
        ip=None,
        agent=raw.get("agent"),
        id=raw.get("id", ""),
    )


def kept_event(event: Event, source_key: str) -> Kept:
    """An event that the store did not take, as the pipeline left it."""
    details = msgspec.Raw((event.properties or "").encode())
    has_traits = event.kind in ("identify", "group")
    call = RawEvent(
        event.kind,
        event.id,
        event.user_id,
        event.anonymous_id,
        event=event.name if event.kind == "track" else None,
        name=event.touchpoint if event.kind in ("page", "screen") else None,
        group_id=event.subject if event.kind == "group" else None,
        previous_id=event.previous_id,
        timestamp=event.timestamp,
        sent_at=event.sent_at,
        properties=NOTHING if has_traits else details,
        traits=details if has_traits else NOTHING,
        context=msgspec.Raw((event.context or "").encode()),
    )
    arrived = Arrived(source_key, event.received_at, event.kind, b"", agent=event.user_agent)
    return _kept(arrived, refused("not_stored"), sent(call))
