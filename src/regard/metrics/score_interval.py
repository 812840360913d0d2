"""The score interval: every mean that a score test does not reject.

The test's variance is that of the multinomial distribution nearest to the data that *has* the mean in question (the
restricted maximum-likelihood estimate): the shares divided by a line over the scale, the dual form that Owen 1988
(*Biometrika* 75) gives for empirical likelihood. Walking the slope of that line walks through all means, so each bound
is one root. On two values it is Wilson's interval, on −1, 0 and 1 Tango's.
"""

from __future__ import annotations

import numpy as np

from regard.metrics.answers import Floats

Bounds = tuple[float, float]

UNSEEN = 1e-12
"""A trace at both ends of the scale: the nearest distribution may need answers that nobody gave."""


def score_bounds(values: Floats, shares: Floats, n: float | Floats, scale: Bounds, z: float) -> tuple[Floats, Floats]:
    """The lower and upper bounds of the mean for each row of ``shares`` (rows × values), ``z`` standard errors out.

    ``n`` is one size for all or one per row; ``values`` lie on the ``scale``, and so do the bounds.
    """
    low, high = scale
    u = (np.concatenate([values, [low, high]]) - low) / (high - low)
    p = np.concatenate([shares, np.full((len(shares), 2), UNSEEN)], axis=1)
    at = shares @ u[:-2]
    size = np.broadcast_to(np.asarray(n, dtype=float), at.shape) / z**2
    side = np.repeat([-1.0, 1.0], len(at))
    least, most = np.split(_furthest_means(u, np.tile(p, (2, 1)), np.tile(at, 2), np.tile(size, 2), side), 2)
    return low + (high - low) * np.minimum(least, at), low + (high - low) * np.maximum(most, at)


def _furthest_means(u: Floats, p: Floats, at: Floats, size: Floats, side: Floats) -> Floats:
    """The last mean on one ``side`` (−1 or 1) of each ``at`` with size·(mean − at)² ≤ its own variance.

    Newton's steps on the slope, kept inside a bracket that every step narrows.
    """
    near, far, slope = np.zeros(len(at)), np.full(len(at), 45.0), np.full(len(at), 0.1)
    for _ in range(60):
        moved, excess, rate = _excess(u, p, at, size, side, slope)
        near, far = np.where(excess <= 0, slope, near), np.where(excess > 0, slope, far)
        newton = slope - excess / np.where(rate > 0, rate, 1.0)
        is_inside = (rate > 0) & (newton > near) & (newton < far)
        step = np.where(is_inside, newton, (near + far) / 2) - slope
        slope = slope + step
        if float(np.abs(step).max(initial=0.0)) < 1e-11:
            break
    return moved


def _excess(
    u: Floats, p: Floats, at: Floats, size: Floats, side: Floats, slope: Floats
) -> tuple[Floats, Floats, Floats]:
    """At a ``slope``: the mean of the nearest distribution, its score statistic less 1, and how fast that grows."""
    at_low, at_high = 1 / (1 + np.exp(-side * slope)), 1 / (1 + np.exp(side * slope))
    line = at_high[:, None] * u + at_low[:, None] * (1 - u)
    q = p / line
    q = q / q.sum(axis=1, keepdims=True)
    off = u - (q @ u)[:, None]
    moved, pull = q @ u, side[:, None] * (at_low * at_high)[:, None] * (2 * u - 1) / line
    around = q * off
    variance = (around * off).sum(axis=1)
    faster = (around * pull).sum(axis=1)
    pull_mean = (q * pull).sum(axis=1)
    wider = (around * off * pull).sum(axis=1) - variance * pull_mean
    statistic = side * (moved - at) * np.sqrt(size / variance)
    growth = side * faster * np.sqrt(size / variance) - statistic * wider / (2 * variance)
    return moved, statistic - 1, growth
