"""Values as the API takes them: strict about form, so that what it says it takes is what it takes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

EARLIEST, LATEST = 1900, 2200
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def _day(given: Any) -> date:
    if not isinstance(given, str) or not _DAY.fullmatch(given):
        raise ValueError("write a day as 2026-12-31")
    day = date.fromisoformat(given)
    if not EARLIEST <= day.year <= LATEST:
        raise ValueError(f"use a day from {EARLIEST} to {LATEST}")
    return day


def _instant(given: Any) -> datetime:
    if not isinstance(given, str) or not _INSTANT.fullmatch(given):
        raise ValueError("write an instant as 2026-12-31T23:59:59Z")
    instant = datetime.fromisoformat(given.upper())
    if not EARLIEST <= instant.year <= LATEST:
        raise ValueError(f"use an instant from {EARLIEST} to {LATEST}")
    return instant.astimezone(UTC)


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A local date of the workspace, from 1900 to 2200."""

Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
"""An aware instant (RFC 3339), in UTC from here on."""

Text = Annotated[str, Field(min_length=1, max_length=500)]
"""A short text that is not empty."""

Version = Annotated[int, Field(ge=0, le=1_000_000_000, description="An old version; the newest when absent.")]


def utc(instant: datetime | None) -> datetime | None:
    """An instant as the stream keeps it (UTC without a zone), or one with a zone, as an aware one."""
    return instant and (instant if instant.tzinfo else instant.replace(tzinfo=UTC))
