"""One workspace's side of listening: what is pending for it becomes one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from regard.base import Invalid
from regard.base.clock import now
from regard.base.events import publish
from regard.collect.arriving import kept_event
from regard.collect.batching import Kept, Rows, positions, table_of_events, table_of_refused, without
from regard.collect.events import Event
from regard.collect.knowing import People
from regard.profiles import Resolution, deciding, resolve
from regard.stream import Batch, Change, Question, Store
from regard.stream.compose import sql

logger = logging.getLogger(__name__)

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 30.0
"""How long a workspace that cannot be written to is left alone: twice as long each time."""

REPEAT_DAYS: Final = 30
"""How long an event may be sent again and change nothing: senders give up after days, and a look through all that was
ever received would make every batch dearer."""

UNFIT: Final = (Invalid, ValueError, TypeError)
"""What is raised for rows that cannot be written, whenever it is tried."""

_PLACES: Final = sql("SELECT name, position FROM positions WHERE name LIKE 'spool/%'")


def _is_about_rows(error: Exception) -> bool:
    return not isinstance(error, Invalid) or error.code == "engine"


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

    def write(self, rows: Rows, *, also: Collection[Change] = ()) -> int:
        """Put rows into the store; returns how many events that settles.

        All of it is one transaction, or nothing is kept. Where the store does not take the rows for what is in them,
        those that it takes go in by parts, and the rest is refused: one of them must not hold up all the others.
        """
        settled = len(rows) + rows.forgotten
        try:
            self._write(rows, also)
        except UNFIT as error:
            if not rows.events or not _is_about_rows(error):
                raise
            logger.warning("workspace %s is written by parts: %s", self.workspace, error)
            rows.refused += self._refused_by_the_store(rows.events, rows.loads, rows.keys)
            self._write(replace(rows, events=[], loads=[]), also)
        return settled

    def _refused_by_the_store(
        self, events: Sequence[Event], loads: Sequence[str], keys: Mapping[str, str]
    ) -> Iterator[Kept]:
        """Write events in ever smaller parts; gives those that the store does not take even alone.

        A crash amid the parts doubles nothing: how far was read, and what is refused, is written last.
        """
        try:
            self._write(Rows([*events], [*loads]))
        except UNFIT as error:
            if not _is_about_rows(error):
                raise
            half = len(events) // 2
            if half:
                yield from self._refused_by_the_store(events[:half], loads[:half], keys)
                yield from self._refused_by_the_store(events[half:], loads[half:], keys)
            else:
                yield kept_event(events[0], keys[loads[0]])

    def _write(self, rows: Rows, also: Collection[Change] = ()) -> None:
        people, self.people = self.people, People()  # what is not written is not remembered
        with deciding(self.store):
            people.look(self.store)
            told = people.evidence(rows.events, rows.loads)
            resolution = resolve(self.store, told, people.rules) if told else Resolution()
            customers = people.customers(self.store, rows.events, resolution)
            gone = self._append(rows, customers, resolution, also)
            people.settled(self.store, resolution)
        self.people = people
        self.read |= rows.until
        self.gone -= gone
        for news in resolution.news(self.workspace):
            publish(news)

    def _append(
        self, rows: Rows, customers: Sequence[int | None], resolution: Resolution, also: Collection[Change]
    ) -> set[str]:
        gone, changes = set(self.gone), [*resolution.changes, *also]
        if rows.until:
            changes.append(positions(rows.until, now()))
        if gone:
            changes.append(without("positions", "name", sorted(gone)))
        accepted = table_of_events(rows.events, rows.loads, customers) if rows.events else None
        refused = table_of_refused(rows.refused) if rows.refused else None
        since = min((event.received_at for event in rows.events), default=now()) - timedelta(days=REPEAT_DAYS)
        batch = Batch(accepted, refused, changes=changes, moves=resolution.moves, known_since=since)
        self.store.append(batch)
        return gone


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
