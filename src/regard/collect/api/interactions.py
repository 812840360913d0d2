"""Interactions for programs: the stream, newest first; and new ones, through the spool like all that arrives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpRequest

from regard.accounts.api.operations import (
    Field,
    Instant,
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
from regard.base import NotFound, TooLarge
from regard.base.clock import now
from regard.base.ids import new_id
from regard.base.words import said
from regard.collect.calls import RawEvent
from regard.collect.protocol import BATCH_LIMIT, Refusal, judged, opened
from regard.collect.questions import interaction_called, interactions_page
from regard.collect.site import spool
from regard.collect.sources import api_key
from regard.collect.spool import Arrived
from regard.web.site import told

router = Router()
A_CALL = {
    "type": "track",
    "event": "Order Completed",
    "userId": "1042",
    "messageId": "order-1",
    "properties": {"revenue": 40},
}
CALLS = {"x-example": {"body": {"batch": [A_CALL]}}}
ONE = {"x-example": {"path": {"id": "order-1"}}}


class Calls(Schema):
    """Calls as the Segment protocol has them: track, identify, page, screen, group, alias."""

    batch: list[dict[str, Any]] = Field(
        min_length=1, max_length=1000, description="At most 32 KB each, 500 KB together."
    )


class ResultOut(Schema):
    """What became of one call."""

    message_id: str | None = Field(description="Its own, where it has one.")
    is_accepted: bool
    reason: str | None = Field(description="Why it was refused, as a stable code.")
    detail: str | None


class SentOut(Schema):
    """What became of each call, in order. What was refused waits in the quarantine and can be replayed."""

    accepted: int
    refused: int
    results: list[ResultOut]


class Wanted(Schema):
    """Which interactions are listed."""

    start: Instant | None = Field(None, description="Occurred at this instant or later.")
    end: Instant | None = Field(None, description="Occurred before this instant.")
    name: Text | None = Field(None, description="What happened, e.g. `Order Completed`.")
    channel: Text | None = Field(None, description="Where, e.g. `email`.")
    customer: str | None = Field(None, pattern=r"^\d{1,19}$", description="The profile's number.")
    source_key: Text | None = Field(None, description="The identifier it arrived with.")
    subject: Text | None = Field(None, description="The thread it belongs to: an order, a ticket.")
    load: Text | None = Field(None, description="The load it came with.")

    @property
    def values(self) -> dict[str, str]:
        """The columns that are to have a value."""
        given = self.model_dump(exclude={"start", "end"}, exclude_none=True)
        return {name: str(value) for name, value in given.items()}


@router.get("", response=Page[InteractionOut], **needs("interactions:read", **{"x-example": {"query": {"limit": 2}}}))
def list_interactions(request: HttpRequest, wanted: Query[Wanted], page: Query[Paging]) -> Any:
    """Interactions, newest first."""
    place = f"interactions {wanted.model_dump_json()}"
    seen = page.position(request.key, place)
    after = (datetime.fromisoformat(seen[0]), seen[1]) if seen else None
    found = interactions_page(
        store_of(request.workspace), wanted.values, wanted.start, wanted.end, after=after, limit=page.limit + 1
    )
    shown, last = found[: page.limit], found[page.limit - 1] if len(found) > page.limit else None
    then = last and cursor_after(request.key, place, [last["occurred_at"].isoformat(), last["id"]])
    return {"data": [interaction(row) for row in shown], "next": then}


@router.post("", response={202: SentOut}, **needs("interactions:write", **CALLS))
def send_interactions(request: HttpRequest, calls: Calls) -> Any:
    """Send interactions: durable once this answers, in the stream a moment later, each `messageId` once."""
    if len(request.body) > BATCH_LIMIT:
        raise TooLarge(said("the body is larger than {limit} bytes", limit=BATCH_LIMIT), remedy=said("send fewer"))
    results = [_result(one) for one in judged("batch", opened("batch", request.body))]
    async_to_sync(spool().append)(Arrived(api_key(request.workspace.slug), now(), "batch", request.body, id=new_id()))
    accepted = sum(result["is_accepted"] for result in results)
    return Status(202, {"accepted": accepted, "refused": len(results) - accepted, "results": results})


def _result(found: RawEvent | Refusal) -> dict[str, Any]:
    told_id = str(found.message_id or "") or None
    if isinstance(found, Refusal):
        return {"message_id": told_id, "is_accepted": False, "reason": found.reason, "detail": told(found.message)}
    return {"message_id": told_id, "is_accepted": True, "reason": None, "detail": None}


@router.get("/{path:id}", response=InteractionOut, **needs("interactions:read", **ONE))
def get_interaction(request: HttpRequest, id: Path[Text]) -> Any:  # noqa: A002 - as it is called in the address
    """One interaction by its id."""
    found = interaction_called(store_of(request.workspace), id)
    if found is None:
        raise NotFound(said("there is no such interaction"), field="id")
    return interaction(found)
