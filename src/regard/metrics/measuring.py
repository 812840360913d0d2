"""Measuring: a metric over a slice becomes figures, by the metric's definition and the workspace's settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from regard.metrics.answers import Answers
from regard.metrics.asking import remembered
from regard.metrics.catalogue import metric_called
from regard.metrics.contract import Gathered, Metric
from regard.metrics.definitions import definition_of
from regard.metrics.model import Better, Definition, Figure, Measurement, Slice
from regard.metrics.scope import Scope, Window, scope_of
from regard.metrics.suppression import BELOW_MINIMUM, withheld_by_period, withheld_groups, withhold
from regard.stream import Store

Cell = tuple[Window, str | None]


def measure(
    store: Store,
    metric: str,
    slice: Slice = Slice(),
    *,
    definition: Definition | None = None,
) -> Measurement:
    """Measure one metric over a slice: one figure, or one a period, a group, or a period and group.

    ``definition`` reproduces an old figure by an old version; the newest is used otherwise. Raises
    :class:`~regard.base.Invalid` for a metric, column or property that there is not.
    """
    key = f"measure {metric} {slice} {definition}"
    return remembered(store, key, lambda: measured(store, metric, slice, definition).measurement())


def measured(store: Store, metric: str, slice: Slice, definition: Definition | None = None) -> Measured:
    """The facts of one metric over a slice, from which figures of any window and group are read."""
    contract = metric_called(metric)
    used = definition or definition_of(store, contract.key)
    return gathered(store, contract, slice, used)


def gathered(
    store: Store, contract: Metric, slice: Slice, definition: Definition, windows: tuple[Window, ...] | None = None
) -> Measured:
    """Gather one metric. ``windows`` replaces the slice's own."""
    rules = {contract.key: contract.checked(definition.rules)}
    scope = _over(scope_of(store, slice, contract, rules, contract.facets), windows)
    return Measured(contract, definition, scope, contract.gather(scope))


def measure_many(store: Store, metrics: Sequence[str], slice: Slice = Slice()) -> dict[str, Measurement]:
    """Measure several metrics over one slice; those that read the same interactions share one question."""
    key = f"measure {list(metrics)} {slice}"
    found = remembered(store, key, lambda: [one.measurement() for one in gathered_together(store, metrics, slice)])
    return {one.metric: one for one in found}


def gathered_together(
    store: Store, metrics: Sequence[str], slice: Slice, windows: tuple[Window, ...] | None = None
) -> list[Measured]:
    """Gather several metrics so that each family asks once. ``windows`` replaces the slice's own."""
    contracts = [metric_called(name) for name in metrics]
    definitions = {one.key: definition_of(store, one.key) for one in contracts}
    rules = {key: metric_called(key).checked(used.rules) for key, used in definitions.items()}
    found = []
    for contract in contracts:
        family = [one for one in contracts if one.family == contract.family]
        facets = {facet for one in family for facet in one.facets}
        together = {one.key: rules[one.key] for one in family}
        scope = _over(scope_of(store, slice, contract, together, facets), windows)
        found.append(Measured(contract, definitions[contract.key], scope, contract.gather(scope)))
    return found


def _over(scope: Scope, windows: tuple[Window, ...] | None) -> Scope:
    return scope if windows is None else replace(scope, windows=windows)


@dataclass(frozen=True)
class Measured:
    """A metric whose facts have been gathered: figures of any of its windows and groups."""

    contract: Metric
    definition: Definition
    scope: Scope
    gathered: Gathered

    @property
    def rules(self) -> Mapping[str, object]:
        return self.scope.rules[self.contract.key]

    @property
    def whole(self) -> list[object]:
        return list(self.gathered.cells.values())

    @property
    def groups(self) -> list[str | None]:
        """The groups found, in order; one nameless group when nothing is broken down."""
        if self.scope.slice.by is None:
            return [None]
        return sorted({group for _, group in self.gathered.cells}, key=lambda group: (group == "", group or ""))

    @property
    def better(self) -> Better | None:
        asked = self.contract.direction
        return asked(self.rules, self.whole) if asked else self.contract.better

    def facts(self, window: Window, group: str | None) -> object:
        """What was found in one cell; the metric's own nothing when there was nothing."""
        found = self.gathered.cells.get((window, group))
        return self.contract.nothing() if found is None else found

    def units(self, window: Window, group: str | None) -> Answers:
        """One number per answer, customer or ticket of a cell, whose mean is the headline."""
        return self.contract.units(self.facts(window, group), self.rules, self.whole)

    def figures(self, window: Window) -> list[Figure]:
        """One figure for each group, small ones withheld."""
        hidden = self._hidden
        figures = ((self._figures[window, group], hidden.get((window, group))) for group in self.groups)
        return [_withheld(figure, reason) if reason else figure for figure, reason in figures]

    def measurement(self) -> Measurement:
        """Every window's figures, with the definition, the query and the notes."""
        figures = [figure for window in self.scope.windows for figure in self.figures(window)]
        notes = list(dict.fromkeys(self.gathered.notes))
        slice, sql = self.scope.slice, self.gathered.sql
        return Measurement(self.contract.key, self.definition, slice, figures, sql, self.better, notes)

    @cached_property
    def _figures(self) -> dict[Cell, Figure]:
        """Every cell's figure, nothing withheld yet."""
        return {(window, group): self._figure(window, group) for window in self.scope.windows for group in self.groups}

    def _figure(self, window: Window, group: str | None) -> Figure:
        reading = self.contract.read(self.facts(window, group), self.rules, self.whole)
        return Figure(reading.headline, reading.parts, _period(window), group)

    @cached_property
    def _hidden(self) -> dict[Cell, str]:
        """Which cells are too small to be shown. A filter narrows to a group just as a break-down does."""
        sizes = {cell: figure.estimate.n for cell, figure in self._figures.items()}
        least = self.scope.settings.minimum_n
        if self.scope.slice.by is not None:
            return _hidden_groups(sizes, least)
        if self.scope.slice.where:
            return {cell: BELOW_MINIMUM for cell, n in sizes.items() if 0 < n < least}
        return {}


def _hidden_groups(sizes: Mapping[Cell, int], least: int) -> dict[Cell, str]:
    """Withheld so that neither a total nor, over several periods, the groups' own sums give anything away."""
    windows = {window for window, _ in sizes}
    if len(windows) == 1:
        (window,) = windows
        hidden = withheld_groups({group or "": n for (_, group), n in sizes.items()}, least)
        return {(window, group): reason for group, reason in hidden.items()}
    found = withheld_by_period({(window, group): n for (window, group), n in sizes.items()}, least)
    return {cell: found[cell] for cell in sizes if cell in found}


def _period(window: Window) -> tuple[date, date] | None:
    start, end = window
    return (start, end) if start is not None and end is not None else None


def _withheld(figure: Figure, reason: str) -> Figure:
    """The figure without any number, its companions gone: a share of the distribution would give the total away."""
    return replace(figure, estimate=withhold(figure.estimate, reason), parts={})
