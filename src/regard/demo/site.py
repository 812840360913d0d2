"""The survey of the simulated shop: whom the stream says was asked and what they answered, as a survey of the site.

The stream has these answers already, so it is not told of them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction

from regard.accounts.site import Workspace, store_of
from regard.demo.catalogue import SIMULATED
from regard.demo.company import NPS_ASKED, NPS_CHANNELS
from regard.demo.simulate import SEED
from regard.stream import Question
from regard.stream.compose import sql
from regard.surveys import Questionnaire, get_ready_made, path, read_questionnaire
from regard.surveys.site import (
    Invitation,
    Response,
    Survey,
    SurveyVersion,
    keep_margins,
    make_survey,
    publish_survey,
)

KIND: Final = "relationship_nps"
SILENT_WHO_OPEN, SILENT_WHO_BEGIN = 0.35, 0.06
"""Shares of those who did not answer: who opened the invitation, and who began and left without a word."""
SHORTEST, LONGEST = 15, 240
"""Seconds that somebody takes to answer."""
WAYS: Final = {"email": "email", "app": "widget"}
ASKED: Final = dict(zip(NPS_CHANNELS, NPS_ASKED.tolist(), strict=True))
"""The chance of being asked, by channel."""

_ASKED: Final = sql(
    """
    SELECT s.subject, s.source_key, s.customer, s.occurred_at AS sent_at, s.channel,
           json_extract_string(s.properties, '$.country') AS country,
           a.occurred_at AS answered_at, a.score, a.text, a.language, a.weight
    FROM interactions AS s LEFT JOIN interactions AS a ON a.subject = s.subject AND a.metric = 'nps'
    WHERE s.name = 'Survey Sent' ORDER BY s.occurred_at, s.id
    """
)
_COUNTRIES: Final = sql(
    """
    SELECT json_extract_string(properties, '$.country') AS country, count(*)::DOUBLE / sum(count(*)) OVER () AS share
    FROM interactions WHERE name = 'Signed Up' GROUP BY 1 ORDER BY 1
    """
)


def bring_survey() -> Survey | None:
    """The simulated shop's survey, with everybody who was asked; None when it is there, or the shop is not."""
    shop = Workspace.objects.filter(slug=SIMULATED.slug).first()
    if shop is None or Survey.objects.of(shop).filter(kind=KIND).exists():
        return None
    with transaction.atomic():
        survey = make_survey(shop, get_ready_made(KIND).questionnaire, name="Relationship NPS", kind=KIND)
        version = publish_survey(survey, survey.edition)
        _bring_people(survey, version)
        shares = store_of(shop).ask(Question("countries", _COUNTRIES)).rows()
        keep_margins(survey, {"trait:country": {row["country"]: row["share"] for row in shares}})
    return survey


def _bring_people(survey: Survey, version: SurveyVersion) -> None:
    asked = [_in_utc(row) for row in store_of(survey.workspace).ask(Question("who was asked", _ASKED)).rows()]
    questionnaire = read_questionnaire(version.document)
    drawn = np.random.default_rng(SEED).random((len(asked), 2)).tolist()
    invitations, responses = [], []
    for row, (pace, chance) in zip(asked, drawn, strict=True):
        invitations.append(_invitation(survey, row, pace, chance))
        if row["answered_at"]:
            responses.append(_response(questionnaire, version, invitations[-1], row, pace))
        elif chance < SILENT_WHO_BEGIN:
            responses.append(_left(questionnaire, version, invitations[-1]))
    Invitation.objects.of(survey.workspace).bulk_create(invitations, batch_size=1000)
    responses.sort(key=lambda one: one.started_at)  # newest first is by number
    Response.objects.of(survey.workspace).bulk_create(responses, batch_size=1000)


def _in_utc(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its times as the site keeps them; the stream's are UTC without saying so."""
    return {name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value for name, value in row.items()}


def _invitation(survey: Survey, row: Mapping[str, Any], pace: float, chance: float) -> Invitation:
    sent_at = row["sent_at"]
    is_answered = row["answered_at"] is not None
    opened_at = _began(row, pace) if is_answered else sent_at + timedelta(days=pace)
    return Invitation(
        workspace=survey.workspace,
        survey=survey,
        public_id=row["subject"],
        source_key=row["source_key"],
        customer=row["customer"],
        channel=row["channel"],
        traits={"country": row["country"]},
        touchpoint="relationship",
        selection_probability=ASKED[row["channel"]],
        state=Invitation.State.ANSWERED if is_answered else Invitation.State.SENT,
        send_at=sent_at,
        sent_at=sent_at,
        opened_at=opened_at if is_answered or chance < SILENT_WHO_OPEN else None,
        is_told=True,
    )


def _response(
    questionnaire: Questionnaire, version: SurveyVersion, invitation: Invitation, row: Mapping[str, Any], pace: float
) -> Response:
    answers = _answers(int(row["score"]), row["text"])
    return _begun(
        version,
        invitation,
        language=row["language"],
        answers=answers,
        seen=[step.page.name for step in path(questionnaire, answers, invitation.traits).steps],
        started_at=_began(row, pace),
        changed_at=row["answered_at"],
        completed_at=row["answered_at"],
        ended_by="complete",
        recorded=list(answers),
    )


def _left(questionnaire: Questionnaire, version: SurveyVersion, invitation: Invitation) -> Response:
    first = questionnaire.pages[0].name
    return _begun(
        version,
        invitation,
        language=questionnaire.locale,
        seen=[first],
        page=first,
        started_at=invitation.opened_at,
        changed_at=invitation.opened_at,
        ended_by="left",
    )


def _begun(version: SurveyVersion, invitation: Invitation, **more: Any) -> Response:
    return Response(
        workspace=invitation.workspace,
        survey=invitation.survey,
        version=version,
        invitation=invitation,
        public_id=f"response-{invitation.public_id}",
        way=WAYS[invitation.channel],
        touchpoint=invitation.touchpoint,
        source_key=invitation.source_key,
        weight=1 / invitation.selection_probability,
        **more,
    )


def _answers(score: int, words: str | None) -> dict[str, Any]:
    """The score, and the reason where the survey asks for it."""
    why = "why_low" if score <= 6 else "why_middle" if score <= 8 else "why_high"
    return {"nps": score} | ({why: words} if words else {})


def _began(row: Mapping[str, Any], pace: float) -> datetime:
    taken = timedelta(seconds=SHORTEST + pace * (LONGEST - SHORTEST))
    return max(row["sent_at"], row["answered_at"] - taken)
