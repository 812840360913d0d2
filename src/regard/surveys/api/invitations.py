"""Invitations for programs: who is to be asked, and what has come back by mail."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest

from regard.accounts.api.operations import Field, Router, Schema, Status, needs
from regard.base import NotFound
from regard.base.words import said
from regard.surveys.distribution.returning import take_report
from regard.surveys.distribution.site import Named, invite, reasons
from regard.surveys.models import Programme, Survey

router = Router()
MOST: int = 1000
ASKED = {"survey": "q3V5b2JxYTdk", "people": [{"email": "ann@example.org", "traits": {"first_name": "Ann"}}]}
REPORT = {"mail": "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b--\n"}


class PersonIn(Schema):
    """Somebody, by one identifier at least, with what texts and conditions may say of them."""

    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40, description="With its country: +48601234567.")
    user_id: str = Field("", max_length=500)
    traits: dict[str, Any] = Field(default_factory=dict, description="`language` and `time_zone` are heeded.")


class InviteIn(Schema):
    """Whom to ask."""

    survey: str = Field(max_length=40, description="Its key.")
    people: list[PersonIn] = Field(min_length=1, max_length=MOST)
    channel: Literal["email", "sms"] = "email"
    programme: int | None = Field(None, ge=1, le=2**62, description="On whose terms; the usual ones when absent.")
    because: str = Field(
        "", max_length=500, description="What it is about: of a programme, nobody is asked twice about the same."
    )


class InvitedOut(Schema):
    """How many will be asked, and why the others not."""

    invited: int
    held: dict[str, int] = Field(description="Counts by reason: `too_soon`, `spent`, `unsubscribed`, …")


class ReportIn(Schema):
    """A mail that has come back, as it is."""

    mail: str = Field(max_length=5_000_000)


class ReportOut(Schema):
    """Of how many invitations it says something."""

    invitations: int


@router.post("", response={202: InvitedOut}, **needs("invitations:write", **{"x-example": {"body": ASKED}}))
def invite_people(request: HttpRequest, given: InviteIn) -> Any:
    """Invite people to an open survey, within what each may be asked; messages go out a moment later."""
    survey = Survey.objects.of(request.workspace).filter(key=given.survey).first()
    if survey is None:
        raise NotFound(said("there is no such survey"), field="survey")
    people = [Named(**one.model_dump()) for one in given.people]
    done = invite(
        request.workspace,
        survey,
        people,
        channel=given.channel,
        programme=_programme(request, survey, given.programme),
        because=given.because,
    )
    return Status(202, {"invited": done.invited, "held": reasons(done.held)})


def _programme(request: HttpRequest, survey: Survey, number: int | None) -> Programme | None:
    if number is None:
        return None
    rows = Programme.objects.of(request.workspace).select_related("workspace", "survey")
    found = rows.filter(pk=number, survey=survey).first()
    if found is None:
        raise NotFound(said("this survey has no such programme"), field="programme")
    return found


@router.post("/reports", response=ReportOut, **needs("invitations:write", **{"x-example": {"body": REPORT}}))
def hand_in_report(request: HttpRequest, given: ReportIn) -> Any:
    """Hand in a mail that says that another was not delivered (RFC 3464), or that somebody complains (RFC 5965)."""
    return {"invitations": take_report(given.mail.encode("utf-8", "surrogateescape"), request.workspace)}
