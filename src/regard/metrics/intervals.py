"""Estimates with intervals: shares, net scores, means, quantiles, durations and count ratios.

Shares, net scores and means of answers on a bounded scale are one method, the **score interval**: it holds
every mean that a score test does not reject, with the variance taken from the multinomial distribution
nearest to the data that *has* that mean. For a share it is Wilson's interval (Wilson 1927), for a net score
Tango's (Tango 1998, *Statistics in Medicine* 17; the "iterative score test" that Rocks 2016, *The American
Statistician* 70(4), found best for NPS with an adjusted Wald), and for a mean its extension to any scale. It
never leaves the scale, and has a width even when everyone gave the same answer.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from regard.metrics.answers import Answers, Floats, summed
from regard.metrics.model import Estimate, Unit

Bounds = tuple[float, float]

SEED = 20160127
"""Every resampling starts here, so that the same answers always give the same interval."""


@lru_cache(maxsize=64)
def z_of(confidence: float) -> float:
    """The standard normal quantile that leaves ``confidence`` in the middle.

    >>> round(z_of(0.95), 4)
    1.96
    """
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def nothing(unit: Unit, confidence: float = 0.95) -> Estimate:
    """The estimate when nothing was counted: no value, never 0."""
    return Estimate(None, None, None, 0, unit, confidence)


def wilson(successes: float, n: float, confidence: float = 0.95) -> Bounds:
    """Wilson's score interval of a share (Wilson 1927), 0–1; ``n`` may be an effective size.

    >>> [round(bound, 4) for bound in wilson(0, 20)]
    [0.0, 0.1611]
    """
    z = z_of(confidence)
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    arm = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, min(middle - arm, p)), min(1.0, max(middle + arm, p))


def share(successes: int, n: int, confidence: float = 0.95) -> Estimate:
    """A share of ``n`` units, unweighted, with Wilson's interval."""
    if n == 0:
        return nothing(Unit.SHARE, confidence)
    return Estimate(successes / n, *wilson(successes, n, confidence), n, Unit.SHARE, confidence, float(n))


def share_of(answers: Answers, chosen: NDArray[np.bool_], confidence: float = 0.95) -> Estimate:
    """The weighted share of the answers whose score is ``chosen`` (a mask over ``answers.scores``)."""
    if answers.is_empty:
        return nothing(Unit.SHARE, confidence)
    p, size = min(1.0, float(answers.shares[chosen].sum())), answers.n_effective
    return Estimate(p, *wilson(p * size, size, confidence), answers.n, Unit.SHARE, confidence, size)


def mean(answers: Answers, scale: Bounds, unit: Unit = Unit.SCORE, confidence: float = 0.95) -> Estimate:
    """The weighted mean of answers on a bounded ``scale`` with its score interval."""
    if answers.is_empty:
        return nothing(unit, confidence)
    bounds = score_interval(answers.scores, answers.shares, answers.n_effective, scale, confidence)
    return Estimate(answers.mean, *bounds, answers.n, unit, confidence, answers.n_effective)


def nps(answers: Answers, confidence: float = 0.95) -> Estimate:
    """Net promoter score of answers on 0–10, in points (−100…100), with the score interval ."""
    verdicts = net_verdicts(answers)
    return mean(verdicts, (-100.0, 100.0), Unit.POINTS, confidence)


def net_verdicts(answers: Answers) -> Answers:
    """Answers on 0–10 as −100 (detractor, 0–6), 0 (passive, 7–8) and 100 (promoter, 9–10)."""
    place = (answers.scores >= 7).astype(int) + (answers.scores >= 9)
    sums = (summed(place, x, 3) for x in (answers.counts, answers.weights, answers.squares))
    return Answers(np.array([-100.0, 0.0, 100.0]), *sums)


def nps_plain(answers: Answers, confidence: float = 0.95) -> Estimate:
    """Net promoter score with the plain (Wald) interval: variance 100²·[p + d − (p − d)²]/n.

    What most tools print; too narrow when n is small.
    """
    if answers.is_empty:
        return nothing(Unit.POINTS, confidence)
    verdicts = net_verdicts(answers)
    spread = float(verdicts.shares @ (verdicts.scores - verdicts.mean) ** 2)
    arm = z_of(confidence) * math.sqrt(spread / answers.n_effective)
    low, high = max(-100.0, verdicts.mean - arm), min(100.0, verdicts.mean + arm)
    return Estimate(verdicts.mean, low, high, answers.n, Unit.POINTS, confidence, answers.n_effective)


