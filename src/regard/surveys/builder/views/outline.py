"""The outline of a survey: its pages and questions, which come, go and move by buttons, by keys or by dragging."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import Conflict, RegardError
from regard.base.words import said
from regard.surveys import editing
from regard.surveys.builder.condition_field import in_words
from regard.surveys.builder.forms import KIND_NAMES
from regard.surveys.builder.site import draft_of
from regard.surveys.builder.views.frame import kept_or_why, opened, page_of
from regard.surveys.checking import length_of
from regard.surveys.checking.references import check_references
from regard.surveys.editing import own_text
from regard.surveys.model import Html, Questionnaire
from regard.surveys.models import Survey
from regard.surveys.reading import as_json, read_questionnaire
from regard.web.site import told_error

Verb = Callable[[Questionnaire, str], Questionnaire]
VERBS: dict[str, Verb] = {
    "up": lambda survey, name: editing.shift_question(survey, name, -1),
    "down": lambda survey, name: editing.shift_question(survey, name, 1),
    "copy": lambda survey, name: editing.duplicate_question(survey, name)[0],
    "remove": editing.remove_question,
    "page-up": lambda survey, name: editing.shift_page(survey, name, -1),
    "page-down": lambda survey, name: editing.shift_page(survey, name, 1),
    "page-copy": lambda survey, name: editing.duplicate_page(survey, name)[0],
    "page-remove": editing.remove_page,
    "page-add": lambda survey, name: editing.add_page(survey, name or None)[0],
}
"""What the buttons do: each is named ``<verb> <name of the page or question>``."""


REMOVES = ("remove", "page-remove")
REMOVED = "survey_before_removal"
"""The draft as it was, in the session of who took something away: brought back as long as nobody has gone on."""


@right_required(Right.MANAGE_SURVEYS)
def build(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    survey, questionnaire = opened(request, key)
    if request.method != "POST":
        return _drawn(request, survey, questionnaire)
    verb, _space, name = request.POST.get("do", "").partition(" ")
    try:
        changed, told, goal = _done(request, survey, questionnaire, verb, name)
    except RegardError as error:
        return _drawn(request, survey, questionnaire, status=error.status, problem=told_error(error))
    error = kept_or_why(request, survey, changed, is_told=False)
    if error:
        is_late = isinstance(error, Conflict)
        now = draft_of(survey) if is_late else questionnaire
        return _drawn(request, survey, now, status=error.status, problem=told_error(error))
    if verb in REMOVES:
        request.session[REMOVED] = {"survey": survey.key, "edition": survey.edition, "draft": as_json(questionnaire)}
    is_part = bool(request.headers.get("HX-Request"))
    if verb == "add":
        address = reverse("surveys:question", args=[slug, key, goal])
        return HttpResponse(headers={"HX-Redirect": address}) if is_part else redirect(address)
    if is_part:
        return _drawn(request, survey, changed, told=told)
    return redirect(f"{request.path}?{urlencode({'at': goal})}#{anchor(goal)}")


def _done(
    request: HttpRequest, survey: Survey, before: Questionnaire, verb: str, name: str
) -> tuple[Questionnaire, str, str]:
    """The changed draft, what to say of it, and the part to go on at."""
    if verb == "add":
        changed, made = editing.add_question(before, name, request.POST.get(f"kind {name}", ""))
        return changed, _("A question was added."), made
    if verb == "move":
        page, question = request.POST.get("to-page", ""), request.POST.get("what", "")
        changed = editing.move_question(before, question, page, request.POST.get("before") or None)
        return changed, _place_of(changed, question), question
    if verb == "bring-back":
        return _brought_back(request, survey), _("It is back."), ""
    if verb not in VERBS:
        return before, "", name
    changed = VERBS[verb](before, name)
    names = {page.name for page in changed.pages} | {one.name for one in editing.questions_of(changed)}
    if name in names:
        return changed, _place_of(changed, name), name
    told = _("%(name)s was removed.") % {"name": name}
    if set(check_references(changed)) - set(check_references(before)):
        told += " " + _("Something still speaks of it: the check says where.")
    return changed, told, changed.pages[0].name if changed.pages else ""


def _brought_back(request: HttpRequest, survey: Survey) -> Questionnaire:
    found = _removed(request, survey)
    if found is None:
        raise Conflict(said("somebody else has changed this survey in the meantime"), code="edition_conflict")
    return read_questionnaire(found["draft"])


def _removed(request: HttpRequest, survey: Survey) -> dict[str, Any] | None:
    """What can be brought back: the draft before the last removal, when nothing has changed since."""
    found = request.session.get(REMOVED)
    return found if found and (found["survey"], found["edition"]) == (survey.key, survey.edition) else None


def _place_of(questionnaire: Questionnaire, name: str) -> str:
    """Where something stands now, for those who do not see it move."""
    for at, page in enumerate(questionnaire.pages, 1):
        if page.name == name:
            return _("Page %(at)s of %(all)s.") % {"at": at, "all": len(questionnaire.pages)}
        for place, question in enumerate(page.elements, 1):
            if question.name == name:
                told = {"title": _title(question, questionnaire.locale), "page": at, "place": place}
                return _("%(title)s: page %(page)s, place %(place)s.") % told
    return ""


def anchor(name: str) -> str:
    """The id of a page or question in the outline."""
    return "at-" + "".join(char if char.isalnum() else f"_{ord(char):x}" for char in name)


def _title(question: Any, own: str) -> str:
    text = own_text(question.html, own) if isinstance(question, Html) else own_text(question.title, own)
    return text or question.name


def _drawn(
    request: HttpRequest,
    survey: Survey,
    questionnaire: Questionnaire,
    *,
    status: int = 200,
    problem: str = "",
    told: str = "",
) -> HttpResponse:
    own, number = questionnaire.locale, 0
    pages = []
    for page in questionnaire.pages:
        lines = []
        for one in page.elements:
            number += 1
            lines.append(
                {
                    "name": one.name,
                    "id": anchor(one.name),
                    "number": number,
                    "title": _title(one, own),
                    "kind": KIND_NAMES[one.__struct_config__.tag],
                    "is_required": one.is_required,
                    "condition": in_words(one.visible_if),
                }
            )
        title = own_text(page.title, own)
        pages.append({"page": page, "id": anchor(page.name), "title": title, "lines": lines})
    return page_of(
        request,
        "build",
        survey,
        questionnaire,
        status,
        pages=pages,
        kinds=KIND_NAMES,
        problem=problem,
        said=told,
        removed=_removed(request, survey),
        questions=number,
        minutes=max(1, round(length_of(questionnaire).longest / 60)),
        tab="build",
    )
