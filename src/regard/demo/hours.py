"""Local time of the simulated company, and its working hours: Monday to Friday, 9 to 17. Times are whole seconds.

``local`` seconds count the wall clock of :data:`TIME_ZONE` from 1970-01-01 00:00; ``utc`` seconds are instants.
Independent of :mod:`regard.metrics`, whose calendar is checked against it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from regard.demo.company import TIME_ZONE, Floats, Ints

HOUR: Final = 3600
DAY: Final = 24 * HOUR
OPENS: Final = 9 * HOUR
WORKDAY: Final = 8 * HOUR
MONDAY: Final = 4 * DAY
"""1970-01-05, the first Monday of the count."""
FIRST_DAY: Final = date(2015, 1, 1)


def local_midnight(day: date) -> int:
    """Local seconds at the start of a day."""
    return (day - date(1970, 1, 1)).days * DAY


@cache
def _offsets() -> Ints:
    zone = ZoneInfo(TIME_ZONE)
    noons = (datetime(2015, 1, 1, 12, tzinfo=zone) + timedelta(days=i) for i in range(366 * 20))
    return np.array([int((noon.utcoffset() or timedelta()).total_seconds()) for noon in noons], dtype=np.int64)


def to_utc(local: Ints) -> Ints:
    """The instant of a local time. Near a change of the clocks the day's later offset is taken.

    >>> int(to_utc(np.array([local_midnight(date(2026, 7, 1))]))[0] - local_midnight(date(2026, 7, 1)))
    -7200
    """
    return local - _offsets()[local // DAY - local_midnight(FIRST_DAY) // DAY]


def month_of(local: Ints) -> Ints:
    """Calendar months since 1970-01."""
    return local.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)


def worked(local: Ints) -> Ints:
    """Working seconds between the first Monday and a local time."""
    day, second = np.divmod(local - MONDAY, DAY)
    week, weekday = np.divmod(day, 7)
    today = np.where(weekday < 5, np.clip(second - OPENS, 0, WORKDAY), 0)
    total: Ints = (week * 5 + np.minimum(weekday, 5)) * WORKDAY + today
    return total


def after_work(local: Ints, seconds: Ints) -> Ints:
    """The local time at which so many working seconds have passed.

    >>> friday = np.array([local_midnight(date(2026, 10, 30)) + 16 * HOUR])
    >>> int(after_work(friday, np.array([2 * HOUR]))[0]) == local_midnight(date(2026, 11, 2)) + 10 * HOUR
    True
    """
    day, second = np.divmod(worked(local) + seconds, WORKDAY)
    local_again: Ints = MONDAY + (day // 5 * 7 + day % 5) * DAY + OPENS + second
    return local_again


def at_waking_hours(local: Ints, share: Floats) -> Ints:
    """The same day, between 7 and 22 o'clock, ``share`` of the way."""
    return local // DAY * DAY + 7 * HOUR + np.rint(share * 15 * HOUR).astype(np.int64)
