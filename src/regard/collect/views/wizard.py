"""The history of imports, and one import from its files to its result."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from regard.accounts import Right
from regard.accounts.site import right_required, store_of
from regard.base import Conflict, Invalid, RegardError
from regard.base.config import config
from regard.base.ids import new_id
from regard.base.words import as_said
from regard.collect import tasks
from regard.collect.forms import ToFolder
from regard.collect.models import Load, State, Step
from regard.collect.proposing import source_of
from regard.collect.questions import latest
from regard.collect.site import (
    history,
    reason_lines,
    shown_rows,
)
from regard.collect.views.framing import begin_step, import_page, load_called, need_rows, to
from regard.collect.words import STAGE_WORDS


@right_required(Right.IMPORT_DATA)
def imports(request: HttpRequest, slug: str) -> HttpResponse:
    page = history(request.workspace, request.GET.get("page"))
    until = latest(store_of(request.workspace)) if page.paginator.count else None
    unfinished = Load.objects.unfinished(request.workspace)[:20]
    return import_page(request, "imports", page=page, unfinished=unfinished, until=until)


@right_required(Right.IMPORT_DATA)
@csrf_exempt  # the token is checked by _take, which can only read it after saying where files go
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    if request.method != "POST":
        return import_page(request, "upload", step=0, limit=config().upload_limit)
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
    return to("load", request, load.key)


def _turned_away(request: HttpRequest, problem: RegardError) -> HttpResponse:
    return import_page(request, "upload", 422, step=0, limit=config().upload_limit, problem=problem)


@right_required(Right.IMPORT_DATA)
@never_cache
def show(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Wherever the load is: at work, stopped, waiting for its mapping, checked, or in."""
    load = load_called(request, key)
    if not load.is_busy and request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": request.path})
    if load.is_busy:
        return import_page(
            request,
            "progress",
            load=load,
            step=_step(load),
            stage=_(STAGE_WORDS.get(load.stage, load.stage)),
            percent=min(100, 100 * load.done // load.total) if load.total and load.done else None,
        )
    if load.state != State.READY:
        return import_page(request, "stopped", load=load, step=_step(load))
    if load.step == Step.LOOK:
        return to("mapping", request, key)
    return _checked_page(request, load) if load.step == Step.CHECK else _result_page(request, load)


def _step(load: Load) -> int:
    return {Step.LOOK: 0, Step.CHECK: 2, Step.LOAD: 3}[load.step]


def _checked_page(request: HttpRequest, load: Load) -> HttpResponse:
    need_rows(request)
    seen = load.kept_aside("preview") or {"rows": [], "refused": []}
    reasons = reason_lines(load.outcome["reasons"], examples=seen["refused"])
    return import_page(
        request, "check", load=load, step=2, outcome=load.outcome, reasons=reasons, table=shown_rows(seen["rows"])
    )


def _result_page(request: HttpRequest, load: Load) -> HttpResponse:
    reasons = reason_lines(load.outcome["reasons"])
    return import_page(
        request,
        "result",
        load=load,
        step=3,
        outcome=load.outcome,
        reasons=reasons,
        suggested=source_of(load.files[0]["name"]) if load.files else "",
    )


@right_required(Right.IMPORT_DATA)
@require_POST
def begin(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Begin a step, or begin it again after it was stopped."""
    step = request.POST.get("step", "")
    if step not in Step.values:
        raise Invalid(_("There is no such step."), field="step")
    load = load_called(request, key)
    if request.POST.get("seen") != str(load.attempt) or (step == Step.LOAD and load.step == Step.LOOK):
        messages.info(request, _("This import has changed since, perhaps in another tab: here is where it stands."))
        return to("load", request, key)
    return begin_step(request, load, step)


@right_required(Right.IMPORT_DATA)
@require_POST
def cancel(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Ask the work to stop. Nothing of an unfinished load is ever kept."""
    load = load_called(request, key)
    Load.objects.of(request.workspace).filter(pk=load.pk).exclude(step=Step.LOAD, state=State.READY).update(
        is_cancelled=True
    )
    return to("load", request, key)


@right_required(Right.IMPORT_DATA)
@require_POST
def discard(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Forget an upload and its files. What has been loaded stays."""
    load = load_called(request, key)
    if load.is_busy:
        raise Conflict(_("This import is being worked on: stop it first."))
    load.forget_files()
    load.delete()
    messages.success(request, _("The upload is discarded."))
    return to("imports", request)
