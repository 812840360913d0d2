"""All surveys of a workspace, and a new one: blank, ready-made, or out of JSON."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import RegardError
from regard.surveys.builder.site import make_survey
from regard.surveys.checking import length_of
from regard.surveys.model import Page, Questionnaire
from regard.surveys.models import Survey, SurveyVersion
from regard.surveys.reading import LARGEST, read_questionnaire
from regard.surveys.ready_made import READY_MADE, get_ready_made
from regard.web.site import current_format, told_error

EACH_PAGE = 30


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
    """A questionnaire as JSON."""

    file = forms.FileField(label="JSON", max_length=200)


@right_required(Right.MANAGE_SURVEYS)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose what to begin with."""
    form = FileForm(request.POST if "json" in request.POST else None, request.FILES or None)
    if request.method == "POST":
        try:
            questionnaire, kind = _begun(request, form)
        except RegardError as error:
            messages.error(request, told_error(error))
        else:
            if questionnaire is not None:
                name = request.POST.get("name", "").strip()
                made = make_survey(request.workspace, questionnaire, name=name, kind=kind, by=request.user)
                return redirect("surveys:build", slug, made.key)
    status = 422 if request.method == "POST" else 200
    shown = [{"one": one, "minutes": _minutes(one.questionnaire)} for one in READY_MADE]
    return render(request, "surveys/builder/new.html", {"ready": shown, "form": form}, status=status)


def _begun(request: HttpRequest, form: FileForm) -> tuple[Questionnaire | None, str]:
    kind = request.POST.get("kind", "")
    if "json" in request.POST:
        if not form.is_valid():
            return None, ""
        return read_questionnaire(form.cleaned_data["file"].read(LARGEST + 1)), "json"
    if kind:
        return get_ready_made(kind).questionnaire, kind
    return Questionnaire(title=_("New survey"), locale=current_format().language, pages=[Page(name="page1")]), ""


def _minutes(questionnaire: Questionnaire) -> int:
    return max(1, round(length_of(questionnaire).longest / 60))
