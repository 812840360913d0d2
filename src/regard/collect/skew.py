"""When it happened: what the sender's clock said, corrected by how wrong that clock is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from regard.collect.events import Event, Refused, refused

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
DRIFT: Final = timedelta(minutes=5)
"""An event so little ahead of its arrival happened when it arrived; one further ahead is refused."""


def correct_skew(event: Event) -> Refused | None:
    """Set when it occurred: ``received_at - (sentAt - timestamp)``, after Segment's published rule.

    The sender's clock may be wrong by any amount: only the time between happening and sending is believed. Without
    ``sentAt`` the timestamp is believed as it is, without a timestamp it happened when it arrived.
    """
    received = event.received_at
    if event.timestamp is None:
        event.occurred_at = received
        return None
    try:
        occurred = datetime.fromisoformat(event.timestamp)
        if occurred.tzinfo is not UTC:
            occurred = instant(event.timestamp)
        if (sent := _instant_or_none(event.sent_at)) is not None:
            occurred = received - (sent - occurred)
    except (ValueError, OverflowError):
        return refused("bad_time", "timestamp")
    if occurred > received:
        if occurred - received > DRIFT:
            return refused("future_time", "timestamp")
        occurred = received
    elif occurred < EARLIEST:
        return refused("bad_time", "timestamp")
    event.occurred_at = occurred
    return None


def instant(text: str) -> datetime:
    """An ISO 8601 instant; UTC where it names no zone. Raises ValueError or OverflowError.

    >>> instant("2026-01-02T03:04:05Z").isoformat(), instant("2026-01-02").isoformat()
    ('2026-01-02T03:04:05+00:00', '2026-01-02T00:00:00+00:00')
    """
    found = datetime.fromisoformat(text)
    zone = found.tzinfo
    if zone is UTC:
        return found
    return found.replace(tzinfo=UTC) if zone is None else found.astimezone(UTC)


@lru_cache(maxsize=1024)  # all events of a batch were sent at once
def _instant_or_none(text: str | None) -> datetime | None:
    """A ``sentAt`` that cannot be read corrects nothing."""
    if text is None:
        return None
    try:
        return instant(text)
    except (ValueError, OverflowError):
        return None
