"""What a measurement looks at: the store, the slice, its windows in time, and the names it may be broken down by."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlglot import exp

from regard.base import Invalid
from regard.base.words import said
from regard.metrics.asking import ask, kept, remembered
from regard.metrics.contract import Metric, Rules
from regard.metrics.definitions import Settings, settings_for, settings_of
from regard.metrics.membership import check_segments
from regard.metrics.model import Slice
from regard.metrics.periods import Period, bounds_utc, cut_periods, following, starting, zone
from regard.stream import COLUMNS, Question, Store, compose

Window = tuple[date | None, date | None]
"""A half-open range of local dates; ``None`` is without limit on that side."""

BREAKABLE = ("channel", "touchpoint", "language", "agent", "currency", "load")
"""The columns that figures may be broken down by; the others name single customers, texts or instants."""

NUMBERS = frozenset({"score", "scale_min", "scale_max", "weight", "amount"})
NOT_FILTERABLE = NUMBERS | {"properties", "context", "occurred_at", "received_at"}
"""Columns without a text of their own: engines write 5 and 5.0, and instants, each in their way."""

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True)
class Scope:
    """One look at the store: a slice whose windows are settled, under the workspace's settings.

    ``rules`` holds the rules of every metric looked at together, by key, so that they share one question.
    """

    store: Store
    slice: Slice
    windows: tuple[Window, ...]
    settings: Settings
    rules: Mapping[str, Rules]
    facets: frozenset[str] = frozenset()

    def bounds(self, window: Window) -> tuple[datetime | None, datetime | None]:
        """The aware UTC instants of a window."""
        return tuple(instant_of(day, self.settings.time_zone) for day in window)  # type: ignore[return-value]


def instant_of(day: date | None, time_zone: str) -> datetime | None:
    """Local midnight of a date, as an aware UTC instant."""
    return None if day is None else bounds_utc((day, day), time_zone)[0]


def scope_of(store: Store, slice: Slice, metric: Metric, together: Mapping[str, Rules], facets: Iterable[str]) -> Scope:
    """Settle what a metric looks at; ``together`` are the rules of all metrics that share its question."""
    settings = settings_for(store, slice.settings)
    check_names(store, slice)
    days = together[metric.key][metric.days_rule] if metric.days_rule else None
    windows = windows_of(store, slice, settings, days)
    return Scope(store, slice, windows, settings, together, frozenset(facets))


def windows_of(store: Store, slice: Slice, settings: Settings, days: int | None) -> tuple[Window, ...]:
    """The windows that a slice asks for: one, or one a period; open sides are closed where that is needed."""
    if slice.start is not None and slice.end is not None and slice.start >= slice.end:
        raise Invalid(said("the period ends before it begins"), field="end", remedy=said("the end is not included"))
    if slice.every is None and (days is None or (slice.start is not None and slice.end is not None)):
        return ((slice.start, slice.end),)
    span = time_span(store, settings)
    if span is None:
        return ((slice.start, slice.end),)
    end = slice.end or span[1]
    if slice.every is None:
        return ((slice.start or end - timedelta(days=days or 0), end),)
    start = slice.start or starting(min(span[0], end - timedelta(days=1)), slice.every)
    until = slice.end or following(starting(end - timedelta(days=1), slice.every), slice.every)
    return tuple(cut_periods(start, until, slice.every))


def time_span(store: Store, settings: Settings | None = None) -> Period | None:
    """The first local date of the stream and the day after its last; None when it is empty."""
    query = compose.select("min(occurred_at) AS first", "max(occurred_at) AS last", "count(*) AS n").from_(
        compose.TABLE
    )
    answer = ask(store, Question("time span", query))
    if not answer["n"][0]:
        return None
    here = zone((settings or settings_of(store)).time_zone)
    first, last = (_aware(answer[side][0]).astimezone(here).date() for side in ("first", "last"))
    return first, last + timedelta(days=1)


def last_instant(store: Store) -> datetime | None:
    """When the newest interaction occurred (UTC, without a zone); None when there is none."""
    answer = ask(
        store,
        Question("last instant", compose.select("max(occurred_at) AS last", "count(*) AS n").from_(compose.TABLE)),
    )
    return answer["last"][0] if answer["n"][0] else None


def seen_until(scope: Scope) -> datetime | None:
    """The instant (UTC, without a zone) after which a look knows nothing: the data ends, or was received later."""
    last = last_instant(scope.store)
    as_of = [compose.naive(scope.slice.as_of)] if scope.slice.as_of else []
    return min([last, *as_of]) if last else None


def known_period(scope: Scope) -> Period | None:
    """The local days that a look knows all about: the stream's, less what had not been received; None when empty."""
    span = time_span(scope.store, scope.settings)
    if span is None or scope.slice.as_of is None:
        return span
    return span[0], min(span[1], scope.slice.as_of.astimezone(zone(scope.settings.time_zone)).date())


