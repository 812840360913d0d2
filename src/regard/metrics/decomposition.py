"""Why did it change? The difference of two means, split exactly into who answered (mix) and how they answered
(rate).

For group *g* with share *s* and mean *m*, before and after:

    mix = (s′ − s) · ((m + m′)/2 − (M + M′)/2)        rate = (m′ − m) · (s + s′)/2

Summed over the groups this is M′ − M with nothing left over: the interaction term is shared out symmetrically
(Kitagawa 1955, *JASA* 50), and a group's mix counts against the average of everybody, so that a group that
grew explains a rise only when it is above average. A share or a net score is the mean of 0/1 or −100/0/100,
so the one rule serves all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from regard.base import Invalid
from regard.base.words import said
from regard.metrics.answers import Answers, Floats
from regard.metrics.intervals import z_of

Groups = Mapping[str, Answers]
ValueOf = Callable[[float], float]
"""What one answer counts for: its score, 1 or 0 for a share, −100, 0 or 100 for a net score."""


@dataclass(frozen=True)
class Part:
    """One term of the difference, with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class GroupPart:
    """What one group did to the difference; shares are weighted, a mean is ``None`` without answers."""

    group: str
    mix: Part
    rate: Part
    share_before: float
    share_after: float
    mean_before: float | None
    mean_after: float | None
    n_before: int
    n_after: int

    @property
    def value(self) -> float:
        """Mix and rate together."""
        return self.mix.value + self.rate.value


@dataclass(frozen=True)
class Explanation:
    """Why ``after`` differs from ``before``; ``math.fsum(parts)`` is ``difference`` to the last digit."""

    before: float
    after: float
    difference: float
    mix: Part
    rate: Part
    groups: Sequence[GroupPart]
    confidence: float = 0.95

    @property
    def parts(self) -> list[float]:
        """Every mix and rate, in the order of ``groups``."""
        return [value for one in self.groups for value in (one.mix.value, one.rate.value)]


@dataclass(frozen=True)
class _Period:
    """One period group by group: exact shares and means, and what the intervals need."""

    share: list[Fraction]
    mean: list[Fraction | None]
    overall: Fraction
    spread: Floats
    n: list[int]
    n_effective: float


def explain(
    before: Groups,
    after: Groups,
    value_of: ValueOf = float,
    confidence: float = 0.95,
    ends: tuple[float, float] | None = None,
) -> Explanation:
    """Split ``after − before`` by group; a group that appeared or vanished is all mix.

    ``ends`` are the two headlines as they are told elsewhere: where they are the means but for rounding, the parts sum
    to exactly their difference.

    Raises Invalid when either side holds no answer: there is no difference to explain. Intervals are the
    delta method's, over the multinomial of who answered and what (Das Gupta 1993 gives the split; Oehlert
    1992, *The American Statistician* 46, the method), with effective sample sizes. They are rough for groups
    of a few answers.
    """
    names = sorted({group for side in (before, after) for group, one in side.items() if not one.is_empty})
    old, new = (_period(side, names, value_of, word) for side, word in ((before, "before"), (after, "after")))
    mix, rate = _split(old, new)
    ends = _ends(old, new, ends)
    difference, mixes, rates = _to_the_last_digit(mix, rate, ends[1] - ends[0])
    errors = _standard_errors(old, new).tolist()
    z, size = z_of(confidence), len(names)
    values = [*mixes, *rates, math.fsum(mixes), math.fsum(rates)]
    parts = [Part(value, value - z * e, value + z * e) for value, e in zip(values, errors, strict=True)]
    groups = [_group_part(names[g], parts[g], parts[size + g], old, new, g) for g in range(size)]
    return Explanation(*ends, difference, parts[-2], parts[-1], groups, confidence)


def _ends(old: _Period, new: _Period, told: tuple[float, float] | None) -> tuple[float, float]:
    exact = float(old.overall), float(new.overall)
    if told is None or not all(math.isclose(*pair, abs_tol=1e-9) for pair in zip(told, exact, strict=True)):
        return exact
    return told


def _group_part(name: str, mix: Part, rate: Part, old: _Period, new: _Period, g: int) -> GroupPart:
    means = [None if one is None else float(one) for one in (old.mean[g], new.mean[g])]
    shares = float(old.share[g]), float(new.share[g])
    return GroupPart(name, mix, rate, *shares, means[0], means[1], old.n[g], new.n[g])


NO_ANSWERS = {"before": said("there are no answers before"), "after": said("there are no answers after")}


def _period(side: Groups, names: Sequence[str], value_of: ValueOf, word: str) -> _Period:
    present = [side.get(name, Answers.of([])) for name in names]
    sums = [_sums(one, value_of) for one in present]
    weight = sum((w for w, _, _ in sums), Fraction())
    if weight <= 0:
        raise Invalid(
            NO_ANSWERS[word],
            field=word,
            remedy=said("choose a period or group with answers"),
        )
    means = [total / w if w else None for w, total, _ in sums]
    overall = sum((total for _, total, _ in sums), Fraction()) / weight
    whole = float(sum(square for _, _, square in sums) / weight - overall**2)
    sizes = [one.n_effective for one in present]
    spread = np.array([_spread(*one, size, whole) for one, size in zip(sums, sizes, strict=True)])
    squares = math.fsum(float(one.squares.sum()) for one in present)
    n = [one.n for one in present]
    return _Period([w / weight for w, _, _ in sums], means, overall, spread, n, float(weight) ** 2 / squares)


