"""Business hours: how much of the time between two instants the desk was open."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regard.base import Invalid
from regard.base.words import said
from regard.metrics.answers import Floats
from regard.metrics.periods import zone

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
Interval = tuple[str, str]
Microseconds = NDArray[np.int64]


@dataclass(frozen=True)
class BusinessCalendar:
    """When the desk is open, in its own time zone.

    ``hours`` maps an English weekday to intervals ``("09:00", "17:00")``; an end of ``24:00`` is midnight,
    and an end not after its start runs past midnight into the next day. A holiday closes the intervals that
    begin on it. Weekdays that are not listed are closed.

    >>> desk = BusinessCalendar("Europe/Warsaw", {"friday": [("09:00", "17:00")], "monday": [("09:00", "17:00")]})
    >>> friday_4_pm, monday_10_am = np.datetime64("2016-05-06T14:00"), np.datetime64("2016-05-09T08:00")
    >>> float(desk.seconds_between([friday_4_pm], [monday_10_am])[0]) / 3600
    2.0
    """

    time_zone: str
    hours: Mapping[str, Sequence[Interval]]
    holidays: frozenset[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        zone(self.time_zone)
        for weekday, intervals in self.hours.items():
            _check_day(weekday, intervals)
        if not any(self.hours.values()):
            raise Invalid(said("the calendar is never open"), field="hours", remedy=said("give at least one interval"))
        object.__setattr__(self, "holidays", frozenset(self.holidays))

    def seconds_between(self, opened: ArrayLike, resolved: ArrayLike) -> Floats:
        """Business seconds from ``opened`` to ``resolved`` (UTC), one per ticket.

        NaN where either is missing, or ``resolved`` comes before ``opened``.
        """
        begin, end = _instants(opened), _instants(resolved)
        spent = np.full(begin.shape, np.nan)
        known = ~(np.isnat(begin) | np.isnat(end)) & (end >= begin)
        if known.any():
            spent[known] = self._between(begin[known].astype(np.int64), end[known].astype(np.int64))
        return spent

    def _between(self, begin: Microseconds, end: Microseconds) -> Floats:
        starts, ends = self._openings(_day_of(begin.min()), _day_of(end.max()))
        if not len(starts):
            return np.zeros(len(begin))
        before = np.concatenate([[0], np.cumsum(ends - starts)])
        return (_open_until(end, starts, ends, before) - _open_until(begin, starts, ends, before)) / 1e6

    def _openings(self, first: date, last: date) -> tuple[Microseconds, Microseconds]:
        """Start and end of every opening between two dates, as UTC microseconds; those that touch are one."""
        openings: list[tuple[int, int]] = []
        for start, end in sorted(self._each_opening(first - timedelta(days=2), last + timedelta(days=2))):
            if openings and start <= openings[-1][1]:
                openings[-1] = openings[-1][0], max(end, openings[-1][1])
            elif end > start:
                openings.append((start, end))
        table = np.array(openings, dtype=np.int64).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    def _each_opening(self, first: date, last: date) -> Iterable[tuple[int, int]]:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            is_closed = day in self.holidays or not _is_lived(day, self.time_zone)
            for start, end in () if is_closed else self.hours.get(WEEKDAYS[day.weekday()], ()):
                minutes = _minutes(start), _minutes(end)
                overnight = 1440 if minutes[1] <= minutes[0] else 0
                yield _utc(day, minutes[0], self.time_zone), _utc(day, minutes[1] + overnight, self.time_zone)

    def to_json(self) -> str:
        """The calendar as JSON text, for keeping."""
        return json.dumps(self.as_dict(), sort_keys=True)

    def as_dict(self) -> dict[str, Any]:
        """The calendar as JSON values: ``time_zone``, ``hours`` and ``holidays``."""
        hours = {day: [list(interval) for interval in self.hours[day]] for day in WEEKDAYS if self.hours.get(day)}
        return {
            "time_zone": self.time_zone,
            "hours": hours,
            "holidays": sorted(day.isoformat() for day in self.holidays),
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> BusinessCalendar:
        """The calendar in JSON values; Invalid, naming the field, when they do not describe one."""
        unknown = set(kept) - {"time_zone", "hours", "holidays"}
        if unknown:
            raise Invalid(said("a calendar has no {unknown}", unknown=repr(min(unknown))), field=min(unknown))
        hours = kept.get("hours")
        if not isinstance(hours, Mapping):
            raise Invalid(
                said("opening hours are missing"), field="hours", remedy=said('e.g. {"monday": [["09:00", "17:00"]]}')
            )
        read = {day: [_interval(day, one) for one in _list(f"hours.{day}", given)] for day, given in hours.items()}
        holidays = frozenset(_holiday(text) for text in _list("holidays", kept.get("holidays", [])))
        return cls(str(kept.get("time_zone", "UTC")), read, holidays)

    @classmethod
    def from_json(cls, text: str) -> BusinessCalendar:
        """The calendar that :meth:`to_json` wrote."""
        try:
            kept = json.loads(text)
        except ValueError:
            raise Invalid(said("the calendar is not JSON"), field="calendar") from None
        if not isinstance(kept, dict):
            raise Invalid(said("the calendar is not a JSON object"), field="calendar")
        return cls.from_dict(kept)


def always_open(time_zone: str = "UTC") -> BusinessCalendar:
    """Every hour of every day: business time equals elapsed time."""
    return BusinessCalendar(time_zone, {day: [("00:00", "24:00")] for day in WEEKDAYS})


def office_hours(time_zone: str = "UTC", start: str = "09:00", end: str = "17:00") -> BusinessCalendar:
    """Monday to Friday, the same hours each day."""
    return BusinessCalendar(time_zone, {day: [(start, end)] for day in WEEKDAYS[:5]})


def _open_until(instants: Microseconds, starts: Microseconds, ends: Microseconds, before: Microseconds) -> Microseconds:
    """Open microseconds from the first opening until each instant."""
    place = np.searchsorted(starts, instants, side="right") - 1
    inside = np.minimum(instants, ends[place]) - starts[place]
    return np.where(place < 0, 0, before[place] + inside)


def _instants(given: ArrayLike) -> NDArray[np.datetime64]:
    return np.asarray(given, dtype="datetime64[us]").ravel()


def _day_of(instant: np.int64) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(instant))).date()


@lru_cache(maxsize=65536)
def _utc(day: date, minutes: int, time_zone: str) -> int:
    """A local wall time, minutes after midnight of ``day``, as UTC microseconds."""
    day, minutes = day + timedelta(days=minutes // 1440), minutes % 1440
    local = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone(time_zone))
    return (local - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@lru_cache(maxsize=65536)
def _is_lived(day: date, time_zone: str) -> bool:
    """Whether clocks there ever showed this day: Samoa went from 29 to 31 December 2011."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone(time_zone))
    return noon.astimezone(UTC).astimezone(zone(time_zone)).date() == day


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _check_day(weekday: str, intervals: Sequence[Interval]) -> None:
    name = f"hours.{weekday}"
    if weekday not in WEEKDAYS:
        raise Invalid(
            said("{weekday} is not a weekday", weekday=repr(weekday)), field=name, remedy="use " + ", ".join(WEEKDAYS)
        )
    for clock in (clock for interval in intervals for clock in interval):
        if not CLOCK.fullmatch(clock) or clock > "24:00":
            raise Invalid(
                said("{clock} is not a time of day", clock=repr(clock)), field=name, remedy=said("write 09:00 to 24:00")
            )
    spans = sorted(_span(interval) for interval in intervals)
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise Invalid(
                said("two intervals on {weekday} overlap", weekday=weekday),
                field=name,
                remedy=said("join them into one"),
            )


def _span(interval: Interval) -> tuple[int, int]:
    start, end = (_minutes(clock) for clock in interval)
    return start, end if end > start else end + 1440


def _list(name: str, given: Any) -> list[Any]:
    if not isinstance(given, list | tuple):
        raise Invalid(said("{name} must be a list", name=name), field=name)
    return list(given)


def _interval(day: str, given: Any) -> Interval:
    pair = _list(f"hours.{day}", given)
    if len(pair) != 2:
        raise Invalid(
            said("an interval is a start and an end"), field=f"hours.{day}", remedy=said('e.g. ["09:00", "17:00"]')
        )
    return str(pair[0]), str(pair[1])


def _holiday(text: Any) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise Invalid(
            said("{text} is not a date", text=repr(text)), field="holidays", remedy=said("write 2016-12-25")
        ) from None
