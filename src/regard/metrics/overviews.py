"""The overview: every metric now, before, and over time; no question asked twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from regard.metrics.asking import remembered
from regard.metrics.catalogue import METRICS
from regard.metrics.comparing import changed
from regard.metrics.comparison import Difference
from regard.metrics.definitions import settings_for
from regard.metrics.measuring import Measured, gathered_together
from regard.metrics.model import Every, Figure, Measurement, Slice
from regard.metrics.periods import Period, cut_periods, previous
from regard.metrics.scope import time_span
from regard.stream import Store

TREND: tuple[tuple[int, Every], ...] = ((31, "day"), (183, "week"), (1100, "month"), (4000, "quarter"))
"""The period of a trend, by the days of what is looked at."""


@dataclass(frozen=True)
class Card:
    """One metric: its figure, the one of the window before (absent where the data begin later), the change, the trend.

    ``measurement`` holds definition, query and notes.
    """

    metric: str
    current: Figure
    previous: Figure | None
    change: Difference | None
    trend: Sequence[Figure]
    measurement: Measurement


@dataclass(frozen=True)
class Overview:
    """Every metric over one period; ``period`` is None when nothing has been loaded."""

    period: Period | None
    previous: Period | None
    every: Every | None
    cards: Sequence[Card]


def overview(
    store: Store, slice: Slice = Slice(), metrics: Sequence[str] | None = None, before: Period | None = None
) -> Overview:
    """Measure the eight (or other) metrics over a period (the last year of the data), the one before, and over time."""
    names = list(metrics) if metrics is not None else [metric.key for metric in METRICS]
    return remembered(store, f"overview {names} {slice} {before}", lambda: _overview(store, slice, names, before))


def _overview(store: Store, slice: Slice, names: Sequence[str], before: Period | None) -> Overview:
    span = time_span(store, settings_for(store, slice.settings))
    if span is None:
        return Overview(None, None, None, [])
    period = _period(slice, span)
    before = before or previous(period)
    every = slice.every or grain_of(period)
    trend = tuple(cut_periods(*period, every))
    asked = replace(slice, by=None, every=every, start=period[0], end=period[1])
    windows = tuple(dict.fromkeys([period, before, *trend]))
    found = gathered_together(store, names, asked, windows)
    shown = before if before[1] > span[0] else None
    return Overview(period, shown, every, [_card(one, period, shown, trend, every) for one in found])


def grain_of(period: Period) -> Every:
    """The period in which a trend over ``period`` is best told.

    >>> grain_of((date(2016, 1, 1), date(2017, 1, 1)))
    'month'
    """
    days = (period[1] - period[0]).days
    return next((every for most, every in TREND if days <= most), "year")


def _period(slice: Slice, span: Period) -> Period:
    end = slice.end or span[1]
    return slice.start or max(span[0], _year_before(end)), end


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _card(found: Measured, period: Period, before: Period | None, trend: Sequence[Period], every: Every) -> Card:
    current = found.figures(period)[0]
    earlier = found.figures(before)[0] if before else None
    change = changed(found.contract, earlier, current) if earlier else None
    figures = [found.figures(window, every)[0] for window in trend]
    measurement = replace(found.measurement(), figures=[current])
    return Card(found.contract.key, current, earlier, change, figures, measurement)
