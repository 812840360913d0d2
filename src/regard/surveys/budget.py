"""The attention budget: how often one person may be asked for anything, over all surveys and messages.

A programme does not have people; it asks for some of their attention. What each may be asked is one allowance, counted
over whatever was sent to them before, whoever sent it; where several programmes want the same person, the more urgent
one gets them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from regard.base import Invalid
from regard.base.words import said


class Held(StrEnum):
    """Why somebody was not asked."""

    SPENT = "spent"  # asked as often as the allowance lets
    TOO_SOON = "too_soon"  # asked a short time ago
    ASKED_BEFORE = "asked_before"  # by the same survey, within its rest
    OUTRANKED = "outranked"  # a more urgent programme asks them
    UNSUBSCRIBED = "unsubscribed"
    UNREACHABLE = "unreachable"  # no address, or one that bounced
    NO_CONSENT = "no_consent"
    NOT_DRAWN = "not_drawn"


@dataclass(frozen=True)
class Allowance:
    """At most ``times`` within ``days``, and never twice within ``gap_days``; the same survey rests ``rest_days``."""

    times: int = 3
    days: int = 90
    gap_days: int = 7
    rest_days: int = 90

    def __post_init__(self) -> None:
        for name in ("times", "days", "gap_days", "rest_days"):
            if not 0 <= getattr(self, name) <= 3650:
                raise Invalid(said("it must lie between 0 and 3650"), field=name)


class Asked(NamedTuple):
    """An earlier request: when it was (or will be) sent, and for which survey."""

    at: datetime
    survey: int


def held_back(at: datetime, survey: int, before: Iterable[Asked], allowance: Allowance) -> Held | None:
    """Why somebody may not be asked at an instant, given what they were and will be asked; None when they may.

    What is planned for later counts like what was sent earlier, so that no window of days ever holds too much.

    >>> from datetime import UTC
    >>> day = lambda number: datetime(2026, 1, number, tzinfo=UTC)
    >>> held_back(day(20), 1, [Asked(day(15), 2)], Allowance())
    <Held.TOO_SOON: 'too_soon'>
    >>> held_back(day(30), 1, [Asked(day(15), 2)], Allowance()) is None
    True
    """
    near = [asked for asked in before if abs(asked.at - at) < timedelta(days=max(allowance.days, allowance.rest_days))]
    if any(asked.survey == survey and abs(asked.at - at) < timedelta(days=allowance.rest_days) for asked in near):
        return Held.ASKED_BEFORE
    if any(abs(asked.at - at) < timedelta(days=allowance.gap_days) for asked in near):
        return Held.TOO_SOON
    if sum(abs(asked.at - at) < timedelta(days=allowance.days) for asked in near) >= allowance.times:
        return Held.SPENT
    return None
