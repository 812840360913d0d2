"""How much it says that two values are this much alike: estimated without labels, by expectation maximisation.

The model of Fellegi and Sunter (1969): among pairs of one person's records a share m of the values is at a level, among
pairs of two people's a share u; the weight of the level is log2(m / u), and the weights of all comparisons add up. Two
people may be alike because they live or work together (one surname, one address, one phone), because they are called
alike, or in one thing by chance, so that u is a mixture of these (latent classes: Lazarsfeld & Henry, 1968; Winkler,
1992). The shares are those that make the pairs seen most probable (Dempster, Laird & Rubin, 1977). What is known of
each class beforehand counts as if more such pairs had been seen: so an estimate always exists, and the classes keep
their meaning where few or none are there twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Levels = NDArray[np.int64]
Shares = Sequence[Sequence[float]]
"""For each comparison the shares of its levels."""

STEPS: Final = 300
KNOWN: Final = 0.2
"""What is known beforehand of a class counts as if so many pairs more had been seen for each record there is."""
KNOWN_OF_CHANCE: Final = 0.1
"""The same of pairs that are alike in one thing by chance."""
SMALL: Final = 100
"""Fewer records count as so many."""
STARTS: Final = (0.02, 0.1, 0.4)
"""Shares of pairs of one person from which the search begins; the most probable end is taken."""


@dataclass(frozen=True)
class Weighed:
    """For each pattern (rows), in bits: the weight of every comparison, and the weight altogether, with what it says
    that a pair was compared at all."""

    fields: Numbers
    total: Numbers


def weigh(
    patterns: Levels,
    counts: Numbers,
    alike: Shares,
    related: Sequence[Shares],
    unrelated: Sequence[Shares],
    records: int,
) -> Weighed:
    """The weights that make these patterns of levels (rows; -1 is missing, 0 nothing alike) most probable.

    ``counts`` says how often each pattern was seen among so many ``records``; ``alike`` how often each level is
    expected in pairs of one person, and ``related`` and ``unrelated`` in each class of pairs of two people.
    """
    hot = [_hot(column, len(given)) for column, given in zip(patterns.T, alike, strict=True)]
    known = [[np.array(given) / sum(given) for given in shares] for shares in (alike, *related, *unrelated)]
    size = max(records, SMALL)
    strengths = [*[KNOWN * size] * (1 + len(related)), *[KNOWN_OF_CHANCE * size] * len(unrelated)]
    mixed, logs = max((_climbed(hot, counts, known, strengths, start) for start in STARTS), key=lambda one: one[0])[1:]
    each = np.stack([np.stack([h @ log for h, log in zip(hot, kind, strict=True)], axis=1) for kind in logs])
    of_two = each[1:].sum(axis=2) + np.log(mixed[1:] / mixed[1:].sum())[:, None]
    likely = np.logaddexp.reduce(of_two, axis=0)
    fields = each[0] - (np.exp(of_two - likely)[:, :, None] * each[1:]).sum(axis=0)
    total = each[0].sum(axis=1) - likely + np.log(mixed[0] / mixed[1:].sum())
    too_much = np.where(patterns == 0, np.maximum(fields, 0), 0)  # what is not alike never speaks for one person
    return Weighed((fields - too_much) / np.log(2), (total - too_much.sum(axis=1)) / np.log(2))


def _climbed(
    hot: Sequence[Numbers],
    counts: Numbers,
    known: Sequence[Sequence[Numbers]],
    strengths: Sequence[float],
    start: float,
) -> tuple[float, Numbers, list[list[Numbers]]]:
    """How probable it becomes, the shares of the classes, and the logarithms of their levels' shares."""
    mixed = np.array([start, *[(1 - start) / (len(known) - 1)] * (len(known) - 1)])
    kinds: Sequence[Sequence[Numbers]] = known
    reached = -np.inf
    for _ in range(STEPS):
        logs = [[np.log(share) for share in kind] for kind in kinds]
        joint = np.log(mixed)[:, None] + np.stack([_added(hot, kind) for kind in logs])
        both = np.logaddexp.reduce(joint, axis=0)
        beforehand = sum(
            strength * float(_flat(prior) @ _flat(log))
            for strength, prior, log in zip(strengths, known, logs, strict=True)
        )
        climbed = float(counts @ both) + beforehand
        if climbed - reached < 1e-7 * abs(climbed):
            break
        reached = climbed
        of = counts * np.exp(joint - both)
        mixed = (of.sum(axis=1) + 1) / (counts.sum() + len(mixed))
        kinds = [
            [_shares(h, mass, given, strength) for h, given in zip(hot, prior, strict=True)]
            for mass, prior, strength in zip(of, known, strengths, strict=True)
        ]
    return climbed, mixed, logs


def _added(hot: Sequence[Numbers], logs: Sequence[Numbers]) -> Numbers:
    return np.asarray(sum(h @ log for h, log in zip(hot, logs, strict=True)), dtype=float)


def _flat(shares: Sequence[Numbers]) -> Numbers:
    return np.asarray(np.concatenate(shares), dtype=float)


def _hot(column: Levels, levels: int) -> Numbers:
    """A column for each level: 1 where a pattern is at it; nothing where a value is missing."""
    return np.asarray(column[:, None] == np.arange(levels), dtype=float)


def _shares(hot: Numbers, counts: Numbers, before: Numbers, strength: float) -> Numbers:
    seen = counts @ hot
    return np.asarray((seen + strength * before) / (seen.sum() + strength), dtype=float)
