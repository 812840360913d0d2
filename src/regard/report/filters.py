"""What a page is asked to show, as it stands in the address: period, break-down, filters, comparison.

Every page of a workspace reads the same filters from its address and writes them into its links, so that a figure
can be sent to a colleague. Days are inclusive here, as people say them; a :class:`~regard.metrics.Slice` is half-open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import get_args
from urllib.parse import urlencode

from regard.base import Invalid
from regard.metrics import Every, Slice, following, parse_period, previous, starting, year_before
from regard.web import gettext_noop

Period = tuple[date, date]
Query = Mapping[str, Sequence[str]]

DAYS = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
CALENDAR: dict[str, Every] = {"quarter": "quarter", "year": "year"}
PERIODS = {
    "7d": gettext_noop("Last 7 days"),
    "30d": gettext_noop("Last 30 days"),
    "90d": gettext_noop("Last 90 days"),
    "quarter": gettext_noop("Latest quarter"),
    "year": gettext_noop("Latest year"),
    "365d": gettext_noop("Last 12 months"),
    "all": gettext_noop("All data"),
}
EVERY = {
    "day": gettext_noop("Day"),
    "week": gettext_noop("Week"),
    "month": gettext_noop("Month"),
    "quarter": gettext_noop("Quarter"),
    "year": gettext_noop("Year"),
}
AGAINST = {
    "previous": gettext_noop("The period before"),
    "year": gettext_noop("The same period a year before"),
    "none": gettext_noop("Nothing"),
}
NOT_A_DATE = gettext_noop("That is not a date. Write it as 2026-05-31.")
ENDS_TOO_EARLY = gettext_noop("The last day comes before the first. Change one of them.")
NOT_A_CHOICE = gettext_noop("That is not one of the choices. Choose one from the list.")
NOT_A_FILTER = gettext_noop("Write a filter as column=value, for example channel=email.")
NOT_A_NUMBER = gettext_noop("That is not the number of a version.")
NOT_A_PERIOD = gettext_noop("That is not a period. Write 2026, 2026-Q3, 2026-05 or 2026-05-01..2026-06-01.")
LONGEST_LINE = 370
"""Most points that a trend is drawn with: more are neither read nor told apart."""


@dataclass(frozen=True)
class Filters:
    """A page's filters; ``first`` and ``last`` are days, both included, and win over ``period``."""

    period: str = ""
    first: date | None = None
    last: date | None = None
    every: Every | None = None
    by: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    against: str = "previous"
    version: int | None = None
    settings: int | None = None

    def bounds(self, extent: Period | None, usual: str = "all") -> Period | None:
        """The half-open period shown; quick periods end with the data, ``extent``, not today.

        >>> Filters("30d").bounds((date(2016, 1, 1), date(2016, 5, 1)))
        (datetime.date(2016, 4, 1), datetime.date(2016, 5, 1))
        """
        if self.first or self.last:
            start = self.first or (extent[0] if extent else date(1970, 1, 1))
            end = self.last + timedelta(days=1) if self.last else (extent[1] if extent else start + timedelta(days=1))
            return start, max(end, start + timedelta(days=1))
        return quick_period(self.period or usual, extent) if extent else None

    def slice(self, period: Period | None) -> Slice:
        """The same as the metrics are asked for it."""
        start, end = period or (None, None)
        wanted: dict[str, list[str]] = {}
        for column, value in self.where:
            wanted.setdefault(column, []).append(value)
        where = {column: values[0] if len(values) == 1 else values for column, values in wanted.items()}
        return Slice(by=self.by, every=self.every, start=start, end=end, where=where, settings=self.settings)

    def before(self, period: Period | None, extent: Period | None = None) -> Period | None:
        """The period that the shown one is compared with, if any; none that ended before the data begin."""
        if period is None or self.against == "none":
            return None
        found = year_before(period) if self.against == "year" else previous(period)
        return None if extent and found[1] <= extent[0] else found

    def pairs(self) -> list[tuple[str, str]]:
        """The filters as they stand in an address, those that say nothing left out."""
        said = [
            ("period", "" if self.first or self.last else self.period),
            ("from", self.first.isoformat() if self.first else ""),
            ("to", self.last.isoformat() if self.last else ""),
            ("every", self.every or ""),
            ("by", self.by or ""),
            *(("where", f"{column}={value}") for column, value in self.where),
            ("against", "" if self.against == "previous" else self.against),
            ("version", "" if self.version is None else str(self.version)),
            ("settings", "" if self.settings is None else str(self.settings)),
        ]
        return [(name, value) for name, value in said if value]

    def query(self, **changes: str | int | None) -> str:
        """The end of an address, ``?`` included, with some parameters changed or (``None``) left out.

        >>> Filters("30d", by="channel").query(by=None, sort="n")
        '?period=30d&sort=n'
        """
        pairs = [(name, value) for name, value in self.pairs() if name not in changes]
        pairs += [(name, str(value)) for name, value in changes.items() if value not in (None, "")]
        return "?" + urlencode(pairs) if pairs else "?"

    def kept_everywhere(self) -> Filters:
        """What goes along to another page: not the break-down, which belongs to one metric, nor a version of it."""
        return replace(self, by=None, version=None)

    def without(self, position: int) -> Filters:
        """The filters less one of ``where``."""
        return replace(self, where=self.where[:position] + self.where[position + 1 :])

    def quick(self, period: str) -> Filters:
        """The same with a quick period instead of dates."""
        return replace(self, period=period, first=None, last=None)


