"""Imports for programs: hand in files with a mapping, follow the work, begin it again."""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, UploadedFile

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
)
from regard.accounts.site import record_audit
from regard.base import Conflict, Invalid
from regard.base.ids import new_id
from regard.collect import tasks
from regard.collect.forms import MOST_FILES, plain_name
from regard.collect.models import Load, Step
from regard.collect.site import checked, saved_mapping
from regard.web.site import told

router = Router()
MAPPING_LIMIT = 200_000
A_FILE = {"form": {"files": "@orders.csv", "mapping": "@orders.toml"}}


class ProblemOut(Schema):
    """Why the work stopped."""

    message: str
    remedy: str
    field: str


class OutcomeOut(Schema):
    """What a load came to, or would come to."""

    load: str = Field(description="Its number among the loads of the workspace.")
    accepted: int
    known: int
    refused: int
    reasons: dict[str, int]
    notes: list[str]


class ImportOut(Schema):
    """Files on their way into the workspace: looked at for a mapping, checked, or loaded."""

    id: str
    files: list[str]
    made_at: datetime
    step: Literal["look", "check", "load"]
    state: Literal["waiting", "working", "ready", "failed", "cancelled", "interrupted"]
    stage: str = Field(description="What is being done.")
    done: int
    total: int = Field(description="How much there is to do; 0 while that is not known.")
    mapping: str = Field(description="By which mapping (TOML) files are read; proposed when none was given.")
    outcome: OutcomeOut | None
    problem: ProblemOut | None


class Begin(Schema):
    """How the files are to be read."""

    mapping: str | None = Field(None, max_length=MAPPING_LIMIT, description="TOML; the import's own when absent.")


@router.get("", response=Page[ImportOut], **needs("imports:read"))
def list_imports(request: HttpRequest, page: Query[Paging]) -> Any:
    """Imports, newest first."""
    before = page.position(request.key, "imports")
    found = Load.objects.of(request.workspace).order_by("-pk")
    loads = list((found.filter(pk__lt=before) if before else found)[: page.limit + 1])
    then = cursor_after(request.key, "imports", loads[page.limit - 1].pk) if len(loads) > page.limit else None
    return {"data": [told_import(load) for load in loads[: page.limit]], "next": then}


@router.post("", response={202: ImportOut}, **needs("imports:write", **{"x-example": A_FILE}))
def create_import(
    request: HttpRequest,
    response: HttpResponse,
    files: File[list[UploadedFile]],
    mapping: Form[str | None] = None,
    mapping_name: Form[str | None] = None,
) -> Any:
    """Hand in files: with a mapping (TOML, or the name of a saved one) they are loaded, without one it is proposed."""
    load = _handed_in(request, files, _mapping(request, mapping, mapping_name))
    record_audit(request.workspace, None, "import handed in", f"import {load.key}", key=request.key.prefix)
    tasks.begin(load, Step.LOAD if load.mapping else Step.LOOK)
    response["Location"] = f"/api/v1/imports/{load.key}"
    return Status(202, told_import(load))


@router.get("/{id}", response=ImportOut, **needs("imports:read", **{"x-example": {"path": {"id": "0197…"}}}))
def get_import(request: HttpRequest, id: Path[Text]) -> Any:  # noqa: A002 - as it is called in the address
    """How an import fares."""
    return told_import(Load.objects.get_of(request.workspace, id))


@router.post("/{id}/load", response={202: ImportOut}, **needs("imports:write", **{"x-example": {"body": {}}}))
def load_import(request: HttpRequest, id: Path[Text], given: Begin) -> Any:  # noqa: A002
    """Load an import by its mapping, or by another; also after it was stopped."""
    load = Load.objects.get_of(request.workspace, id)
    if given.mapping is not None:
        checked(load, given.mapping)
        load.put_mapping(given.mapping)
    if not (load.mapping or load.replays):
        raise Conflict(_("The files have not been looked at yet."))
    if not tasks.begin(load, Step.LOAD):
        raise Conflict(_("This import is being worked on, or is over."))
    return Status(202, told_import(load))


@router.delete("/{id}", response={204: None}, **needs("imports:write", **{"x-example": {"path": {"id": "0197…"}}}))
def discard_import(request: HttpRequest, id: Path[Text]) -> Any:  # noqa: A002
    """Forget an import and its files, or stop it first. What has been loaded stays."""
    load = Load.objects.get_of(request.workspace, id)
    if load.is_busy:
        Load.objects.of(request.workspace).filter(pk=load.pk).update(is_cancelled=True)
        raise Conflict(_("This import is being worked on and has been asked to stop."), remedy=_("Ask again soon."))
    load.forget_files()
    load.delete()
    return Status(204, None)


# --- taking files in -----------------------------------------------------------------------------------------------


def _mapping(request: HttpRequest, text: str | None, name: str | None) -> str:
    if text and name:
        raise Invalid(_("give mapping or mapping_name, not both"), field="mapping")
    if text and len(text) > MAPPING_LIMIT:
        raise Invalid(_("That is too large for a mapping."), field="mapping")
    return saved_mapping(request.workspace, name) if name else (text or "").replace("\r\n", "\n")


def _handed_in(request: HttpRequest, files: list[UploadedFile], mapping: str) -> Load:
    """The files in a folder of a new load; nothing of it is kept when the mapping cannot be used."""
    if len(files) > MOST_FILES:
        raise Invalid(_("At most %(number)d files at once.") % {"number": MOST_FILES}, field="files")
    load = Load(workspace=request.workspace, key=new_id(), mapping=mapping)
    taken: set[str] = set()
    for file in files:
        stored = plain_name(file.name, taken)
        taken.add(stored)
        load.files.append({"name": file.name, "stored": stored, "size": file.size})
    if mapping:
        tasks.mapping_of(load, mapping)  # raises now what can be told without reading the files
    tasks.sweep_uploads(request.workspace)
    _keep(load, files)
    load.save()
    return load


def _keep(load: Load, files: list[UploadedFile]) -> None:
    load.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file, path in zip(files, load.paths, strict=True):
        with path.open("wb") as out:
            shutil.copyfileobj(file, out)


def told_import(load: Load) -> dict[str, Any]:
    """An import as JSON values."""
    names = ("made_at", "step", "stage", "done", "total", "mapping")
    problem = {name: told(load.problem.get(name, "")) for name in ("message", "remedy", "field")}
    outcome = {**load.outcome, "notes": [told(note) for note in load.outcome.get("notes", ())]}
    return {
        **{name: getattr(load, name) for name in names},
        "id": load.key,
        "files": [file["name"] for file in load.files],
        "state": "interrupted" if load.is_interrupted else load.state,
        "outcome": outcome if "load" in outcome else None,
        "problem": problem if load.problem else None,
    }
