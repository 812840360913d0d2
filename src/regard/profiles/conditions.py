"""The condition language: who belongs to a segment, as data.

A condition is JSON with two readers that agree: :func:`~regard.profiles.matching.matches` looks at one profile,
:func:`~regard.profiles.selecting.select_customers` selects everybody. Written down in ``docs/reference/conditions.md``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from regard.base import Invalid
from regard.base.shapes import learn
from regard.base.words import said
from regard.stream import COLUMNS
from regard.stream.compose import naive

PROFILE_UPDATED: Final = "Profile Updated"
"""The interaction whose properties are a customer's traits."""
ACCOUNT_JOINED: Final = "Account Joined"
"""The interaction that says to which account (its subject) a customer belongs."""

How: TypeAlias = Literal[
    "equals", "contains", "starts_with", "one_of", "exists", "missing",
    "above", "at_least", "below", "at_most", "before", "on_or_after",
]  # fmt: skip
PRESENCE = ("exists", "missing")
NUMERIC = ("above", "at_least", "below", "at_most")
DATED = ("before", "on_or_after")
NUMBER_COLUMNS = ("score", "scale_min", "scale_max", "weight", "amount")
TEXT_COLUMNS = ("channel", "touchpoint", "subject", "metric", "text", "language", "currency", "agent", "orientation")
MOST_PARTS, MOST_DEPTH, MOST_DAYS, LARGEST = 100, 12, 36_500, 1e12

Value: TypeAlias = bool | float | str | list[str] | None


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A piece of a condition; names that it does not know are refused."""


class Range(Part, frozen=True, kw_only=True):
    """From ``at_least`` to ``at_most``, both included; one of them may be left out."""

    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        given = [limit for limit in (self.at_least, self.at_most) if limit is not None]
        if not given or any(abs(limit) > LARGEST for limit in given) or sorted(given) != given:
            raise ValueError(f"a range needs at_least or at_most, in that order, and within {LARGEST:.0e}")

    def holds(self, number: float) -> bool:
        return (self.at_least is None or number >= self.at_least) and (self.at_most is None or number <= self.at_most)


class Window(Part, frozen=True, kw_only=True):
    """Half-open time: the last ``within_days`` before now, all but the last ``before_days``, local dates ``since``
    (included) and ``until`` (not included). All that are given hold together; without any: all time."""

    within_days: int | None = None
    before_days: int | None = None
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if any(days is not None and not 0 < days <= MOST_DAYS for days in (self.within_days, self.before_days)):
            raise ValueError(f"days must be from 1 to {MOST_DAYS}")
        if any(day is not None and not 1900 <= day.year <= 2200 for day in (self.since, self.until)):
            raise ValueError("dates must be from 1900 to 2200")
        if self.since and self.until and self.since >= self.until:
            raise ValueError("until must come after since; it is not included")

    def bounds(self, moment: Moment) -> tuple[datetime | None, datetime | None]:
        """The instants (UTC, without a zone) where it begins and ends; None: without limit."""
        starts = [moment.days_ago(self.within_days), moment.midnight(self.since)]
        ends = [moment.days_ago(self.before_days), moment.midnight(self.until)]
        return (
            max((at for at in starts if at is not None), default=None),
            min((at for at in ends if at is not None), default=None),
        )


class Test(Part, frozen=True, kw_only=True):
    """How a text is judged: ``is`` says how, ``value`` against what."""

    how: How = msgspec.field(name="is", default="equals")
    value: Value = None

    def __post_init__(self) -> None:
        if wrong := _wrong_value(self.how, self.value):
            raise ValueError(f"{self.how} needs {wrong}")


class Where(Test, frozen=True, kw_only=True):
    """A test of one interaction's column or property."""

    column: str

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_name(self.column)
        if self.column in COLUMNS and self.column not in (*TEXT_COLUMNS, *NUMBER_COLUMNS):
            raise ValueError(f"{self.column} cannot be tested")
        if self.column in NUMBER_COLUMNS and self.how not in (*NUMERIC, *PRESENCE) and not _is_number(self.value):
            raise ValueError(f"{self.column} is a number")


class All(Part, frozen=True, kw_only=True, tag_field="kind", tag="all"):
    """Every one of these holds."""

    of: list[Condition]

    def __post_init__(self) -> None:
        _require_some(self.of)


