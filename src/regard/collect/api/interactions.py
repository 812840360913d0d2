"""Interactions for programs: the stream, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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
    Text,
    cursor_after,
    needs,
)
from regard.accounts.api.rows import InteractionOut, interaction
from regard.accounts.site import store_of
from regard.base import NotFound
from regard.base.words import said
from regard.collect.questions import interaction_called, interactions_page

router = Router()
ONE = {"x-example": {"path": {"id": "order-1"}}}


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


@router.get("/{path:id}", response=InteractionOut, **needs("interactions:read", **ONE))
def get_interaction(request: HttpRequest, id: Path[Text]) -> Any:  # noqa: A002 - as it is called in the address
    """One interaction by its id."""
    found = interaction_called(store_of(request.workspace), id)
    if found is None:
        raise NotFound(said("there is no such interaction"), field="id")
    return interaction(found)
