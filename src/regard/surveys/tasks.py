"""Answers go into the stream: when a response is complete, or has been left alone for an hour."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Final

from django.db import transaction

from regard.base.clock import now
from regard.base.events import publish
from regard.surveys.arranging import read_arrangement
from regard.surveys.evaluating import is_empty
from regard.surveys.events import ResponseReceived
from regard.surveys.flags import DUPLICATE, ROBOT
from regard.surveys.flow import Path, answers_on, path
from regard.surveys.model import Html, Questionnaire
from regard.surveys.models import Response
from regard.surveys.recording import Call, Told, response_calls
from regard.surveys.respond.devices import flag_parts, others_of, recorded_in
from regard.surveys.respond.turns import alone_with_response, alone_with_rivals
from regard.surveys.respond.visiting import questionnaire_of, version_of
from regard.surveys.site import tell

LEFT: Final = "left"
"""How a response ended that nobody came back to; if somebody does after all, it goes on."""
SETTLING: Final = "settling"
"""Its answers are fixed, and the stream is about to be told them."""
SILENCE: Final = timedelta(hours=1)
A_MOMENT: Final = timedelta(microseconds=1)
"""By so much a row is changed later when its answers are fixed: who has read it before is overtaken."""
AT_A_TIME: Final = 5_000


def record_response(
    questionnaire: Questionnaire, response: Response, way: Path, known: Collection[str] = ()
) -> ResponseReceived | None:
    """Append what the stream does not have yet of this response, and note in it, for the caller to keep, that it has.
    ``known`` are questions whose answers it has from the same device, where that counts once.

    Returns what is to be announced once the row is kept. Done twice, the ids of the calls are the same and the stream
    keeps one of each. What a robot filled in stays out. Raises :class:`~regard.base.Unavailable` or
    :class:`~regard.base.TooMany` when the spool takes nothing.
    """
    fresh = [name for name in answered(way, response) if name not in response.recorded]
    if ROBOT not in response.flags:
        tell(response.workspace, calls_of(questionnaire, way, response, [one for one in fresh if one not in known]))
    response.recorded = [*response.recorded, *fresh]
    return None if ROBOT in response.flags else _received(response, way)


def calls_of(questionnaire: Questionnaire, way: Path, response: Response, fresh: list[str]) -> list[Call]:
    """What the stream is told of a response: its beginning and end, and the answers to these questions."""
    return response_calls(
        questionnaire,
        way,
        told_of(response),
        started_at=response.started_at,
        answered_at=response.completed_at or response.changed_at,
        completed_at=response.completed_at,
        ended_by=response.ended_by,
        only=frozenset(fresh),
    )


def announce(received: ResponseReceived) -> None:
    """Tell who listens, once what is told of is kept."""
    transaction.on_commit(lambda: publish(received))


def path_of(questionnaire: Questionnaire, response: Response) -> Path:
    """What this respondent saw."""
    traits = response.invitation.traits if response.invitation else {}
    return path(questionnaire, response.answers, traits, read_arrangement(response.arrangement))


def answered(way: Path, response: Response) -> list[str]:
    """The names of the questions on the way that have an answer."""
    asked = (question for step in way.steps for question in step.questions if not isinstance(question, Html))
    return [question.name for question in asked if not is_empty(response.answers.get(question.name))]


def told_of(response: Response) -> Told:
    """What is the same for all that is told of a response."""
    return Told(
        subject=_subject(response),
        survey=response.survey.key,
        survey_name=response.survey.name,
        channel=_channel(response.way),
        source_key=response.source_key,
        language=response.language,
        touchpoint=response.touchpoint,
        version=response.version.number,
        weight=response.weight,
        more={"way": response.way, "flags": response.flags or None},
    )


def _channel(way: str) -> str:
    """Where a response was given, as the stream calls channels."""
    return {"email": "email", "sms": "sms", "widget": "web", "link": "web", "kiosk": "store"}.get(way, way)


def _subject(response: Response) -> str:
    """The invitation's id for its first response; every further one, by a link that may be used again, has its own."""
    invitation = response.invitation
    if invitation is None:
        return response.public_id
    earlier = Response.objects.of(response.workspace).filter(invitation=invitation)
    if response.pk:  # a survey of one page is over before its response is a row
        earlier = earlier.filter(pk__lt=response.pk)
    return response.public_id if earlier.exists() else invitation.public_id


def _received(response: Response, way: Path) -> ResponseReceived:
    return ResponseReceived(
        workspace=response.workspace.slug,
        survey=response.survey.key,
        response=response.public_id,
        source_key=response.source_key,
        answers=answers_on(way, response.answers),
        is_complete=response.completed_at is not None,
        flags=tuple(response.flags),
    )


def settle_abandoned() -> None:
    """Put the answers of responses that nobody came back to for an hour into the stream. Done twice, it changes
    nothing; what an attempt cannot append, the next one does."""
    left = Response.objects.public().filter(completed_at=None, changed_at__lt=now() - SILENCE).exclude(ended_by=LEFT)
    related = left.select_related("survey", "workspace", "invitation")
    for public_id in list(left.order_by("pk").values_list("public_id", flat=True)[:AT_A_TIME]):
        for step in (_settle, _finish):  # each has a turn of its own: where that is a transaction, what is told is kept
            with alone_with_response(public_id):
                response = related.filter(public_id=public_id).first()  # now: it may be long since the first was read
                if response is not None:
                    _take_step(response, step)


def _take_step(response: Response, step: Callable[[Response], None]) -> None:
    response.version = version_of(response.version_id)
    with alone_with_rivals(response):
        step(response)


def _finish(response: Response) -> None:
    if response.ended_by == SETTLING:
        finish_settling(response)


def _settle(response: Response) -> None:
    """Fix which answers the stream is to have: from then on nobody changes them, unless somebody came back in this
    moment. None where another response stands for the device."""
    if response.ended_by == SETTLING:
        return
    others = others_of(response)
    is_second = any(other.is_complete or other.pk > response.pk for other in others)
    if is_second and DUPLICATE not in response.flags:
        response.flags = [*response.flags, DUPLICATE]
    is_untold = is_second and response.survey.is_once_each
    if not is_untold:
        way = path_of(questionnaire_of(response.version_id), response)
        response.recorded = list(dict.fromkeys([*response.recorded, *answered(way, response)]))
    read_at, response.changed_at = response.changed_at, response.changed_at + A_MOMENT
    response.ended_by = LEFT if is_untold else SETTLING
    kept = {name: getattr(response, name) for name in ("flags", "recorded", "changed_at", "ended_by")}
    same = Response.objects.public().filter(pk=response.pk, changed_at=read_at, completed_at=None)
    if same.update(**kept) and not is_untold:
        flag_parts(response, others)


def finish_settling(response: Response) -> None:
    """Tell the stream what has been fixed. Cut off before the row says so, it is told again, and is the same."""
    questionnaire = questionnaire_of(response.version_id)
    way = path_of(questionnaire, response)
    known = recorded_in(others_of(response))
    received = None
    if ROBOT not in response.flags:
        tell(response.workspace, calls_of(questionnaire, way, response, [*set(response.recorded) - known]))
        received = _received(response, way)
    settled = Response.objects.public().filter(pk=response.pk, ended_by=SETTLING)
    if settled.update(ended_by=LEFT) and received:
        announce(received)
