"""Uploaded lists of a programme: a small one is read at once, a large one by a job while the page looks again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from regard.accounts.site import User, Workspace, record_audit, store_of
from regard.base import Conflict, RegardError
from regard.base.clock import now
from regard.base.config import config
from regard.base.files import write_privately
from regard.base.words import kept, said
from regard.jobs.site import enqueue
from regard.surveys.distribution.previewing import forget_count_of
from regard.surveys.distribution.running import keep_list_of
from regard.surveys.inviting import without
from regard.surveys.models import Programme
from regard.surveys.sending.rows import Read, read_rows, written
from regard.web.site import told

SMALL: Final = 500_000
"""Bytes that are read in about a fifth of a second: ten thousand people."""
SHOWN_REJECTED: Final = 20


class Refused(msgspec.Struct, frozen=True):
    """A row that cannot be used, and why."""

    row: int
    cells: list[str]
    problem: Any


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an upload: how many people are in the list now, how many rows cannot be used and the first of
    those; or why nothing of it can be. Nothing of that is known while ``is_done`` is false."""

    at: datetime
    is_done: bool = False
    people: int = 0
    refused: int = 0
    rejected: list[Refused] = []
    problem: Any = None
    remedy: Any = None


def take_upload(row: Programme, data: bytes, by: User) -> Taken:
    """Take a file in, or promise to. Raises Conflict while the programme runs."""
    _require_stopped(row)
    forget_upload_of(row)
    if len(data) <= SMALL:
        return _taken(row, data, by)
    write_privately(_path(row, "uploaded.csv"), data)
    begun = Taken(at=now())
    write_privately(_path(row, "taken.json"), msgspec.json.encode(begun))
    enqueue("regard.surveys.sending.tasks.read_upload", key=f"list {row.pk}", programme=row.pk, by=by.pk)
    return begun


def read_upload(programme: int, by: int) -> None:
    """A job: take in the file that waits, and leave for the page what became of it."""
    row = Programme.objects.public().select_related("workspace", "survey").filter(pk=programme).first()
    file = row and _path(row, "uploaded.csv")
    if row is None or not file.is_file():
        return
    try:
        _require_stopped(row)
        found = _taken(row, file.read_bytes(), User.objects.filter(pk=by).first())
    except RegardError as error:
        remedy = error.remedy and kept(error.remedy)
        found = Taken(at=now(), is_done=True, problem=kept(error.message), remedy=remedy)
    write_privately(_path(row, "taken.json"), msgspec.json.encode(found))
    file.unlink(missing_ok=True)


def upload_of(row: Programme) -> Taken | None:
    """What became of the large file that was uploaded last; None when there is none."""
    try:
        return msgspec.json.decode(_path(row, "taken.json").read_bytes(), type=Taken)
    except FileNotFoundError:
        return None


def rejected_path(row: Programme) -> Path:
    """Where the rows of the last upload lie that cannot be used."""
    return _path(row, "rejected.csv")


def forget_upload_of(row: Programme) -> None:
    """What is left of uploads, but for the list itself."""
    for name in ("uploaded.csv", "taken.json", "rejected.csv"):
        _path(row, name).unlink(missing_ok=True)


def forget_in_lists(workspace: Workspace, keys: Sequence[str]) -> None:
    """Take somebody out of the lists of programmes that nobody has been invited from yet."""
    for row in Programme.objects.of(workspace):
        forget_upload_of(row)
        forget_count_of(row)
        file = _path(row, "csv")
        if file.is_file():
            read = read_rows(file.read_bytes())
            stay = without(store_of(workspace), read.named, keys)
            if not stay:
                file.unlink()
            elif len(stay) < len(read.named):
                write_privately(file, written(read.heads, [read.cells[place] for place in stay]))


def _require_stopped(row: Programme) -> None:
    if row.is_active:
        raise Conflict(said("this programme is running: stop it first"))


def _taken(row: Programme, data: bytes, by: User | None) -> Taken:
    read = read_rows(data)
    if read.named:
        keep_list_of(row, read.clean())
        record_audit(row.workspace, by, "list kept", row.name, people=len(read.named))
    if read.rejected:
        write_privately(rejected_path(row), read.refused(told))
    return Taken(
        at=now(), is_done=True, people=len(read.named), refused=len(read.rejected), rejected=_first_rejected(read)
    )


def _first_rejected(read: Read) -> list[Refused]:
    return [Refused(one.row, list(one.cells), kept(one.problem)) for one in read.rejected[:SHOWN_REJECTED]]


def _path(row: Programme, name: str) -> Path:
    return config().home / "lists" / f"{row.pk}.{name}"
