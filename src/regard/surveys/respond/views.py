"""The public addresses of surveys.

No cookie and no session says who somebody is: an unguessable token in the address does, so that there is nothing that
another site could make a browser send along, and these views need no token against forged requests (CSRF). Nothing is
recorded by GET: scanners of mails open every link.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regard.accounts.site import absolute, public
from regard.base import Conflict, NotFound, RegardError, Unavailable
from regard.base.clock import now
from regard.base.words import said
from regard.surveys.flow import Step
from regard.surveys.model import Boolean, Chosen, Matrix, Rating, choice
from regard.surveys.models import Invitation, Survey
from regard.surveys.respond import limits
from regard.surveys.respond.pages import (
    KIOSK_SECONDS,
    done_page,
    elsewhere_page,
    onwards_of,
    problem_page,
    question_page,
    said_page,
)
from regard.surveys.respond.saving import ALREADY, Outcome, Overtaken, Sent, send_page, unfinished
from regard.surveys.respond.starting import invitation_in_time
from regard.surveys.respond.turns import alone_with_response
from regard.surveys.respond.visiting import (
    LONGEST_NAME,
    Visit,
    begun,
    continued,
    find_kiosk,
    find_survey,
    kiosk_address,
    public_id_of,
    survey_of,
    visit_of,
)

View = Callable[..., HttpResponse]
CLOSED = said("This survey is closed.")
ATTEMPTS = 5
LONGEST_HEADER = 2_000
"""Characters of an address that it goes on to at once: servers in between refuse longer ones. A link takes any."""
UNWRITTEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
"""Control characters: nobody writes them, and databases and files of results stumble over them."""


class SeeOther(HttpResponseRedirect):
    """Go on elsewhere with GET."""

    status_code = 303


def for_respondents(view: View) -> View:
    """A public page whose errors are told politely, and of which nobody in between keeps a copy."""

    @functools.wraps(view)
    def polite(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        try:
            answer = view(request, *arguments, **named)
        except RegardError as error:
            answer = problem_page(_slowed(request, error))
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    return csrf_exempt(public(require_http_methods(["GET", "HEAD", "POST"])(polite)))


def _slowed(request: HttpRequest, error: RegardError) -> RegardError:
    """Whoever tries one address after another that leads nowhere is told to wait."""
    if isinstance(error, NotFound):
        try:
            limits.count(request, "misses", limits.MISSES)
        except RegardError as slower:
            return slower
    return error


@for_respondents
def anonymous(request: HttpRequest, key: str) -> HttpResponse:
    """The link that everybody may use."""
    return _first(request, find_survey(key), "link")


@for_respondents
def kiosk(request: HttpRequest, token: str) -> HttpResponse:
    """A device that many people use one after another: it goes back to the start by itself."""
    return _first(request, find_kiosk(token), "kiosk")


@for_respondents
def embedded(request: HttpRequest, key: str) -> HttpResponse:
    """The survey inside another site's page."""
    return _first(request, find_survey(key), "widget")


@for_respondents
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """A personal link: for one answer, or for several; goes on where somebody stopped."""
    invitation = invitation_in_time(request, token)
    survey = survey_of(invitation)
    try:
        known = unfinished(invitation)
    except Conflict:
        if request.method == "POST":
            return SeeOther(request.get_full_path())
        visit = begun(request, survey, "link", invitation)
        return said_page(survey, visit.language, ALREADY, said("Thank you."), 200, visit)
    if known and request.method != "POST":
        return SeeOther(visit_of(request, known.public_id).address)
    return _first(request, survey, "link", invitation)


def _first(request: HttpRequest, survey: Survey, way: str, invitation: Invitation | None = None) -> HttpResponse:
    visit = begun(request, survey, way, invitation)
    if survey.state != Survey.State.OPEN:
        return _closed(visit)
    steps = visit.path().steps
    if request.method == "POST" and steps and request.POST.get("page") == steps[0].page.name:
        limits.count(request, "beginnings", limits.BEGINNINGS)
        return _sent(request, visit.response.public_id, visit)
    if not steps:
        return _nothing(visit)
    picked = _picked(steps[0], request.GET.get("pick", "")[:LONGEST_NAME])
    return question_page(request, visit, steps[0], given={**steps[0].values, **picked})


def _picked(step: Step, pick: str) -> dict[str, Any]:
    """The first question's answer as a link inside a mail chose it: shown, and recorded when it is sent."""
    question = step.questions[0] if step.questions else None
    if not pick or not isinstance(question, Rating | Chosen | Boolean) or isinstance(question, Matrix):
        return {}
    known = {str(choice(item).value): choice(item).value for item in getattr(question, "choices", ())}
    return {question.name: known.get(pick, pick)}