class AnyOf(Part, frozen=True, kw_only=True, tag_field="kind", tag="any"):
    """At least one of these holds."""

    of: list[Condition]

    def __post_init__(self) -> None:
        _require_some(self.of)


class Not(Part, frozen=True, kw_only=True, tag_field="kind", tag="not"):
    """This does not hold."""

    of: Condition


class Trait(Test, frozen=True, kw_only=True, tag_field="kind", tag="trait"):
    """What the customer's latest ``Profile Updated`` that says anything of this trait says."""

    name: str

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_name(self.name)


class Latest(Test, frozen=True, kw_only=True, tag_field="kind", tag="latest"):
    """What the customer's latest interaction that has this column has; ``account``: the account last joined."""

    column: Literal["channel", "touchpoint", "language", "currency", "agent", "account"]


class Did(Part, frozen=True, kw_only=True, tag_field="kind", tag="did"):
    """How often the customer did something in a time, for how much, and when first and last.

    Without ``times``: at least once. ``amount`` is the sum over those interactions, ``first`` and ``last`` when the
    earliest and latest of them were; each asks for one interaction at least.
    """

    name: str
    during: Window = Window()
    where: list[Where] = []
    times: Range = Range(at_least=1)
    amount: Range | None = None
    first: Window | None = None
    last: Window | None = None

    def __post_init__(self) -> None:
        _require_name(self.name)
        limits = (self.times.at_least, self.times.at_most)
        if any(limit is not None and (limit < 0 or limit != int(limit)) for limit in limits):
            raise ValueError("times must be whole numbers")
        if self.may_be_never and (self.amount or self.first or self.last):
            raise ValueError("amount, first and last need times of at_least 1")

    @property
    def may_be_never(self) -> bool:
        """Whether it also holds for customers who never did it."""
        return not self.times.at_least


class Score(Part, frozen=True, kw_only=True, tag_field="kind", tag="score"):
    """The latest answer to a metric's question, or the mean of all, as given on this scale (others do not count)."""

    metric: str
    scale: tuple[float, float]
    between: Range
    of: Literal["latest", "mean"] = "latest"
    during: Window = Window()

    def __post_init__(self) -> None:
        _require_name(self.metric)
        low, high = self.scale
        if not -1e6 <= low < high <= 1e6:
            raise ValueError("a scale is its lowest and highest answer")


class InSegment(Part, frozen=True, kw_only=True, tag_field="kind", tag="segment"):
    """Belongs to another segment."""

    key: str

    def __post_init__(self) -> None:
        _require_name(self.key)


class Listed(Part, frozen=True, kw_only=True, tag_field="kind", tag="list"):
    """Stands in an uploaded list."""

    key: str

    def __post_init__(self) -> None:
        _require_name(self.key)


Condition: TypeAlias = All | AnyOf | Not | Trait | Latest | Did | Score | InSegment | Listed
learn(Condition)


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """When a condition is read: interactions before ``at`` (aware, not included) and received up to ``as_of`` count;
    dates are those of ``time_zone``."""

    at: datetime
    as_of: datetime | None = None
    time_zone: str = "UTC"

    def days_ago(self, days: int | None) -> datetime | None:
        """So many times 24 hours before, UTC without a zone."""
        return None if days is None else naive(self.at) - timedelta(days=days)

    def midnight(self, day: date | None) -> datetime | None:
        """When a local date begins, UTC without a zone."""
        return None if day is None else naive(datetime.combine(day, time(), tzinfo=ZoneInfo(self.time_zone)))


# --- reading and writing -------------------------------------------------------------------------------------------


def condition_of(given: Any) -> Condition:
    """A condition out of JSON. Raises :class:`~regard.base.Invalid`, whose field is the path of what is wrong.

    >>> condition_of({"kind": "trait", "name": "plan", "is": "equals", "value": "pro"}).how
    'equals'
    >>> condition_of({"kind": "all", "of": [{"kind": "did"}]})
    Traceback (most recent call last):
    regard.base.errors.Invalid: the condition cannot be used at of[0]: Object missing required field `name`
    """
    try:
        found: Condition = msgspec.convert(given, Condition, strict=True)
    except (msgspec.ValidationError, RecursionError, UnicodeEncodeError) as error:  # half a letter is no kind
        raise _refused(str(error)) from error
    if _depth(found) > MOST_DEPTH or sum(1 for _ in parts_of(found)) > MOST_PARTS:
        raise _refused(f"more than {MOST_PARTS} parts, or nested deeper than {MOST_DEPTH}")
    return found


