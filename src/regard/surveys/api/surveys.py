"""Surveys for programs: a survey is a JSON document that is written, checked, published and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from regard.accounts.api.operations import (
    Field,
    Page,
    Paging,
    Path,
    Query,
    Router,
    Schema,
    Status,
    Text,
    cursor_after,
    needs,
)
from regard.surveys.builder import site
from regard.surveys.checking import Finding, check, length_of
from regard.surveys.models import Response, Survey
from regard.surveys.reading import as_json, read_questionnaire
from regard.surveys.ready_made import READY_MADE, get_ready_made
from regard.web.site import told

router = Router()
A_SURVEY = {"path": {"key": "q3V5b2JxYTdk"}}
ASKED = {
    "title": "How was it?",
    "pages": [
        {
            "name": "page1",
            "elements": [
                {
                    "type": "rating",
                    "name": "nps",
                    "title": "How likely is it that you would recommend us?",
                    "rateMin": 0,
                    "rateMax": 10,
                    "metric": "nps",
                    "minRateDescription": "Not at all likely",
                    "maxRateDescription": "Extremely likely",
                }
            ],
        }
    ],
}
EXAMPLE = {"x-example": {"body": {"ready_made": "support_ces"}}}
A_DRAFT = {"x-example": {**A_SURVEY, "body": {"document": ASKED}}}
Document = dict[str, Any]


class SurveyIn(Schema):
    """A new survey: with a document of its own, or one that is ready-made."""

    name: str = Field("", max_length=120, description="For your colleagues; the title when empty.")
    document: Document | None = Field(None, description="SurveyJS's names: see docs/reference/surveys.md.")
    ready_made: str | None = Field(None, description="Its key, e.g. `relationship_nps`, instead of a document.")


class DraftIn(Schema):
    """A draft as it is to be."""

    document: Document
    edition: int | None = Field(
        None, ge=0, description="Of the draft that was read: refused when it has changed since."
    )


class PublishIn(Schema):
    """What is to be published."""

    edition: int | None = Field(None, ge=0, description="Of the draft that was checked; the newest when absent.")
    confirmed: list[str] | None = Field(None, description="Keys of warnings that are meant so; absent: all.")
    reopen: bool = Field(False, description="Open a survey that was closed; it stays closed otherwise.")


class SurveyOut(Schema):
    """A survey without its document."""

    key: str
    name: str
    kind: str
    state: str
    edition: int
    version: int | None = Field(description="The version that new respondents see.")
    changed_at: datetime
    link: str = Field(description="The public path of the survey.")


class WholeOut(SurveyOut):
    """A survey with its draft."""

    document: Document


class FindingOut(Schema):
    """One thing that the check found."""

    key: str
    code: str
    severity: str
    of: str
    place: str
    message: str
    remedy: str


class CheckOut(Schema):
    """What the check finds, and how long answering takes."""

    findings: list[FindingOut]
    shortest_seconds: float
    longest_seconds: float


class VersionOut(Schema):
    """A published version; it never changes."""

    number: int
    published_at: datetime
    document: Document


class ResponseOut(Schema):
    """What one person answered."""

    id: str
    version: int
    state: str
    way: str
    language: str
    touchpoint: str
    started_at: datetime
    completed_at: datetime | None
    weight: float
    flags: list[str]
    answers: dict[str, Any]


class ReadyOut(Schema):
    """A survey that is ready to be sent."""

    key: str
    title: str
    about: str
    source: str


@router.get("", response=Page[SurveyOut], **needs("surveys:read"))
def list_surveys(request: HttpRequest, page: Query[Paging]) -> Any:
    """Every survey, the newest first."""
    rows = Survey.objects.of(request.workspace).defer("draft", "margins").order_by("-pk")
    after = page.position(request.key, "surveys")
    found = list((rows.filter(pk__lt=after) if after else rows).prefetch_related("versions")[: page.limit + 1])
    then = cursor_after(request.key, "surveys", found[page.limit - 1].pk) if len(found) > page.limit else None
    return {"data": [_told(one) for one in found[: page.limit]], "next": then}


@router.get("/ready-made", response=list[ReadyOut], **needs("surveys:read"))
def list_ready_made(request: HttpRequest) -> Any:
    """Surveys that are ready to be sent, in five languages."""
    return [
        {"key": one.key, "title": told(one.title), "about": told(one.about), "source": one.source} for one in READY_MADE
    ]


@router.post(
    "", response={201: WholeOut}, **needs("surveys:write", **{"x-example": {"body": {"ready_made": "support_ces"}}})
)
def create_survey(request: HttpRequest, response: HttpResponse, given: SurveyIn) -> Any:
    """Make a survey; nobody can answer it before it is published."""
    kind = given.ready_made or ""
    asked = get_ready_made(kind).questionnaire if kind else read_questionnaire(given.document or {})
    made = site.make_survey(request.workspace, asked, name=given.name.strip(), kind=kind)
    response["Location"] = f"/api/v1/surveys/{made.key}"
    return Status(201, _whole(made))


@router.get("/{key}", response=WholeOut, **needs("surveys:read", **{"x-example": A_SURVEY}))
def get_survey(request: HttpRequest, key: Path[Text]) -> Any:
    """One survey, with its draft."""
    return _whole(Survey.objects.get_of(request.workspace, key))


@router.put(
    "/{key}/draft",
    response=WholeOut,
    **needs("surveys:write", **{"x-example": {**A_SURVEY, "body": {"document": ASKED}}}),
)
def put_draft(request: HttpRequest, key: Path[Text], given: DraftIn) -> Any:
    """Write the draft anew; what is published stays."""
    survey = Survey.objects.get_of(request.workspace, key)
    site.keep_draft(
        survey, read_questionnaire(given.document), survey.edition if given.edition is None else given.edition
    )
    return _whole(Survey.objects.get_of(request.workspace, key))


@router.get("/{key}/check", response=CheckOut, **needs("surveys:read", **{"x-example": A_SURVEY}))
def check_survey(request: HttpRequest, key: Path[Text]) -> Any:
    """What is broken in the draft, and what will bend answers."""
    questionnaire = site.draft_of(Survey.objects.get_of(request.workspace, key))
    length = length_of(questionnaire)
    findings = [_finding(one) for one in check(questionnaire)]
    return {"findings": findings, "shortest_seconds": length.shortest, "longest_seconds": length.longest}


@router.post("/{key}/publish", response=WholeOut, **needs("surveys:write", **{"x-example": {**A_SURVEY, "body": {}}}))
def publish_survey(request: HttpRequest, key: Path[Text], given: PublishIn) -> Any:
    """Make the draft the next version, and let people answer it; refused while the check finds errors. A survey that
    was closed stays so, unless the body says otherwise."""
    survey = Survey.objects.get_of(request.workspace, key)
    edition = survey.edition if given.edition is None else given.edition
    site.publish_survey(survey, edition, given.confirmed, reopen=given.reopen, key=request.key.prefix)
    return _whole(Survey.objects.get_of(request.workspace, key))


@router.post("/{key}/close", response=WholeOut, **needs("surveys:write", **{"x-example": A_SURVEY}))
def close_survey(request: HttpRequest, key: Path[Text]) -> Any:
    """Take no more answers."""
    survey = Survey.objects.get_of(request.workspace, key)
    site.close_survey(survey, key=request.key.prefix)
    return _whole(survey)


@router.post("/{key}/reopen", response=WholeOut, **needs("surveys:write", **{"x-example": A_SURVEY}))
def reopen_survey(request: HttpRequest, key: Path[Text]) -> Any:
    """Take answers again."""
    survey = Survey.objects.get_of(request.workspace, key)
    site.reopen_survey(survey, key=request.key.prefix)
    return _whole(survey)


@router.delete("/{key}", response={204: None}, **needs("surveys:write", **{"x-example": A_SURVEY}))
def delete_survey(request: HttpRequest, key: Path[Text]) -> Any:
    """Take a survey away that nobody has answered."""
    site.remove_survey(Survey.objects.get_of(request.workspace, key), key=request.key.prefix)
    return Status(204, None)


@router.get("/{key}/versions", response=list[VersionOut], **needs("surveys:read", **{"x-example": A_SURVEY}))
def list_versions(request: HttpRequest, key: Path[Text]) -> Any:
    """Every published version, the newest first."""
    rows = Survey.objects.get_of(request.workspace, key).versions.order_by("-number")
    return [{"number": one.number, "published_at": one.published_at, "document": one.document} for one in rows]


@router.get("/{key}/responses", response=Page[ResponseOut], **needs("surveys:read", **{"x-example": A_SURVEY}))
def list_responses(request: HttpRequest, key: Path[Text], page: Query[Paging]) -> Any:
    """What people answered, the newest first; partial responses too."""
    survey, place = Survey.objects.get_of(request.workspace, key), f"responses {key}"
    rows = Response.objects.of(request.workspace).filter(survey=survey).select_related("version").order_by("-pk")
    after = page.position(request.key, place)
    found = list((rows.filter(pk__lt=after) if after else rows)[: page.limit + 1])
    then = cursor_after(request.key, place, found[page.limit - 1].pk) if len(found) > page.limit else None
    return {"data": [_response(one) for one in found[: page.limit]], "next": then}


# --- telling ---


def _told(survey: Survey) -> dict[str, Any]:
    names = ("key", "name", "kind", "state", "edition", "changed_at")
    newest = max((one.number for one in survey.versions.all()), default=None)
    return {**{name: getattr(survey, name) for name in names}, "version": newest, "link": f"/s/{survey.key}/"}


def _whole(survey: Survey) -> dict[str, Any]:
    return {**_told(survey), "document": as_json(site.draft_of(survey))}


def _finding(one: Finding) -> dict[str, str]:
    names = ("key", "code", "severity", "of", "place")
    return {**{name: getattr(one, name) for name in names}, "message": told(one.message), "remedy": told(one.remedy)}


def _response(one: Response) -> dict[str, Any]:
    names = ("way", "language", "touchpoint", "started_at", "completed_at", "weight", "flags", "answers")
    state = (one.ended_by or "complete") if one.completed_at else "partial"
    return {
        **{name: getattr(one, name) for name in names},
        "id": one.public_id,
        "version": one.version.number,
        "state": state,
    }
