"""Programmes: made, looked at before they start, started and stopped, and followed while they ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required, store_of
from regard.base import NotFound, RegardError
from regard.base.words import said
from regard.stream import Question
from regard.stream.compose import sql
from regard.surveys.builder.site import draft_of
from regard.surveys.distribution.previewing import Counted, forget_count_of
from regard.surveys.distribution.previewing import counted as counted_recipients
from regard.surveys.distribution.running import list_path
from regard.surveys.distribution.site import (
    forget_list_of,
    progress,
    start_programme,
    stop_programme,
)
from regard.surveys.inviting import APP_CHANNEL
from regard.surveys.model import Questionnaire, languages_of
from regard.surveys.models import Invitation, Programme, Survey
from regard.surveys.preferring import masked
from regard.surveys.reading import read_questionnaire
from regard.surveys.sending.forms import ListForm, ProgrammeForm
from regard.surveys.sending.rows import LARGEST
from regard.surveys.sending.saying import asked_by, counted, page_of, reason_name, segment_titles
from regard.surveys.sending.uploads import (
    Taken,
    forget_upload_of,
    rejected_path,
    take_upload,
    upload_of,
)
from regard.surveys.triggering import OfList, read_trigger
from regard.web.site import told, told_error

EACH_PAGE = 50
MOST_NAMES = 200


def found(request: HttpRequest, key: str, pk: int) -> tuple[Survey, Programme]:
    """The survey of that key, and its programme of that number."""
    survey = Survey.objects.get_of(request.workspace, key)
    row = get_object_or_404(Programme.objects.of(request.workspace), survey=survey, pk=pk)
    row.survey, row.workspace = survey, request.workspace
    return survey, row


def asks_of(survey: Survey) -> Questionnaire:
    """What respondents are asked now, or will be."""
    version = survey.version
    return read_questionnaire(version.document) if version else draft_of(survey)


def is_of_list(programme: Programme) -> bool:
    return bool(programme.trigger) and isinstance(read_trigger(programme.trigger), OfList)


# --- making ----------------------------------------------------------------------------------------------------------


@right_required(Right.MANAGE_SURVEYS)
def edit(request: HttpRequest, slug: str, key: str, pk: int | None = None) -> HttpResponse:
    """A new programme, or a change of one. While it runs, whom it asks stays as it is."""
    if pk:
        survey, row = found(request, key, pk)
    else:
        survey = Survey.objects.get_of(request.workspace, key)
        row = Programme(workspace=request.workspace, survey=survey)
    asks = asks_of(survey)
    segments = list(segment_titles(request.workspace).items())
    form = ProgrammeForm(
        request.POST or None, programme=row, languages=languages_of(asks), segments=segments, own=asks.locale
    )
    if request.method == "POST" and form.is_valid():
        form.keep().save()
        record_audit(request.workspace, request.user, "programme kept", row.name, is_new=pk is None)
        messages.success(request, _("Kept."))
        return redirect("sending:programme", slug, key, row.pk)
    name = Programme.objects.of(request.workspace).filter(pk=pk).values_list("name", flat=True).first() if pk else ""
    context = {"form": form, "row": row, "name": name, "events": _event_names(request), "segments": segments}
    return page_of(request, "edit", survey, 422 if form.errors else 200, **context)


_NAMES = "SELECT name, count(*) AS many FROM interactions GROUP BY name ORDER BY many DESC, name LIMIT :most"


def _event_names(request: HttpRequest) -> list[str]:
    """What interactions are called here, the most frequent first."""
    question = Question("names of interactions", sql(_NAMES), {"most": MOST_NAMES})
    return [row["name"] for row in store_of(request.workspace).ask(question).rows()]


# --- following -------------------------------------------------------------------------------------------------------


@right_required(Right.MANAGE_SURVEYS)
@require_GET
def programme(request: HttpRequest, slug: str, key: str, pk: int) -> HttpResponse:
    """How far a programme is, and what can be done about it."""
    survey, row = found(request, key, pk)
    at = progress(row)
    opened = Invitation.objects.of(request.workspace).filter(programme=row, opened_at__isnull=False).count()
    context = {
        "row": row,
        "is_in_page": row.channel == APP_CHANNEL,
        "asks": asked_by(row, segment_titles(request.workspace)),
        "at": at,
        "percent": round(100 * at.share),
        "opened": opened,
        "held": counted(at.held),
        "is_tracked": bool(row.settings.get("is_opening_tracked")),
        "is_list": is_of_list(row),
        "has_list": is_of_list(row) and _has_list(row),
        "list_form": ListForm(),
    }
    return page_of(request, "programme", survey, **context)


def _has_list(row: Programme) -> bool:
    try:
        return list_path(row).is_file()
    except NotFound:
        return False


@right_required(Right.MANAGE_SURVEYS)
@require_GET
def recipients(request: HttpRequest, slug: str, key: str, pk: int) -> HttpResponse:
    """Whom it would ask if it started now, and why not the others. Nothing is sent."""
    survey, row = found(request, key, pk)
    preview, may = counted_recipients(row), request.member.may(Right.VIEW_ROWS)
    context = {
        "row": row,
        "asks": asked_by(row, segment_titles(request.workspace)),
        "preview": preview,
        "problem": _problem(preview),
        "held": counted(preview.held),
        "people": [(address if may else masked(address), language) for address, language in preview.people],
        "is_event": row.trigger.get("kind") == "event",
        "percent": 100 * preview.probability,
    }
    return page_of(request, "recipients", survey, **context)


def _problem(found: Counted | Taken) -> str:
    """What is wrong, and what to do about it, as a job left it."""
    return " ".join(filter(None, (told(found.problem), found.remedy and f"({told(found.remedy)})")))


@right_required(Right.MANAGE_SURVEYS)
@require_POST
def state(request: HttpRequest, slug: str, key: str, pk: int) -> HttpResponse:
    """Start, stop, remove."""
    _survey, row = found(request, key, pk)
    do = request.POST.get("do", "")
    try:
        if do == "remove":
            return _removed(request, row)
        if do in DOINGS:
            DOINGS[do](row, request.user)
            forget_count_of(row)
            messages.success(request, _("The programme runs.") if do == "start" else _("The programme has stopped."))
    except RegardError as error:
        messages.error(request, told_error(error))
    return redirect("sending:programme", slug, key, pk)


DOINGS: dict[str, Callable[..., None]] = {"start": start_programme, "stop": stop_programme}


def _removed(request: HttpRequest, row: Programme) -> HttpResponse:
    """Taken away; what it has sent keeps counting as attention, and its links keep working."""
    if row.is_active:
        messages.error(request, _("Stop the programme first."))
        return redirect("sending:programme", request.workspace.slug, row.survey.key, row.pk)
    waiting = Invitation.objects.of(request.workspace).filter(programme=row, state=Invitation.State.WAITING)
    waiting.update(state=Invitation.State.SKIPPED, reason="removed")
    forget_list_of(row)
    forget_upload_of(row)
    forget_count_of(row)
    record_audit(request.workspace, request.user, "programme removed", row.name)
    key = row.survey.key
    row.delete()
    messages.success(request, _("The programme was removed."))
    return redirect("sending:ways", request.workspace.slug, key)


# --- its list --------------------------------------------------------------------------------------------------------


@right_required(Right.MANAGE_SURVEYS)
def people_list(request: HttpRequest, slug: str, key: str, pk: int) -> HttpResponse:
    """Take the list in: rows that can be used are kept, the others are shown and can be downloaded. A large one is
    read in the background; the page says what became of it."""
    survey, row = found(request, key, pk)
    form, taken, problem = ListForm(request.POST or None, request.FILES or None), None, ""
    if request.method != "POST":
        taken = upload_of(row)
    elif form.is_valid():
        try:
            taken = take_upload(row, form.cleaned_data["file"].read(LARGEST + 1), request.user)
        except RegardError as error:
            problem = told_error(error)
        if taken and not taken.is_done:
            return redirect("sending:list", slug, key, pk)
    context = {"row": row, "form": form, "taken": taken, "problem": problem or (_problem(taken) if taken else "")}
    is_unused = request.method == "POST" and not (taken and taken.people)
    return page_of(request, "list", survey, 422 if is_unused else 200, **context)


@right_required(Right.MANAGE_SURVEYS)
@require_GET
def list_rejected(request: HttpRequest, slug: str, key: str, pk: int) -> HttpResponse:
    """The rows of the last upload that could not be used, each with why."""
    _survey, row = found(request, key, pk)
    path = rejected_path(row)
    if not path.is_file():
        raise NotFound(said("no rows were rejected"))
    return csv_file(path.read_bytes(), f"rejected-{row.pk}.csv")


def csv_file(body: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


# --- invitations -----------------------------------------------------------------------------------------------------


@right_required(Right.MANAGE_SURVEYS)
@require_GET
def invitations(request: HttpRequest, slug: str, key: str, pk: int) -> HttpResponse:
    """One line each, the newest first; whoever may not see rows sees addresses masked."""
    survey, row = found(request, key, pk)
    chosen = request.GET.get("state", "")
    rows = Invitation.objects.of(request.workspace).filter(programme=row).order_by("-pk")
    rows = rows.filter(state=chosen) if chosen in Invitation.State.values else rows
    lines, following = _piece(rows, request.GET.get("before", ""))
    may = request.member.may(Right.VIEW_ROWS)
    context = {
        "row": row,
        "states": Invitation.State.choices,
        "chosen": chosen,
        "lines": [_line(one, may) for one in lines],
        "following": following,
        "is_first": not request.GET.get("before"),
    }
    return page_of(request, "invitations", survey, **context)


def _piece(rows: QuerySet, before: str) -> tuple[list[Invitation], int | None]:
    """The lines after one, and after which the next ones come; none is counted."""
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    piece = list(rows.defer("traits")[: EACH_PAGE + 1])
    return piece[:EACH_PAGE], piece[EACH_PAGE - 1].pk if len(piece) > EACH_PAGE else None


def _line(one: Invitation, may: bool) -> dict[str, Any]:
    return {
        "one": one,
        "address": one.address if may else masked(one.address) if one.address else "",
        "reason": reason_name(one.reason) if one.reason else "",
        "profile": one.customer if may else None,
    }
