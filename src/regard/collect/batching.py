"""Events as a batch: the rows, the refused and the positions of one transaction, in files that the store reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from regard.base.ids import new_id
from regard.collect.events import Event, Refused
from regard.stream import BESIDE, COLUMN_TYPES, LIVE, QUARANTINE_COLUMNS, Change, table_of

_FILLED: Final = tuple(name for name in COLUMN_TYPES if name not in ("customer", "load"))
_REPEATED: Final = ("load", "name", "channel", "language", "currency", "context")
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

    def add(self, event: Event, load: str) -> None:
        """Take an event in, unless this batch has one of its id."""
        if event.id not in self.ids:
            self.ids.add(event.id)
            self.events.append(event)
            self.loads.append(load)

    def reaches(self, place: str, segment: str, begin: int, end: int) -> None:
        """A record of a segment, from ``begin`` to ``end``, is among these rows."""
        self.until[place] = end
        self.begins.setdefault(segment, begin)

    def __len__(self) -> int:
        return len(self.events) + len(self.refused)


def write_events(events: Sequence[Event], loads: Sequence[str], customers: Sequence[int | None], path: Path) -> Path:
    """The accepted rows as parquet."""
    columns: dict[str, Sequence[Any]] = {name: list(map(attrgetter(name), events)) for name in _FILLED}
    return _written({**columns, "customer": customers, "load": loads}, COLUMN_TYPES, path)


def write_refused(kept: Sequence[Kept], path: Path) -> Path:
    """The refused as parquet, each with an id of its own by which it can be found and replayed."""
    columns: dict[str, Sequence[Any]] = {
        "load": [LIVE] * len(kept),
        "id": [new_id() for _ in kept],
        "reason": [item.refusal.reason for item in kept],
        "column": [item.refusal.field for item in kept],
        "message": [str(item.refusal.message) for item in kept],
        "raw": [item.raw for item in kept],
        "received_at": [item.received_at for item in kept],
    }
    return _written(columns, _QUARANTINED, path)


def positions(until: Mapping[str, int], read_at: datetime, path: Path) -> Change:
    """How far each segment has been read."""
    columns: dict[str, Sequence[Any]] = {
        "name": [*until],
        "position": [*until.values()],
        "read_at": [read_at] * len(until),
    }
    return Change("positions", _written(columns, BESIDE["positions"], path), ("name",))


def without(table: str, key: str, values: Sequence[str], path: Path) -> Change:
    """The removal of rows by their key."""
    return Change(table, _written({key: values}, {key: "VARCHAR"}, path), (key,), only_removes=True)


def _written(columns: Mapping[str, Sequence[Any]], types: Mapping[str, str], path: Path) -> Path:
    """Not compressed, and without statistics: it is read once, whole, a moment later."""
    repeated = [name for name in _REPEATED if name in columns]
    table = table_of(columns, types)
    pq.write_table(table, path, compression="none", use_dictionary=repeated, write_statistics=False)
    return path
