"""Numbers, dates and sentences as a reader writes them. Pure: Babel's locale data, no framework.

A :class:`Format` is made once for each reader (language, time zone, translation) and handed to everything that shows
a figure, so that a number looks the same on a card, in a chart, in a table and on paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, format_time, get_datetime_format
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit

LANGUAGES = {"en": "English", "pl": "Polski", "ru": "Русский", "zh-hans": "简体中文", "ro": "Română"}
TimeLength: TypeAlias = Literal["short", "medium"]
"""To the minute, or to the second."""
Day = date
"""A calendar date; an alias, because :class:`Format` has a method called ``date``."""
MISSING = "–"
MINUS = "\N{MINUS SIGN}"
_DURATIONS = [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)]
_PERIODS = {"month": "yMMM", "quarter": "yQQQ", "year": "y"}


def gettext_noop(message: str) -> str:
    """Mark a message of the science half for translation; it is translated when it is shown."""
    return message


def ngettext(one: str, many: str) -> tuple[str, str]:
    """Mark a message that counts something for translation."""
    return one, many


def _english_plural(one: str, many: str, n: int) -> str:
    return one if n == 1 else many


class Shown(NamedTuple):
    """An estimate in words: ``value``, the same as ``number`` and ``unit`` apart, ``interval`` and what it rests on."""

    value: str
    number: str
    unit: str
    interval: str
    n: str
    withheld: str = ""


@dataclass(frozen=True)
class Format:
    """How one reader sees figures: language, time zone, currency, and how messages are translated.

    >>> Format("pl").percent(0.8263)
    '82,6%'
    >>> Format("en").duration(183_600)
    '2 days 3 hr'
    """

    language: str = "en"
    time_zone: str = "UTC"
    currency: str = "EUR"
    translate: Callable[[str], str] = str
    plural: Callable[[str, str, int], str] = _english_plural

    @property
    def locale(self) -> Locale:
        return _locale(self.language)

    def say(self, message: str, /, **parts: object) -> str:
        """A translated message with its blanks filled."""
        return self.translate(message).format(**parts)

    def count_of(self, messages: tuple[str, str], n: int) -> str:
        """A translated count in the right plural form; ``messages`` hold ``{n}``.

        >>> Format().count_of(("{n} answer", "{n} answers"), 3912)
        '3,912 answers'
        """
        return self.plural(*messages, n).format(n=self.number(n, 0))

    # Numbers

    def number(self, value: float, digits: int = 2, *, signed: bool = False) -> str:
        """A number with at most ``digits`` decimals.

        >>> Format("ru").number(12345.678)
        '12\\xa0345,68'
        """
        rounded = round(value, digits) or 0.0  # a zero has no sign
        pattern = _pattern(digits, "#", signed and bool(rounded))
        return _true_minus(str(format_decimal(rounded, pattern, locale=self.locale)))

    def fixed(self, value: float, digits: int, *, signed: bool = False) -> str:
        """A number with exactly ``digits`` decimals, so that columns line up; what rounds to zero has no sign.

        >>> Format().fixed(-0.04, 1, signed=True), Format().fixed(0.06, 1, signed=True)
        ('0.0', '+0.1')
        """
        kept = value if round(value, digits) else 0.0
        return _true_minus(str(format_decimal(kept, _pattern(digits, "0", signed and bool(kept)), locale=self.locale)))

    def percent(self, share: float, digits: int = 1) -> str:
        """A share (0–1) as per cent."""
        sign = self.locale.percent_formats[None].pattern.rpartition("0")[2]
        return _true_minus(str(format_percent(share, _pattern(digits, "0") + sign, locale=self.locale)))

    def money(self, amount: float, currency: str | None = None) -> str:
        """An amount of money in its own currency (ISO 4217), else in the workspace's; a plain number if nobody says."""
        code = currency or self.currency
        return _true_minus(str(format_currency(amount, code, locale=self.locale))) if code else self.fixed(amount, 2)

    def duration(self, seconds: float) -> str:
        """A length of time in its two largest units.

        >>> Format("pl").duration(5 * 86_400)
        '5 dni'
        """
        sign, rest = (MINUS if seconds < 0 else ""), abs(seconds)
        if rest < 60:
            return sign + self._unit(round(rest, 1 if rest < 10 else 0), "second")
        name, size = next(unit for unit in _DURATIONS if rest >= unit[1])
        smaller = _DURATIONS[_DURATIONS.index((name, size)) + 1]
        whole, left = divmod(round(rest / smaller[1]) * smaller[1], size)
        parts = [(int(whole), name), (int(left // smaller[1]), smaller[0])]
        return sign + " ".join(self._unit(n, unit) for n, unit in parts if n)

    def value(self, value: float | None, unit: str, *, signed: bool = False) -> str:
        """A value in its unit: a share as per cent, seconds as a duration, money with its currency."""
        if value is None:
            return MISSING
        text = self._in_unit(value, str(unit))
        return "+" + text if signed and value > 0 and text.strip("0., ") else text

    def change(self, difference: float | None, unit: str) -> str:
        """A difference with its sign; shares differ by percentage points.

        >>> Format().change(-0.042, "share")
        '−4.2 pp'
        """
        if difference is None:
            return MISSING
        if str(unit) == "share":
            points = self.fixed(100 * difference, 1, signed=True)
            return self.say(gettext_noop("{number} pp"), number=points)
        return self.value(difference, unit, signed=True)

    # Estimates

    def estimate(self, estimate: Any, of: tuple[str, str] = ngettext("{n} response", "{n} responses")) -> Shown:
        """What a card says of anything with value, low, high, n and unit (confidence and withheld at will)."""
        withheld = getattr(estimate, "withheld", None)
        value = MISSING if withheld else self.value(estimate.value, estimate.unit)
        number, unit = _split(value)
        interval = "" if withheld else self.interval(estimate)
        return Shown(value, number, unit, interval, self.count_of(of, estimate.n), withheld or "")

    def interval(self, estimate: Any) -> str:
        """ "95% CI 35.1 – 41.7", or nothing when there is no interval."""
        if estimate.low is None or estimate.high is None:
            return ""
        confidence = self.percent(getattr(estimate, "confidence", 0.95), 0)
        return self.say(
            gettext_noop("{confidence} CI {range}"),
            confidence=confidence,
            range=self.range(estimate.low, estimate.high, estimate.unit),
        )

    def range(self, low: float, high: float, unit: str) -> str:
        """Two values with an en dash; a unit that both share is said once."""
        first, last = self.value(low, unit), self.value(high, unit)
        short, suffix = _split(first)
        same = suffix and suffix == _split(last)[1] and suffix.strip() == "%"
        return f"{short if same else first} – {last}"

    # Dates

    def date(self, day: Day, skeleton: str = "yMMMd") -> str:
        """A date by CLDR skeleton, so that the order of its parts is the language's own.

        >>> Format("zh-hans").date(date(2026, 5, 18), "MMMd")
        '5月18日'
        """
        return str(format_skeleton(skeleton, day, locale=self.locale, tzinfo=ZoneInfo("UTC")))

    def instant(self, at: datetime, length: TimeLength = "short") -> str:
        """An instant on the reader's clock, to the minute, or (``medium``) to the second; one without a zone is UTC.

        >>> Format("zh-hans").instant(datetime(2026, 5, 18, 16, 21, 42))
        '2026年5月18日 16:21'
        >>> Format("zh-hans").instant(datetime(2026, 5, 18, 16, 21, 42), "medium")
        '2026年5月18日 16:21:42'
        """
        aware, clock = at if at.tzinfo else at.replace(tzinfo=UTC), ZoneInfo(self.time_zone)
        day = format_date(aware.astimezone(clock), "medium", locale=self.locale)
        return str(get_datetime_format(locale=self.locale)).format(self._time(aware, length), day)

    def _time(self, at: datetime, length: TimeLength) -> str:
        return format_time(at, length, tzinfo=ZoneInfo(self.time_zone), locale=self.locale)

    def minute(self, at: datetime) -> str:
        """The time of day of an instant on the reader's clock, where its day is said already.

        >>> Format("zh-hans").minute(datetime(2026, 5, 18, 16, 21, 42, tzinfo=UTC))
        '16:21'
        """
        return self._time(at, "short")

    def listed(self, names: Sequence[str]) -> str:
        """Names one after another.

        >>> Format("zh-hans").listed(["甲", "乙", "丙"]), Format().listed(["a", "b"])
        ('甲、乙和丙', 'a and b')
        """
        return str(format_list(list(names), locale=self.locale))

    def period(self, start: Day, every: str | None = None, end: Day | None = None) -> str:
        """The name of the period from ``start`` until before ``end``: a whole day, month, quarter or year by its own
        name, anything else (a week, or a period cut short by a filter) by its first and last day.

        >>> Format().period(date(2026, 4, 1), "quarter")
        'Q2 2026'
        >>> Format().period(date(2026, 4, 10), "quarter", date(2026, 7, 1))
        'Apr 10\u2009–\u2009Jun 30, 2026'
        """
        whole = _whole(start, every)
        if every in _PERIODS and (end is None or (start, end) == whole):
            return self.date(start, _PERIODS[every])
        last = (end or whole[1]) - timedelta(days=1)
        return self.date(start) if last <= start else self.dates(start, last)

    def timed(self, start: Day, every: str | None, end: Day | None, is_partial: bool) -> str:
        """The name of a period of a line, with a mark where it was cut short.

        >>> Format().timed(date(2026, 4, 1), "month", date(2026, 5, 1), True)
        'Apr 2026 (part)'
        """
        name = self.period(start, every, end)
        return self.say(gettext_noop("{period} (part)"), period=name) if is_partial else name

    def axis_period(self, at: Day, every: str | None = None) -> str:
        """A period's short name, to stand under an axis."""
        return self.date(at, _PERIODS.get(every or "", "MMMd"))

    def dates(self, first: Day, last: Day) -> str:
        """First and last day (both included)."""
        noon = time(12, tzinfo=UTC)
        pair = (datetime.combine(first, noon), datetime.combine(last, noon))
        return str(format_interval(*pair, "yMMMd", tzinfo=ZoneInfo("UTC"), locale=self.locale))

    def _unit(self, number: float, name: str) -> str:
        pattern = _pattern(1, "#")
        return str(format_unit(number, f"duration-{name}", "short", format=pattern, locale=self.locale))

    def _in_unit(self, value: float, unit: str) -> str:
        match unit:
            case "share":
                return self.percent(value)
            case "seconds":
                return self.duration(value)
            case "money":
                return self.money(value)
            case "count":
                return self.number(value, 1 if value % 1 else 0)
            case "score":
                return self.fixed(value, 2)
            case _:
                return self.fixed(value, 1)


@cache
def _locale(language: str) -> Locale:
    """Babel's locale of a browser's language tag; the region says nothing that we show."""
    first = language.partition("-")[0].lower()
    return Locale.parse("zh_Hans" if first == "zh" else first)


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _whole(day: Day, every: str | None) -> tuple[Day, Day]:
    """The whole period around a day, half-open; the day alone when there is no such period."""
    if every in _MONTHS:
        length = _MONTHS[every]
        first = (day.month - 1) // length * length
        year, month = divmod(day.year * 12 + first + length, 12)
        return day.replace(month=first + 1, day=1), Day(year, month + 1, 1)
    monday = day - timedelta(days=day.weekday())
    return (monday, monday + timedelta(days=7)) if every == "week" else (day, day + timedelta(days=1))


def _pattern(digits: int, digit: str, signed: bool = False) -> str:
    """CLDR number pattern; ``digit`` is "0" for decimals that always show, "#" for those that may be left out."""
    base = "#,##0" + ("." + digit * digits if digits else "")
    return f"+{base};-{base}" if signed else base


def _true_minus(text: str) -> str:
    return text.replace("-", MINUS)


def _split(text: str) -> tuple[str, str]:
    """The number and what follows it: ``"82.6%"`` → ``("82.6", "%")``; a text of several numbers stays whole."""
    found = re.fullmatch(r"([^\d]*\d[\d.,\s’]*?)(\s*[^\d\s.,]\D*)?", text)
    return (found[1], found[2] or "") if found else (text, "")


ENGLISH = Format()
"""For notebooks, the command line and tests: English, UTC, untranslated."""
