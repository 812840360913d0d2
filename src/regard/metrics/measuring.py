"""Measuring: a metric over a slice becomes figures, by the metric's definition and the workspace's settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from regard.base.words import said
from regard.metrics.answers import Answers
from regard.metrics.asking import remembered
from regard.metrics.catalogue import metric_called
from regard.metrics.contract import Gathered, Metric
from regard.metrics.definitions import definition_of
from regard.metrics.model import Better, Definition, Every, Figure, Measurement, Slice
from regard.metrics.periods import Period, is_cut
from regard.metrics.scope import Scope, Window, known_period, scope_of
from regard.metrics.withholding import Cell, emptied, is_guarded, size_of, withheld, without_small_parts
from regard.stream import Store


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

    def figures(self, window: Window, every: Every | None = None) -> list[Figure]:
        """One figure for each group, small ones withheld; ``every`` where the window is one of a line's."""
        is_partial = self._is_cut(window, every)
        return [replace(self._told((window, group)), is_partial=is_partial) for group in self.groups]

    def _is_cut(self, window: Window, every: Every | None) -> bool:
        period = _period(window)
        return period is not None and self._known is not None and is_cut(period, every, self._known)

    @cached_property
    def _known(self) -> Period | None:
        """The days whose figures are whole: those of the data, after the ones that the metric must look back on."""
        known, back = known_period(self.scope), self.contract.looks_back(self.rules, self.scope.settings.kind)
        return (known[0] + timedelta(days=back), known[1]) if known else None

    def _told(self, cell: Cell) -> Figure:
        figure, reason = self._figures[cell], self._hidden.get(cell)
        if reason:
            return emptied(figure, reason)
        least = self.scope.settings.minimum_n
        return without_small_parts(figure, least) if is_guarded(self.scope.slice) else figure

    def measurement(self) -> Measurement:
        """Every window's figures, with the definition, the query and the notes."""
        slice, sql = self.scope.slice, self.gathered.sql
        figures = [figure for window in self.scope.windows for figure in self.figures(window, slice.every)]
        notes = list(dict.fromkeys([*self.gathered.notes, *cut_short(figures)]))
        return Measurement(
            self.contract.key,
            self.definition,
            slice,
            figures,
            sql,
            self.better,
            notes,
            settings=self.scope.settings.by_name(),
            currency=self.gathered.currency,
        )

    @cached_property
    def _figures(self) -> dict[Cell, Figure]:
        """Every cell's figure, nothing withheld yet."""
        return {(window, group): self._figure(window, group) for window in self.scope.windows for group in self.groups}

    def _figure(self, window: Window, group: str | None) -> Figure:
        reading = self.contract.read(self.facts(window, group), self.rules, self.whole)
        return Figure(reading.headline, reading.parts, _period(window), group, curve=reading.curve)

    @cached_property
    def _hidden(self) -> dict[Cell, str]:
        return withheld(self.scope, self._sizes, self._sizes_of) if is_guarded(self.scope.slice) else {}

    @property
    def _sizes(self) -> dict[Cell, int]:
        return {cell: size_of(figure) for cell, figure in self._figures.items()}

    def _sizes_of(self, slice: Slice) -> dict[Cell, int]:
        """How many the figures of another slice rest on, in the same windows."""
        scope = replace(self.scope, slice=slice)
        return Measured(self.contract, self.definition, scope, self.contract.gather(scope))._sizes


def cut_short(figures: Sequence[Figure]) -> list[str]:
    """What to say where periods were cut short."""
    if not any(figure.is_partial for figure in figures):
        return []
    if len({figure.period for figure in figures}) == 1:
        return [said("The data do not cover the whole of the period.")]
    return [
        said("A period marked as a part was cut short by the dates or the data: it is not compared with whole ones.")
    ]


def _period(window: Window) -> tuple[date, date] | None:
    start, end = window
    return (start, end) if start is not None and end is not None else None
