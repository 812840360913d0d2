"""Listening: what the collectors appended to the spool goes into the stream, each event exactly once.

Rows, refusals, what they say about who is who, and how far the spool was read are one transaction per workspace. So a
crash at any point loses nothing and doubles nothing; a segment is deleted only when every workspace has its part.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

from regard.base import RegardError
from regard.base.errors import traced
from regard.base.ids import new_id
from regard.collect.arriving import Arriving
from regard.collect.batching import Rows
from regard.collect.locking import Turn
from regard.collect.salvaging import TORN
from regard.collect.settling import Intake, Waiting, open_intake, place_of
from regard.collect.sources import Source
from regard.collect.spool import SUFFIX, Arrived, flush_folder, framed, is_finished, read_segment, segments
from regard.stream import Store

logger = logging.getLogger(__name__)

PAUSE_SECONDS: Final = 0.2
"""How long the loader rests once it has caught up: what comes meanwhile shares a transaction."""

MOST_EVENTS: Final = 20_000
MOST_BYTES: Final = 16 << 20
"""How much one transaction brings at most, so that memory stays small however full the spool is."""

CLAIM_SECONDS: Final = 60.0
"""How often what had no source is looked at again: a source may be younger than the loader's table of them."""

UNCLAIMED: Final = "unclaimed"
"""Where records wait whose source nobody knows."""


