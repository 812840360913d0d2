"""What was answered to one question: shares of choices, numbers, ratings and ranks, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regard.metrics import intervals
from regard.metrics.answers import Answers, Floats
from regard.metrics.model import Estimate, Unit
from regard.metrics.score_interval import Bounds
from regard.metrics.survey_answers import MOST_SHARES
from regard.metrics.weighing import check_length, weights_of


@dataclass(frozen=True)
class Distribution:
    """The answers to one question.

    ``shares`` maps each choice (or each value of a short scale), in the order of the question, to its share of
    the ``n`` who answered; ``figures`` holds what else describes it: ``mean``, ``median``, ``lower_quartile``,
    ``upper_quartile`` or ``nps``. ``missing`` saw the question, as far as known, and left it out.
    """

    n: int
    missing: int
    n_effective: float
    shares: Mapping[str, Estimate] = field(default_factory=dict)
    figures: Mapping[str, Estimate] = field(default_factory=dict)


def choices(
    chosen: Sequence[str | None],
    options: Sequence[str],
    weights: ArrayLike | None = None,
    *,
    is_simultaneous: bool = False,
    confidence: float = 0.95,
) -> Distribution:
    """One choice of each respondent (None: left out). Choices that are not among the ``options`` stand after them.

    ``is_simultaneous``: the intervals of all shares hold together with ``confidence`` (Goodman 1965, *Technometrics*
    7), for comparing them by eye; otherwise each on its own (Wilson 1927).

    >>> found = choices(["yes", "yes", "no", None], ["yes", "no", "perhaps"])
    >>> [(name, round(share.value, 2)) for name, share in found.shares.items()], found.missing
    ([('yes', 0.67), ('no', 0.33), ('perhaps', 0.0)], 1)
    """
    names = [*options, *sorted({one for one in chosen if one is not None} - set(options))]
    picked = {name: np.array([one == name for one in chosen], dtype=bool) for name in names}
    answered = np.array([one is not None for one in chosen], dtype=bool)
    level = 1 - (1 - confidence) / max(len(names), 1) if is_simultaneous else confidence
    return multiple_choices(picked, answered, weights, confidence=level)


def multiple_choices(
    picked: Mapping[str, ArrayLike],
    answered: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> Distribution:
    """Any number of choices of each respondent: ``picked`` says of each option who chose it; shares are of those who
    ``answered`` and need not add up to 1.
    """
    known = np.asarray(answered, dtype=bool).ravel()
    w = weights_of(weights, len(known))
    masks = {name: np.asarray(mask, dtype=float).ravel() for name, mask in picked.items()}
    for name, mask in masks.items():
        check_length(name, len(mask), len(known))
    shares = {name: _share(mask[known], w[known], confidence) for name, mask in masks.items()}
    everybody = Answers.of_values(np.ones(int(known.sum())), w[known])
    return Distribution(everybody.n, int((~known).sum()), everybody.n_effective, shares)


def ratings(
    scores: ArrayLike,
    scale: Bounds,
    weights: ArrayLike | None = None,
    *,
    is_nps: bool = False,
    confidence: float = 0.95,
) -> Distribution:
    """Scores on a scale (NaN: left out): the share of each value, the mean, and the net promoter score if it is one.

    >>> found = ratings([5, 4, 4, float("nan")], (1, 5))
    >>> {name: round(share.value, 2) for name, share in found.shares.items()}
    {'1': 0.0, '2': 0.0, '3': 0.0, '4': 0.67, '5': 0.33}
    """
    given = np.asarray(scores, dtype=float).ravel()
    answers = Answers.of_values(given, weights_of(weights, len(given)))
    intervals.check_scale(answers, scale)
    figures = {"mean": intervals.mean(answers, scale, confidence=confidence)}
    if is_nps:
        figures |= {"nps": intervals.nps(answers, confidence)}
    values = np.arange(scale[0], scale[1] + 1)
    is_short = len(values) <= MOST_SHARES and set(answers.scores) <= set(values)
    shares = {f"{v:g}": intervals.share_of(answers, answers.scores == v, confidence) for v in values if is_short}
    return _of(answers, given, shares, figures)


def numbers(values: ArrayLike, weights: ArrayLike | None = None, *, confidence: float = 0.95) -> Distribution:
    """Numbers without a scale (NaN: left out): mean, median and quartiles, each with its interval."""
    given = np.asarray(values, dtype=float).ravel()
    answers = Answers.of_values(given, weights_of(weights, len(given)))
    figures = {"mean": intervals.skewed_mean(answers, Unit.COUNT, confidence)}
    for name, q in (("median", 0.5), ("lower_quartile", 0.25), ("upper_quartile", 0.75)):
        figures[name] = intervals.quantile(answers, q, Unit.COUNT, confidence)
    return _of(answers, given, {}, figures)


def rankings(
    ranks: Mapping[str, ArrayLike], weights: ArrayLike | None = None, *, confidence: float = 0.95
) -> Mapping[str, Distribution]:
    """Ranks given to each option (1 is first; NaN: not ranked): how often at each place, and the mean rank."""
    places = (1.0, float(max(len(ranks), 2)))
    return {name: ratings(given, places, weights, confidence=confidence) for name, given in ranks.items()}


def _of(
    answers: Answers, given: Floats, shares: Mapping[str, Estimate], figures: Mapping[str, Estimate]
) -> Distribution:
    return Distribution(answers.n, len(given) - answers.n, answers.n_effective, shares, figures)


def _share(picked: NDArray[np.float64], weights: Floats, confidence: float) -> Estimate:
    answers = Answers.of_values(picked, weights)
    return intervals.share_of(answers, answers.scores == 1, confidence)
