"""Columns of respondents checked before they are counted: one entry each, and weights that weigh something."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from regard.base import Invalid
from regard.base.words import said
from regard.metrics.answers import Floats


def check_length(name: str, count: int, n: int) -> None:
    """Refuse a column that has not one entry for each of ``n`` respondents."""
    if count != n:
        raise Invalid(
            said("{name} has {count} entries for {n} respondents", name=name, count=count, n=n),
            field=name,
            remedy=said("give one entry for each respondent"),
        )


def design_effect(weights: Floats) -> float:
    """By how much unequal weights raise the variance: n·Σw²/(Σw)² (Kish 1965, *Survey Sampling*).

    >>> round(design_effect(np.array([1.0, 1.0, 4.0])), 2)
    1.5
    """
    return float(len(weights) * (weights**2).sum() / weights.sum() ** 2)


def weights_of(weights: ArrayLike | None, n: int) -> Floats:
    """One weight for each of ``n`` respondents; 1 where none are given. Raises Invalid unless all are above 0.

    >>> weights_of(None, 2).tolist(), weights_of([1, 2.5], 2).tolist()
    ([1.0, 1.0], [1.0, 2.5])
    """
    if weights is None:
        return np.ones(n)
    given = np.asarray(weights, dtype=float).ravel()
    check_length("weights", len(given), n)
    if not bool((np.isfinite(given) & (given > 0)).all()):
        raise Invalid(
            said("every weight must be a number above 0"),
            field="weights",
            remedy=said(
                "give 1 ÷ the probability of having been asked, leave the respondent out, or leave weights out"
            ),
        )
    return given
