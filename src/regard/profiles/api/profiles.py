"""Profiles for programs: find people, read one whole, follow their timeline."""

from __future__ import annotations

import json
from dataclasses import asdict
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
from regard.accounts.api.rows import InteractionOut, interaction
from regard.accounts.site import store_of
from regard.base import NotFound
from regard.base.words import said
from regard.profiles import tasks
from regard.profiles.erasing.tasks import erase_soon
from regard.profiles.model import LinkState
from regard.profiles.people import profile
from regard.profiles.searching import FoundBy, search_profiles
from regard.profiles.timeline import timeline
from regard.stream import Interaction

router = Router()
LARGEST = 2**63 - 1
SOMEBODY = {"x-example": {"path": {"customer": "6078585027090374790"}}}
Customer = Path[str]


class FoundOut(Schema):
    """A profile that a search found, and why."""

    customer: str
    name: str | None
    email: str | None
    phone: str | None
    account: str | None
    last_seen_at: datetime | None
    interactions: int
    by: FoundBy


class IdentifierOut(Schema):
    """A name by which a source knows somebody."""

    kind: str
    value: str


class LinkOut(Schema):
    """Evidence that two identifiers belong to one person."""

    id: str
    a: str
    b: str
    rule: str
    source: str
    observed_at: datetime
    state: LinkState
    made_by: str | None


class AnsweredOut(Schema):
    """A score that a person gave, on the scale it was asked on."""

    at: datetime
    metric: str | None
    score: float
    scale_min: float | None
    scale_max: float | None
    orientation: str | None


class OpenTicketOut(Schema):
    """A ticket that waits for its end."""

    subject: str
    since: datetime


class ConsentOut(Schema):
    """What a person agreed to, or no longer does."""

    purpose: str
    is_given: bool
    at: datetime


class ProfileOut(Schema):
    """One customer, whole."""

    customer: str = Field(description="The number; another than asked for when that profile was merged into this one.")
    name: str | None
    email: str | None
    phone: str | None
    account: str | None
    traits: dict[str, Any]
    identifiers: list[IdentifierOut]
    evidence: list[LinkOut]
    interactions: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    value: dict[str, float] = Field(description="What they paid, less what was given back, by currency.")
    scores: list[AnsweredOut]
    open_tickets: list[OpenTicketOut]
    consents: list[ConsentOut]
    preferences: dict[str, Any]


class Search(Schema):
    """Whom to look for."""

    q: Text = Field(description="A name, e-mail, phone, identifier, or the number of an order or ticket.")
    limit: int = Field(20, ge=1, le=100, description="How many at most.")


class Along(Paging):
    """Which part of a timeline."""

    channel: Text | None = Field(None, description="Where, e.g. `email`.")
    name: Text | None = Field(None, description="What happened, e.g. `Order Completed`.")
    subject: Text | None = Field(None, description="The thread: an order, a ticket.")


@router.get("", response=list[FoundOut], **needs("profiles:read", **{"x-example": {"query": {"q": "ann"}}}))
def search(request: HttpRequest, response: HttpResponse, search: Query[Search]) -> Any:
    """People who fit a text, the best fit first. The answer has the header `Regard-Behind: true` while new
    interactions are still being sorted to their people after 10 s of waiting: somebody may be missing then."""
    if not tasks.refresh_now(request.workspace, tasks.PROGRAMS_PATIENCE_SECONDS):
        response.headers["Regard-Behind"] = "true"
    found = search_profiles(store_of(request.workspace), search.q, search.limit)
    return [{**asdict(one), "customer": str(one.customer)} for one in found]


@router.get("/{customer}", response=ProfileOut, **needs("profiles:read", **SOMEBODY))
def get_profile(request: HttpRequest, customer: Customer) -> Any:
    """One person: traits, identifiers and their evidence, value, scores, open tickets, consent."""
    told = asdict(profile(store_of(request.workspace), number_of(customer)))
    return {**told, "customer": str(told.pop("number"))}


@router.get("/{customer}/timeline", response=Page[InteractionOut], **needs("profiles:read", **SOMEBODY))
def list_timeline(request: HttpRequest, customer: Customer, along: Query[Along]) -> Any:
    """What happened with a person over all channels, newest first."""
    store = store_of(request.workspace)
    number = profile(store, number_of(customer)).number
    where = along.model_dump(include={"channel", "name", "subject"}, exclude_none=True)
    place = f"timeline {number} {sorted(where.items())}"
    seen = along.position(request.key, place)
    before = (datetime.fromisoformat(seen[0]), seen[1]) if seen else None
    found = timeline(store, number, before=before, where=where, limit=along.limit)
    last = found.following
    then = last and cursor_after(request.key, place, [last[0].isoformat(), last[1]])
    return {"data": [_told(one) for one in found.interactions], "next": then}


@router.delete("/{customer}", response={202: None}, **needs("profiles:erase", **SOMEBODY))
def erase_profile(request: HttpRequest, customer: Customer) -> Any:
    """Erase somebody for good: interactions, profile, evidence, invitations, answers and files. It is done a moment
    later; once it is, there is no such profile (404)."""
    erase_soon(request.workspace, number_of(customer), key=request.key.prefix)
    return Status(202, None)


def number_of(text: str, field: str = "customer") -> int:
    """A profile's number as it stands in an address. Raises NotFound for what cannot be one."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST):
        raise NotFound(said("there is no profile {number}", number=text[:40]), field=field)
    return int(text)


def _told(one: Interaction) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in Interaction.__dataclass_fields__}
    texts = {name: json.dumps(row[name]) if row[name] else None for name in ("properties", "context")}
    return interaction({**row, **texts})