@dataclass(frozen=True)
class Asked:
    """Filters as far as they could be read, what could not be (by field), and what was typed."""

    filters: Filters
    problems: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


def read_filters(query: Query) -> Asked:
    """Read an address; a value that cannot be used is named in ``problems`` and the rest is kept.

    >>> read_filters({"from": ["yesterday"], "by": ["channel"]}).problems
    {'from': 'That is not a date. Write it as 2026-05-31.'}
    """
    typed = {name: values[-1].strip() for name, values in query.items() if values and values[-1].strip()}
    problems: dict[str, str] = {}
    filters = Filters(
        period=_choice("period", typed, PERIODS, problems) or "",
        first=_day("from", typed, problems),
        last=_day("to", typed, problems),
        every=next((one for one in get_args(Every) if one == _choice("every", typed, EVERY, problems)), None),
        by=typed.get("by", "")[:200] or None,
        where=_where(query.get("where", ()), problems),
        against=_choice("against", typed, AGAINST, problems) or "previous",
        version=_version("version", typed, problems),
        settings=_version("settings", typed, problems),
    )
    if filters.first and filters.last and filters.last < filters.first:
        problems["to"] = ENDS_TOO_EARLY
        filters = replace(filters, last=None)
    return Asked(filters, problems, typed)


def read_period(text: str) -> Period:
    """A period as people write it, or Invalid naming what may be written."""
    try:
        return parse_period(text)
    except Invalid as error:
        raise Invalid(NOT_A_PERIOD, field="period") from error


def quick_period(name: str, extent: Period) -> Period:
    """A quick period that ends where the data end (the calendar quarter or year: the one they end in)."""
    start, end = extent
    if name in CALENDAR:
        first = starting(end - timedelta(days=1), CALENDAR[name])
        return first, following(first, CALENDAR[name])
    return (end - timedelta(days=DAYS[name]), end) if name in DAYS else (start, end)


def usual_every(period: Period | None) -> Every:
    """The pace at which a period reads well when nobody chose one.

    >>> usual_every((date(2026, 1, 1), date(2026, 4, 1)))
    'week'
    """
    days = (period[1] - period[0]).days if period else 0
    paces: list[tuple[int, Every]] = [(21, "day"), (200, "week"), (1400, "month"), (3700, "quarter")]
    return next((pace for most, pace in paces if days <= most), "year")


def coarse_every(extent: Period) -> Every:
    """The pace at which data that come now and then (a yearly survey) make a line."""
    days = (extent[1] - extent[0]).days
    return "year" if days > 900 else "quarter" if days > 270 else "month"


def pace_of(periods: Sequence[Period]) -> Every:
    """The pace at which periods follow each other; the first and last may have been cut short.

    >>> pace_of([(date(2026, 1, 20), date(2026, 2, 1)), (date(2026, 2, 1), date(2026, 3, 1))])
    'month'
    """
    longest = max(((end - start).days for start, end in periods), default=1)
    paces: list[tuple[int, Every]] = [(1, "day"), (7, "week"), (31, "month"), (92, "quarter")]
    return next((pace for most, pace in paces if longest <= most), "year")


def drawn_every(every: Every | None, period: Period | None) -> Every:
    """The pace asked for, or the next slower one whose line can still be read."""
    if every is None or period is None:
        return every or usual_every(period)
    lengths: dict[Every, int] = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
    paces = list(lengths)[list(lengths).index(every) :]
    return next((pace for pace in paces if (period[1] - period[0]).days / lengths[pace] <= LONGEST_LINE), "year")


def _choice(name: str, typed: Mapping[str, str], choices: Mapping[str, str], problems: dict[str, str]) -> str | None:
    value = typed.get(name)
    if value and value not in choices:
        problems[name] = NOT_A_CHOICE
        return None
    return value


def _day(name: str, typed: Mapping[str, str], problems: dict[str, str]) -> date | None:
    try:
        day = date.fromisoformat(typed[name]) if name in typed else None
    except ValueError:
        problems[name] = NOT_A_DATE
        return None
    if day and not 1900 <= day.year <= 2200:
        problems[name] = NOT_A_DATE
        return None
    return day


def _where(texts: Sequence[str], problems: dict[str, str]) -> tuple[tuple[str, str], ...]:
    found = []
    for text in filter(None, map(str.strip, texts)):
        column, sign, value = (part.strip() for part in text.partition("="))
        if not (column and sign and value) or len(text) > 500:
            problems["where"] = NOT_A_FILTER
        else:
            found.append((column, value))
    return tuple(dict.fromkeys(found))


def _version(name: str, typed: Mapping[str, str], problems: dict[str, str]) -> int | None:
    text = typed.get(name, "")
    if text and not (text.isdecimal() and len(text) < 10):
        problems[name] = NOT_A_NUMBER
        return None
    return int(text) if text else None