def _aware(instant: datetime) -> datetime:
    return instant.replace(tzinfo=bounds_utc((date(2000, 1, 1), date(2000, 1, 1)), "UTC")[0].tzinfo)


# --- names ---------------------------------------------------------------------------------------------------------


def breakdowns(store: Store) -> list[str]:
    """The columns (that hold anything) and properties that figures may be broken down by."""
    counts = [f"count({name}) AS {exp.to_identifier(name).sql(compose.DIALECT)}" for name in BREAKABLE[:-1]]
    answer = ask(store, Question("columns in use", compose.select(*counts).from_(compose.TABLE)))
    in_use = [name for name in BREAKABLE[:-1] if answer[name][0]]
    return list(dict.fromkeys([*in_use, *known_properties(store)]))  # a property called as a column is that column here


def known_properties(store: Store) -> list[str]:
    """The properties that loads have written down; where none have, those of the first thousand interactions."""
    known = [record.key for record in kept(store, "property")]
    return known or remembered(store, "sampled properties", lambda: _sampled_properties(store))


def _sampled_properties(store: Store) -> list[str]:
    some = compose.select("properties").from_(compose.TABLE).where("NOT properties IS NULL").limit(1000)
    found: dict[str, None] = {}
    for text in dict.fromkeys(ask(store, Question("sample of properties", some))["properties"]):
        found |= dict.fromkeys(_keys(text))
    return sorted(found)


def _keys(text: str) -> list[str]:
    try:
        value: Any = json.loads(text)
    except ValueError:
        return []
    return list(value) if isinstance(value, dict) else []


def check_names(store: Store, slice: Slice) -> None:
    """Refuse dates that no data have, and a break-down or filter by a name that the workspace does not know."""
    _check_dates(slice)
    if slice.by == compose.SEGMENT:
        raise Invalid(
            said("figures cannot be broken down by segment: customers belong to several at once"),
            field="by",
            remedy=said("filter by one segment after the other"),
        )
    if slice.by is not None and slice.by not in BREAKABLE:
        if slice.by in COLUMNS:
            raise Invalid(
                said("figures cannot be broken down by {by}", by=repr(slice.by)), field="by", remedy=_offer(BREAKABLE)
            )
        _check_property(store, slice.by, "by")
    for name, wanted in slice.where.items():
        if name == compose.SEGMENT:
            check_segments(store, wanted)
        elif name == compose.ACCOUNT:
            continue
        elif name in NOT_FILTERABLE:
            raise Invalid(said("{name} cannot be filtered by its value", name=repr(name)), field="where")
        elif name not in COLUMNS:
            _check_property(store, name, "where")


def _check_dates(slice: Slice) -> None:
    for field, day in (("start", slice.start), ("end", slice.end)):
        if day is not None and not EARLIEST <= day <= LATEST:
            raise Invalid(
                said("{day} lies beyond the years that figures can be of", day=str(day)),
                field=field,
                remedy=said("use a date from {first} to {last}", first=str(EARLIEST), last=str(LATEST)),
            )


def _check_property(store: Store, name: str, field: str) -> None:
    known = known_properties(store)
    if name not in known:
        near = difflib.get_close_matches(name, {*BREAKABLE, *known}, n=3, cutoff=0.5)
        raise Invalid(
            said("there is no column or property called {name}", name=repr(name)),
            field=field,
            remedy=_offer(near or breakdowns(store)),
        )


def _offer(choices: Sequence[str]) -> str:
    return f"use {', '.join(choices[:12])}" if choices else said("nothing has been loaded that has properties")


def conditions(scope: Scope, window: Window) -> tuple[list[exp.Expr], dict[str, Any]]:
    """What keeps a window's interactions that match the filter and had been received."""
    limits, given = compose.between(*scope.bounds(window), as_of=scope.slice.as_of)
    wanted, values = compose.matching(scope.slice.where)
    return limits + wanted, given | values
