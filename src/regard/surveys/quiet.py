"""When somebody may be written to: within the hours of their own day, never at night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from regard.base import Invalid
from regard.base.words import said

_WEEK: Final = 8


@dataclass(frozen=True)
class Hours:
    """From ``opens`` (included) to ``closes`` (not included) by local clocks, on these days (0 is Monday)."""

    opens: time = time(9)
    closes: time = time(20)
    days: Sequence[int] = range(7)

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise Invalid(said("the hours must end after they begin, on the same day"), field="closes")
        if not self.days or not set(self.days) <= set(range(7)):
            raise Invalid(said("at least one day of the week is needed"), field="days")


ALWAYS: Final = Hours(time.min, time.max)


def next_allowed(at: datetime, zone: str, hours: Hours = Hours()) -> datetime:
    """The first instant from ``at`` on that lies within the hours of somebody's day. Days that are an hour shorter or
    longer are as long as their clocks say.

    >>> str(next_allowed(datetime(2026, 3, 28, 21, tzinfo=UTC), "Europe/Warsaw"))  # clocks go forward that night
    '2026-03-29 07:00:00+00:00'
    >>> str(next_allowed(datetime(2026, 3, 28, 12, tzinfo=UTC), "Europe/Warsaw"))
    '2026-03-28 12:00:00+00:00'
    """
    local = at.astimezone(ZoneInfo(zone))
    if local.weekday() in hours.days and hours.opens <= local.time() < hours.closes:
        return at.astimezone(UTC)
    openings = (_opening(local, days, hours) for days in range(_WEEK))
    return min(opening for opening in openings if opening and opening >= at)


def _opening(local: datetime, days: int, hours: Hours) -> datetime | None:
    """When the hours begin so many days later; None on a day without any. An hour that clocks leave out begins late."""
    day = local.date() + timedelta(days=days)
    if day.weekday() not in hours.days:
        return None
    return datetime.combine(day, hours.opens, local.tzinfo).astimezone(UTC)
