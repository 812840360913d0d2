"""The kinds of pairs that are compared, as far as they are known beforehand: one person, two who live or work together,
namesakes, and two who are alike in one thing by chance.

What is alike by chance need not be guessed. How often two records have one value follows from how many have it; how
often values are merely alike is counted in pairs drawn at random. So is, from below, how many pairs are one person's:
those that have the given name and another rare value together, more often than chance has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from regard.profiles.comparing import Comparison
from regard.profiles.weighing import Kind, Levels, Numbers

ASSUMED, ASSUMED_OF_ONE, COUNTED = 0.2, 0.1, 5.0
"""What is known beforehand counts as if so many pairs more had been seen for each record there is: what is assumed,
what is assumed of pairs that are alike in one thing, what was counted."""
NOT_OWN: Final = 0.02
"""People who live together have a name or a birthday in common so often (beyond chance)."""
EQUAL, RARER = 3, 2
"""The levels of equal values, and those of them that not many records have."""
OF_A_NAME: Final = 0.05
"""People who are called alike have mail addresses that are alike, level by level, so often (or by chance more)."""
UNSEEN: Final = 50
"""What no random pair showed is shared out as if there were so many more of them, a tenth of them alike."""


def kinds(compared: Sequence[Comparison], chance: Sequence[Numbers]) -> list[Kind]:
    """Each kind of pairs, those of one person first; ``chance`` says how often each level is met at random."""
    alike = [np.array(one.alike) / sum(one.alike) for one in compared]
    home = [_home(*one) for one in zip(compared, alike, chance, strict=True)]
    called = [_called_alike(*one) for one in zip(compared, chance, strict=True)]
    named = [one.is_name for one in compared]
    return [
        Kind(alike, [ASSUMED for _ in compared]),
        Kind(home, [ASSUMED for _ in compared]),
        Kind(_either(named, chance, home), [COUNTED if one.is_name else ASSUMED for one in compared]),  # an office
        Kind(_either(named, alike, called), [ASSUMED if one.is_name or one.is_email else COUNTED for one in compared]),
        *(_by_one(place, compared, alike, chance) for place in range(len(compared))),
    ]


def by_chance(compared: Sequence[Comparison], drawn: Levels, counts: Numbers) -> list[Numbers]:
    """How often two records drawn at random are at each level of every comparison, the least alike first.

    ``drawn`` are the patterns of levels of such pairs, and ``counts`` how often each was seen.
    """
    return [_at_random(one, column, counts) for one, column in zip(compared, drawn.T, strict=True)]


def surely(compared: Sequence[Comparison], chance: Sequence[Numbers], patterns: Levels, counts: Numbers) -> float:
    """How many of the pairs seen are one person's at the least: equal in the given name and in another value that few
    have, less those that are so by chance (and twice the deviation of that number)."""
    given = next((place for place, one in enumerate(compared) if one.is_name and one.is_own), None)
    if given is None:
        return 0.0
    named, least = patterns[:, given] > len(compared[given].levels) - EQUAL, 0.0
    for place, one in enumerate(compared):
        if not one.is_name:
            both = named & (patterns[:, place] > len(one.levels) - RARER)
            share = chance[given][-EQUAL:].sum() * chance[place][-RARER:].sum()
            by_luck = share * _filled(compared[given]) * _filled(one) / 2
            least = max(least, float(counts[both].sum() - by_luck - 2 * np.sqrt(by_luck)))
    return least


def _filled(one: Comparison) -> int:
    return sum(1 for value in one.columns[one.main] if value)


def _home(one: Comparison, alike: Numbers, chance: Numbers) -> Numbers:
    if one.is_own:
        return np.asarray((1 - NOT_OWN) * chance + NOT_OWN * alike)
    return np.array(one.at_home) / sum(one.at_home)


def _called_alike(one: Comparison, chance: Numbers) -> Numbers:
    if not one.is_email:
        return chance
    near = np.array([level.chance is None for level in reversed(one.levels)])
    shares = np.array([chance[0], *np.where(near, np.maximum(chance[1:], OF_A_NAME), chance[1:])])
    return np.asarray(shares / shares.sum(), dtype=float)


def _either(named: Sequence[bool], names: Sequence[Numbers], others: Sequence[Numbers]) -> list[Numbers]:
    return [name if is_name else other for is_name, name, other in zip(named, names, others, strict=True)]


def _by_one(place: int, compared: Sequence[Comparison], alike: Sequence[Numbers], chance: Sequence[Numbers]) -> Kind:
    """Pairs that are alike in one thing. Mail addresses are made of names, so that names then are alike, too."""
    this = compared[place]

    def strength(other: Comparison) -> float:
        is_made = (this.is_email and other.is_name) or (this.is_name and other.is_email)
        return ASSUMED_OF_ONE if other is this or is_made else COUNTED

    shares = [alike[place] if other is this else chance[at] for at, other in enumerate(compared)]
    return Kind(shares, [strength(other) for other in compared])


def _at_random(one: Comparison, column: Levels, counts: Numbers) -> Numbers:
    levels = len(one.levels)
    seen = np.bincount(column[column >= 0], weights=counts[column >= 0], minlength=levels + 1)
    before = np.array([0.9, *[0.1 / levels] * levels])
    shares = (seen + UNSEEN * before) / (seen.sum() + UNSEEN)
    size = len(one.columns[one.main])
    for place, level in enumerate(reversed(one.levels), start=1):
        if level.chance is not None:
            shares[place] = max(level.chance, 1 / size**2)
    return np.asarray(shares / shares.sum(), dtype=float)
