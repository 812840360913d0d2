"""What becomes of a page that was sent: its answers are kept, and it goes on, back, or to the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection, transaction

from regard.base import Conflict, RegardError
from regard.base.clock import now
from regard.base.words import said
from regard.surveys.answering import FIELD, MISSING, REMOVED, posted_answer, read_answers
from regard.surveys.evaluating import is_empty
from regard.surveys.events import ResponseReceived
from regard.surveys.files.keeping import forget_replaced, keep_files
from regard.surveys.flags import DUPLICATE, ROBOT, flags_of
from regard.surveys.flow import COMMENT, Path, Step, answers_on, is_answered, is_required, quotas_at
from regard.surveys.model import File, Html, Quota, Text
from regard.surveys.models import Invitation, Response, Survey
from regard.surveys.offering import is_filled
from regard.surveys.respond.devices import flag_parts, is_kept, others_of, recorded_in
from regard.surveys.respond.turns import alone_with_rivals
from regard.surveys.respond.visiting import SENT, Visit
from regard.surveys.tasks import SETTLING, announce, finish_settling, record_response

ALREADY = said("You have answered this survey already.")


@dataclass(frozen=True)
class Sent:
    """A page as it was sent: its fields, its files, which questions it showed, where the reader wants to go."""

    page: str
    posted: Mapping[str, Sequence[str]]
    files: Mapping[str, Sequence[UploadedFile]]
    shown: frozenset[str]
    is_back: bool = False
    is_robot: bool = False


@dataclass(frozen=True)
class Outcome:
    """Where it goes on: a page's name, or "" for the end. With problems (or a notice) the page is shown again."""

    page: str = ""
    problems: Mapping[str, Text] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    notice: str = ""


class Overtaken(Exception):
    """Somebody else has changed the response of this id meanwhile, or has made it: another window, a second click."""


@dataclass(frozen=True)
class End:
    """The end of a response: "complete", "screen_out", or "quota" with the one that was full."""

    by: str
    way: Path
    quota: Quota | None = None


def _begin(visit: Visit) -> None:
    """Check that this device may answer. Raises Conflict when it has, and may not again."""
    visit.others = others_of(visit.response)
    if _is_double(visit):
        visit.response.flags = [DUPLICATE]


def _is_double(visit: Visit) -> bool:
    """Has this device answered before? Raises Conflict where it may not again."""
    is_double = any(other.is_complete for other in visit.others)
    if is_double and visit.survey.is_once_each:
        raise Conflict(ALREADY)
    return is_double


def unfinished(invitation: Invitation) -> Response | None:
    """The response that this invitation has begun. Raises Conflict when it has been used up."""
    found = Response.objects.public().filter(invitation=invitation).order_by("-pk").first()
    if found and found.completed_at is None:
        return found
    if found and invitation.is_single_use:
        raise Conflict(ALREADY)
    return None


def send_page(visit: Visit, sent: Sent) -> Outcome:
    """Keep a page's answers and say where it goes on.

    To be called in the response's turn. Raises Overtaken when the response is there already, or has been changed
    meanwhile: nothing of the page has been kept then, and it is to be sent once more to the response as it is. Raises
    Conflict when an invitation has been used up, or when the device has sent other answers and may do so once.
    """
    invited = None if visit.is_begun else visit.invitation
    if visit.response.ended_by == SETTLING:
        finish_settling(visit.response)
    with alone_with_rivals(visit.response), transaction.atomic() if visit.questionnaire.quotas else nullcontext():
        if invited and (known := unfinished(invited)):
            raise Overtaken(known.public_id)
        if not visit.is_begun:
            _begin(visit)
        if sent.files and not visit.is_begun:  # files belong to a row
            _insert(visit.response)
            visit.seen_at = visit.response.changed_at
        before = visit.response.answers
        outcome, told = _taken(visit, sent)
        if outcome.page or not visit.is_over:
            visit.response.changed_at = now()
        keep_response(visit)
        forget_replaced(visit.response, before)
        if visit.is_over and visit.survey.is_once_each:
            flag_parts(visit.response, visit.others)
        if told:
            announce(told)
        if visit.is_over and visit.invitation:
            invitations = Invitation.objects.of(visit.response.workspace).filter(pk=visit.invitation.pk)
            invitations.update(state=Invitation.State.ANSWERED)
    return outcome


