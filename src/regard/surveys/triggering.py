"""Who is asked, and what makes them be asked, as data: after something happened, because they belong to a segment,
because they stand in a list, or because a program says so. It is kept as JSON in ``Programme.trigger``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

import msgspec

from regard.base import Invalid
from regard.base.shapes import learn
from regard.base.words import said
from regard.stream import Question, Store
from regard.stream.compose import naive, sql
from regard.surveys.evaluating import holds
from regard.surveys.expressions import parse

OVERLAP: Final = timedelta(hours=1)
"""What was received is in the stream a little later: so much of what was looked at is looked at again."""
LONG_OVERLAP: Final = timedelta(hours=24)
"""Once an hour: a file that takes hours to load shows all of its rows at its end."""
LATEST: Final = timedelta(days=3)
"""An event that is known later than this after its day has come makes nobody be asked: files of old orders do not."""
LONGEST_HOURS: Final = 24 * 365
_AT_ONCE: Final = 5_000


class _Trigger(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What makes people be asked."""


class OnEvent(_Trigger, frozen=True, kw_only=True, tag_field="kind", tag="event"):
    """So many hours after an interaction of this name. ``condition`` is about its columns and properties, in the words
    of surveys' conditions: ``{amount} > 100 and {carrier} = 'DHL'``. With ``once_per`` "subject", what happens again to
    the same ticket or order asks nobody again."""

    event: str
    after_hours: float = 0
    condition: str | None = None
    once_per: Literal["event", "subject"] = "subject"

    def __post_init__(self) -> None:
        if not self.event.strip() or len(self.event) > 200:
            raise ValueError("event: the name of an interaction is missing")
        if not 0 <= self.after_hours <= LONGEST_HOURS:
            raise ValueError(f"after_hours: must lie between 0 and {LONGEST_HOURS}")


class OfSegment(_Trigger, frozen=True, kw_only=True, tag_field="kind", tag="segment"):
    """The members of a segment: all of them ``now``, whoever will ``enter`` it, or ``every`` period anew."""

    segment: str
    when: Literal["now", "enter", "every"] = "now"


class OfList(_Trigger, frozen=True, kw_only=True, tag_field="kind", tag="list"):
    """Everybody of the list that was uploaded for the programme."""


class OnCall(_Trigger, frozen=True, kw_only=True, tag_field="kind", tag="call"):
    """Whoever a program names, by the API."""


Trigger: TypeAlias = OnEvent | OfSegment | OfList | OnCall
learn(Trigger)


def read_trigger(given: Any) -> Trigger:
    """A trigger out of JSON. Raises :class:`~regard.base.Invalid` that says what cannot be used.

    >>> read_trigger({"kind": "event", "event": "Order Delivered", "after_hours": 48}).after_hours
    48.0
    """
    try:
        found: Trigger = msgspec.convert(given, Trigger)
    except msgspec.ValidationError as error:
        raise Invalid(said("the trigger cannot be used: {why}", why=str(error)), field="trigger") from error
    if isinstance(found, OnEvent) and found.condition:
        parse(found.condition)
    return found


def trigger_json(trigger: Trigger) -> dict[str, Any]:
    """A trigger as it is kept."""
    kept: dict[str, Any] = msgspec.to_builtins(trigger)
    return kept


@dataclass(frozen=True)
class Happened:
    """An interaction that asks for somebody to be asked; instants are aware."""

    id: str
    customer: int
    source_key: str
    occurred_at: datetime
    subject: str = ""
    touchpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


_EVENTS: Final = """SELECT id, customer, source_key, occurred_at, received_at, subject, touchpoint, channel, language,
    agent, amount, currency, score, properties
FROM interactions
WHERE name = :name AND NOT customer IS NULL AND NOT source_key IS NULL AND occurred_at >= :oldest
    AND (received_at > :after OR (received_at = :after AND id > :last)) AND received_at < :until
ORDER BY received_at, id LIMIT :most"""
_COLUMNS: Final = ("subject", "touchpoint", "channel", "language", "agent", "amount", "currency", "score")


def happened(
    store: Store, trigger: OnEvent, after: datetime, until: datetime, latest: timedelta = LATEST
) -> Iterator[Happened]:
    """What was received from ``after`` on and before ``until`` that fits, in the order in which it was received; not
    what lies so far back that its day was over by more than ``latest``."""
    oldest = until - timedelta(hours=trigger.after_hours) - latest
    given = {"name": trigger.event, "oldest": naive(oldest), "until": naive(until), "most": _AT_ONCE}
    place, last = naive(after), ""
    while True:
        question = Question("what happened since", sql(_EVENTS), {**given, "after": place, "last": last})
        rows = store.ask(question).rows()
        yield from (one for one in map(_happened, rows) if holds(trigger.condition, one.values))
        if len(rows) < _AT_ONCE:
            return
        place, last = rows[-1]["received_at"], rows[-1]["id"]


def _happened(row: Mapping[str, Any]) -> Happened:
    columns = {name: row[name] for name in _COLUMNS if row[name] is not None}
    return Happened(
        id=row["id"],
        customer=row["customer"],
        source_key=row["source_key"],
        occurred_at=row["occurred_at"].replace(tzinfo=UTC),
        subject=row["subject"] or "",
        touchpoint=row["touchpoint"] or "",
        values=_properties(row["properties"]) | columns,
    )


def _properties(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def because_of(trigger: OnEvent, event: Happened) -> str:
    """What an invitation is about: of two about the same thing only one is made."""
    if trigger.once_per == "subject" and event.subject:
        return f"{trigger.event}/{event.subject}"[:1100]
    return event.id[:1100]


def looked_from(cursor: datetime, at: datetime) -> datetime:
    """From where on what was received is looked at (again), when all before ``cursor`` has been.

    >>> hour = datetime(2026, 5, 1, 12, tzinfo=UTC)
    >>> str(looked_from(hour + timedelta(minutes=5), hour + timedelta(minutes=6)))
    '2026-05-01 11:05:00+00:00'
    """
    is_new_hour = cursor.replace(minute=0, second=0, microsecond=0) != at.replace(minute=0, second=0, microsecond=0)
    return cursor - (LONG_OVERLAP if is_new_hour else OVERLAP)


_ENTERED: Final = """SELECT customer, since FROM segment_members
WHERE segment = :segment AND since >= :after ORDER BY since, customer"""


def entered(store: Store, segment: str, after: datetime) -> list[tuple[int, datetime]]:
    """Who belongs to a segment since that instant or later, as far as memberships have been brought up to date."""
    question = Question("who entered a segment", sql(_ENTERED), {"segment": segment, "after": naive(after)})
    return [(row["customer"], row["since"].replace(tzinfo=UTC)) for row in store.ask(question).rows()]
