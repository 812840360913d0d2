"""Whom a programme would ask, for its page: few are counted at once, many by a job that leaves the figures beside the
programme's list, while the page looks again."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from regard.base import NotFound, RegardError
from regard.base.clock import now
from regard.base.config import config
from regard.base.files import write_privately
from regard.base.words import kept
from regard.jobs.site import enqueue
from regard.stream import Question, compose
from regard.stream.compose import naive, sql
from regard.surveys.distribution.choosing import Asker
from regard.surveys.distribution.running import list_path, members_of
from regard.surveys.distribution.site import LOOKED_BACK, preview_recipients
from regard.surveys.models import Programme
from regard.surveys.triggering import OfList, OfSegment, OnEvent, read_trigger

FEW: Final = 2_000
"""So many are judged in about a fifth of a second."""
BYTES_EACH: Final = 20
"""Of one person in a list, at least."""
FRESH: Final = timedelta(minutes=10)


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows: figures as a preview has them, a few of the people with their languages, or what is wrong;
    nothing of that while ``is_done`` is false. ``mark`` says of what state of the programme it speaks."""

    mark: str
    at: datetime
    is_done: bool = False
    considered: int = 0
    invited: int = 0
    probability: float = 0.0
    held: dict[str, int] = {}
    people: list[tuple[str, str]] = []
    problem: Any = None
    remedy: Any = None


def counted(programme: Programme) -> Counted:
    """Whom it would ask, or that this is being counted."""
    mark = _mark(programme)
    if _has_few(programme):
        return _count(programme, mark)
    found = _read(programme)
    if found and found.mark == mark and found.at > now() - FRESH:
        return found
    begun = Counted(mark=mark, at=now())
    _write(programme, begun)
    enqueue("regard.surveys.distribution.tasks.count_recipients", key=f"preview {programme.pk}", programme=programme.pk)
    return begun


def count_recipients(programme: int) -> None:
    """A job: count, and leave the figures for the page."""
    row = Programme.objects.public().select_related("workspace", "survey").filter(pk=programme).first()
    if row:
        _write(row, _count(row, _mark(row)))


def forget_count_of(programme: Programme) -> None:
    """The figures name a few people: they are not kept once the programme asks, or is gone."""
    _path(programme).unlink(missing_ok=True)


def _count(programme: Programme, mark: str) -> Counted:
    try:
        found = preview_recipients(programme)
    except RegardError as error:
        return Counted(
            mark=mark, at=now(), is_done=True, problem=kept(error.message), remedy=error.remedy and kept(error.remedy)
        )
    return Counted(
        mark=mark,
        at=now(),
        is_done=True,
        considered=found.considered,
        invited=found.invited,
        probability=found.probability,
        held={str(reason): many for reason, many in found.held.items()},
        people=[(one.address(programme.channel) or one.source_key, one.language) for one in found.sample],
    )


def _has_few(programme: Programme) -> bool:
    """Are they so few that the page may wait? Also where nothing can be counted: that is said at once."""
    try:
        return _about(programme) <= FEW
    except RegardError:
        return True


def _about(programme: Programme) -> int:
    """How many come into question, roughly and quickly."""
    trigger, store = read_trigger(programme.trigger), Asker.of(programme).store
    if isinstance(trigger, OfList):
        return list_path(programme).stat().st_size // BYTES_EACH
    if isinstance(trigger, OfSegment):
        those = members_of(store, trigger.segment, now()).subquery("those")
        question = Question("how many members", compose.select("count(*) AS many").from_(those))
    elif isinstance(trigger, OnEvent):
        values = {"name": trigger.event, "after": naive(now() - LOOKED_BACK)}
        question = Question("how many events", sql(_EVENTS), values)
    else:
        return 0
    return int(store.ask(question)["many"][0])


_EVENTS: Final = "SELECT count(*) AS many FROM interactions WHERE name = :name AND received_at > :after"


def _mark(programme: Programme) -> str:
    """Changes with whatever decides on whom it would ask, as far as the programme itself does."""
    told = [programme.channel, programme.priority, programme.trigger, programme.settings, _list_of(programme)]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def _list_of(programme: Programme) -> list[int]:
    try:
        found = list_path(programme).stat()
    except NotFound:
        return []
    return [found.st_mtime_ns, found.st_size]


def _path(programme: Programme) -> Path:
    return config().home / "lists" / f"{programme.pk}.preview.json"


def _read(programme: Programme) -> Counted | None:
    try:
        return msgspec.json.decode(_path(programme).read_bytes(), type=Counted)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _write(programme: Programme, found: Counted) -> None:
    write_privately(_path(programme), msgspec.json.encode(found))
