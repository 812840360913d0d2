"""The survey's logic on one page: ways, quotas, values, random pages; and what conditions may ask for."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import Conflict
from regard.surveys.builder.condition_field import is_redrawn
from regard.surveys.builder.differing import differences
from regard.surveys.builder.logic_forms import FORMS
from regard.surveys.builder.row_forms import RowGroup
from regard.surveys.builder.site import draft_of
from regard.surveys.builder.views.frame import kept_or_why, opened, page_of
from regard.surveys.editing import own_text
from regard.surveys.model import Boolean, Chosen, Html, Matrix, Question, Questionnaire, Rating, choice
from regard.web.site import told_error

MOST_POINTS = 20


@right_required(Right.MANAGE_SURVEYS)
def logic(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """All of the survey's logic, with an empty row of each to go on with."""
    survey, questionnaire = opened(request, key)
    groups = _groups(request, questionnaire)
    context: dict[str, object] = {"groups": groups, "names": asked_before(questionnaire), "tab": "logic"}
    context |= {"values": values_offered(questionnaire), "places": _places(questionnaire)}
    if request.method != "POST" or is_redrawn(request.POST):
        return page_of(request, "logic", survey, questionnaire, **context)
    if any(not group.is_valid() for group in groups.values()):
        return page_of(request, "logic", survey, questionnaire, 422, **context)
    made = {
        name: group.form.put(group.rows, getattr(questionnaire, name), questionnaire.locale)
        for name, group in groups.items()
        if group.rows is not None
    }
    error = kept_or_why(request, survey, msgspec.structs.replace(questionnaire, **made))
    if error is None:
        return redirect("surveys:logic", slug, key)
    if isinstance(error, Conflict):
        questionnaire = draft_of(survey)
        now = {name: getattr(questionnaire, name) for name in made}
        context["theirs"] = differences("survey", now, made, questionnaire.locale)
    return page_of(request, "logic", survey, questionnaire, error.status, **context, problem=told_error(error))


def _groups(request: HttpRequest, questionnaire: Questionnaire) -> dict[str, RowGroup]:
    data = request.POST if request.method == "POST" else None
    pages = questionnaire.pages
    return {
        name: RowGroup.of(form, name, data, form.rows_of(questionnaire), pages=pages) for name, form in FORMS.items()
    }


def _places(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    """Where a way may go on: questions and pages by name, with their words."""
    own = questionnaire.locale
    found = [(page.name, own_text(page.title, own)) for page in questionnaire.pages]
    return [*found, *((one.name, own_text(one.title, own)) for page in questionnaire.pages for one in page.elements)]


# --- what a condition may ask for -------------------------------------------------------------------------------------


def asked_before(questionnaire: Questionnaire, place: str = "") -> list[tuple[str, str]]:
    """Names and words of what is known when this page or question is reached; without a place, of everything."""
    found: list[tuple[str, str]] = []
    for page in questionnaire.pages:
        if page.name == place:
            break
        names = [one.name for one in page.elements]
        asked = page.elements[: names.index(place)] if place in names else page.elements
        found += [pair for question in asked for pair in _askable(question, questionnaire.locale)]
        if place in names:
            break
    return found + [(value.name, value.name) for value in questionnaire.calculated_values]


def _askable(question: Question, own: str) -> list[tuple[str, str]]:
    if isinstance(question, Html):
        return []
    words = own_text(question.title, own) or question.name
    if isinstance(question, Matrix):
        return [(f"{question.name}.{choice(row).value}", f"{words}: {choice(row).value}") for row in question.rows]
    return [(question.name, words)]


def values_offered(questionnaire: Questionnaire) -> list[str]:
    """Values that answers may have, for filling in."""
    found: dict[str, None] = {}
    for page in questionnaire.pages:
        for question in page.elements:
            if isinstance(question, Chosen):
                found |= dict.fromkeys(str(choice(one).value) for one in question.choices)
            elif isinstance(question, Rating) and question.rate_max - question.rate_min < MOST_POINTS:
                found |= dict.fromkeys(map(str, range(question.rate_min, question.rate_max + 1)))
            elif isinstance(question, Boolean):
                found |= {"true": None, "false": None}
    return list(found)[:200]
