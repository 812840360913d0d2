"""One workspace's side of listening: what is pending for it becomes one transaction."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from regard.base.clock import now
from regard.base.events import publish
from regard.collect.batching import Rows, positions, without, write_events, write_refused
from regard.collect.knowing import People
from regard.profiles import Resolution, deciding, resolve
from regard.stream import Batch, Change, Question, Store
from regard.stream.compose import sql

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 30.0
"""How long a workspace that cannot be written to is left alone: twice as long each time."""

REPEAT_DAYS: Final = 30
"""How long an event may be sent again and change nothing: senders give up after days, and a look through all that was
ever received would make every batch dearer."""

_PLACES: Final = sql("SELECT name, position FROM positions WHERE name LIKE 'spool/%'")


def place_of(segment: Path) -> str:
    """What a segment is called where a workspace keeps how far it was read."""
    return f"spool/{segment.name}"


@dataclass
class Intake:
    """How far a workspace has read each segment, who is who in it, and what is pending."""

    workspace: str
    store: Store
    read: dict[str, int]
    gone: set[str] = field(default_factory=set)
    people: People = field(default_factory=People)
    pending: Rows = field(default_factory=Rows)

    def take_pending(self) -> Rows:
        rows, self.pending = self.pending, Rows()
        return rows

    def forget(self, place: str) -> None:
        """A segment was deleted: its place in the store goes with the next transaction."""
        if self.read.pop(place, None) is not None:
            self.gone.add(place)

    def write(self, rows: Rows, folder: Path, *, also: Collection[Change] = ()) -> int:
        """Put rows into the store, all of it or nothing; returns how many events that settles."""
        with deciding(self.store):
            self.people.look(self.store)
            told = self.people.evidence(rows.events, rows.loads)
            resolution = resolve(self.store, told, self.people.rules) if told else Resolution()
            gone = self._append(rows, resolution, also, folder)
            self.people.settled(self.store, resolution)
        self.read |= rows.until
        self.gone -= gone
        for news in resolution.news(self.workspace):
            publish(news)
        return len(rows) + rows.forgotten

    def _append(self, rows: Rows, resolution: Resolution, also: Collection[Change], folder: Path) -> set[str]:
        gone, changes = set(self.gone), [*resolution.changes, *also]
        if rows.until:
            changes.append(positions(rows.until, now(), folder / "positions.parquet"))
        if gone:
            changes.append(without("positions", "name", sorted(gone), folder / "gone.parquet"))
        accepted, refused = self._accepted(rows, resolution, folder), None
        if rows.refused:
            refused = write_refused(rows.refused, folder / "refused.parquet")
        since = min((event.received_at for event in rows.events), default=now()) - timedelta(days=REPEAT_DAYS)
        batch = Batch(accepted, refused, changes=changes, moves=resolution.moves, known_since=since)
        self.store.append(batch)
        return gone

    def _accepted(self, rows: Rows, resolution: Resolution, folder: Path) -> Path | None:
        if not rows.events:
            return None
        customers = self.people.customers(self.store, rows.events, resolution)
        return write_events(rows.events, rows.loads, customers, folder / "accepted.parquet")


def open_intake(workspace: str, store: Store, here: Collection[str] | None = None) -> Intake:
    """A workspace as its store left it. Places of segments that are not ``here`` any more are to be removed."""
    found = store.ask(Question("places in the spool", _PLACES)).rows()
    read = {row["name"]: int(row["position"]) for row in found}
    return Intake(workspace, store, read, gone=set() if here is None else set(read) - set(here))


@dataclass
class Waiting:
    """A workspace that cannot be written to now is left alone for a while, longer each time."""

    seconds: float = FIRST_WAIT_SECONDS
    until: float = 0.0

    def again(self) -> None:
        self.until = time.monotonic() + self.seconds
        self.seconds = min(2 * self.seconds, LONGEST_WAIT_SECONDS)

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.until
