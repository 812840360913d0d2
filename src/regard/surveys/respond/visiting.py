"""Somebody at a survey: who, which version of it, in which language, and what they have answered so far."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Final
from uuid import UUID

import msgspec
from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse

from regard.base import NotFound
from regard.base.clock import now
from regard.base.ids import new_id
from regard.surveys.arranging import Arrangement, arrange, read_arrangement
from regard.surveys.flow import Path, path
from regard.surveys.inviting import APP_CHANNEL
from regard.surveys.model import Questionnaire, languages_of
from regard.surveys.models import Invitation, Response, Survey, SurveyVersion
from regard.surveys.reading import read_questionnaire
from regard.surveys.respond.devices import Other
from regard.surveys.respond.languages import chosen_language
from regard.surveys.respond.limits import device
from regard.surveys.respond.starting import INVITATION, UNKNOWN, Start, instant_of, read_start
from regard.surveys.tokens import read, read_id, sign, sign_id

RESPONSE: Final = "response"
KIOSK: Final = "kiosk"
SENT: Final = "sent"
"""Under this name the arrangement keeps the questions whose filled-in answer has been sent."""
LONGEST_NAME: Final = 200
LATELY: Final = 500
"""Responses that are looked at to take the pages of a balanced group equally often."""
REMEMBERED_SECONDS: Final = 1.0


@dataclass
class Visit:
    """Somebody at a survey. The response is not in the database before the first page has been sent."""

    survey: Survey
    questionnaire: Questionnaire
    response: Response
    invitation: Invitation | None
    language: str
    seen_at: datetime | None = None
    """When the response, as it was read, had last been changed."""
    others: Sequence[Other] = ()
    """What else came from the same device, once that has been looked up."""

    @property
    def traits(self) -> Mapping[str, Any]:
        """What texts and conditions may say of the person."""
        return self.invitation.traits if self.invitation else {}

    @cached_property
    def arrangement(self) -> Arrangement:
        """The random orders that this person sees."""
        return read_arrangement(self.response.arrangement)

    @property
    def sent(self) -> frozenset[str] | None:
        """The questions with a filled-in answer that somebody has sent, as it was or otherwise; None once it is over:
        then only what was sent counts."""
        return None if self.is_over else frozenset(self.response.arrangement.get(SENT, ()))

    def path(self, answers: Mapping[str, Any] | None = None) -> Path:
        """The pages that these answers lead to; without any, those that were given so far."""
        given = self.response.answers if answers is None else answers
        return path(self.questionnaire, given, self.traits, self.arrangement, self.sent)

    @property
    def languages(self) -> list[str]:
        """The languages that the survey is offered in, its own first."""
        return offered_languages(self.response.version_id)

    @property
    def is_begun(self) -> bool:
        return self.response.pk is not None

    @property
    def is_over(self) -> bool:
        return self.response.completed_at is not None

    @property
    def is_kiosk(self) -> bool:
        return self.response.way == "kiosk"

    @property
    def is_embedded(self) -> bool:
        return self.response.way in ("widget", APP_CHANNEL)

    @property
    def way_out(self) -> str:
        """Where a link to another site opens: in the window around a frame, not within the frame."""
        return "_top" if self.is_embedded else ""

    @property
    def address(self) -> str:
        """Where a response that has begun goes on."""
        return reverse("respond:response", args=[response_token(self.response)])

    def start_token(self) -> str:
        """Stands for the response that the first sending makes: sent twice, it is made once."""
        invited = self.invitation.public_id if self.invitation else ""
        return Start(self.response.public_id, self.response.version_id, invited).token


@lru_cache(maxsize=128)
def questionnaire_of(version: int) -> Questionnaire:
    """What a published version asks: it never changes."""
    return read_questionnaire(SurveyVersion.objects.values_list("document", flat=True).get(pk=version))


@lru_cache(maxsize=128)
def version_of(version: int) -> SurveyVersion:
    """A published version, without its document."""
    return SurveyVersion.objects.defer("document").get(pk=version)


@lru_cache(maxsize=128)
def offered_languages(version: int) -> list[str]:
    """The languages that a published version has, its own first."""
    return languages_of(questionnaire_of(version))


def forget_published() -> None:
    """Read surveys and versions anew from now on."""
    for remembered in (questionnaire_of, version_of, offered_languages, _remembered):
        remembered.cache_clear()


def response_token(response: Response) -> str:
    return sign_id(settings.SECRET_KEY, RESPONSE, response.public_id)


def invitation_token(invitation: Invitation) -> str:
    """The personal part of an invitation's address; ends when the invitation does."""
    return sign_id(settings.SECRET_KEY, INVITATION, invitation.public_id, invitation.expires_at)


def personal_address(invitation: Invitation) -> str:
    """The path under which somebody answers an invitation."""
    return reverse("respond:invited", args=[invitation_token(invitation)])