def _sums(answers: Answers, value_of: ValueOf) -> tuple[Fraction, Fraction, Fraction]:
    """Σw, Σw·v and Σw·v², exactly."""
    weights = [Fraction(float(w)) for w in answers.weights]
    values = [Fraction(value_of(float(score))) for score in answers.scores]
    pairs = list(zip(weights, values, strict=True))
    return (
        sum(weights, Fraction()),
        sum((w * v for w, v in pairs), Fraction()),
        sum((w * v * v for w, v in pairs), Fraction()),
    )


def _spread(weight: Fraction, total: Fraction, square: Fraction, n: float, whole: float) -> float:
    """A group's variance, and one answer's worth of everybody's: a group of one is not certain."""
    if not weight:
        return 0.0
    own = float(square / weight - (total / weight) ** 2)
    return (n * own + whole) / n if n >= 1 else whole


def _split(old: _Period, new: _Period) -> tuple[list[Fraction], list[Fraction]]:
    """Every group's mix and rate, as exact fractions."""
    middle = (old.overall + new.overall) / 2
    mix, rate = [], []
    for s, t, m, k in zip(old.share, new.share, *_means(old, new), strict=True):
        mix.append((t - s) * ((m + k) / 2 - middle))
        rate.append((k - m) * (s + t) / 2)
    return mix, rate


def _means(old: _Period, new: _Period) -> tuple[list[Fraction], list[Fraction]]:
    """Means before and after; a group without answers on one side keeps the other's, so that its rate is 0."""
    both = zip(old.mean, new.mean, strict=True)
    pairs = [(m if m is not None else k, k if k is not None else m) for m, k in both]
    return [m or Fraction() for m, _ in pairs], [k or Fraction() for _, k in pairs]


def _to_the_last_digit(
    mix: Sequence[Fraction], rate: Sequence[Fraction], difference: float
) -> tuple[float, list[float], list[float]]:
    """The parts as floats, one of them moved by a last digit where rounding left a gap to the difference."""
    parts = [float(one) for one in (*mix, *rate)]
    for place in sorted((i for i, part in enumerate(parts) if part), key=lambda i: abs(parts[i])):
        tried = parts.copy()
        tried[place] = math.fsum([difference, *(-other for i, other in enumerate(parts) if i != place)])
        if math.fsum(tried) == difference:
            return difference, tried[: len(mix)], tried[len(mix) :]
    return math.fsum(parts), parts[: len(mix)], parts[len(mix) :]


def _standard_errors(old: _Period, new: _Period) -> Floats:
    """The standard error of every mix, then every rate, then of all mix and all rate.

    Each part's derivative with respect to a period's shares, means and overall mean is spread over the
    answers of that period: what one more answer of group *h* would change, and how much that varies within
    and between groups.
    """
    s, t = np.array(old.share, dtype=float), np.array(new.share, dtype=float)
    m, k = (np.array(means, dtype=float) for means in _means(old, new))
    middle = (float(old.overall) + float(new.overall)) / 2
    to_share, one = (m + k) / 2 - middle, np.eye(len(s))
    variance = np.zeros(2 * len(s) + 2)
    for sign, mine, other, period in ((-1, s, t, old), (1, t, s, new)):
        moved, own = sign * (mine - other), np.where(other > 0, 0.5, 1.0)
        alpha = np.vstack([one * sign * to_share, one * (k - m) / 2 * (other > 0)])
        beta = np.vstack([one * moved * own, one * sign * (mine + other) / 2 * (other > 0)])
        gamma = np.concatenate([-moved / 2, np.zeros(len(s))])
        alpha, beta, gamma = (_with_totals(x, len(s)) for x in (alpha, beta, gamma))
        variance += _variance(alpha, beta, gamma, mine, k if sign > 0 else m, period)
    return np.sqrt(variance)


def _with_totals(rows: Floats, size: int) -> Floats:
    return np.concatenate([rows, [rows[:size].sum(axis=0), rows[size:].sum(axis=0)]])


def _variance(alpha: Floats, beta: Floats, gamma: Floats, share: Floats, mean: Floats, period: _Period) -> Floats:
    """The variance of Σα·s + β·m + γ·M over a period's answers, between groups and within them."""
    average = (alpha @ share)[:, None]
    between = (alpha - average + gamma[:, None] * (mean - float(period.overall))) ** 2 @ share
    per_share = np.divide(beta, share, out=np.zeros_like(beta), where=share > 0)
    within = (per_share + gamma[:, None]) ** 2 @ (share * period.spread)
    return np.asarray((between + within) / period.n_effective, dtype=float)
