"""What pages ask of the stream beside the metrics: its extent, known columns and values, and the latest words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlglot import exp

from regard.metrics import Settings, Slice, ask, bounds_utc, breakdowns, previous, time_span
from regard.report.filters import Period, quick_period
from regard.stream import Question, Store, compose

USUAL = ("90d", "year")
WORTH_A_LOOK = 0.02
MOST_VALUES = 12
"""Values of a column that are offered as filters."""
MOST_COLUMNS = 12
FEW_VALUES = 10 * MOST_VALUES
SAMPLE = 20_000
"""Interactions that those values are taken from."""


def extent_of(store: Store, settings: Settings | None = None) -> Period | None:
    """The first local date of the stream and the day after its last."""
    return time_span(store, settings)


def columns_of(store: Store) -> list[str]:
    """What figures may be broken down and filtered by."""
    return breakdowns(store)


def usual_period(store: Store, extent: Period, time_zone: str) -> str:
    """The shortest usual quick period that holds data worth a look and has data before it, else everything.

    A period with less than :data:`WORTH_A_LOOK` of the stream is the thin tail of data that ended before.
    """
    spans = {name: quick_period(name, extent) for name in USUAL}
    columns: list[str] = ["count(*) AS n"]
    given: dict[str, Any] = {}
    for name, span in spans.items():
        for side, period in (("now", span), ("before", previous(span))):
            start, end = bounds_utc(period, time_zone)
            key = f"{side}_{name}"
            given |= {f"{key}_start": compose.naive(start), f"{key}_end": compose.naive(end)}
            columns.append(f"count(*) FILTER (occurred_at >= :{key}_start AND occurred_at < :{key}_end) AS n_{key}")
    answer = ask(store, Question("usual period", compose.select(*columns).from_(compose.TABLE), given))
    counted = {name: (answer[f"n_now_{name}"][0], answer[f"n_before_{name}"][0]) for name in spans}
    least = WORTH_A_LOOK * answer["n"][0]
    return next((name for name, (now, before) in counted.items() if before and now > least), "all")


def suggestions(store: Store, columns: Sequence[str]) -> list[str]:
    """Filters worth offering, ``column=value``: the commonest values in a sample, of the columns that have few."""
    known = [name for name in columns if name not in ("agent", "load")][:MOST_COLUMNS]
    if not known:
        return []
    found: dict[int, list[str]] = {}
    for row in ask(store, Question("sample of values", _values_of(known), {"few": FEW_VALUES})).rows():
        found.setdefault(row["place"], []).append(row["value"])
    return [f"{name}={value}" for place, name in enumerate(known) for value in found.get(place, ())[:MOST_VALUES]]


_COUNTED = """SELECT place, value, n, count(*) OVER (PARTITION BY place) AS different
FROM (SELECT place, value, count(*) AS n FROM listed WHERE value <> '' GROUP BY place, value) AS counted"""


def _values_of(columns: Sequence[str]) -> exp.Expr:
    """The values in the sample of those columns that have few, the commonest of each first.

    They are counted in the store, since the sample is a quarter of a million texts; and all at once, since every
    count apart would take memory of its own.
    """
    texts = [compose.as_text(name).as_(f"column_{place}") for place, name in enumerate(columns)]
    places = " UNION ALL ".join(f"SELECT {place} AS place" for place in range(len(columns)))
    values = " ".join(f"WHEN {place} THEN column_{place}" for place in range(len(columns)))
    listed = (
        compose.select("place", f"CASE place {values} END AS value").from_("sample").join("places", join_type="cross")
    )
    return (
        compose.select("place", "value")
        .with_("sample", as_=compose.select(*texts).from_(compose.TABLE).limit(SAMPLE))
        .with_("places", as_=compose.sql(places))
        .with_("listed", as_=listed)
        .with_("ranked", as_=compose.sql(_COUNTED))
        .from_("ranked")
        .where("different <= :few")
        .order_by("place", "n DESC", "value")
    )


def recent_words(
    store: Store, slice: Slice, bounds: tuple[datetime, datetime] | None, limit: int
) -> list[dict[str, Any]]:
    """The newest interactions in which customers wrote something."""
    conditions, given = compose.between(*(bounds or (None, None)))
    wanted, values = compose.matching(slice.where)
    query = (
        compose.select(
            "id", "occurred_at", "name", "metric", "score", "scale_min", "scale_max", "orientation", "channel"
        )
        .select("text", "language")
        .from_(compose.TABLE)
        .where(compose.every([*conditions, *wanted, compose.sql("length(text) > 0")]))
        .order_by("occurred_at DESC", "id")
        .limit(limit)
    )
    return ask(store, Question("recent words", query, given | values)).rows()


def narrowed(slice: Slice, period: Period) -> Slice:
    """The same slice over another period."""
    return replace(slice, start=period[0], end=period[1])
