"""What all customers may think, whatever those who did not answer think: worst- and best-case bounds.

The answers say nothing about those who gave none. Their mean lies somewhere on the scale, so that of all customers lies
between two numbers (Manski 1989, *Journal of Human Resources* 24; Horowitz and Manski 1998, *Journal of Econometrics*
84). Both ends are means themselves, of the answers and of the silent put at one end of the scale. Around them stands an
interval that holds the true figure, wherever between the bounds it is, as often as it says (Imbens and Manski 2004,
*Econometrica* 72).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regard.base import Invalid
from regard.base.words import said
from regard.metrics import intervals
from regard.metrics.answers import Answers
from regard.metrics.model import Estimate, Unit
from regard.metrics.score_interval import Bounds
from regard.metrics.survey_answers import joined
from regard.metrics.weighing import weights_of

NET = (-100.0, 100.0)
SHARE = (0.0, 1.0)


@dataclass(frozen=True)
class Bounded:
    """What responders say, and what all customers may.

    Of all customers the figure is between ``least`` and ``most``, were everybody's answer known but for the silent;
    ``low`` and ``high`` add the sampling error: they hold the true figure with ``confidence``. ``answered`` is the
    share of the invited who answered, weighted as the answers are.
    """

    responders: Estimate
    least: float
    most: float
    low: float
    high: float
    answered: float
    invited: int

    @property
    def width(self) -> float:
        """How much is not known because of the silent; no larger sample makes it smaller."""
        return self.most - self.least


@dataclass(frozen=True)
class Stratum:
    """The answers of one group, how many of it are ``silent`` (or their sampling weights), and its ``share`` of all."""

    answers: Answers
    silent: int | NDArray[np.float64]
    share: float
    between: Bounds | None = None


def mean_bounds(
    answers: Answers,
    silent: int | ArrayLike,
    scale: Bounds,
    unit: Unit = Unit.SCORE,
    *,
    between: Bounds | None = None,
    confidence: float = 0.95,
) -> Bounded:
    """Bounds of the mean of all who were asked; ``silent`` is how many did not answer, or their sampling weights.

    ``between`` narrows where the mean of the silent may be, e.g. not above that of those who answered last; without it
    they may be anywhere on the ``scale``. Raises Invalid when it leaves the scale, or nobody was asked.

    >>> found = mean_bounds(Answers.of([(1, 10), (5, 30)]), 60, (1, 5))
    >>> found.responders.value, found.least, found.most, found.answered
    (4.0, 2.2, 4.6, 0.4)
    """
    rest = _counted(silent)
    return stratified_bounds([Stratum(answers, rest, 1.0, between)], scale, unit, confidence=confidence)


def _counted(silent: int | ArrayLike) -> int | NDArray[np.float64]:
    """How many, or the weight of each, checked."""
    if np.ndim(silent):
        return weights_of(silent, np.size(silent))
    many = int(np.asarray(silent))
    if many < 0:
        raise Invalid(
            said("{count} people cannot have been silent", count=many),
            field="silent",
            remedy=said("give the number asked less the number who answered"),
        )
    return many


def nps_bounds(
    scores: Answers, silent: int | ArrayLike, *, between: Bounds | None = None, confidence: float = 0.95
) -> Bounded:
    """Bounds of the net promoter score of all who were asked, from answers on 0–10; ``between`` is in points.

    >>> found = nps_bounds(Answers.of([(10, 60), (7, 22), (0, 18)]), 20, between=(-100, 13))
    >>> found.responders.value, round(found.least), round(found.most)
    (42.0, 18, 37)
    """
    return mean_bounds(intervals.net_verdicts(scores), silent, NET, Unit.POINTS, between=between, confidence=confidence)


def share_bounds(
    answers: Answers,
    chosen: NDArray[np.bool_],
    silent: int | ArrayLike,
    *,
    between: Bounds | None = None,
    confidence: float = 0.95,
) -> Bounded:
    """Bounds of the share whose answer is ``chosen`` (a mask over ``answers.scores``), e.g. the satisfied."""
    split = [Answers(np.array([v]), *(np.array([x[m].sum()]) for x in _counts(answers))) for v, m in _sides(chosen)]
    return mean_bounds(joined(split), silent, SHARE, Unit.SHARE, between=between, confidence=confidence)


def _sides(chosen: NDArray[np.bool_]) -> list[tuple[float, NDArray[np.bool_]]]:
    return [(value, mask) for value, mask in ((0.0, ~chosen), (1.0, chosen)) if mask.any()]


def _counts(answers: Answers) -> tuple[NDArray[np.float64], ...]:
    return answers.counts, answers.weights, answers.squares


def stratified_bounds(
    strata: Sequence[Stratum], scale: Bounds, unit: Unit = Unit.SCORE, *, confidence: float = 0.95
) -> Bounded:
    """Bounds of the mean of all customers, put together from groups whose shares of all customers are known.

    Each group has its own response rate and may have its own ``between``. A group that nobody answered from may be
    anywhere. The groups' intervals are joined by MOVER (Zou and Donner 2008, *Statistics in Medicine* 27).
    """
    _check(strata, scale)
    shares = np.array([stratum.share for stratum in strata]) / sum(stratum.share for stratum in strata)
    ends = [_ends(stratum, scale) for stratum in strata]
    least, most = (float(shares @ [end.mean for end in side]) for side in zip(*ends, strict=True))
    errors = [
        math.sqrt(float(shares**2 @ [e.variance / e.n_effective for e in side])) for side in zip(*ends, strict=True)
    ]
    level = 2 * NormalDist().cdf(_reach(most - least, max(errors), confidence)) - 1
    arms = [[_arms(end, scale, level)[place] for end in side] for place, side in enumerate(zip(*ends, strict=True))]
    down, up = (math.sqrt(float(shares**2 @ np.square(arm))) for arm in arms)
    answered = float(shares @ [_answered(stratum) for stratum in strata])
    invited = sum(stratum.answers.n + _silent(stratum, scale[0]).n for stratum in strata)
    responders = intervals.mean(joined(stratum.answers for stratum in strata), scale, unit, confidence)
    return Bounded(responders, least, most, max(scale[0], least - down), min(scale[1], most + up), answered, invited)


def _ends(stratum: Stratum, scale: Bounds) -> tuple[Answers, Answers]:
    """The answers of the group with its silent at the worst, and at the best, they may think."""
    worst, best = stratum.between or scale
    return joined([stratum.answers, _silent(stratum, worst)]), joined([stratum.answers, _silent(stratum, best)])


def _silent(stratum: Stratum, at: float) -> Answers:
    """Those who did not answer, as if all had answered ``at``."""
    if isinstance(stratum.silent, int):
        return Answers.of([(at, stratum.silent)] if stratum.silent else [])
    return Answers.of_values(np.full(len(stratum.silent), at), stratum.silent)


def _answered(stratum: Stratum) -> float:
    return stratum.answers.total / (stratum.answers.total + _silent(stratum, 0.0).total)


def _arms(end: Answers, scale: Bounds, level: float) -> Bounds:
    """How far the score interval of one end reaches down and up."""
    estimate = intervals.mean(end, scale, confidence=level)
    low, high = estimate.low, estimate.high
    return end.mean - (end.mean if low is None else low), (end.mean if high is None else high) - end.mean


def _reach(width: float, error: float, confidence: float) -> float:
    """Standard errors to go out from both ends: z one-sided where the bounds are far apart, two-sided where they meet.

    The root c of Φ(c + width/error) − Φ(−c) = confidence (Imbens and Manski 2004, equation 7).
    """
    normal = NormalDist()
    near, far = normal.inv_cdf(confidence), intervals.z_of(confidence)
    if error <= 0:
        return near
    for _ in range(60):
        middle = (near + far) / 2
        held = normal.cdf(middle + width / error) - normal.cdf(-middle)
        near, far = (middle, far) if held < confidence else (near, middle)
    return far


def _check(strata: Sequence[Stratum], scale: Bounds) -> None:
    low, high = scale
    for stratum in strata:
        if stratum.answers.n + _silent(stratum, low).n == 0 or stratum.share <= 0:
            raise Invalid(
                said("nobody was asked in one of the groups"),
                field="strata",
                remedy=said("leave it out, or join it with another"),
            )
        worst, best = stratum.between or scale
        if not low <= worst <= best <= high:
            raise Invalid(
                said("those who did not answer cannot be between {worst} and {best}", worst=worst, best=best),
                field="between",
                remedy=said("give two ends on the scale of {low} to {high}", low=low, high=high),
            )
