"""The check, publishing, closing and opening again, and the versions that were published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import RegardError
from regard.surveys.builder.condition_field import in_words
from regard.surveys.builder.naming import words_for
from regard.surveys.builder.site import (
    close_survey,
    make_survey,
    publish_survey,
    remove_survey,
    reopen_survey,
)
from regard.surveys.builder.views.frame import edition_of, opened, page_of
from regard.surveys.checking import ERROR, NOTE, WARNING, Finding, Length, check, length_of
from regard.surveys.comparing import changes
from regard.surveys.model import Question, Questionnaire, in_language
from regard.surveys.models import Survey, SurveyVersion
from regard.surveys.reading import read_questionnaire
from regard.web.site import current_format, told_error


@right_required(Right.MANAGE_SURVEYS)
def publish(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """What the check finds; and, when nothing is in the way, publishing."""
    survey, questionnaire = opened(request, key)
    confirmed, problem, status = frozenset[str](), "", 200
    if request.method == "POST":
        confirmed = frozenset(request.POST.getlist("confirmed"))
        try:
            version = publish_survey(
                survey, edition_of(request), confirmed, request.user, reopen="reopen" in request.POST
            )
        except RegardError as error:
            problem, status = told_error(error), error.status
            survey, questionnaire = opened(request, key)
        else:
            messages.success(request, _published(survey) % {"n": version.number})
            return redirect("surveys:versions", slug, key)
    findings = check(questionnaire)
    newest = survey.version
    context = {
        "groups": _grouped(findings),
        "confirmed": confirmed,
        "problem": problem,
        "is_blocked": any(one.severity == ERROR for one in findings),
        "length": _told_length(length_of(questionnaire)),
        "newest": newest,
        "is_closed": survey.state == Survey.State.CLOSED,
        "is_same": newest is not None and newest.document == survey.draft,
        "tab": "publish",
    }
    return page_of(request, "publish", survey, questionnaire, status, **context)


def _published(survey: Survey) -> str:
    if survey.state == Survey.State.CLOSED:
        return _("Version %(n)s is published. The survey stays closed until you open it again.")
    return _("Version %(n)s is published.")


def _told_length(length: Length) -> str:
    """How long it takes, in words, by the tens of seconds that such an estimate is good for."""
    shortest, longest = (max(10, 10 * round(seconds / 10)) for seconds in length)
    duration = current_format().duration
    if shortest == longest:
        told = _("Answering takes about %(time)s.") % {"time": duration(longest)}
    else:
        told = _("Answering takes about %(a)s to %(b)s.") % {"a": duration(shortest), "b": duration(longest)}
    return told.replace("..", ".")  # some languages shorten "seconds" with a full stop


def _grouped(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    return {name: [one for one in findings if one.severity == name] for name in (ERROR, WARNING, NOTE)}


@right_required(Right.MANAGE_SURVEYS)
def versions(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Every published version with what it changed, the newest first; and what the draft would change."""
    survey, questionnaire = opened(request, key)
    known = list(survey.versions.select_related("published_by").order_by("number"))
    documents = [read_questionnaire(one.document) for one in known]
    lines = []
    for at, one in enumerate(known):
        lines.append({"version": one, "changes": _told(documents[at - 1], documents[at]) if at else None})
    draft = _told(documents[-1], questionnaire) if documents else []
    context = {"lines": lines[::-1], "draft": draft, "is_open": survey.state == Survey.State.OPEN, "tab": "versions"}
    return page_of(request, "versions", survey, questionnaire, **context)


@right_required(Right.MANAGE_SURVEYS)
def version(request: HttpRequest, slug: str, key: str, number: int) -> HttpResponse:
    """One version: what it asks, and what it changed."""
    survey, questionnaire = opened(request, key)
    found = get_object_or_404(survey.versions.select_related("published_by"), number=number)
    shown = read_questionnaire(found.document)
    pages = [(in_words(page.visible_if), [_asked(one, shown.locale) for one in page.elements]) for page in shown.pages]
    context: dict[str, Any] = {"version": found, "pages": pages, "changes": _since(survey, found), "tab": "versions"}
    return page_of(request, "version", survey, questionnaire, **context)


def _asked(question: Question, own: str) -> dict[str, str]:
    words = in_language(question.title, own)
    return {"name": question.name, "title": words, "condition": in_words(question.visible_if)}


def _since(survey: Survey, version: SurveyVersion) -> list[dict[str, Any]]:
    before = survey.versions.filter(number__lt=version.number).order_by("-number").first()
    return _told(read_questionnaire(before.document), read_questionnaire(version.document)) if before else []


def _told(before: Questionnaire, after: Questionnaire) -> list[dict[str, Any]]:
    """What changed, with the fields as their forms call them."""
    return [
        {"what": one.what, "of": one.of, "name": one.name, "words": [words_for(one.of, name) for name in one.fields]}
        for one in changes(before, after)
    ]


@right_required(Right.MANAGE_SURVEYS)
@require_POST
def state(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Close the survey, open it again, copy it, remove it."""
    survey, questionnaire = opened(request, key)
    do = request.POST.get("do", "")
    try:
        if do == "copy":
            name = _("%(name)s (copy)") % {"name": survey.name}
            alike = {field: getattr(survey, field) for field in ("theme_id", "is_once_each", "sites", "kind")}
            made = make_survey(request.workspace, questionnaire, name=name, by=request.user, **alike)
            return redirect("surveys:build", slug, made.key)
        if do == "remove":
            remove_survey(survey, request.user)
            messages.success(request, _("The survey was removed."))
            return redirect("surveys:surveys", slug)
        if do in STATES:
            STATES[do](survey, request.user)
    except RegardError as error:
        messages.error(request, told_error(error))
    return redirect("surveys:versions", slug, key)


STATES = {"close": close_survey, "open": reopen_survey}
