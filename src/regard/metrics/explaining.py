"""Why did it change? Exactly: who answered (mix) and how they answered (rate), group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from regard.base import Invalid
from regard.base.words import said
from regard.metrics import decomposition
from regard.metrics.answers import Answers
from regard.metrics.catalogue import metric_called
from regard.metrics.comparing import both_periods
from regard.metrics.definitions import definition_of
from regard.metrics.measuring import Measured, gathered
from regard.metrics.model import Better, Definition, Slice, Unit
from regard.metrics.scope import Window
from regard.metrics.suppression import withheld_groups
from regard.stream import Store

OTHER = "…"
"""Where groups too small to be shown are put together."""


@dataclass(frozen=True)
class Explained:
    """The change of a metric from period ``a`` to ``b``, split by the groups of ``by``; the parts sum to it.

    ``split`` is in ``unit``; for a headline that is not a mean (a median) it explains the mean.
    """

    metric: str
    definition: Definition
    slice: Slice
    a: str
    b: str
    by: str
    unit: Unit
    better: Better | None
    split: decomposition.Explanation
    sql: str
    notes: Sequence[str] = ()


def explain(store: Store, metric: str, a: str, b: str, slice: Slice = Slice()) -> Explained:
    """Split the difference between two periods by the groups of ``slice.by``.

    Raises :class:`~regard.base.Invalid` without ``by``, or when one side holds nothing.
    """
    if slice.by is None:
        raise Invalid(
            said("say which groups may explain the change"), field="by", remedy=said("for example by channel")
        )
    contract = metric_called(metric)
    windows = both_periods(a, b)
    asked = replace(slice, every=None)
    found = gathered(store, contract, asked, definition_of(store, contract.key), windows)
    before, after = _told(found, windows)
    split = decomposition.explain(before, after)
    unit = found.contract.read(found.facts(windows[0], found.groups[0]), found.rules, found.whole).headline.unit
    notes = list(found.gathered.notes)
    if OTHER in before or OTHER in after:
        notes.append(
            said(
                "Groups below {minimum_n} are put together as {other}.",
                minimum_n=found.scope.settings.minimum_n,
                other=OTHER,
            )
        )
    rest = (found.better, split, found.gathered.sql, notes)
    return Explained(contract.key, found.definition, asked, a, b, slice.by, unit, *rest)


def _told(found: Measured, windows: tuple[Window, Window]) -> list[Mapping[str, Answers]]:
    """Units by group in both windows; groups too small in either are joined, so that nothing is lost from the sum."""
    sides = [{group or "": found.units(window, group) for group in found.groups} for window in windows]
    least = found.scope.settings.minimum_n
    small = {group for side in sides for group in withheld_groups({g: one.n for g, one in side.items()}, least)}
    return [_joined(side, small) for side in sides]


def _joined(side: Mapping[str, Answers], small: set[str]) -> Mapping[str, Answers]:
    from regard.metrics.survey_answers import joined

    shown = {group: one for group, one in side.items() if group not in small}
    return {**shown, OTHER: joined(side[group] for group in small)} if small else shown