def score_interval(values: Floats, shares: Floats, n: float, scale: Bounds, confidence: float = 0.95) -> Bounds:
    """The means a score test at ``confidence`` does not reject, for answers with ``shares`` on ``values`` of a scale.

    The nearest distribution with a given mean is the multinomial's restricted maximum-likelihood estimate: shares
    divided by a line over the scale (the dual form of Owen 1988, *Biometrika* 75, for empirical likelihood). Walking
    the slope of that line walks through all means, so each bound is one bisection.
    """
    low, high = score_bounds(values, shares[None, :], n, scale, confidence)
    return float(low[0]), float(high[0])


def score_bounds(
    values: Floats, shares: Floats, n: float, scale: Bounds, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """:func:`score_interval` for many rows of ``shares`` (rows × values) at once: the lower and the upper bounds."""
    low, high = scale
    u = (np.concatenate([values, [low, high]]) - low) / (high - low)
    p = np.concatenate([shares, np.full((len(shares), 2), 1e-12)], axis=1)
    at, size = shares @ u[:-2], n / z_of(confidence) ** 2
    least, most = (_furthest_means(u, p, at, size, side) for side in (-1.0, 1.0))
    return low + (high - low) * np.minimum(least, at), low + (high - low) * np.maximum(most, at)


def _furthest_means(u: Floats, p: Floats, at: Floats, size: float, side: float) -> Floats:
    """The last mean on one ``side`` of each ``at`` with size·(mean − at)² ≤ its own variance."""
    near, far = np.zeros(len(at)), np.full(len(at), 45.0)
    for _ in range(48):
        middle = (near + far) / 2
        q, moved = _tilted(u, p, side * middle)
        is_held = size * (moved - at) ** 2 <= np.einsum("ij,ij->i", q, (u - moved[:, None]) ** 2)
        near, far = np.where(is_held, middle, near), np.where(is_held, far, middle)
    return _tilted(u, p, near * side)[1]


def _tilted(u: Floats, p: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """The distributions nearest to ``p`` on the way to one end of the scale, and their means."""
    at_low, at_high = 1 / (1 + np.exp(-slope)), 1 / (1 + np.exp(slope))
    q = p / (at_high[:, None] * u + at_low[:, None] * (1 - u))
    q = q / q.sum(axis=1, keepdims=True)
    return q, q @ u


def quantile(answers: Answers, q: float = 0.5, unit: Unit = Unit.SECONDS, confidence: float = 0.95) -> Estimate:
    """The ``q``-quantile with an interval of order statistics; weights count by their effective size.

    The bounds are the data's own quantiles at q ± z·√(q(1 − q)/n) (Woodruff 1952, *JASA* 47). On scales of
    few values the interval is wider than asked for, because only those values can be its ends.
    """
    if answers.is_empty:
        return nothing(unit, confidence)
    size = answers.n_effective
    arm = z_of(confidence) * math.sqrt(q * (1 - q) / size)
    value, low, high = (_quantile(answers, level) for level in (q, q - arm, q + arm + 1 / size))
    return Estimate(value, low, high, answers.n, unit, confidence, size)


def _quantile(answers: Answers, level: float) -> float:
    """The value that ``level`` of the weight does not exceed; midway where that falls between two."""
    reached = np.cumsum(answers.shares)
    edge = 1e-12
    lower, upper = np.searchsorted(reached, [level - edge, level + edge])
    last = len(answers.scores) - 1
    return float(answers.scores[min(lower, last)] + answers.scores[min(upper, last)]) / 2


def skewed_mean(answers: Answers, unit: Unit = Unit.SECONDS, confidence: float = 0.95) -> Estimate:
    """The mean of values without an upper limit (durations, money, counts per customer)."""
    if answers.is_empty:
        return nothing(unit, confidence)
    arm = z_of(confidence) * math.sqrt(answers.variance / answers.n_effective)
    low = max(0.0, answers.mean - arm) if answers.scores[0] >= 0 else answers.mean - arm
    return Estimate(answers.mean, low, answers.mean + arm, answers.n, unit, confidence, answers.n_effective)


def count_ratio(kept: int, lost: int, new: int, confidence: float = 0.95) -> Estimate:
    """Customers at the end ÷ customers at the start, where the end holds ``kept`` and ``new`` ones; can pass
    1.

    Each customer is one unit that was there at the start, at the end, or both: the ratio estimator's variance
    (Cochran 1977, *Sampling Techniques*, ch. 6) on the logarithmic scale, so that the interval stays above 0.
    """
    start, end = kept + lost, kept + new
    if start == 0:
        return nothing(Unit.SHARE, confidence)
    ratio = end / start
    if end == 0:
        return Estimate(0.0, *wilson(0, start, confidence), start, Unit.SHARE, confidence, float(start))
    squares = kept * (1 - ratio) ** 2 + lost * ratio**2 + new
    arm = z_of(confidence) * math.sqrt(squares) / end
    bounds = ratio * math.exp(-arm), ratio * math.exp(arm)
    return Estimate(ratio, *bounds, start, Unit.SHARE, confidence, float(start))