def kiosk_address(survey: Survey) -> str:
    """The path of a kiosk, which knows no device: it cannot be made out of the public link, where one answers once."""
    return reverse("respond:kiosk", args=[sign(settings.SECRET_KEY, KIOSK, survey.key.encode())])


def find_kiosk(token: str) -> Survey:
    """The survey of a kiosk's token. Raises NotFound."""
    return find_survey(read(settings.SECRET_KEY, KIOSK, token, now()).decode())


def find_survey(key: str) -> Survey:
    """The survey of a public key, published at least once. Raises NotFound."""
    if "\0" in key:  # PostgreSQL takes no such text
        raise NotFound(UNKNOWN)
    return _published("key", key)


def _published(name: str, value: str | int) -> Survey:
    """As it was a moment ago at most: many people answer one survey at the same time."""
    return _remembered(name, value, int(time.monotonic() / REMEMBERED_SECONDS))


@lru_cache(maxsize=256)
def _remembered(name: str, value: str | int, _: int) -> Survey:
    newest = SurveyVersion.objects.filter(survey=OuterRef("pk")).order_by("-number").values("pk")[:1]
    rows = Survey.objects.public().filter(**{name: value}).exclude(state=Survey.State.DRAFT)
    rows = rows.annotate(newest=Subquery(newest)).select_related("theme", "workspace")
    found = rows.defer("draft", "margins", "theme__logo").first()
    if found is None or found.newest is None:
        raise NotFound(UNKNOWN)
    return found


def survey_of(invitation: Invitation) -> Survey:
    """The survey that an invitation is to. Raises NotFound."""
    return _published("pk", invitation.survey_id)


def continued(request: HttpRequest, token: str) -> Visit:
    """The visit of a response that has begun. Raises NotFound."""
    return visit_of(request, public_id_of(token))


def public_id_of(token: str) -> str:
    """The response that a token stands for. Raises NotFound."""
    return read_id(settings.SECRET_KEY, RESPONSE, token, now())


def visit_of(request: HttpRequest, public_id: str) -> Visit:
    """The visit of the response with this id. Raises NotFound."""
    rows = Response.objects.public().select_related("survey__theme", "survey__workspace", "invitation")
    rows = rows.defer("survey__draft", "survey__margins", "survey__theme__logo")
    response = rows.filter(public_id=public_id).first()
    if response is None:
        raise NotFound(UNKNOWN)
    response.version = version_of(response.version_id)
    questionnaire = questionnaire_of(response.version_id)
    language = _language(request, response.version_id, response.language)
    return Visit(response.survey, questionnaire, response, response.invitation, language, response.changed_at)


def begun(request: HttpRequest, survey: Survey, way: str, invitation: Invitation | None = None) -> Visit:
    """The visit of somebody who opens a survey, or sends its first page; nothing is kept yet."""
    public_id, version = _first(request, survey, invitation)
    questionnaire = questionnaire_of(version)
    language = _language(request, version, invitation.language if invitation else "")
    touchpoint = (invitation and invitation.touchpoint) or request.GET.get("touchpoint", "")
    response = Response(
        workspace=survey.workspace,
        survey=survey,
        version=version_of(version),
        invitation=invitation,
        public_id=public_id,
        way=(invitation.channel or "link") if invitation else way,
        language=language,
        touchpoint=(touchpoint or questionnaire.touchpoint or "").replace("\0", "")[:LONGEST_NAME],
        source_key=invitation.source_key if invitation else "",
        device="" if way == "kiosk" else device(request, survey.key),
        weight=1 / invitation.selection_probability if invitation and invitation.selection_probability else 1.0,
        started_at=instant_of(public_id),
    )
    drawn = arrange(questionnaire, UUID(public_id).int, _taken(questionnaire, survey))
    response.arrangement = msgspec.to_builtins(drawn)
    return Visit(survey, questionnaire, response, invitation, language)


def _first(request: HttpRequest, survey: Survey, invitation: Invitation | None) -> tuple[str, int]:
    """The id and the version that the form was drawn for; new ones where there is none, or one of another link."""
    start = read_start(request)
    is_for_them = start is not None and start.invitation == (invitation.public_id if invitation else "")
    if is_for_them and (start.version == survey.newest or survey.versions.filter(pk=start.version).exists()):
        return start.public_id, start.version
    return new_id(), survey.newest


def _language(request: HttpRequest, version: int, known: str) -> str:
    wished = (request.GET.get("lang", ""), known)
    return chosen_language(offered_languages(version), wished, request.headers.get("Accept-Language", ""))


def _taken(questionnaire: Questionnaire, survey: Survey) -> Mapping[str, int]:
    """How often each page was drawn lately, where a random group asks for balance."""
    if not any(group.is_balanced for group in questionnaire.random_groups):
        return {}
    lately = Response.objects.of(survey.workspace).filter(survey=survey).order_by("-pk")
    drawn = lately.values_list("arrangement", flat=True)[:LATELY]
    return Counter(page for one in drawn for page in one.get("pages") or ())
