"""A distribution of answers: how often each value was given, and what those answers weigh.

This is all a figure needs: the store counts, and every interval below works from the counts. No raw rows
travel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def summed(place: NDArray[np.intp], amounts: Floats, size: int) -> Floats:
    """The sum of ``amounts`` at each of ``size`` places."""
    return np.asarray(np.bincount(place, amounts, minlength=size), dtype=float)


@dataclass(frozen=True)
class Answers:
    """Sufficient statistics of answers, one entry per distinct value, in ascending order of value.

    ``scores`` the values given; ``counts`` how many answers gave each; ``weights`` the sum of their weights
    (Σw); ``squares`` the sum of their squared weights (Σw²). Unweighted answers have all three alike. The
    same shape holds any per-unit number: seconds to resolve, referrals per customer.

    >>> answers = Answers.of([(4, 10), (5, 30)])
    >>> answers.n, answers.mean, answers.n_effective
    (40, 4.75, 40.0)
    """

    scores: Floats
    counts: Floats
    weights: Floats
    squares: Floats

    @classmethod
    def of(cls, rows: Iterable[tuple[float, ...]]) -> Answers:
        """From rows ``(score, count)`` or ``(score, count, Σw, Σw²)``, as a question returns them, in any
        order.
        """
        full = [row if len(row) == 4 else (row[0], row[1], row[1], row[1]) for row in rows]
        table = np.array(sorted(full), dtype=float).reshape(-1, 4)
        return cls(*(np.ascontiguousarray(column) for column in table.T))

    @classmethod
    def of_values(cls, values: ArrayLike, weights: ArrayLike | None = None) -> Answers:
        """From one value per answer (and its weight, if any). Values that are NaN count as not answered."""
        given = np.asarray(values, dtype=float).ravel()
        w = np.ones_like(given) if weights is None else np.asarray(weights, dtype=float).ravel()
        known = ~np.isnan(given)
        scores, place = np.unique(given[known], return_inverse=True)
        size, w = len(scores), w[known]
        return cls(scores, *(summed(place, x, size) for x in (np.ones_like(w), w, w * w)))

    @property
    def n(self) -> int:
        """How many answers there are."""
        return int(self.counts.sum())

    @property
    def total(self) -> float:
        """What they weigh together."""
        return float(self.weights.sum())

    @cached_property
    def n_effective(self) -> float:
        """What the weighted answers are worth in equal ones: (Σw)² / Σw² (Kish 1965, *Survey Sampling*)."""
        squares = float(self.squares.sum())
        return self.total**2 / squares if squares > 0 else 0.0

    @property
    def is_empty(self) -> bool:
        """True when nothing was counted, or nothing that was counted carries weight."""
        return self.n == 0 or self.total <= 0

    @cached_property
    def shares(self) -> Floats:
        """The weighted share of each value; sums to one. Ask only when not empty."""
        return np.asarray(self.weights / self.weights.sum(), dtype=float)

    @cached_property
    def mean(self) -> float:
        """The weighted mean. Ask only when not empty."""
        return float(self.shares @ self.scores)

    @property
    def variance(self) -> float:
        """The weighted variance of single answers, unbiased when the weights are equal."""
        spread = float(self.shares @ (self.scores - self.mean) ** 2)
        return spread * self.n_effective / (self.n_effective - 1) if self.n_effective > 1 else 0.0

    def rescaled(self, low: float, high: float, *, is_reversed: bool = False) -> Answers:
        """The same answers on 0–100 with 100 the good end (``is_reversed``: that is where ``low`` was)."""
        moved = (high - self.scores if is_reversed else self.scores - low) / (high - low) * 100
        order = np.argsort(moved)
        return Answers(moved[order], self.counts[order], self.weights[order], self.squares[order])
