"""What all pages of one survey share: the survey, its draft, the tabs, and what is said when two people change it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from regard.base import Conflict, Invalid, RegardError
from regard.surveys.builder.site import draft_of, keep_draft
from regard.surveys.model import Questionnaire
from regard.surveys.models import Survey


def opened(request: HttpRequest, key: str) -> tuple[Survey, Questionnaire]:
    """The survey of that key, and its draft."""
    survey = Survey.objects.get_of(request.workspace, key)
    return survey, draft_of(survey)


def page_of(
    request: HttpRequest, name: str, survey: Survey, questionnaire: Questionnaire, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of this survey."""
    shown = {"survey": survey, "questionnaire": questionnaire, "own": questionnaire.locale, **context}
    return render(request, f"surveys/builder/{name}.html", shown, status=status)


def edition_of(request: HttpRequest) -> int:
    """The edition that the form was drawn for; -1 for none that there could be."""
    said = request.POST.get("edition", "")
    return int(said) if said.isdecimal() and len(said) < 10 else -1


def kept_or_why(
    request: HttpRequest, survey: Survey, questionnaire: Questionnaire, *, is_told: bool = True, **more: Any
) -> RegardError | None:
    """Keep the draft and say so; or what was wrong. After a conflict the survey has the newest draft and edition."""
    try:
        keep_draft(survey, questionnaire, edition_of(request), **more)
    except Conflict as error:
        survey.refresh_from_db(fields=["draft", "edition", "changed_at"], from_queryset=_row(survey))
        return error
    except Invalid as error:
        return error
    if is_told:
        messages.success(request, _("Kept."))
    return None


def gone_page(request: HttpRequest, survey: Survey, questionnaire: Questionnaire) -> HttpResponse:
    """Somebody else removed what a form was about: what was typed is shown, to copy."""
    ours = ("csrfmiddlewaretoken", "edition", "do")
    typed = [text for name, text in request.POST.items() if name not in ours and text.strip()]
    problem = _("This was removed by somebody else. What you wrote is below, to copy.")
    return page_of(request, "gone", survey, questionnaire, 409, typed=typed, problem=problem, tab="build")


def _row(survey: Survey) -> Any:
    return Survey.objects.of(survey.workspace)
