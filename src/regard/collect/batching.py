"""Events as a batch: the rows, the refused and the positions of one transaction, as tables that the store reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, Final

import msgspec

from regard.base.ids import new_id
from regard.collect.events import Event, Refused
from regard.stream import BESIDE, COLUMN_TYPES, LIVE, QUARANTINE_COLUMNS, Change, Table, table_of

_FIELDS: Final = tuple(field.name for field in msgspec.structs.fields(Event))
_PLACES: Final = {name: place for place, name in enumerate(_FIELDS) if name in COLUMN_TYPES}
_REPEATED: Final = ("load", "received_at", "name", "channel", "language", "currency", "context")
_QUARANTINED: Final = dict.fromkeys(QUARANTINE_COLUMNS, "VARCHAR") | {"received_at": "TIMESTAMP"}


@dataclass(frozen=True)
class Kept:
    """A refused event, as the quarantine keeps it: why, whose source it came from, and what arrived."""

    refusal: Refused
    raw: str
    received_at: datetime


@dataclass
class Rows:
    """What one transaction brings to one workspace.

    ``until`` says how far each segment has been read with it, ``begins`` where its first record in each began.
    """

    events: list[Event] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    refused: list[Kept] = field(default_factory=list)
    until: dict[str, int] = field(default_factory=dict)
    begins: dict[str, int] = field(default_factory=dict)
    size: int = 0
    forgotten: int = 0
    ids: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)

    def add(self, events: Sequence[Event], load: str) -> None:
        """Take events in, but of those of one id only the first."""
        first = {event.id: event for event in reversed(events)}
        if len(first) < len(events) or not self.ids.isdisjoint(first):
            events = [event for event in events if first[event.id] is event and event.id not in self.ids]
        self.ids.update(first)
        self.events += events
        self.loads += [load] * len(events)

    def reaches(self, place: str, segment: str, begin: int, end: int) -> None:
        """A record of a segment, from ``begin`` to ``end``, is among these rows."""
        self.until[place] = end
        self.begins.setdefault(segment, begin)

    def __len__(self) -> int:
        return len(self.events) + len(self.refused)


def table_of_events(events: Sequence[Event], loads: Sequence[str], customers: Sequence[int | None]) -> Table:
    """The accepted rows; columns that all of them leave empty are left out."""
    flat, step = list(chain.from_iterable(map(msgspec.structs.astuple, events))), len(_FIELDS)
    columns: dict[str, Sequence[Any]] = {
        name: flat[place::step] for place, name in enumerate(_FIELDS) if name in COLUMN_TYPES
    }
    columns |= {"customer": customers, "load": loads}
    filled = {name: values for name, values in columns.items() if values.count(None) < len(values)}
    return table_of(filled, COLUMN_TYPES, _REPEATED)


def table_of_refused(kept: Sequence[Kept]) -> Table:
    """The refused, each with an id of its own by which it can be found and replayed."""
    columns: dict[str, Sequence[Any]] = {
        "load": [LIVE] * len(kept),
        "id": [new_id() for _ in kept],
        "reason": [item.refusal.reason for item in kept],
        "column": [item.refusal.field for item in kept],
        "message": [str(item.refusal.message) for item in kept],
        "raw": [item.raw for item in kept],
        "received_at": [item.received_at for item in kept],
    }
    return table_of(columns, _QUARANTINED)


def positions(until: Mapping[str, int], read_at: datetime) -> Change:
    """How far each segment has been read."""
    columns: dict[str, Sequence[Any]] = {
        "name": [*until],
        "position": [*until.values()],
        "read_at": [read_at] * len(until),
    }
    return Change("positions", table_of(columns, BESIDE["positions"]), ("name",))


def without(table: str, key: str, values: Sequence[str]) -> Change:
    """The removal of rows by their key."""
    return Change(table, table_of({key: values}, {key: "VARCHAR"}), (key,), only_removes=True)
