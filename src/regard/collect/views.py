"""Pages of imports: hand in files, say what their columns are, see what would happen, load, mend what was refused."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required, store_of
from regard.base import Conflict, Invalid, RegardError
from regard.base.clock import now
from regard.base.config import config
from regard.base.ids import new_id
from regard.base.words import as_said
from regard.collect import tasks
from regard.collect.forms import SheetForm, ToFolder
from regard.collect.models import Load, State, Step
from regard.collect.parsing import parse_mapping
from regard.collect.proposing import source_of
from regard.collect.questions import latest, refused_page, refused_reasons
from regard.collect.refused import refused_csv, refused_rows
from regard.collect.site import (
    ROWS_A_PAGE,
    checked,
    document_of,
    history,
    in_words,
    known_mappings,
    load_line,
    load_record,
    names_of,
    read_text,
    reason_lines,
    saved_mapping,
    shown_rows,
    sureness,
    tried,
)
from regard.collect.words import KIND_WORDS, STAGE_WORDS
from regard.collect.writing import toml
from regard.stream import Record

MAPPING_LIMIT = 200_000
CORRECTED_LIMIT = 100_000_000


def _page(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"collect/{name}.html", context, status=status)


def _load(request: HttpRequest, key: str) -> Load:
    return Load.objects.get_of(request.workspace, key)


def _need_rows(request: HttpRequest) -> None:
    """Rows are customers' own data: seeing them takes a right of its own."""
    if not request.member.may(Right.VIEW_ROWS):
        raise PermissionDenied


def _to(name: str, request: HttpRequest, *arguments: str) -> HttpResponse:
    return redirect(f"collect:{name}", request.workspace.slug, *arguments)


# --- the history


@right_required(Right.IMPORT_DATA)
def imports(request: HttpRequest, slug: str) -> HttpResponse:
    page = history(request.workspace, request.GET.get("page"))
    until = latest(store_of(request.workspace)) if page.paginator.count else None
    unfinished = Load.objects.unfinished(request.workspace)[:20]
    return _page(request, "imports", page=page, unfinished=unfinished, until=until)


# --- step 1: files


@right_required(Right.IMPORT_DATA)
@csrf_exempt  # the token is checked by _take, which can only read it after saying where files go
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    if request.method != "POST":
        return _page(request, "upload", step=0, limit=config().upload_limit)
    load = Load(workspace=request.workspace, made_by=request.user, key=new_id())
    taker = ToFolder(request, load.folder)
    request.upload_handlers = [taker]
    try:
        answer = _take(request, load, taker)
    except RegardError as error:
        answer = _turned_away(request, error)
    if load.pk is None:
        load.forget_files()
    return answer


@csrf_protect
def _take(request: HttpRequest, load: Load, taker: ToFolder) -> HttpResponse:
    """Take the files in, look at them, and go on; or say what is wrong with them and keep nothing."""
    files = request.FILES.getlist("files")
    if taker.problem or not files:
        raise Invalid(taker.problem or _("Choose at least one file."), field="files")
    tasks.sweep_uploads(request.workspace)
    load.files = [{"name": file.name, "stored": file.stored, "size": file.size} for file in files]
    load.save()
    tasks.begin(load, Step.LOOK)
    if load.state == State.FAILED:
        problem = Invalid(as_said(load.problem["message"]), remedy=as_said(load.problem["remedy"]), field="files")
        load.forget_files()
        load.delete()
        raise problem
    return _to("load", request, load.key)


def _turned_away(request: HttpRequest, problem: RegardError) -> HttpResponse:
    return _page(request, "upload", 422, step=0, limit=config().upload_limit, problem=problem)


# --- one load: where it is