def _taken(visit: Visit, sent: Sent) -> tuple[Outcome, ResponseReceived | None]:
    """The page's answers in the response, not yet in the database; and what is to be told when they are."""
    response = visit.response
    way = visit.path()
    if way.step(sent.page) is None:
        return Outcome(response.page or way.steps[0].page.name), None
    _note_sent(visit, sent)
    read = _read(visit, sent)
    response.answers, response.language, response.ended_by = read.answers, visit.language, ""
    if sent.is_robot and ROBOT not in response.flags:
        response.flags = [*response.flags, ROBOT]
    outcome = _onwards(visit, sent, read)
    if isinstance(outcome, End):
        return _finish(visit, sent, outcome)
    if not outcome.problems:
        response.page = outcome.page
        response.seen = list(dict.fromkeys([*(response.seen or [sent.page]), outcome.page]))
    return outcome, None


def _note_sent(visit: Visit, sent: Sent) -> None:
    """From now on the page's questions have the answer that was sent, or none: not the one that was filled in."""
    page = next(page for page in visit.questionnaire.pages if page.name == sent.page)
    fresh = [one.name for one in page.elements if one.name in sent.shown and is_filled(one)]
    if fresh and visit.sent is not None:
        visit.response.arrangement = {**visit.response.arrangement, SENT: sorted({*visit.sent, *fresh})}


def keep_response(visit: Visit) -> None:
    """Insert the response, or change it if nobody else has since it was read. Raises Overtaken otherwise."""
    response = visit.response
    if not visit.is_begun:
        _insert(response)
        return
    seen = Response.objects.of(response.workspace).filter(pk=response.pk, changed_at=visit.seen_at)
    if not seen.update(**{name: getattr(response, name) for name in KEPT}):
        raise Overtaken(response.public_id)


def _insert(response: Response) -> None:
    """A form that is sent twice has the same id both times: the second goes on with what the first has made."""
    is_within = connection.in_atomic_block  # which must outlive an insert that fails
    try:
        with transaction.atomic() if is_within else nullcontext():
            response.save(force_insert=True)
    except IntegrityError:
        raise Overtaken(response.public_id) from None


KEPT: Final = (
    "answers", "arrangement", "page", "seen", "flags", "language", "changed_at", "completed_at", "ended_by", "recorded",
)  # fmt: skip


@dataclass(frozen=True)
class _Read:
    """All answers with those of the page; what was wrong; and, for showing the page again, what was given."""

    answers: dict[str, Any]
    problems: dict[str, Text]
    given: dict[str, Any]


def _read(visit: Visit, sent: Sent) -> _Read:
    """Only questions that the page showed are read, and of those only the ones that its own answers still show."""
    response = visit.response
    page = next(page for page in visit.questionnaire.pages if page.name == sent.page)
    asked = [one for one in page.elements if one.name in sent.shown and one.name not in response.recorded]
    others = _without(response.answers, [one.name for one in asked if not isinstance(one, File)])
    raw: dict[str, Any] = {}
    for question in asked:
        raw |= {name: value for name, value in posted_answer(question, sent.posted).items() if not is_empty(value)}
    step = visit.path({**others, **raw}).step(sent.page)
    if step is None:
        return _Read({**others, **raw}, {}, raw)
    read = read_answers([one for one in step.questions if one in asked], sent.posted, step.before)
    files, wrong = _files(visit, sent, [one for one in step.questions if isinstance(one, File) and one in asked], step)
    answers = {name: value for name, value in {**others, **read.answers, **files}.items() if not is_empty(value)}
    return _Read(answers, {**read.problems, **wrong}, {**answers, **raw})


def _files(visit: Visit, sent: Sent, questions: Sequence[File], step: Step) -> tuple[dict[str, Any], dict[str, Text]]:
    answers: dict[str, Any] = {}
    problems: dict[str, Text] = {}
    for question in questions:
        fresh, stays = sent.files.get(FIELD + question.name, ()), _stays(visit, sent, question)
        kept = keep_files(visit.response, question, fresh, stays)
        answers[question.name] = kept.answer
        if kept.problem:
            problems[question.name] = kept.problem
        elif not kept.answer and is_required(question, step.values):
            problems[question.name] = question.required_error_text or MISSING
    return answers, problems


def _stays(visit: Visit, sent: Sent, question: File) -> list[Any]:
    """The files that were sent before, but for those that are to be removed."""
    removed = sent.posted.get(f"{FIELD}{question.name}{REMOVED}", ())
    return [one for one in visit.response.answers.get(question.name) or () if one["id"] not in removed]


