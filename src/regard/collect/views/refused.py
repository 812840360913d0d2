"""Refused rows: looked at, taken away, corrected and replayed."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required, store_of
from regard.base import Invalid, RegardError
from regard.collect.models import Load, Step
from regard.collect.parsing import parse_mapping
from regard.collect.questions import refused_page, refused_reasons
from regard.collect.refused import refused_csv, refused_rows
from regard.collect.site import (
    ROWS_A_PAGE,
    document_of,
    in_words,
    known_mappings,
    load_line,
    load_record,
    names_of,
    reason_lines,
)
from regard.collect.views.framing import attachment, begin_step, import_page, need_rows
from regard.collect.views.mapping import given_text
from regard.collect.writing import toml
from regard.stream import Record

CORRECTED_LIMIT = 100_000_000


@right_required(Right.IMPORT_DATA)
def refused(request: HttpRequest, slug: str, load: str) -> HttpResponse:
    need_rows(request)
    return _refused_page(request, load)


def _refused_page(request: HttpRequest, load: str, problem: RegardError | None = None) -> HttpResponse:
    record, store = load_record(request.workspace, load), store_of(request.workspace)
    counts = refused_reasons(store, load)
    reason = request.GET.get("reason", "")
    reason = reason if reason in counts else ""
    total = counts[reason] if reason else sum(counts.values())
    page = Paginator(range(total), ROWS_A_PAGE).get_page(request.GET.get("page"))
    first = max(page.start_index() - 1, 0)
    rows = refused_page(store, load, reason, first, ROWS_A_PAGE) if total else []
    return import_page(
        request,
        "refused",
        422 if problem else 200,
        line=load_line(record, {}, names_of([record.made_by])),
        reasons=reason_lines(counts),
        reason=reason,
        page=page,
        rows=in_words(rows),
        total=sum(counts.values()),
        problem=problem,
        mapping=record.body.get("mapping", ""),
        others=known_mappings(request.workspace),
    )


@right_required(Right.IMPORT_DATA)
def refused_file(request: HttpRequest, slug: str, load: str) -> HttpResponse:
    """Every refused row as CSV, to be corrected; made harmless for spreadsheets."""
    need_rows(request)
    load_record(request.workspace, load)
    rows = refused_rows(store_of(request.workspace), load)
    record_audit(request.workspace, request.user, "refused downloaded", f"load {load}", rows=len(rows))
    return attachment("\ufeff" + refused_csv(rows), f"refused-{load}.csv", "text/csv; charset=utf-8")


@right_required(Right.IMPORT_DATA)
@require_POST
def replay(request: HttpRequest, slug: str, load: str) -> HttpResponse:
    """Load refused rows again: as they were, corrected in a file, or by another mapping."""
    need_rows(request)
    record, file = load_record(request.workspace, load), request.FILES.get("rows")
    again = Load(workspace=request.workspace, made_by=request.user, replays=load)
    try:
        again.mapping = _mapping_of_replay(request, record)
        if file is not None:
            _take_corrected(again, file)
    except RegardError as error:
        return _refused_page(request, load, error)
    again.save()
    return begin_step(request, again, Step.LOAD)


def _mapping_of_replay(request: HttpRequest, record: Record) -> str:
    """The text of another mapping, if one was given, that says its source."""
    text = given_text(request) if "text" in request.POST or request.POST.get("known") else ""
    if not text.strip() or text.strip() == str(record.body.get("mapping", "")).strip():
        return ""
    source = str(record.body.get("source", "file"))
    parse_mapping(text, default_source=source)
    return text if "source" in document_of(text) else f"source = {toml({'s': source}).partition(' = ')[2]}{text}"


def _take_corrected(load: Load, file: Any) -> None:
    if file.size > CORRECTED_LIMIT:
        raise Invalid(_("That is too large for corrected rows: load it as a file of its own."), field="file")
    load.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (load.folder / "corrected.csv").open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    load.files = [{"name": file.name, "stored": "corrected.csv", "size": file.size}]