@right_required(Right.IMPORT_DATA)
@never_cache
def show(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Wherever the load is: at work, stopped, waiting for its mapping, checked, or in."""
    load = _load(request, key)
    if not load.is_busy and request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": request.path})
    if load.is_busy:
        return _page(
            request,
            "progress",
            load=load,
            step=_step(load),
            stage=_(STAGE_WORDS.get(load.stage, load.stage)),
            percent=min(100, 100 * load.done // load.total) if load.total and load.done else None,
        )
    if load.state != State.READY:
        return _page(request, "stopped", load=load, step=_step(load))
    if load.step == Step.LOOK:
        return _to("mapping", request, key)
    return _checked_page(request, load) if load.step == Step.CHECK else _result_page(request, load)


def _step(load: Load) -> int:
    return {Step.LOOK: 0, Step.CHECK: 2, Step.LOAD: 3}[load.step]


def _checked_page(request: HttpRequest, load: Load) -> HttpResponse:
    _need_rows(request)
    seen = load.kept_aside("preview") or {"rows": [], "refused": []}
    reasons = reason_lines(load.outcome["reasons"], examples=seen["refused"])
    return _page(
        request, "check", load=load, step=2, outcome=load.outcome, reasons=reasons, table=shown_rows(seen["rows"])
    )


def _result_page(request: HttpRequest, load: Load) -> HttpResponse:
    reasons = reason_lines(load.outcome["reasons"])
    return _page(
        request,
        "result",
        load=load,
        step=3,
        outcome=load.outcome,
        reasons=reasons,
        suggested=source_of(load.files[0]["name"]) if load.files else "",
    )


# --- step 2: the mapping


@right_required(Right.IMPORT_DATA)
@never_cache
def mapping(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The mapping as a form on real rows; ``do=check`` goes on to the dry run, anything else only shows."""
    _need_rows(request)
    load = _load(request, key)
    if load.is_busy or load.is_over or not load.mapping or load.replays:
        return _to("load", request, key)
    if request.method != "POST":
        return _mapping_page(request, load, _sheet(load))
    form = _sheet(load, request.POST)
    if not form.is_valid():
        return _mapping_page(request, load, form, Invalid(_("Some entries cannot be used: see below.")))
    try:
        _keep_mapping(load, form)
    except RegardError as error:
        return _mapping_page(request, load, form, error)
    if request.POST.get("do") == "check":
        return _begin(request, load, Step.CHECK)
    return _mapping_page(request, load, _sheet(load))


def _sheet(load: Load, data: Any = None) -> SheetForm:
    return SheetForm(document_of(load.mapping), (load.kept_aside("sketch") or {}).get("columns", []), data)


def _keep_mapping(load: Load, form: SheetForm) -> None:
    """Keep what the form says, if anything changed: comments of the text survive when nothing did."""
    document = form.document()
    if document != form.given:
        text = toml(document, _("Corrected on a page of Regard."))
        checked(load, text)
        load.put_mapping(text)


def _mapping_page(
    request: HttpRequest, load: Load, form: SheetForm, problem: RegardError | None = None, text: str | None = None
) -> HttpResponse:
    sketch = load.kept_aside("sketch") or {"rows": [], "notes": [], "columns": [], "confidence": None}
    columns = list(form.column_rows())
    for row in columns:
        row["kind"] = _(KIND_WORDS.get(row["column"]["kind"], row["column"]["kind"]))
    names = [row["column"]["name"] for row in columns]
    return _page(
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
    _need_rows(request)
    load = _load(request, key)
    if load.is_busy or load.is_over or not load.mapping:
        return _to("load", request, key)
    text = _given_text(request)
    try:
        checked(load, text)
        load.put_mapping(text)
    except RegardError as error:
        return _mapping_page(request, load, _sheet(load), error, text)
    messages.success(request, _("The mapping is in use."))
    return _to("mapping", request, key)


def _given_text(request: HttpRequest) -> str:
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
    load, name = _load(request, key), request.POST.get("name", "").strip()[:80]
    if not name or "/" in name or not load.mapping:
        raise Invalid(_("Give the mapping a name (without “/”)."), field="name")
    store_of(request.workspace).keep(
        Record("mapping", name, {"toml": load.mapping}, made_at=now(), made_by=f"user {request.user.pk}")
    )
    record_audit(request.workspace, request.user, "mapping.saved", f"mapping {name}"[:120])
    messages.success(request, _("The mapping is saved as “%(name)s”.") % {"name": name})
    return _to("load", request, key)


@right_required(Right.IMPORT_DATA)
def mapping_file(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    return _toml_file(saved_mapping(request.workspace, name), name)


@right_required(Right.IMPORT_DATA)
def own_mapping_file(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    load = _load(request, key)
    return _toml_file(load.mapping, source_of(load.files[0]["name"]) if load.files else "mapping")


def _toml_file(text: str, name: str) -> HttpResponse:
    return _attachment(text, f"{name}.toml", "application/toml; charset=utf-8")


def _attachment(content: str, name: str, kind: str) -> HttpResponse:
    plain = "".join(char for char in name if char.isascii() and (char.isalnum() or char in "-_."))
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{plain}"'})


# --- steps 3 and 4: the dry run, the load


@right_required(Right.IMPORT_DATA)
@require_POST
def begin(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Begin a step, or begin it again after it was stopped."""
    step = request.POST.get("step", "")
    if step not in Step.values:
        raise Invalid(_("There is no such step."), field="step")
    load = _load(request, key)
    if request.POST.get("seen") != str(load.attempt) or (step == Step.LOAD and load.step == Step.LOOK):
        messages.info(request, _("This import has changed since, perhaps in another tab: here is where it stands."))
        return _to("load", request, key)
    return _begin(request, load, step)


def _begin(request: HttpRequest, load: Load, step: str) -> HttpResponse:
    if step != Step.LOOK and not (load.mapping or load.replays):
        raise Conflict(_("The files have not been looked at yet."))
    if not tasks.begin(load, step):
        messages.info(request, _("This import is being worked on already, perhaps in another tab."))
    return _to("load", request, load.key)


@right_required(Right.IMPORT_DATA)
@require_POST
def cancel(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Ask the work to stop. Nothing of an unfinished load is ever kept."""
    load = _load(request, key)
    Load.objects.of(request.workspace).filter(pk=load.pk).exclude(step=Step.LOAD, state=State.READY).update(
        is_cancelled=True
    )
    return _to("load", request, key)


@right_required(Right.IMPORT_DATA)
@require_POST
def discard(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Forget an upload and its files. What has been loaded stays."""
    load = _load(request, key)
    if load.is_busy:
        raise Conflict(_("This import is being worked on: stop it first."))
    load.forget_files()
    load.delete()
    messages.success(request, _("The upload is discarded."))
    return _to("imports", request)


# --- refused rows


@right_required(Right.IMPORT_DATA)
def refused(request: HttpRequest, slug: str, load: str) -> HttpResponse:
    _need_rows(request)
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
    return _page(
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
    _need_rows(request)
    load_record(request.workspace, load)
    rows = refused_rows(store_of(request.workspace), load)
    record_audit(request.workspace, request.user, "refused.downloaded", f"load {load}", rows=len(rows))
    return _attachment("\ufeff" + refused_csv(rows), f"refused-{load}.csv", "text/csv; charset=utf-8")


@right_required(Right.IMPORT_DATA)
@require_POST
def replay(request: HttpRequest, slug: str, load: str) -> HttpResponse:
    """Load refused rows again: as they were, corrected in a file, or by another mapping."""
    _need_rows(request)
    record, file = load_record(request.workspace, load), request.FILES.get("rows")
    again = Load(workspace=request.workspace, made_by=request.user, replays=load)
    try:
        again.mapping = _mapping_of_replay(request, record)
        if file is not None:
            _take_corrected(again, file)
    except RegardError as error:
        return _refused_page(request, load, error)
    again.save()
    return _begin(request, again, Step.LOAD)


def _mapping_of_replay(request: HttpRequest, record: Record) -> str:
    """The text of another mapping, if one was given, that says its source."""
    text = _given_text(request) if "text" in request.POST or request.POST.get("known") else ""
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
