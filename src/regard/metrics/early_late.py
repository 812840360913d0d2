"""Early against late: those who answered late are more like those who never did (the continuum of resistance).

The first and the last third are compared question by question, and the trend over the order of answering is carried to
the last of those who answered, who stands for the silent (Armstrong and Overton 1977, *Journal of Marketing Research*
14). It is a check, not a proof: a clear difference says that the silent matter; none does not say that they do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from regard.base import Invalid
from regard.base.words import said
from regard.metrics import intervals
from regard.metrics.answers import Answers, Floats, summed
from regard.metrics.comparison import Difference, difference, false_discoveries_controlled
from regard.metrics.model import Estimate, Unit
from regard.metrics.score_interval import Bounds
from regard.metrics.weighing import check_length, weights_of

LEAST = 10
"""Fewer answers on either side carry no comparison, and fewer than three times as many no trend."""


@dataclass(frozen=True)
class Asked:
    """A question's answers as numbers, one for each respondent (NaN: left out), on a bounded scale.

    A share is 0 or 1 on (0, 1), a net promoter score −100, 0 or 100 on (−100, 100).
    """

    values: ArrayLike
    scale: Bounds
    unit: Unit = Unit.SCORE

    def answers(self, weights: ArrayLike | None = None) -> Answers:
        """How often each value was given, and what those answers weigh."""
        return Answers.of_values(self.values, weights)

    def estimate(self, weights: ArrayLike | None = None, confidence: float = 0.95) -> Estimate:
        """The weighted mean with its score interval.

        >>> Asked([100, 100, -100, 0], (-100, 100), Unit.POINTS).estimate().value
        25.0
        """
        return intervals.mean(self.answers(weights), self.scale, self.unit, confidence)


@dataclass(frozen=True)
class Drift:
    """One question, early against late.

    ``change`` is late − early, false discoveries among all questions controlled. ``silent`` is what the trend says of
    those who did not answer, ``everybody`` of all who were asked; both have no value without enough answers.
    """

    name: str
    early: Estimate
    late: Estimate
    change: Difference
    silent: Estimate
    everybody: Estimate


def early_against_late(
    questions: Mapping[str, Asked],
    waited: ArrayLike,
    answered: float,
    weights: ArrayLike | None = None,
    *,
    is_late: ArrayLike | None = None,
    confidence: float = 0.95,
) -> list[Drift]:
    """Each question among the first and the last third by ``waited``, the time from invitation to answer.

    ``answered`` is the response rate (0–1). ``is_late`` says who answered after a reminder: then they are compared with
    all others, instead of thirds. Answers given after the same time share their place in the order.

    >>> waited, scores = np.arange(90.0), np.where(np.arange(90) < 60, 9.0, 5.0)
    >>> [found] = early_against_late({"q1": Asked(scores, (0, 10))}, waited, answered=0.3)
    >>> found.change.value, found.change.change.value
    (-4.0, 'down')
    """
    order = _order(waited)
    w = weights_of(weights, len(order))
    late = order > 2 / 3 if is_late is None else np.asarray(is_late, dtype=bool).ravel()
    early = order <= 1 / 3 if is_late is None else ~late
    _check_rate(answered)
    check_length("is_late", len(late), len(order))
    found = []
    for name, question in questions.items():
        values = np.asarray(question.values, dtype=float).ravel()
        check_length(name, len(values), len(order))
        first, last = (_mean(question, values[side], w[side], confidence) for side in (early, late))
        trend = _Trend.of(values, order, w)
        silent, everybody = (trend.at(u, question, confidence) for u in (1.0, answered / 2 + 1 - answered))
        found.append(Drift(name, first, last, difference(first, last, LEAST), silent, everybody))
    judged = false_discoveries_controlled([drift.change for drift in found])
    return [replace(drift, change=change) for drift, change in zip(found, judged, strict=True)]


def _order(waited: ArrayLike) -> Floats:
    """The place of each answer in the order of answering, 0–1; those alike share the middle of their places."""
    times = np.asarray(waited, dtype=float).ravel()
    if not len(times) or bool(np.isnan(times).any()):
        raise Invalid(
            said("the time to the answer must be known of every respondent"),
            field="waited",
            remedy=said("leave out those whose invitation is not known"),
        )
    _, place = np.unique(times, return_inverse=True)
    many = summed(place, np.ones(len(times)), int(place.max()) + 1)
    return np.asarray((np.cumsum(many) - many / 2)[place] / len(times), dtype=float)


def _mean(question: Asked, values: Floats, weights: Floats, confidence: float) -> Estimate:
    return intervals.mean(Answers.of_values(values, weights), question.scale, question.unit, confidence)


@dataclass(frozen=True)
class _Trend:
    """A weighted straight line over the order of answering, with the covariance of its two numbers."""

    n: int
    line: Floats
    covariance: Floats

    @classmethod
    def of(cls, values: Floats, order: Floats, weights: Floats) -> _Trend:
        """Least squares; the covariance allows for unequal spread (HC3: MacKinnon and White 1985, *Journal of
        Econometrics* 29)."""
        known = ~np.isnan(values)
        y, w, x = values[known], weights[known], np.column_stack([np.ones(int(known.sum())), order[known]])
        n = len(y)
        if n < 3 * LEAST or float(np.ptp(order[known])) == 0:
            return cls(0, np.zeros(2), np.zeros((2, 2)))
        inverse = np.linalg.inv(x.T @ (w[:, None] * x))
        line = inverse @ (x.T @ (w * y))
        left = 1 - w * np.einsum("ij,jk,ik->i", x, inverse, x)
        pull = (inverse @ (x * (w * (y - x @ line) / left)[:, None]).T).T
        return cls(n, np.asarray(line, dtype=float), np.asarray(pull.T @ pull, dtype=float))

    def at(self, place: float, question: Asked, confidence: float) -> Estimate:
        """The line's value at a place in the order, kept on the scale; no interval where no answer is off the line."""
        if not self.n:
            return intervals.nothing(question.unit, confidence)
        low, high = question.scale
        row = np.array([1.0, place])
        value = float(row @ self.line)
        if float(self.covariance[0, 0]) < 1e-18:
            return Estimate(min(max(value, low), high), None, None, self.n, question.unit, confidence)
        arm = intervals.t_of(confidence, self.n - 2) * float(row @ self.covariance @ row) ** 0.5
        value, least, most = (min(max(one, low), high) for one in (value, value - arm, value + arm))
        return Estimate(value, least, most, self.n, question.unit, confidence)


def _check_rate(answered: float) -> None:
    if not 0 < answered <= 1:
        raise Invalid(
            said("a response rate of {rate} is not above 0 and up to 1", rate=answered),
            field="answered",
            remedy=said("give the share of the invited who answered, e.g. 0.3"),
        )
