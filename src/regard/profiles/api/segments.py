"""Segments for programs: make and change them, count them, list who belongs to them."""

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
    utc,
)
from regard.accounts.site import record_audit, store_of
from regard.profiles import tasks
from regard.profiles.conditions import as_json, condition_of
from regard.profiles.segments import (
    Segment,
    count_customers,
    get_segment,
    keep_segment,
    known_segments,
    remove_segment,
    sample_customers,
)

router = Router()
LOYAL = {"title": "Loyal", "condition": {"kind": "did", "name": "Order Completed", "times": {"at_least": 2}}}
A_SEGMENT = {"path": {"key": "loyal"}}


class Given(Schema):
    """A condition by which customers belong."""

    condition: dict[str, Any] = Field(description="In the language of conditions: see docs/reference/conditions.md.")


class SegmentIn(Given):
    """A segment as it is to be."""

    title: str = Field(min_length=1, max_length=120)


class SegmentOut(Schema):
    """A named set of customers, which keeps itself."""

    key: str
    title: str
    condition: dict[str, Any]
    is_list: bool = Field(description="Whether it is an uploaded list.")
    version: int
    made_at: datetime | None
    made_by: str | None


class CountOut(Schema):
    """How many customers belong."""

    customers: int


class MemberOut(Schema):
    """One who belongs."""

    customer: str


@router.get("", response=list[SegmentOut], **needs("segments:read"))
def list_segments(request: HttpRequest) -> Any:
    """Every segment, by title."""
    return [_told(one) for one in known_segments(store_of(request.workspace))]


@router.post("", response={201: SegmentOut}, **needs("segments:write", **{"x-example": {"body": LOYAL}}))
def create_segment(request: HttpRequest, response: HttpResponse, given: SegmentIn) -> Any:
    """Make a segment; its key is made of the title."""
    made = _kept(request, given, None)
    response["Location"] = f"/api/v1/segments/{made['key']}"
    return Status(201, made)


@router.post(
    "/count", response=CountOut, **needs("segments:read", **{"x-example": {"body": {"condition": LOYAL["condition"]}}})
)
def count_condition(request: HttpRequest, given: Given) -> Any:
    """How many customers a condition holds for, before it is kept."""
    return {"customers": count_customers(store_of(request.workspace), condition_of(given.condition))}


@router.get("/{key}", response=SegmentOut, **needs("segments:read", **{"x-example": A_SEGMENT}))
def get_one_segment(request: HttpRequest, key: Path[Text]) -> Any:
    """One segment."""
    return _told(get_segment(store_of(request.workspace), key))


@router.put("/{key}", response=SegmentOut, **needs("segments:write", **{"x-example": {**A_SEGMENT, "body": LOYAL}}))
def put_segment(request: HttpRequest, key: Path[Text], given: SegmentIn) -> Any:
    """Make the segment of this key, or its next version."""
    return _kept(request, given, key)


@router.delete("/{key}", response={204: None}, **needs("segments:write", **{"x-example": A_SEGMENT}))
def delete_segment(request: HttpRequest, key: Path[Text]) -> Any:
    """Take a segment away, unless others are made of it."""
    remove_segment(store_of(request.workspace), key, made_by=f"key {request.key.prefix}")
    _noted(request, "segment removed", key)
    return Status(204, None)


@router.get("/{key}/count", response=CountOut, **needs("segments:read", **{"x-example": A_SEGMENT}))
def count_segment(request: HttpRequest, key: Path[Text]) -> Any:
    """How many customers belong to a segment now."""
    store = store_of(request.workspace)
    return {"customers": count_customers(store, get_segment(store, key).condition)}


@router.get("/{key}/members", response=Page[MemberOut], **needs("segments:read", **{"x-example": A_SEGMENT}))
def list_members(request: HttpRequest, key: Path[Text], page: Query[Paging]) -> Any:
    """The customers who belong to a segment now, by number."""
    store = store_of(request.workspace)
    segment, place = get_segment(store, key), f"members {key}"
    after = page.position(request.key, place)
    found = [one.customer for one in sample_customers(store, segment.condition, limit=page.limit + 1, after=after)]
    then = cursor_after(request.key, place, found[page.limit - 1]) if len(found) > page.limit else None
    return {"data": [{"customer": str(one)} for one in found[: page.limit]], "next": then}


def _kept(request: HttpRequest, given: SegmentIn, key: str | None) -> dict[str, Any]:
    store, who = store_of(request.workspace), f"key {request.key.prefix}"
    kept = keep_segment(store, given.title, condition_of(given.condition), key=key, made_by=who)
    _noted(request, "segment kept", kept.key, version=kept.version)
    return _told(kept)


def _noted(request: HttpRequest, what: str, key: str, **details: object) -> None:
    record_audit(request.workspace, None, what, key, key=request.key.prefix, **details)
    tasks.refresh(request.workspace)


def _told(one: Segment) -> dict[str, Any]:
    names = ("key", "title", "is_list", "version", "made_by")
    told = {name: getattr(one, name) for name in names}
    return {**told, "condition": as_json(one.condition), "made_at": utc(one.made_at)}