def as_json(condition: Condition) -> dict[str, Any]:
    """A condition as it is kept and sent.

    >>> as_json(condition_of({"kind": "did", "name": "Order Completed"}))
    {'kind': 'did', 'name': 'Order Completed'}
    """
    built: dict[str, Any] = msgspec.to_builtins(condition)
    return built


def parts_of(condition: Condition) -> Iterator[Condition]:
    """The condition and everything inside it."""
    yield condition
    for part in _inner(condition):
        yield from parts_of(part)


def segments_in(condition: Condition) -> set[str]:
    """The keys of the segments that it names."""
    return {part.key for part in parts_of(condition) if isinstance(part, InSegment)}


def resolved(condition: Condition, known: Mapping[str, Condition], above: tuple[str, ...] = ()) -> Condition:
    """The condition with the segments it names written out.

    Raises :class:`~regard.base.Invalid` for a segment that does not exist and for one that depends on itself.
    """
    if isinstance(condition, InSegment):
        return resolved(_named(condition.key, known, above), known, (*above, condition.key))
    if isinstance(condition, Not):
        return Not(of=resolved(condition.of, known, above))
    if isinstance(condition, All | AnyOf):
        return type(condition)(of=[resolved(part, known, above) for part in condition.of])
    return condition


def _named(key: str, known: Mapping[str, Condition], above: tuple[str, ...]) -> Condition:
    if key in above:
        chain = " → ".join((*above[above.index(key) :], key))
        raise Invalid(said("a segment cannot depend on itself: {chain}", chain=chain), field="segment", code="cycle")
    if key not in known:
        raise Invalid(said("there is no segment called {key}", key=repr(key)), field="segment")
    return known[key]


def _inner(condition: Condition) -> list[Condition]:
    if isinstance(condition, All | AnyOf):
        return condition.of
    return [condition.of] if isinstance(condition, Not) else []


def _depth(condition: Condition) -> int:
    return 1 + max((_depth(part) for part in _inner(condition)), default=0)


_PLACE = re.compile(r" - at `\$\.?(.*)`$")


def _refused(reason: str) -> Invalid:
    place = _PLACE.search(reason)
    told, path = _PLACE.sub("", reason), place[1] if place else ""
    if not path:
        return Invalid(said("the condition cannot be used: {reason}", reason=told), field="condition")
    return Invalid(said("the condition cannot be used at {path}: {reason}", path=path, reason=told), field=path)


def _require_name(name: str) -> None:
    if not 0 < len(name.strip()) <= 200 or not is_text(name):
        raise ValueError("a name has 1 to 200 characters, none of them NUL or half of one")


def _require_some(parts: list[Condition]) -> None:
    if not parts:
        raise ValueError("at least one part is needed")


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool)


def _wrong_value(how: How, value: Value) -> str | None:
    """What a test would need instead of this value; None when it fits."""
    if how in PRESENCE:
        return None if value is None else "no value"
    if how in NUMERIC:
        return None if _is_number(value) and math.isfinite(value) else "a number"  # type: ignore[arg-type]
    if how in DATED:
        return None if isinstance(value, str) and _is_date(value) else "a date such as 2026-05-31"
    if how == "one_of":
        return None if isinstance(value, list) and value and all(map(_fits, value)) else "a list of texts"
    if how == "equals" and (isinstance(value, bool) or _is_number(value)):
        return None
    return None if isinstance(value, str) and _fits(value) else "a text"


def _fits(text: str) -> bool:
    return 0 < len(text) <= 1000 and is_text(text)


def is_text(text: str) -> bool:
    """Whether it can be stored and sent: no NUL, and no half of a character (a lone surrogate, which JSON can write).

    >>> is_text("prö"), is_text("a\\0b"), is_text("\\ud800")
    (True, False, False)
    """
    return "\0" not in text and not any("\ud800" <= mark <= "\udfff" for mark in text)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