@for_respondents
def response(request: HttpRequest, token: str) -> HttpResponse:
    """A response that has begun: the page that the address names, or the one where it goes on."""
    if request.method == "POST":
        limits.count(request, "sendings", limits.SENDINGS)
        return _sent(request, public_id_of(token))
    visit = continued(request, token)
    if visit.is_kiosk and now() - visit.response.changed_at > timedelta(seconds=KIOSK_SECONDS):
        return SeeOther(kiosk_address(visit.survey))  # the next person must not read on
    if visit.is_over:
        return done_page(request, visit)
    return _stopped(visit) or question_page(request, visit, _wanted(visit, request.GET.get("page", "")))


def _wanted(visit: Visit, name: str) -> Step:
    """The page asked for, when the answers lead to it and it has been reached; else the one where it goes on."""
    way, reached = visit.path(), visit.response.page
    names = [step.page.name for step in way.steps]
    furthest = max((names.index(one) for one in {*visit.response.seen, reached} if one in names), default=0)
    if name in names and names.index(name) <= furthest:
        return way.steps[names.index(name)]
    return way.step(reached) or way.steps[0]


def _sent(request: HttpRequest, public_id: str, fresh: Visit | None = None) -> HttpResponse:
    """A page that was sent to the response of this id, or to a fresh one; each in its turn. Where another has made the
    response meanwhile, it is sent to that."""
    sent = _read(request)
    if sent.files:
        limits.count(request, "uploads", limits.UPLOADS)
    for _ in range(ATTEMPTS):
        try:
            with alone_with_response(public_id):
                visit = fresh or visit_of(request, public_id)
                if stopped := _stopped(visit):
                    return stopped
                outcome = send_page(visit, sent)
            return _answered(request, visit, outcome)
        except Overtaken as overtaken:
            public_id, fresh = str(overtaken), None
        except Conflict as refused:
            return said_page(visit.survey, visit.language, refused.message, said("Thank you."), 200, visit)
    raise Unavailable(said("These answers are being changed from several places at once."), remedy=said("send again"))


def _stopped(visit: Visit) -> HttpResponse | None:
    """What is said instead where nothing can be sent (any more)."""
    if visit.is_over:
        return SeeOther(visit.address)
    if visit.survey.state != Survey.State.OPEN:
        return _closed(visit)
    return None if visit.path().steps else _nothing(visit)


def _read(request: HttpRequest) -> Sent:
    return Sent(
        page=request.POST.get("page", ""),
        posted={name: [text.translate(UNWRITTEN) for text in texts] for name, texts in request.POST.lists()},
        files={name: request.FILES.getlist(name) for name in request.FILES},
        shown=frozenset(request.POST.getlist("shown")),
        is_back=request.POST.get("to") == "back",
        is_robot=bool(request.POST.get("website")),
    )


def _answered(request: HttpRequest, visit: Visit, outcome: Outcome) -> HttpResponse:
    if outcome.problems or outcome.notice:
        step = visit.path().step(outcome.page) or visit.path().steps[0]
        status = 503 if outcome.notice else 422
        return question_page(
            request,
            visit,
            step,
            given=outcome.given,
            problems=outcome.problems,
            notice=outcome.notice,
            status=status,
        )
    onwards = onwards_of(visit) if visit.is_over and not visit.is_embedded else None
    if onwards and not onwards.words and len(onwards.address) <= LONGEST_HEADER:
        return SeeOther(onwards.address)
    return SeeOther(visit.address + (f"?{urlencode({'page': outcome.page})}" if outcome.page else ""))


def _nothing(visit: Visit) -> HttpResponse:
    """What was known of somebody, and led to the questions, can go meanwhile: an invitation is deleted."""
    return said_page(visit.survey, visit.language, said("There are no questions for you here."), "", 200, visit)


def _closed(visit: Visit) -> HttpResponse:
    kept = said("What you answered before it closed has been kept. Thank you.") if visit.is_begun else ""
    return said_page(visit.survey, visit.language, CLOSED, kept or said("Thank you for coming."), 200, visit)


@for_respondents
def elsewhere(request: HttpRequest, token: str) -> HttpResponse:
    """How to go on with this response on another device."""
    visit = continued(request, token)
    if visit.is_kiosk or visit.is_embedded:
        raise NotFound(said("This link does not work, or not any more."))
    return elsewhere_page(visit, absolute(visit.address), f"{request.path}qr.svg")
