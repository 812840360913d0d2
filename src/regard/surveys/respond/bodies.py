"""How much a respondent may send at one time: long texts where a survey is open, files where it asks for some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import Http404
from django.urls import resolve

from regard.base import NotFound
from regard.base.clock import now
from regard.surveys.model import File, questions_of
from regard.surveys.models import Response, Survey
from regard.surveys.respond.starting import OPEN_PAGE, find_invitation
from regard.surveys.respond.visiting import (
    find_kiosk,
    find_survey,
    public_id_of,
    questionnaire_of,
    survey_of,
)
from regard.web import STRANGERS_LIMIT

WORDS_LIMIT: Final = 2_500_000
"""Bytes of one page without files: ten of the longest texts, whose characters a form sends as up to twelve bytes."""
FILES_LIMIT: Final = 26_000_000
"""Bytes of one page with files: five of five megabytes, and its other answers."""


async def respondents_limit(scope: Mapping[str, Any]) -> int:
    """Bytes that a request to this address may weigh, of which only the head has come."""
    if not scope["path"].startswith("/s/"):
        return STRANGERS_LIMIT
    return await sync_to_async(_limit_at)(scope["path"])


def _limit_at(path: str) -> int:
    try:
        version = _version(path)
        if version is None:
            return STRANGERS_LIMIT
        takes_files = any(isinstance(one, File) for one in questions_of(questionnaire_of(version)))
    except (NotFound, Http404):
        return STRANGERS_LIMIT
    finally:
        close_old_connections()
    return FILES_LIMIT if takes_files else WORDS_LIMIT


def _version(path: str) -> int | None:
    """The version of the survey that is answered at an address; None for one that takes no answers."""
    match = resolve(path)
    if match.url_name == "response":
        responses = Response.objects.public().filter(public_id=public_id_of(match.kwargs["token"]))
        return responses.filter(completed_at=None).values_list("version_id", flat=True).first()
    if match.url_name == "invited":
        return survey_of(find_invitation(match.kwargs["token"], now() - OPEN_PAGE)).newest
    if match.url_name in {"anonymous", "kiosk", "embed"}:
        survey = find_kiosk(match.kwargs["token"]) if "token" in match.kwargs else find_survey(match.kwargs["key"])
        return survey.newest if survey.state == Survey.State.OPEN else None
    return None