class Loader:
    """Moves the spool into the stores. Any number may run; one of them works at a time."""

    def __init__(
        self,
        folder: Path,
        store_of: Callable[[str], Store],
        source_of: Callable[[str], Source | None],
        *,
        most_events: int = MOST_EVENTS,
    ):
        self.folder = folder
        self._store_of = store_of
        self._arriving = Arriving(source_of)
        self._most = most_events
        self._intakes: dict[str, Intake] = {}
        self._waiting: dict[str, Waiting] = {}
        self._begin: dict[str, int] = {}
        self._unclaimed: dict[str, dict[int, Arrived]] = {}
        self._turn = Turn(folder)
        self._claimed_at = float("-inf")

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop: what is being written then is still finished."""
        while not stop.is_set():
            if self._stepped() < self._most:
                stop.wait(PAUSE_SECONDS)
        self.close()

    def _stepped(self) -> int:
        """A step; one that fails is tried again, and nothing of it was kept."""
        try:
            self.claim_again()
            return self.step()
        except Exception as error:  # noqa: BLE001 - it goes on, whatever it was
            logger.error("the loader waits: %s", traced(error))
            return 0

    def step(self) -> int:
        """Read what is there; returns how many events were settled. Nothing, while another loader is at work."""
        if not self._turn.take():
            return 0
        try:
            return _Step(self).run()
        except BaseException:  # what is not written is not remembered
            self._intakes.clear()
            self._begin.clear()
            raise

    def claim_again(self) -> None:
        """Put back into the spool what had no source and has one now; looked for every now and then."""
        if time.monotonic() - self._claimed_at < CLAIM_SECONDS or not self._turn.take():
            return
        self._claimed_at = time.monotonic()
        for path in segments(self.folder / UNCLAIMED):
            if any(self._arriving.source(arrived.source) for arrived, _ in read_segment(path)):
                path.rename(self.folder / f"{new_id()}{SUFFIX}")

    def close(self) -> None:
        """Let another loader work."""
        self._turn.give_back()


class _Step:
    """One reading of all that is there. A workspace that fails in it is left alone until the next."""

    def __init__(self, loader: Loader):
        self._loader = loader
        self._blocked = {name for name, waiting in loader._waiting.items() if not waiting.is_over}
        self._unsettled: dict[str, int] = {}

    def run(self) -> int:
        found = segments(self._loader.folder)
        finished = {segment for segment in found if _is_finished(segment)}  # asked first: nothing is added after
        done = sum(self._read(segment) for segment in found)
        done += sum(self._write(intake) for intake in list(self._loader._intakes.values()))
        for segment in found:
            self._settle(segment, is_finished=segment in finished)
        return done

    def _read(self, segment: Path) -> int:
        """Read a segment from where it was left to its end, writing whenever enough has come together."""
        loader, done, name = self._loader, 0, place_of(segment)
        begin = loader._begin.get(segment.name, 0)
        for arrived, end in _records(segment, begin):
            source = loader._arriving.source(arrived.source)
            if source is None:
                loader._unclaimed.setdefault(segment.name, {})[end] = arrived
            elif (intake := self._intake(source.workspace)) is None:
                self._unsettled.setdefault(segment.name, begin)
            elif end > intake.read.get(name, 0):
                rows = intake.pending
                loader._arriving.take(arrived, source, rows)
                rows.reaches(name, segment.name, begin, end)
                rows.size += len(arrived.body)
                if len(rows) >= loader._most or rows.size >= MOST_BYTES:
                    done += self._write(intake)
            begin = end
        loader._begin[segment.name] = begin
        return done

    def _intake(self, workspace: str) -> Intake | None:
        """The workspace's intake; None when it cannot be written to in this step."""
        if workspace in self._blocked:
            return None
        found = self._loader._intakes.get(workspace)
        if found is None:
            try:
                store = self._loader._store_of(workspace)
                found = open_intake(workspace, store, {place_of(segment) for segment in segments(self._loader.folder)})
            except RegardError as error:
                self._block(workspace, error)
                return None
            self._loader._intakes[workspace] = found
        return found

    def _write(self, intake: Intake) -> int:
        """Write what is pending for a workspace; when that fails, it is read again later."""
        rows = intake.take_pending()
        if not rows.begins:
            return 0
        try:
            done = intake.write(rows)
        except Exception as error:  # noqa: BLE001 - the other workspaces go on
            self._give_back(rows)
            self._block(intake.workspace, error)
            return 0
        self._loader._waiting.pop(intake.workspace, None)
        return done

    def _give_back(self, rows: Rows) -> None:
        for name, begin in rows.begins.items():
            self._unsettled[name] = min(begin, self._unsettled.get(name, begin))

    def _block(self, workspace: str, error: Exception) -> None:
        """Leave a workspace alone for a while; it is opened anew then, whoever may own its file."""
        logger.warning("workspace %s waits: %s", workspace, traced(error))
        self._blocked.add(workspace)
        self._loader._intakes.pop(workspace, None)
        self._loader._waiting.setdefault(workspace, Waiting()).again()

    def _settle(self, segment: Path, *, is_finished: bool) -> None:
        """Remember where to go on in a segment; let go of it when it is finished and every workspace has its part."""
        loader = self._loader
        if segment.name in self._unsettled:
            loader._begin[segment.name] = self._unsettled[segment.name]
        elif is_finished:
            if unclaimed := loader._unclaimed.pop(segment.name, {}):
                _keep_unclaimed(segment, unclaimed.values())
            _let_go(segment, loader._begin.pop(segment.name, 0))
            for intake in loader._intakes.values():
                intake.forget(place_of(segment))


def _is_finished(segment: Path) -> bool:
    try:
        return is_finished(segment)
    except FileNotFoundError:  # its process closed it empty
        return False


def _records(segment: Path, begin: int) -> Iterator[tuple[Arrived, int]]:
    try:
        yield from read_segment(segment, begin)
    except FileNotFoundError:
        return


def _keep_unclaimed(segment: Path, unclaimed: Collection[Arrived]) -> None:
    """Put aside, on disk, what no source claims."""
    logger.warning("%s records of %s have no source", len(unclaimed), segment.name)
    folder = segment.parent / UNCLAIMED
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / segment.name).open("wb") as file:
        for arrived in unclaimed:
            file.write(framed(arrived))
        file.flush()
        os.fsync(file.fileno())
    flush_folder(folder)


def _let_go(segment: Path, reached: int) -> None:
    """Delete a segment that was read to its end. A rest that is no record is kept aside: it was never acknowledged,
    unless the disk is at fault."""
    if reached < segment.stat().st_size:
        logger.warning("%s holds something that is no record: see regard collect --recover", segment.name)
        segment.rename(segment.with_suffix(TORN))
    else:
        segment.unlink()
