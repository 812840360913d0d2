"""How much it says that two values are this much alike: estimated without labels, by expectation maximisation.

The model of Fellegi and Sunter (1969): among pairs of one person's records a share m of the values is at a level, among
pairs of two people's a share u; the weight of the level is log2(m / u), and the weights of all comparisons add up. Two
people may be alike because they live or work together (one surname, one address, one phone), because they are called
alike, or in one thing by chance, so that u is a mixture of these (latent classes: Lazarsfeld & Henry, 1968; Winkler,
1992). The shares are those that make the pairs seen most probable (Dempster, Laird & Rubin, 1977). What is known of
each kind beforehand (:mod:`regard.profiles.kinds`) counts as if more such pairs had been seen: so an estimate always
exists, and the kinds keep their meaning where few or none are there twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Levels = NDArray[np.int64]

STEPS: Final = 300
SMALL: Final = 100
"""Fewer records count as so many."""
STARTS: Final = (0.02, 0.1, 0.4)
"""Shares of pairs of one person from which the search begins; the most probable end is taken."""
MOST: Final = 0.5
"""Not more than this share of the pairs is taken for one person's beforehand."""


@dataclass(frozen=True)
class Kind:
    """A kind of pairs: for each comparison the shares of its levels, and how much that knowledge is worth, in pairs
    for each record."""

    shares: Sequence[Numbers]
    strengths: Sequence[float]


@dataclass(frozen=True)
class Weighed:
    """For each pattern (rows), in bits: the weight of every comparison, and the weight altogether, with what it says
    that a pair was compared at all."""

    fields: Numbers
    total: Numbers


def weigh(patterns: Levels, counts: Numbers, kinds: Sequence[Kind], records: int, least: float) -> Weighed:
    """The weights that make these patterns of levels (rows; -1 is missing, 0 nothing alike) most probable.

    ``counts`` says how often each pattern was seen among so many ``records``. Of the ``kinds`` of pairs the first is
    that of one person's; there are ``least`` of these at the least, so that they are not taken for another kind where
    they are few.
    """
    hot = [_hot(column, len(given)) for column, given in zip(patterns.T, kinds[0].shares, strict=True)]
    size = max(records, SMALL)
    known = [Kind(kind.shares, [strength * size for strength in kind.strengths]) for kind in kinds]
    share = min(least / counts.sum(), MOST)
    climbed = (_climbed(hot, counts, known, share, max(share, start)) for start in STARTS)
    mixed, logs = max(climbed, key=lambda one: one[0])[1:]
    each = np.stack([np.stack([h @ log for h, log in zip(hot, kind, strict=True)], axis=1) for kind in logs])
    of_two = each[1:].sum(axis=2) + np.log(mixed[1:] / mixed[1:].sum())[:, None]
    likely = np.logaddexp.reduce(of_two, axis=0)
    fields = each[0] - (np.exp(of_two - likely)[:, :, None] * each[1:]).sum(axis=0)
    total = each[0].sum(axis=1) - likely + np.log(mixed[0] / mixed[1:].sum())
    too_much = np.where(patterns == 0, np.maximum(fields, 0), 0)  # what is not alike never speaks for one person
    return Weighed((fields - too_much) / np.log(2), (total - too_much.sum(axis=1)) / np.log(2))


def _climbed(
    hot: Sequence[Numbers], counts: Numbers, known: Sequence[Kind], least: float, start: float
) -> tuple[float, Numbers, list[list[Numbers]]]:
    """How probable it becomes, the shares of the kinds, and the logarithms of their levels' shares."""
    mixed = np.array([start, *[(1 - start) / (len(known) - 1)] * (len(known) - 1)])
    shares = [kind.shares for kind in known]
    reached = -np.inf
    for _ in range(STEPS):
        logs = [[np.log(share) for share in kind] for kind in shares]
        joint = np.log(mixed)[:, None] + np.stack([_added(hot, kind) for kind in logs])
        both = np.logaddexp.reduce(joint, axis=0)
        climbed = float(counts @ both) + sum(_beforehand(*one) for one in zip(known, logs, strict=True))
        if climbed - reached < 1e-7 * abs(climbed):
            break
        reached = climbed
        of = counts * np.exp(joint - both)
        mixed = (of.sum(axis=1) + 1) / (counts.sum() + len(mixed))
        if mixed[0] < least:
            mixed = np.array([least, *(mixed[1:] / mixed[1:].sum() * (1 - least))])
        shares = [
            [_shares(h, mass, prior, much) for h, prior, much in zip(hot, kind.shares, kind.strengths, strict=True)]
            for mass, kind in zip(of, known, strict=True)
        ]
    return climbed, mixed, logs


def _beforehand(kind: Kind, logs: Sequence[Numbers]) -> float:
    told = zip(kind.shares, kind.strengths, logs, strict=True)
    return sum(strength * float(share @ log) for share, strength, log in told)


def _added(hot: Sequence[Numbers], logs: Sequence[Numbers]) -> Numbers:
    return np.asarray(sum(h @ log for h, log in zip(hot, logs, strict=True)), dtype=float)


def _hot(column: Levels, levels: int) -> Numbers:
    """A column for each level: 1 where a pattern is at it; nothing where a value is missing."""
    return np.asarray(column[:, None] == np.arange(levels), dtype=float)


def _shares(hot: Numbers, counts: Numbers, before: Numbers, strength: float) -> Numbers:
    seen = counts @ hot
    return np.asarray((seen + strength * before) / (seen.sum() + strength), dtype=float)