def _without(answers: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    gone = {*names, *(name + COMMENT for name in names)}
    return {name: value for name, value in answers.items() if name not in gone}


def _onwards(visit: Visit, sent: Sent, read: _Read) -> Outcome | End:
    way = visit.path(read.answers)
    if sent.is_back:
        before = way.before(sent.page)
        return Outcome(before.page.name if before else sent.page)
    if read.problems:
        return Outcome(sent.page, read.problems, read.given)
    step = way.step(sent.page)
    if step and any(question.name not in sent.shown for question in step.questions):
        return Outcome(sent.page)  # an answer has brought up another question of the same page
    then = way.after(sent.page) if step else way.after("")
    if then is None and (missing := _missing(visit, way, read.answers)):
        then = missing
    is_screened_out = bool(way.ended_by and way.ended_by.is_screen_out)
    is_complete = then is None and not is_screened_out
    if quota := _full_quota(visit, way.steps if is_complete else [step] if step else []):
        return End("quota", way, quota)
    if then:
        return Outcome(then.page.name)
    return End("screen_out" if is_screened_out else "complete", way)


def _missing(visit: Visit, way: Path, answers: Mapping[str, Any]) -> Step | None:
    """The first page on the way that lacks a required answer: somebody has come past it."""
    for step in way.steps:
        for question in step.questions:
            if isinstance(question, Html) or question.name in visit.response.recorded:
                continue
            if is_required(question, step.values) and not is_answered(question, answers):
                return step
    return None


def _full_quota(visit: Visit, steps: Sequence[Step]) -> Quota | None:
    """A quota that the answers of these steps fall into and that has been reached: asked of a step when it is sent, and
    of all of them at the end, for others have come to it meanwhile."""
    met = [quota for step in steps for quota in quotas_at(visit.questionnaire, step)]
    counts = _counted(visit) if met else Counter()
    return next((quota for quota in met if counts[quota.name] >= quota.limit), None)


def _counted(visit: Visit) -> Counter[str]:
    """How many complete responses fall into each quota. The survey's row is locked: nobody else counts meanwhile."""
    list(Survey.objects.of(visit.survey.workspace).select_for_update().filter(pk=visit.survey.pk).values("pk"))
    done = Response.objects.of(visit.survey.workspace).filter(survey=visit.survey, ended_by="complete")
    rows = done.values_list("arrangement", flat=True).iterator()
    return Counter(name for one in rows for name in one.get("quotas", ()))


def _finish(visit: Visit, sent: Sent, end: End) -> tuple[Outcome, ResponseReceived | None]:
    """Mark the response as complete and append it to the stream; when the stream takes nothing, neither is done.

    The stream comes first, and the row after it: cut off in between, the page is sent again, and the ids are the same.
    """
    response = visit.response
    before = response.flags, response.arrangement
    if visit.is_begun:  # others may have been begun since, and ended
        visit.others = others_of(response)
        _flag_second(visit)
    elif is_kept(response):  # the same form was sent before: the stream is not to hear of this one
        raise Overtaken(response.public_id)
    try:
        _complete(visit, end)
        return Outcome(), record_response(visit.questionnaire, response, end.way, recorded_in(visit.others))
    except RegardError as error:
        response.completed_at, response.ended_by = None, ""
        response.flags, response.arrangement = before
        return Outcome(sent.page, given=response.answers, notice=error.message), None


def _flag_second(visit: Visit) -> None:
    """Flag a response whose device has completed another since it was begun; one that was flagged for a newer one
    beside it is the first after all."""
    flags = [flag for flag in visit.response.flags if flag != DUPLICATE]
    visit.response.flags = [*flags, DUPLICATE] if _is_double(visit) else flags


def _complete(visit: Visit, end: End) -> None:
    response, way = visit.response, end.way
    response.answers = answers_on(way, response.answers)
    response.completed_at, response.ended_by = now(), end.by
    seconds = (response.completed_at - response.started_at).total_seconds()
    found = flags_of(way, response.answers, seconds, visit.language, visit.questionnaire.locale)
    response.flags = list(dict.fromkeys([*response.flags, *found]))
    if end.quota:
        response.arrangement = {**response.arrangement, "ended_by_quota": end.quota.name}
    elif visit.questionnaire.quotas:
        inside = [one.name for step in way.steps for one in quotas_at(visit.questionnaire, step)]
        response.arrangement = {**response.arrangement, "quotas": sorted(set(inside))}
