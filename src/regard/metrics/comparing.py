"""Two periods or two groups compared: by the interval and p-value of the difference, never by eye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from regard.base import Invalid
from regard.base.words import said
from regard.metrics.catalogue import metric_called
from regard.metrics.comparison import Difference, difference, false_discoveries_controlled
from regard.metrics.contract import Metric
from regard.metrics.definitions import definition_of
from regard.metrics.intervals import nothing
from regard.metrics.measuring import Measured, gathered
from regard.metrics.model import Better, Definition, Figure, Slice
from regard.metrics.periods import parse_period
from regard.metrics.scope import Window
from regard.stream import Store


@dataclass(frozen=True)
class Compared:
    """One pair of figures and their difference, ``after − before``; ``group`` is the one both belong to, if any."""

    before: Figure
    after: Figure
    difference: Difference
    group: str | None = None


@dataclass(frozen=True)
class Comparison:
    """A metric in ``a`` and in ``b``; ``groups`` has each group's, with false discoveries controlled among them."""

    metric: str
    definition: Definition
    slice: Slice
    a: str
    b: str
    overall: Compared
    groups: Sequence[Compared]
    better: Better | None
    sql: str
    notes: Sequence[str] = ()


def compare(
    store: Store, metric: str, a: str, b: str, slice: Slice = Slice(), *, definition: Definition | None = None
) -> Comparison:
    """Compare two periods (``"2016"``, ``"2016-Q3"``, ``"2016-05-01..2016-06-01"``), group by group where the slice has
    ``by``; or, where ``a`` and ``b`` are groups of ``by``, those two groups. ``definition`` is the newest unless given.

    Raises :class:`~regard.base.Invalid` when they are neither, or periods that overlap: those are not independent.
    """
    contract = metric_called(metric)
    definition = definition or definition_of(store, contract.key)
    if slice.by is not None:
        groups = gathered(store, contract, replace(slice, every=None), definition)
        if a in groups.groups and b in groups.groups:
            return _groups_compared(groups, a, b)
    windows = both_periods(a, b)
    overall = gathered(store, contract, replace(slice, by=None, every=None), definition, windows)
    one = _period_pairs(overall)[0]
    parts: Sequence[Compared] = ()
    if slice.by is not None:
        parts = _controlled(_period_pairs(gathered(store, contract, replace(slice, every=None), definition, windows)))
    return _comparison(overall, replace(slice, every=None), (a, b), one, parts)


def both_periods(a: str, b: str) -> tuple[Window, Window]:
    """Two periods as windows; Invalid when they overlap, for what is in both would be compared with itself."""
    before, after = parse_period(a), parse_period(b)
    if before[0] < after[1] and after[0] < before[1]:
        raise Invalid(
            said("{a} and {b} overlap", a=a, b=b), field="b", remedy=said("choose two periods with no day in common")
        )
    return before, after


def _groups_compared(found: Measured, a: str, b: str) -> Comparison:
    if a == b:
        raise Invalid(said("{a} cannot be compared with itself", a=repr(a)), field="b")
    figures = {figure.group: figure for figure in found.figures(found.scope.windows[0])}
    both = Compared(figures[a], figures[b], difference(figures[a].estimate, figures[b].estimate))
    return _comparison(found, found.scope.slice, (a, b), both, ())


def _comparison(
    found: Measured, slice: Slice, names: tuple[str, str], overall: Compared, groups: Sequence[Compared]
) -> Comparison:
    key, definition, gathered_sql = found.contract.key, found.definition, found.gathered.sql
    notes = list(dict.fromkeys([*found.gathered.notes, *_cut_short(found, overall)]))
    return Comparison(key, definition, slice, *names, overall, groups, found.better, gathered_sql, notes)


def _period_pairs(found: Measured) -> list[Compared]:
    before, after = (found.figures(window) for window in found.scope.windows)
    return [
        Compared(one, two, changed(found.contract, one, two), one.group) for one, two in zip(before, after, strict=True)
    ]


def changed(metric: Metric, before: Figure, after: Figure) -> Difference:
    """The difference between two periods; without numbers where one of them was cut short and the metric ``grows``."""
    if metric.grows and (before.is_partial or after.is_partial):
        return difference(nothing(before.estimate.unit), nothing(after.estimate.unit))
    return difference(before.estimate, after.estimate)


def _cut_short(found: Measured, pair: Compared) -> list[str]:
    if not (pair.before.is_partial or pair.after.is_partial):
        return []
    if found.contract.grows and pair.before.period != pair.after.period:
        return [
            said("The data do not cover the whole of one period, and the figure depends on its length: no comparison.")
        ]
    return [said("The data do not cover the whole of the period.")]


def _controlled(pairs: Sequence[Compared]) -> list[Compared]:
    judged = false_discoveries_controlled([pair.difference for pair in pairs])
    return [replace(pair, difference=one) for pair, one in zip(pairs, judged, strict=True)]
