"""All surveys of a workspace, and a new one: blank, ready-made, or out of JSON."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import Invalid, RegardError, TooLarge
from regard.surveys.builder.site import make_survey
from regard.surveys.builder.views.frame import page_of
from regard.surveys.checking import length_of
from regard.surveys.model import Page, Questionnaire
from regard.surveys.models import Survey, SurveyVersion
from regard.surveys.moving import check_equivalence, read_survey
from regard.surveys.reading import read_questionnaire
from regard.surveys.ready_made import READY_MADE, get_ready_made
from regard.web.site import current_format, told, told_error

EACH_PAGE = 30
LARGEST_FILE = 20_000_000
WALKS = 300
"""Ways through a survey of another tool that are compared, where there are too many to walk all."""
WALKING_SECONDS = 0.7
"""No further way is walked after so long: somebody waits. The command line walks more."""


@right_required(Right.VIEW_METRICS)
def surveys(request: HttpRequest, slug: str) -> HttpResponse:
    """The list, the one changed last first; found by name and by state."""
    q, state = request.GET.get("q", "").strip()[:120], request.GET.get("state", "")
    rows = _with_counts(Survey.objects.of(request.workspace).order_by("-changed_at", "-pk"))
    rows = rows.filter(name__icontains=q) if q else rows
    rows = rows.filter(state=state) if state in Survey.State.values else rows
    page = Paginator(rows, EACH_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "q": q,
        "state": state,
        "states": Survey.State.choices,
        "is_filtered": bool(q or state),
        "may_edit": request.member.may(Right.MANAGE_SURVEYS),
    }
    return render(request, "surveys/builder/surveys.html", context)


def _with_counts(rows: QuerySet) -> QuerySet:
    newest = SurveyVersion.objects.filter(survey=OuterRef("pk")).order_by("-number").values("number")[:1]
    return rows.defer("draft", "margins").annotate(
        number=Subquery(newest),
        begun=Count("responses"),
        complete=Count("responses", filter=Q(responses__completed_at__isnull=False)),
        last_at=Max("responses__started_at"),
    )


class FileForm(forms.Form):
    """A questionnaire of ours, or a survey of another tool."""

    file = forms.FileField(label=gettext_lazy("File"), max_length=200)


@right_required(Right.MANAGE_SURVEYS)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose what to begin with."""
    is_file = "upload" in request.POST
    form = FileForm(request.POST if is_file else None, request.FILES if is_file else None)
    if request.method == "POST":
        try:
            if is_file and form.is_valid():
                return _from_file(request, form.cleaned_data["file"])
            if not is_file:
                return redirect("surveys:build", slug, _begun(request).key)
        except RegardError as error:
            messages.error(request, told_error(error))
    status = 422 if request.method == "POST" else 200
    shown = [{"one": one, "minutes": _minutes(one.questionnaire)} for one in READY_MADE]
    return render(request, "surveys/builder/new.html", {"ready": shown, "form": form}, status=status)


def _begun(request: HttpRequest) -> Survey:
    """A new survey, ready-made or empty."""
    if kind := request.POST.get("kind", ""):
        chosen = get_ready_made(kind)
        name = told(chosen.title)
        return make_survey(request.workspace, chosen.questionnaire, name=name, kind=kind, by=request.user)
    empty = Questionnaire(title=_("New survey"), locale=current_format().language, pages=[Page(name="page1")])
    return make_survey(request.workspace, empty, by=request.user)


def _from_file(request: HttpRequest, file: UploadedFile) -> HttpResponse:
    """A new survey out of a file; for one of another tool, with what was lost and whether it asks the same."""
    data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise TooLarge(_("The file is larger than 20 MB."))
    try:
        ours = read_questionnaire(data)
    except Invalid:
        moved = read_survey(data, file.name)
    else:
        return redirect(
            "surveys:build", request.workspace.slug, make_survey(request.workspace, ours, by=request.user).key
        )
    made = make_survey(request.workspace, moved.questionnaire, kind=moved.format, by=request.user)
    walked = check_equivalence(moved, sample=WALKS, seconds=WALKING_SECONDS)
    context = {"moved": moved, "walked": walked, "tab": "build"}
    return page_of(request, "moved", made, moved.questionnaire, **context)


def _minutes(questionnaire: Questionnaire) -> int:
    return max(1, round(length_of(questionnaire).longest / 60))
