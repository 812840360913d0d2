"""Periods are half-open local dates ``[start, end)``; in UTC they depend on the workspace's time zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regard.base import Invalid
from regard.base.words import marked, said
from regard.metrics.model import Every

Period = tuple[date, date]

MONTHS: dict[Every, int] = {"month": 1, "quarter": 3, "year": 12}
PACES = (marked("day"), marked("week"), marked("month"), marked("quarter"), marked("year"))
DAYS: dict[Every, int] = {"day": 1, "week": 7}


def zone(name: str) -> ZoneInfo:
    """The IANA time zone called ``name``; Invalid when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            said("there is no time zone called {name}", name=repr(name)),
            field="time_zone",
            remedy=said("use an IANA name such as Europe/Warsaw"),
        ) from None


def starting(day: date, every: Every) -> date:
    """The first day of the calendar day, week (Monday), month, quarter or year that holds ``day``.

    >>> starting(date(2016, 8, 17), "quarter"), starting(date(2017, 1, 1), "week")
    (datetime.date(2016, 7, 1), datetime.date(2016, 12, 26))
    """
    if every in MONTHS:
        return day.replace(month=(day.month - 1) // MONTHS[every] * MONTHS[every] + 1, day=1)
    return day - timedelta(days=day.weekday()) if every == "week" else day


def following(start: date, every: Every) -> date:
    """The start of the next period after the one that begins on ``start``."""
    return plus_months(start, MONTHS[every]) if every in MONTHS else start + timedelta(days=DAYS[every])


def plus_months(day: date, months: int) -> date:
    """``day`` moved by whole months; a day that the month does not have becomes its last.

    >>> plus_months(date(2016, 3, 31), -1)
    datetime.date(2016, 2, 29)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def periods(start: date, end: date, every: Every) -> list[Period]:
    """The calendar periods that cover ``[start, end)``, in order; the first and last may reach beyond it.

    >>> [str(first) for first, _ in periods(date(2016, 1, 15), date(2016, 3, 1), "month")]
    ['2016-01-01', '2016-02-01']
    """
    starts = [starting(start, every)]
    while starts[-1] < end:
        starts.append(following(starts[-1], every))
    return list(pairwise(starts))


def cut_periods(start: date, end: date, every: Every) -> list[Period]:
    """The same periods, the first and last cut where ``[start, end)`` begins and ends.

    >>> [(str(first), str(last)) for first, last in cut_periods(date(2016, 1, 15), date(2016, 3, 1), "month")]
    [('2016-01-15', '2016-02-01'), ('2016-02-01', '2016-03-01')]
    """
    return [(max(first, start), min(last, end)) for first, last in periods(start, end, every)]


def is_cut(period: Period, every: Every | None, known: Period) -> bool:
    """Whether a period is a part only: of its day, week, month… (``every``), or because the data are not ``known`` for
    all of it.

    >>> data = (date(2016, 1, 10), date(2016, 6, 1))
    >>> is_cut((date(2016, 2, 1), date(2016, 3, 1)), "month", data)
    False
    >>> is_cut((date(2016, 2, 5), date(2016, 3, 1)), "month", data)
    True
    >>> is_cut((date(2016, 1, 1), date(2016, 2, 1)), None, data)
    True
    """
    start, end = period
    is_part = every is not None and (start, end) != (starting(start, every), following(starting(start, every), every))
    return is_part or start < known[0] or known[1] < end


def bounds_utc(period: Period, time_zone: str) -> tuple[datetime, datetime]:
    """The aware UTC instants at which a period begins and ends in ``time_zone``.

    >>> begin, end = bounds_utc((date(2016, 3, 27), date(2016, 3, 28)), "Europe/Warsaw")
    >>> str(end - begin)   # the clocks went forward that night
    '23:00:00'
    """
    here = zone(time_zone)
    first, last = (datetime.combine(day, time(), tzinfo=here).astimezone(UTC) for day in period)
    return first, last


def previous(period: Period) -> Period:
    """The period just before: the calendar one where ``period`` is whole months or years, else as many days.

    >>> previous((date(2016, 3, 1), date(2016, 4, 1)))
    (datetime.date(2016, 2, 1), datetime.date(2016, 3, 1))
    """
    start, end = period
    months = (end.year - start.year) * 12 + end.month - start.month
    if start.day == end.day == 1 and months > 0:
        return plus_months(start, -months), start
    return start - (end - start), start


def year_before(period: Period) -> Period:
    """The same dates one year earlier; whole weeks move by 52 weeks, so that weekdays still match."""
    start, end = period
    if start.weekday() == end.weekday() == 0 and (end - start).days % 7 == 0 and start.day != 1:
        return start - timedelta(weeks=52), end - timedelta(weeks=52)
    return plus_months(start, -12), plus_months(end, -12)


SHAPES: list[tuple[Every, re.Pattern[str]]] = [
    ("year", re.compile(r"(\d{4})")),
    ("quarter", re.compile(r"(\d{4})-Q([1-4])", re.IGNORECASE)),
    ("month", re.compile(r"(\d{4})-(\d{2})")),
    ("week", re.compile(r"(\d{4})-W(\d{2})", re.IGNORECASE)),
    ("day", re.compile(r"(\d{4})-(\d{2})-(\d{2})")),
]
REMEDY = said("write 2016, 2016-Q3, 2016-05, 2016-W07, 2016-05-01 or 2016-05-01..2016-06-01")


def parse_period(text: str) -> Period:
    """A period as people write it; in ``first..last`` the last date is not included.

    >>> parse_period("2016-Q3")
    (datetime.date(2016, 7, 1), datetime.date(2016, 10, 1))
    """
    if ".." in text:
        first, _, last = text.partition("..")
        return _ordered((parse_period(first)[0], parse_period(last)[0]), text)
    for every, shape in SHAPES:
        if found := shape.fullmatch(text.strip()):
            return _period(every, [int(part) for part in found.groups()], text)
    raise Invalid(said("{text} is not a period", text=repr(text)), field="period", remedy=REMEDY)


def _period(every: Every, parts: list[int], text: str) -> Period:
    try:
        start = _start(every, parts)
        return start, following(start, every)
    except (ValueError, OverflowError):
        raise Invalid(
            said("there is no such {every} as {text}", every=said(every), text=repr(text)),
            field="period",
            remedy=REMEDY,
        ) from None


def _start(every: Every, parts: list[int]) -> date:
    if every == "week":
        return date.fromisocalendar(parts[0], parts[1], 1)
    if every == "quarter":
        return date(parts[0], parts[1] * 3 - 2, 1)
    return date(*(*parts, 1, 1)[:3])


def _ordered(period: Period, text: str) -> Period:
    if period[0] >= period[1]:
        raise Invalid(
            said("{text} ends before it begins", text=repr(text)),
            field="period",
            remedy=said("the second date must be later; it is not included"),
        )
    return period
