"""Time until something happens, when for some it has not happened yet: Kaplan–Meier."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regard.metrics.answers import Floats, summed
from regard.metrics.intervals import nothing, z_of
from regard.metrics.model import Estimate, Unit


@dataclass(frozen=True)
class Survival:
    """The share still open after each time: a step function that starts at 1 and falls at every event.

    ``times`` are the distinct times (ascending) at which something ended or was last seen; ``at_risk``,
    ``events``, ``survival`` and the band ``low``/``high`` have one entry per time.
    """

    times: Floats
    at_risk: Floats
    events: Floats
    survival: Floats
    low: Floats
    high: Floats
    hazard_variance: Floats
    n: int
    unit: Unit = Unit.SECONDS
    confidence: float = 0.95

    def survival_at(self, time: float) -> Estimate:
        """The share still open after ``time``; ``None`` beyond the last one seen, unless all had ended."""
        if self.n == 0 or (time > self.times[-1] and self.survival[-1] > 0):
            return Estimate(None, None, None, self.n, Unit.SHARE, self.confidence)
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        value, low, high = (
            (1.0, 1.0, 1.0) if place < 0 else (float(x[place]) for x in (self.survival, self.low, self.high))
        )
        return Estimate(value, low, high, self.n, Unit.SHARE, self.confidence)

    def still_at_risk(self, time: float) -> int:
        """How many were watched, and had not ended, for at least ``time``."""
        place = int(np.searchsorted(self.times, time, side="left"))
        return int(self.at_risk[place]) if place < len(self.times) else 0

    def last_time_with(self, least: int) -> float:
        """Until when at least so many are at risk: beyond it the curve says more of single ones than of all."""
        enough = self.times[self.at_risk >= least]
        return float(enough[-1]) if len(enough) else 0.0

    def quantile(self, q: float = 0.5) -> Estimate:
        """The time by which a share ``q`` has ended; its interval is where the band crosses.

        A value or bound that the data do not reach is ``None``: more are still open than that.
        Brookmeyer and Crowley 1982, *Biometrics* 38.
        """
        value, low, high = (self._first_below(curve, 1 - q) for curve in (self.survival, self.low, self.high))
        return Estimate(value, low, high, self.n, self.unit, self.confidence)

    def median(self) -> Estimate:
        """The time by which half have ended, open ones included."""
        return self.quantile(0.5)

    def _first_below(self, curve: Floats, level: float) -> float | None:
        below = np.flatnonzero(curve <= level + 1e-12)
        return float(self.times[below[0]]) if len(below) else None

    def restricted_mean(self, until: float | None = None) -> Estimate:
        """The mean time within the first ``until``: the area under the curve, with Greenwood's variance."""
        if self.n == 0:
            return nothing(self.unit, self.confidence)
        end = float(self.times[-1]) if until is None else until
        grid = np.concatenate([[0.0], self.times[self.times < end], [end]])
        heights = np.concatenate([[1.0], self.survival[self.times < end]])
        areas = heights * np.diff(grid)
        value = float(areas.sum())
        to_come = areas[::-1].cumsum()[::-1][1:]
        steps = np.diff(self.hazard_variance[: len(to_come)], prepend=0.0)
        arm = z_of(self.confidence) * math.sqrt(float((to_come**2) @ steps))
        return Estimate(value, max(0.0, value - arm), min(end, value + arm), self.n, self.unit, self.confidence)


def kaplan_meier(
    durations: ArrayLike,
    ended: ArrayLike,
    counts: ArrayLike | None = None,
    unit: Unit = Unit.SECONDS,
    confidence: float = 0.95,
) -> Survival:
    """The survival curve of ``durations``, of which those not ``ended`` are still open (right-censored).

    ``counts`` says how many share each row, as a question grouped in the store returns them. One still open
    at a time is taken to have been open at the events of that time. Kaplan and Meier 1958, *JASA* 53;
    variance by Greenwood 1926; log-log band (Kalbfleisch and Prentice 1980), which stays within 0–1.
    """
    times, at_risk, events = _table(durations, ended, counts)
    survival = np.asarray(np.cumprod(1 - events / at_risk), dtype=float)
    left = at_risk - events
    steps = np.divide(events, at_risk * left, out=np.zeros_like(events), where=left > 0)
    variance: Floats = np.cumsum(steps)
    low, high = _band(survival, at_risk, variance, confidence)
    n = int(at_risk[0]) if len(at_risk) else 0
    return Survival(times, at_risk, events, survival, low, high, variance, n, unit, confidence)


def _table(durations: ArrayLike, ended: ArrayLike, counts: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    """Distinct times, how many were open just before each, and how many ended at it."""
    lengths = np.asarray(durations, dtype=float).ravel()
    many = np.ones_like(lengths) if counts is None else np.asarray(counts, dtype=float).ravel()
    known = ~np.isnan(lengths) & (lengths >= 0) & (many > 0)
    times, place = np.unique(lengths[known], return_inverse=True)
    leaving = summed(place, many[known], len(times))
    events = summed(place, many[known] * np.asarray(ended, dtype=float).ravel()[known], len(times))
    return times, np.cumsum(leaving[::-1])[::-1], events


def _band(survival: Floats, at_risk: Floats, variance: Floats, confidence: float) -> tuple[Floats, Floats]:
    """The log-log band; where nothing or everything has ended, Wilson's bound (1927) of what was at risk."""
    z = z_of(confidence)
    inside = (survival > 0) & (survival < 1)
    log = np.log(survival, out=np.full_like(survival, -1.0), where=inside)
    arm = z * np.sqrt(variance) / np.abs(log)
    low = np.where(inside, survival ** np.exp(arm), survival * at_risk / (at_risk + z * z))
    high = np.where(inside, survival ** np.exp(-arm), 1.0)
    gone = survival <= 0
    before = high[inside][-1:] if inside.any() else z * z / (at_risk[:1] + z * z)
    high[gone] = before[0] if gone.any() else 0.0
    return low, high
