"""How much a respondent may send at one time: files only where a survey asks for some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import Http404
from django.urls import resolve

from regard.base import NotFound
from regard.surveys.model import File, questions_of
from regard.surveys.models import Response, Survey
from regard.surveys.respond.visiting import find_invitation, find_survey, public_id_of, questionnaire_of, survey_of
from regard.web import STRANGERS_LIMIT

FILES_LIMIT: Final = 26_000_000
"""Bytes of one page with files: five of five megabytes, and its other answers."""


async def respondents_limit(scope: Mapping[str, Any]) -> int:
    """Bytes that a request to this address may weigh, of which only the head has come."""
    if not scope["path"].startswith("/s/"):
        return STRANGERS_LIMIT
    return FILES_LIMIT if await sync_to_async(_takes_files)(scope["path"]) else STRANGERS_LIMIT


def _takes_files(path: str) -> bool:
    try:
        version = _version(path)
    except (NotFound, Http404):
        return False
    finally:
        close_old_connections()
    return version is not None and any(isinstance(one, File) for one in questions_of(questionnaire_of(version)))


def _version(path: str) -> int | None:
    """The version of the survey that is answered at an address; None for one that takes no answers."""
    match = resolve(path)
    if match.url_name == "response":
        responses = Response.objects.public().filter(public_id=public_id_of(match.kwargs["token"]))
        return responses.filter(completed_at=None).values_list("version_id", flat=True).first()
    if match.url_name == "invited":
        return survey_of(find_invitation(match.kwargs["token"])).newest
    if match.url_name in {"anonymous", "kiosk", "embed"}:
        survey = find_survey(match.kwargs["key"])
        return survey.newest if survey.state == Survey.State.OPEN else None
    return None
