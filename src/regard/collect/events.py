"""An event on its way through the pipeline: what arrived, and the columns that the steps have filled so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from regard.base.words import marked, said

LIVE_REASONS: Final[dict[str, str]] = {
    "malformed": marked("It is not what the protocol describes."),
    "bad_text": marked("The text is not valid UTF-8, or holds half a character."),
    "bad_time": marked("The time cannot be read, or lies before 1900."),
    "future_time": marked("It claims to have happened after it arrived."),
    "bot": marked("A program that reads the web sent it, not a person."),
    "no_consent": marked("The person has not agreed to what this source needs; nothing of it was kept."),
    "bad_number": marked("An amount or a score is not a number that can be counted with."),
    "score_off_scale": marked("The score does not lie on its scale, or comes without one."),
    "too_deep": marked("The JSON is nested too deeply."),
    "unforeseen": marked("Regard failed at it; its log says how."),
    "not_stored": marked("The store does not take it."),
}
"""Every reason for which the pipeline refuses an event that arrived live."""


class Event(msgspec.Struct, gc=False):
    """One event. ``properties`` and ``context`` are the text of JSON objects, taken apart only where a step must.

    Steps fill the rest: the stream's columns, the identifiers that say whose it is, or why it is refused.
    """

    id: str
    kind: str
    name: str
    received_at: datetime
    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None
    timestamp: str | None = None
    sent_at: str | None = None
    properties: str | None = None
    context: str | None = None
    user_agent: str | None = None
    address: str | None = None

    occurred_at: datetime | None = None
    source_key: str | None = None
    channel: str | None = None
    touchpoint: str | None = None
    subject: str | None = None
    metric: str | None = None
    score: float | None = None
    scale_min: float | None = None
    scale_max: float | None = None
    weight: float | None = None
    orientation: str | None = None
    text: str | None = None
    language: str | None = None
    amount: float | None = None
    currency: str | None = None
    agent: str | None = None

    refusal: Refused | None = None


class Refused(NamedTuple):
    """Why a step refuses an event: a stable reason, a sentence about this one, and the field it is about.

    ``is_forgotten`` asks that nothing of the event be kept, not even in the quarantine.
    """

    reason: str
    message: str
    field: str | None = None
    is_forgotten: bool = False


class Sender(NamedTuple):
    """What the context says of who sent an event; worked out once for each different context."""

    user_agent: str | None
    channel: str | None
    language: str | None
    has_ip: bool
    consent: Mapping[str, Any] | None
    email: str | None
    phone: str | None


_NOBODY: Final = Sender(None, None, None, False, None, None, None)
_CHANNELS: Final = {"browser": "web", "web": "web", "mobile": "app", "app": "app", "server": "server"}
_PHONES: Final = ("ios", "android", "ipados", "tvos", "watchos")
_APPS: Final = ("ios", "android", "swift", "kotlin", "flutter", "react-native", "xamarin", "unity")
_MOST: Final = 4096
_LARGEST: Final = 4096  # characters of a context that is remembered
_read_context = msgspec.json.Decoder(dict[str, Any]).decode
_known: dict[str, Sender] = {}


def sender_of(context: str | None) -> Sender:
    """Who sent an event, from its context.

    >>> found = sender_of('{"library": {"name": "analytics-ios"}, "locale": "pl-PL", "ip": "10.0.0.1"}')
    >>> found.channel, found.language, found.has_ip
    ('app', 'pl', True)
    """
    if context is None:
        return _NOBODY
    found = _known.get(context)
    if found is None:
        found = _sender(context)
        if len(context) <= _LARGEST:
            if len(_known) >= _MOST:
                _known.clear()
            _known[context] = found
    return found


def senders_of(events: Sequence[Event]) -> dict[str | None, Sender]:
    """The sender of each different context among these events."""
    return {context: sender_of(context) for context in {event.context for event in events}}


def sent_by(events: Sequence[Event], is_so: Callable[[Sender], bool]) -> list[Event]:
    """The events whose sender is so; asked once for each different context."""
    found = {context for context, sender in senders_of(events).items() if is_so(sender)}
    return [event for event in events if event.context in found] if found else []


def _sender(context: str) -> Sender:
    told = object_of(context)
    traits = part(told, "traits")
    locale = text_of(told.get("locale"))
    return Sender(
        text_of(told.get("userAgent")),
        _channel(told),
        locale.replace("_", "-").split("-")[0].lower() if locale else None,
        "ip" in told or not told,  # one that cannot be read may tell it: the step that takes it out refuses that
        part(part(told, "consent"), "categoryPreferences") or None,
        text_of(traits.get("email")),
        text_of(traits.get("phone")),
    )


def _channel(told: Mapping[str, Any]) -> str | None:
    """As the sender says; else after its device or library: a browser, an app, or a server."""
    said_so = text_of(told.get("channel"))
    if said_so:
        return _CHANNELS.get(said_so, said_so)
    library = (text_of(part(told, "library").get("name")) or "").lower()
    device = (text_of(part(told, "device").get("type")) or "").lower()
    if device in _PHONES or library.rsplit("/", 1)[-1].removeprefix("analytics-").startswith(_APPS):
        return "app"
    if "userAgent" in told or "page" in told:
        return "web"
    return "server" if library else None


def object_of(text: str | None) -> dict[str, Any]:
    """A JSON object as a dictionary; an empty one where nothing can be read."""
    if not text:
        return {}
    try:
        return _read_context(text)
    except (msgspec.DecodeError, RecursionError):
        return {}


def part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside an object; an empty one where there is none."""
    found = whole.get(name)
    return found if isinstance(found, dict) else {}


def text_of(value: Any) -> str | None:
    """A value as text where it says something plain: text, or a whole number.

    >>> text_of(" a "), text_of(12), text_of(""), text_of(True), text_of({})
    ('a', '12', None, None, None)
    """
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def refused(reason: str, field: str | None = None, **values: Any) -> Refused:
    """A refusal in the words that go with its reason."""
    return Refused(reason, said(LIVE_REASONS[reason], **values), field)
