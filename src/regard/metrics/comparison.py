"""Two estimates compared: the difference, its interval, its p-value, and the one word that may be said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from regard.metrics.intervals import z_of
from regard.metrics.model import Estimate, Unit


class Change(StrEnum):
    """What may be said: only a significant change has a direction."""

    UP = "up"
    DOWN = "down"
    NO_CLEAR_CHANGE = "no_clear_change"
    NOT_ENOUGH_DATA = "not_enough_data"


@dataclass(frozen=True)
class Difference:
    """``after − before`` in ``unit``; every number is ``None`` when either side has no value.

    ``is_significant`` and the interval agree: one difference alone is significant when its interval excludes
    0; among many (:func:`false_discoveries_controlled`) when its ``q_value`` is at most 1 − confidence.
    """

    value: float | None
    low: float | None
    high: float | None
    p_value: float | None
    is_significant: bool
    unit: Unit
    confidence: float = 0.95
    q_value: float | None = None

    @property
    def change(self) -> Change:
        """The change in a word, as a stable code."""
        if self.value is None:
            return Change.NOT_ENOUGH_DATA
        if not self.is_significant:
            return Change.NO_CLEAR_CHANGE
        return Change.UP if self.value > 0 else Change.DOWN


def difference(before: Estimate, after: Estimate, minimum_n: int = 1) -> Difference:
    """The difference between two independent estimates, from their own intervals.

    The arms of the two intervals that point towards each other are added in quadrature: Newcombe's hybrid
    score interval for shares (Newcombe 1998, *Statistics in Medicine* 17, method 10), and for everything else
    the same rule, MOVER (Zou and Donner 2008, *Statistics in Medicine* 27); for means it is Welch's. The
    p-value takes the arm that points to 0 as ``z`` standard errors, so the interval excludes 0 exactly when p
    < 1 − confidence.
    """
    confidence = min(before.confidence, after.confidence)
    old, new = _numbers(before, minimum_n), _numbers(after, minimum_n)
    if old is None or new is None:
        return Difference(None, None, None, None, False, after.unit, confidence)
    (b, b_low, b_high), (a, a_low, a_high) = old, new
    value = a - b
    down, up = math.hypot(a - a_low, b_high - b), math.hypot(a_high - a, b - b_low)
    size = min(one.n_effective or one.n for one in (before, after))
    p_value = _p_value(value, down if value > 0 else up, confidence, size)
    low, high = value - down, value + up
    return Difference(value, low, high, p_value, low > 0 or high < 0, after.unit, confidence)


def _numbers(estimate: Estimate, minimum_n: int) -> tuple[float, float, float] | None:
    """Value and bounds, or ``None`` when they cannot carry a comparison."""
    value, low, high = estimate.value, estimate.low, estimate.high
    if value is None or low is None or high is None:
        return None
    is_enough = estimate.withheld is None and estimate.n >= minimum_n
    return (value, low, high) if is_enough else None


def _p_value(value: float, arm: float, confidence: float, size: float) -> float:
    """1 − confidence at one ``arm`` from 0; beyond it the tail is Student's t, by Wallace's approximation (1959).

    Its degrees of freedom are those of the smaller side, so that the very small p-values which decide among many groups
    are not too small.
    """
    if arm == 0:
        return 0.0 if value else 1.0
    freedom, edge = max(size - 1, 1.0), z_of(confidence)
    far, near = (math.log1p((ratio * edge) ** 2 / freedom) for ratio in (value / arm, 1.0))
    return math.erfc(edge * math.sqrt(far / near / 2))


def false_discoveries_controlled(differences: Sequence[Difference]) -> list[Difference]:
    """The same differences judged together, so that few of those called significant are false.

    The expected share of false ones is held to 1 − confidence (Benjamini and Hochberg 1995, *JRSS B* 57);
    differences without a p-value take no part.
    """
    known = sorted((d.p_value, place) for place, d in enumerate(differences) if d.p_value is not None)
    judged, lowest = list(differences), 1.0
    for rank in range(len(known), 0, -1):
        p_value, place = known[rank - 1]
        lowest = min(lowest, p_value * len(known) / rank)
        one = differences[place]
        judged[place] = replace(one, q_value=lowest, is_significant=lowest < 1 - one.confidence)
    return judged
