"""A metric by group, and how each group differs from all the others together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

from regard.metrics import (
    Definition,
    Difference,
    Estimate,
    Measurement,
    Slice,
    Unit,
    difference,
    false_discoveries_controlled,
    measured,
)
from regard.stream import Store


@dataclass(frozen=True)
class BrokenDown:
    """A measurement by group, with the difference of each group from the rest (false discoveries controlled)."""

    measurement: Measurement
    rest: Mapping[str, Difference]


class Sums(NamedTuple):
    """What adds up over answers: their number, Σw, Σw², Σwv and Σwv²."""

    n: float
    weight: float
    squares: float
    first: float
    second: float

    def less(self, other: Sums) -> Sums:
        """Everybody but the others."""
        return Sums(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))

    @property
    def mean(self) -> float:
        return self.first / self.weight

    @property
    def variance(self) -> float:
        return max(0.0, self.second / self.weight - self.mean**2)


def broken_down(store: Store, metric: str, slice: Slice, definition: Definition | None = None) -> BrokenDown:
    """Measure by group (``slice.by``); a group that is withheld is compared with nobody."""
    found = measured(store, metric, slice, definition)
    measurement = found.measurement()
    window = found.scope.windows[-1]
    shown = {figure.group or "" for figure in measurement.figures if figure.estimate.value is not None}
    sums = {
        group or "": _sums(found.contract.units(found.facts(window, group), found.rules, found.whole))
        for group in found.groups
    }
    return BrokenDown(measurement, versus_rest({g: s for g, s in sums.items() if s.n}, shown, found.contract.unit))


def versus_rest(
    groups: Mapping[str, Sums], shown: set[str], unit: Unit, confidence: float = 0.95
) -> dict[str, Difference]:
    """Each shown group's mean less that of all the others together (Welch 1947), judged together."""
    whole = Sums(*(math.fsum(column) for column in zip(*groups.values(), strict=True))) if groups else None
    names = [name for name in groups if name in shown]
    if whole is None or len(groups) < 2:
        return {}
    found = [
        difference(
            _estimate(whole.less(groups[name]), whole, unit, confidence),
            _estimate(groups[name], whole, unit, confidence),
        )
        for name in names
    ]
    return dict(zip(names, false_discoveries_controlled(found), strict=True))


def _estimate(side: Sums, whole: Sums, unit: Unit, confidence: float) -> Estimate:
    """A mean with its normal interval; with one answer's worth of all variance, for a group of one is not certain."""
    if side.weight <= 0 or side.squares <= 0 or side.n < 1:
        return Estimate(None, None, None, 0, unit, confidence)
    size = side.weight**2 / side.squares
    error = math.sqrt((size * side.variance + whole.variance) / (size + 1) / size)
    arm = NormalDist().inv_cdf(0.5 + confidence / 2) * error
    return Estimate(side.mean, side.mean - arm, side.mean + arm, round(side.n), unit, confidence)


def _sums(answers: Any) -> Sums:
    weights, scores = answers.weights, answers.scores
    return Sums(
        float(answers.counts.sum()),
        float(weights.sum()),
        float(answers.squares.sum()),
        float(weights @ scores),
        float(weights @ scores**2),
    )
