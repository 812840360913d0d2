"""The mapping of an import: proposed, corrected, kept, taken away as a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required, store_of
from regard.base import Invalid, RegardError
from regard.base.clock import now
from regard.collect.forms import SheetForm
from regard.collect.models import Load, Step
from regard.collect.proposing import source_of
from regard.collect.site import (
    checked,
    document_of,
    known_mappings,
    read_text,
    saved_mapping,
    sureness,
    tried,
)
from regard.collect.views.framing import attachment, begin_step, import_page, load_called, need_rows, to
from regard.collect.words import KIND_WORDS
from regard.collect.writing import toml
from regard.stream import Record

MAPPING_LIMIT = 200_000


@right_required(Right.IMPORT_DATA)
@never_cache
def mapping(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The mapping as a form on real rows; ``do=check`` goes on to the dry run, anything else only shows."""
    need_rows(request)
    load = load_called(request, key)
    if load.is_busy or load.is_over or not load.mapping or load.replays:
        return to("load", request, key)
    if request.method != "POST":
        return mapping_page(request, load, _sheet(load))
    form = _sheet(load, request.POST)
    if not form.is_valid():
        return mapping_page(request, load, form, Invalid(_("Some entries cannot be used: see below.")))
    try:
        _keep_mapping(load, form)
    except RegardError as error:
        return mapping_page(request, load, form, error)
    if request.POST.get("do") == "check":
        return begin_step(request, load, Step.CHECK)
    return mapping_page(request, load, _sheet(load))


def _sheet(load: Load, data: Any = None) -> SheetForm:
    return SheetForm(document_of(load.mapping), (load.kept_aside("sketch") or {}).get("columns", []), data)


def _keep_mapping(load: Load, form: SheetForm) -> None:
    """Keep what the form says, if anything changed: comments of the text survive when nothing did."""
    document = form.document()
    if document != form.given:
        text = toml(document, _("Corrected on a page of Regard."))
        checked(load, text)
        load.put_mapping(text)


def mapping_page(
    request: HttpRequest, load: Load, form: SheetForm, problem: RegardError | None = None, text: str | None = None
) -> HttpResponse:
    sketch = load.kept_aside("sketch") or {"rows": [], "notes": [], "columns": [], "confidence": None}
    columns = list(form.column_rows())
    for row in columns:
        row["kind"] = _(KIND_WORDS.get(row["column"]["kind"], row["column"]["kind"]))
    names = [row["column"]["name"] for row in columns]
    return import_page(
        request,
        "mapping",
        422 if problem else 200,
        load=load,
        step=1,
        form=form,
        problem=problem,
        columns=columns,
        used=[row for row in columns if not row["is_idle"]],
        idle=[row for row in columns if row["is_idle"]],
        notes=sketch["notes"],
        proposal=sureness(sketch["confidence"]),
        names=names,
        raw=[[row.get(name) for name in names] for row in sketch["rows"]],
        trial=tried(load, sketch["rows"]) if not problem else {},
        text=load.mapping if text is None else text,
        others=known_mappings(request.workspace),
        is_text_open=text is not None,
    )


@right_required(Right.IMPORT_DATA)
@require_POST
def use_mapping(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Take another mapping: a saved one, an earlier load's, an uploaded file, or the text as edited."""
    need_rows(request)
    load = load_called(request, key)
    if load.is_busy or load.is_over or not load.mapping:
        return to("load", request, key)
    text = given_text(request)
    try:
        checked(load, text)
        load.put_mapping(text)
    except RegardError as error:
        return mapping_page(request, load, _sheet(load), error, text)
    messages.success(request, _("The mapping is in use."))
    return to("mapping", request, key)


def given_text(request: HttpRequest) -> str:
    chosen, file = request.POST.get("known", ""), request.FILES.get("file")
    if file is not None:
        if file.size > MAPPING_LIMIT:
            raise Invalid(_("That is too large for a mapping."), field="file")
        return read_text(file.read())
    if chosen:
        found = [item["text"] for item in known_mappings(request.workspace) if item["key"] == chosen]
        if not found:
            raise Invalid(_("There is no mapping of that name."), field="known")
        return found[0]
    return request.POST.get("text", "").replace("\r\n", "\n")


@right_required(Right.IMPORT_DATA)
@require_POST
def save_mapping(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Keep the mapping under a name, for the next file of its kind."""
    load, name = load_called(request, key), request.POST.get("name", "").strip()[:80]
    if not name or "/" in name or not load.mapping:
        raise Invalid(_("Give the mapping a name (without “/”)."), field="name")
    store_of(request.workspace).keep(
        Record("mapping", name, {"toml": load.mapping}, made_at=now(), made_by=f"user {request.user.pk}")
    )
    record_audit(request.workspace, request.user, "mapping saved", f"mapping {name}"[:120])
    messages.success(request, _("The mapping is saved as “%(name)s”.") % {"name": name})
    return to("load", request, key)


@right_required(Right.IMPORT_DATA)
def mapping_file(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    return _toml_file(saved_mapping(request.workspace, name), name)


@right_required(Right.IMPORT_DATA)
def own_mapping_file(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    load = load_called(request, key)
    return _toml_file(load.mapping, source_of(load.files[0]["name"]) if load.files else "mapping")


def _toml_file(text: str, name: str) -> HttpResponse:
    return attachment(text, f"{name}.toml", "application/toml; charset=utf-8")
