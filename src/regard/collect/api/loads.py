"""Loads for programs: what came into the workspace with files, and the rows that were refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from regard.accounts.api.operations import (
    Field,
    Page,
    Paging,
    Path,
    Query,
    Router,
    Schema,
    Status,
    Text,
    cursor_after,
    needs,
    utc,
)
from regard.accounts.site import record_audit, store_of
from regard.base import Invalid
from regard.base.ids import new_id
from regard.collect import tasks
from regard.collect.api.imports import MAPPING_LIMIT, ImportOut, told_import
from regard.collect.models import Load, Step
from regard.collect.parsing import parse_mapping
from regard.collect.questions import refused_page
from regard.collect.refusals import refusal
from regard.collect.refused import refused_csv
from regard.collect.site import load_record
from regard.stream import Record
from regard.web.site import told

router = Router()
A_LOAD = {"path": {"load": "0197…"}}
AGAIN = {"x-example": {**A_LOAD, "body": {}}}


class LoadOut(Schema):
    """One load, wherever it was made."""

    id: str
    files: list[str]
    made_at: datetime | None
    accepted: int = Field(description="Rows that were new.")
    known: int = Field(description="Rows that were there already.")
    refused: int
    notes: list[str]


class RefusedOut(Schema):
    """A row that a load refused, as it came, and why."""

    line: int | None
    reason: str
    column: str | None
    message: str
    raw: dict[str, Any]


class Replay(Schema):
    """Refused rows to be loaded again."""

    rows: list[dict[str, str | None]] | None = Field(
        None, max_length=10_000, description="Corrected rows (`raw` put right); all as they were when absent."
    )
    mapping: str | None = Field(None, max_length=MAPPING_LIMIT, description="TOML; the load's own when absent.")


@router.get("", response=Page[LoadOut], **needs("imports:read"))
def list_loads(request: HttpRequest, page: Query[Paging]) -> Any:
    """Loads, newest first."""
    before = page.position(request.key, "loads")
    records = sorted(store_of(request.workspace).kept("load"), key=lambda record: record.key, reverse=True)
    found = [record for record in records if before is None or record.key < before]
    then = cursor_after(request.key, "loads", found[page.limit - 1].key) if len(found) > page.limit else None
    return {"data": [_load(record) for record in found[: page.limit]], "next": then}


@router.get("/{load}", response=LoadOut, **needs("imports:read", **{"x-example": A_LOAD}))
def get_load(request: HttpRequest, load: Path[Text]) -> Any:
    """One load."""
    return _load(load_record(request.workspace, load))


@router.get("/{load}/refused", response=Page[RefusedOut], **needs("imports:read", **{"x-example": A_LOAD}))
def list_refused(request: HttpRequest, load: Path[Text], page: Query[Paging]) -> Any:
    """The rows that a load refused, in the order of its files. They never change, so pages go by their number."""
    load_record(request.workspace, load)
    place = f"refused {load}"
    first = page.position(request.key, place) or 0
    rows = refused_page(store_of(request.workspace), load, "", first, page.limit + 1)
    then = cursor_after(request.key, place, first + page.limit) if len(rows) > page.limit else None
    shown = [{**row, "message": told(refusal(row["reason"], row["message"]))} for row in rows[: page.limit]]
    return {"data": shown, "next": then}


@router.post("/{load}/replay", response={202: ImportOut}, **needs("imports:write", **AGAIN))
def replay_load(request: HttpRequest, load: Path[Text], given: Replay) -> Any:
    """Load refused rows again: as they were, or corrected; by the load's mapping, or another."""
    record = load_record(request.workspace, load)
    again = Load(workspace=request.workspace, key=new_id(), replays=load, mapping=given.mapping or "")
    if not (given.mapping or record.body.get("mapping")):
        raise Invalid(_("That load was made without a mapping: give one."), field="mapping")
    if given.mapping:
        parse_mapping(given.mapping, default_source=str(record.body.get("source", "file")))
    if given.rows is not None:
        _keep_corrected(again, given.rows)
    again.save()
    record_audit(request.workspace, None, "import replayed", f"load {load}"[:120], key=request.key.prefix)
    tasks.begin(again, Step.LOAD)
    return Status(202, told_import(again))


def _keep_corrected(load: Load, rows: list[dict[str, str | None]]) -> None:
    """As the CSV of refused rows that a person would have corrected."""
    numbered = [
        {"line": line, "reason": "", "column": "", "message": "", "raw": row} for line, row in enumerate(rows, 1)
    ]
    load.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = load.folder / "corrected.csv"
    path.write_text(refused_csv(numbered), "utf-8")
    load.files = [{"name": path.name, "stored": path.name, "size": path.stat().st_size}]


def _load(record: Record) -> dict[str, Any]:
    body = record.body
    return {
        "id": record.key,
        "files": [file["name"] for file in body.get("files", ())] or [str(body.get("source", ""))],
        "made_at": utc(record.made_at),
        **{name: int(body.get(counted) or 0) for name, counted in COUNTED.items()},
        "notes": [told(note) for note in body.get("notes", ())],
    }


COUNTED = {"accepted": "new", "known": "known", "refused": "refused"}
