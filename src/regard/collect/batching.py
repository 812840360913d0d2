"""Events as a batch: the rows, the refused and the positions of one transaction, in files that the store reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from regard.base.ids import new_id
from regard.collect.events import Event, Refused
from regard.stream import LIVE, Change

_TEXT: Final = (
    "id", "source_key", "name", "channel", "touchpoint", "subject", "metric", "orientation", "text", "language",
    "currency", "agent", "properties", "context",
)  # fmt: skip
_NUMBER: Final = ("score", "scale_min", "scale_max", "weight", "amount")
_INSTANT: Final = ("occurred_at", "received_at")
_REPEATED: Final = ("load", "name", "channel", "language", "currency", "context")
_AT: Final = pa.timestamp("us", tz="UTC")
_NAIVE: Final = pa.timestamp("us")


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
    columns: dict[str, pa.Array] = {name: pa.array(_all(events, name), pa.string()) for name in _TEXT}
    columns |= {name: pa.array(_all(events, name), pa.float64()) for name in _NUMBER}
    columns |= {name: pa.array(_all(events, name), _AT).cast(_NAIVE) for name in _INSTANT}
    columns["customer"] = pa.array(customers, pa.int64())
    columns["load"] = pa.array(loads, pa.string())
    return _written(columns, path)


def _all(events: Iterable[Event], name: str) -> list[Any]:
    return list(map(attrgetter(name), events))


def write_refused(kept: Sequence[Kept], path: Path) -> Path:
    """The refused as parquet, each with an id of its own by which it can be found and replayed."""
    texts = {
        "load": [LIVE] * len(kept),
        "id": [new_id() for _ in kept],
        "reason": [item.refusal.reason for item in kept],
        "column": [item.refusal.field for item in kept],
        "message": [str(item.refusal.message) for item in kept],
        "raw": [item.raw for item in kept],
    }
    columns: dict[str, pa.Array] = {name: pa.array(values, pa.string()) for name, values in texts.items()}
    columns["received_at"] = pa.array([item.received_at for item in kept], _AT).cast(_NAIVE)
    return _written(columns, path)


def positions(until: Mapping[str, int], read_at: datetime, path: Path) -> Change:
    """How far each segment has been read."""
    columns = {
        "name": pa.array([*until], pa.string()),
        "position": pa.array([*until.values()], pa.int64()),
        "read_at": pa.array([read_at] * len(until), _AT).cast(_NAIVE),
    }
    return Change("positions", _written(columns, path), ("name",))


def without(table: str, key: str, values: Sequence[str], path: Path) -> Change:
    """The removal of rows by their key."""
    return Change(table, _written({key: pa.array(values, pa.string())}, path), (key,), only_removes=True)


def _written(columns: Mapping[str, pa.Array], path: Path) -> Path:
    """Not compressed, and without statistics: it is read once, whole, a moment later."""
    repeated = [name for name in _REPEATED if name in columns]
    pq.write_table(pa.table(dict(columns)), path, compression="none", use_dictionary=repeated, write_statistics=False)
    return path
