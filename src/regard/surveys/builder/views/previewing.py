"""What respondents will see, drawn out of the draft by their own pages. Nothing is kept: answers are in the address."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from functools import cached_property
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base.ids import new_id
from regard.surveys.answering import read_answers
from regard.surveys.arranging import arrange
from regard.surveys.builder.views.frame import opened, page_of
from regard.surveys.editing import get_page
from regard.surveys.flow import Step
from regard.surveys.languages import name_of
from regard.surveys.model import Page, Questionnaire, languages_of, placed_texts
from regard.surveys.models import Response, Survey
from regard.surveys.offering import filled
from regard.surveys.piping import samples_for
from regard.surveys.respond.pages import done_page, question_page, said_page
from regard.surveys.respond.visiting import Visit

LONGEST_TEXT = 200
"""Characters of an answer that a preview remembers."""
LARGEST = 20_000
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"


@right_required(Right.MANAGE_SURVEYS)
def look(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The draft beside itself on a phone and on a desk, to be walked through."""
    survey, questionnaire = opened(request, key)
    offered = languages_of(questionnaire)
    language = request.GET.get("lang", "")
    language = language if language in offered else questionnaire.locale
    shown = {one: name_of(one) for one in offered}
    return page_of(request, "look", survey, questionnaire, languages=shown, language=language, tab="look")


@right_required(Right.MANAGE_SURVEYS)
@xframe_options_sameorigin
@csrf_exempt
def preview(request: HttpRequest, slug: str, key: str, state: str = "") -> HttpResponse:
    """The draft as respondents walk through it. Their page sends no token against forged requests: nothing is kept."""
    survey, questionnaire = opened(request, key)
    return preview_walk(request, survey, questionnaire, state)


@right_required(Right.MANAGE_SURVEYS)
@xframe_options_sameorigin
@require_GET
def page_preview(request: HttpRequest, slug: str, key: str, name: str) -> HttpResponse:
    """One page of the draft with all its questions."""
    survey, questionnaire = opened(request, key)
    return preview_page(request, survey, questionnaire, get_page(questionnaire, name))


def preview_page(request: HttpRequest, survey: Survey, questionnaire: Questionnaire, page: Page) -> HttpResponse:
    """One page with all its questions, also those whose conditions do not hold."""
    visit = _visit(request, survey, questionnaire, {})
    known = {"profile": visit.traits}
    there = {one.name: filled(one, known) for one in page.elements}
    return _framed(question_page(request, visit, Step(page, tuple(page.elements), known, {**there, **known})))


def preview_walk(request: HttpRequest, survey: Survey, questionnaire: Questionnaire, state: str) -> HttpResponse:
    """The survey from the beginning, or from where the answers in the address have led."""
    page, answers = read_state(state)
    visit = _visit(request, survey, questionnaire, answers)
    way = visit.path()
    if not way.steps:
        return _framed(said_page(survey, visit.language, "–", "", 200))
    step = way.step(page) if page else way.steps[0]
    if page == "/":
        visit.response.ended_by = "complete"
        return _framed(done_page(request, visit))
    step = step or way.steps[0]
    if request.method != "POST":
        return _framed(question_page(request, visit, step))
    return _sent(request, visit, step)


def _sent(request: HttpRequest, visit: Visit, step: Step) -> HttpResponse:
    posted = dict(request.POST.lists())
    found = read_answers(step.questions, posted, step.before)
    is_back = request.POST.get("to") == "back"
    if found.problems and not is_back:
        return _framed(question_page(request, visit, step, given=found.answers, problems=found.problems, status=422))
    left = {name: value for name, value in visit.response.answers.items() if name not in step.names}
    visit.response.answers = {**left, **dict.fromkeys(step.names), **found.answers}
    way = visit.path()
    then = way.before(step.page.name) if is_back else way.after(step.page.name)
    state = state_of(then.page.name if then else "/", visit.response.answers)
    address = reverse("surveys:preview_at", args=[visit.survey.workspace.slug, visit.survey.key, state])
    return HttpResponseRedirect(f"{address}?lang={visit.language}", status=303)


class Preview(Visit):
    """Somebody who looks at a draft: no version of it is published. What was sent empty is an answer of None."""

    @cached_property
    def traits(self) -> dict[str, str]:
        """Nobody's: each is called after itself, so that nobody takes a gap for a fault."""
        return samples_for(text for _place, text in placed_texts(self.questionnaire))

    @property
    def sent(self) -> frozenset[str]:
        return frozenset(self.response.answers)

    @property
    def way_out(self) -> str:
        """A window of its own: the preview's frame shows no other site, and the builder stays."""
        return "_blank"

    @property
    def languages(self) -> list[str]:
        return languages_of(self.questionnaire)


def _visit(request: HttpRequest, survey: Survey, questionnaire: Questionnaire, answers: dict[str, Any]) -> Visit:
    wanted, offered = request.GET.get("lang", ""), languages_of(questionnaire)
    language = wanted if wanted in offered else questionnaire.locale
    response = Response(survey=survey, version_id=0, public_id=new_id(), language=language, answers=answers)
    response.arrangement = msgspec.to_builtins(arrange(questionnaire, 0))
    return Preview(survey, questionnaire, response, None, language)


def _framed(answer: HttpResponse) -> HttpResponse:
    """Only our own pages may show it in a frame, and nobody keeps a copy."""
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Cache-Control"] = "no-store"
    return answer


# --- answers in an address -------------------------------------------------------------------------------------------


def state_of(page: str, answers: dict[str, Any]) -> str:
    """A page and answers as a part of an address; long texts are cut."""
    short = {name: value[:LONGEST_TEXT] if isinstance(value, str) else value for name, value in answers.items()}
    packed = zlib.compress(json.dumps([page, short], ensure_ascii=False).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_state(state: str) -> tuple[str, dict[str, Any]]:
    """What :func:`state_of` made; the beginning for anything else.

    >>> read_state(state_of("page2", {"nps": 9})), read_state("nonsense")
    (('page2', {'nps': 9}), ('', {}))
    """
    try:
        packed = base64.urlsafe_b64decode(state + "=" * (-len(state) % 4))
        page, answers = json.loads(zlib.decompressobj().decompress(packed, LARGEST))
    except (binascii.Error, zlib.error, ValueError):
        return "", {}
    return (page, answers) if isinstance(page, str) and isinstance(answers, dict) else ("", {})
