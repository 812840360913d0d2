"""Interactions as the API tells them: every column of the stream, as JSON values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

from regard.accounts.api.values import utc
from regard.stream import COLUMNS


class InteractionOut(Schema):
    """One thing that happened between a customer and the company."""

    id: str
    occurred_at: datetime
    received_at: datetime
    source_key: str | None = Field(description="The identifier it arrived with.")
    customer: str | None = Field(description="The profile's number, as text: longer than JavaScript counts exactly.")
    name: str
    channel: str | None
    touchpoint: str | None
    subject: str | None
    metric: str | None
    score: float | None
    scale_min: float | None
    scale_max: float | None
    orientation: Literal["higher", "lower"] | None
    weight: float | None
    text: str | None
    language: str | None
    amount: float | None
    currency: str | None
    agent: str | None
    properties: dict[str, Any] | None = Field(description="All that has no column of its own.")
    context: dict[str, Any] | None
    load: str | None = Field(description="The load it came with; null for what arrived by itself.")


def interaction(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the stream as :class:`InteractionOut` takes it."""
    told = {name: _finite(row[name]) for name in COLUMNS}
    customer = row["customer"]
    return {
        **told,
        "occurred_at": utc(row["occurred_at"]),
        "received_at": utc(row["received_at"]),
        "customer": None if customer is None else str(customer),
        "properties": document(row["properties"]),
        "context": document(row["context"]),
    }


def document(text: str | None) -> dict[str, Any] | None:
    """JSON as it was received, without the numbers that JSON does not know; None when it is no object."""
    found = json.loads(text, parse_constant=lambda _name: None, parse_float=_number) if text else None
    return found if isinstance(found, dict) else None


def _number(text: str) -> Any:
    return _finite(float(text))


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
