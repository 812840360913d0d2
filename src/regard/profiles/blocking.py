"""Which pairs are compared: those that share a key. Values that too many share are passed over: so pairs stay few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random
from typing import Final

from regard.profiles.comparing import Column, Comparison

PAIRS_FOR_EACH: Final = 6
LEAST_PAIRS: Final = 100_000
"""Pairs by one key: so many for each record, and in small files so many altogether."""
RANDOM_PAIRS: Final = 200_000
"""Pairs drawn at random, about."""
TOGETHER, DRAWS = 40, 8
"""They are drawn by putting so many records together, so many times, at most."""


def keys(compared: Sequence[Comparison]) -> list[Column]:
    """Columns of keys; two records are compared that share the value of one of them.

    Everything compared is a key by itself. Where common values had to be passed over, two such columns together are
    one, too; and so are beginnings and sounds of names, for those that are misspelt.
    """
    mains = {one.main: one.columns[one.main] for one in compared}
    size = len(next(iter(mains.values())))
    single = {name: within(column, size) for name, column in mains.items()}
    cut = [name for name, column in single.items() if column.count(None) > mains[name].count(None)]
    both = (_together(mains[one], mains[other]) for one, other in combinations(cut, 2))
    others = (within(column, size) for column in (*_loose(compared), *both))
    return [column for column in (*single.values(), *others) if any(column)]


def strangers(size: int) -> list[Column]:
    """Columns of keys that so many records share at random: what is alike in such pairs is alike by chance."""
    together = max(2, min(TOGETHER, 2 * RANDOM_PAIRS // size))
    chance, places = Random(0), [place // together for place in range(size)]  # noqa: S311 - a sample, no secret
    columns: list[Column] = []
    for _ in range(max(1, min(DRAWS, 2 * RANDOM_PAIRS // (size * together)))):
        chance.shuffle(places)
        columns.append([str(place) for place in places])
    return columns


def within(values: Column, size: int) -> Column:
    """The values without the most common ones, so that pairs of equal ones stay in bounds.

    >>> within(["a", "a", "b"] + ["c"] * 1000, 3)[:4]
    ['a', 'a', None, None]
    """
    counts, pairs, kept = Counter(value for value in values if value), 0, set()
    for value, count in sorted(counts.items(), key=lambda item: (item[1], item[0])):
        pairs += count * (count - 1) // 2
        if pairs > max(LEAST_PAIRS, PAIRS_FOR_EACH * size):
            break
        if count > 1:
            kept.add(value)
    return [value if value in kept else None for value in values]


def _loose(compared: Sequence[Comparison]) -> Iterator[Column]:
    """Keys that a slip of the pen leaves alone."""
    known = {name: column for one in compared for name, column in one.columns.items()}
    yield from (column for name, column in known.items() if name.endswith("_box"))
    if "surname" in known:
        yield _together(known["given_root"], known["surname_sound"])
        yield _together(_begun(known["given"], 1), known["surname_sound"])
        yield _together(known["given_root"], _begun(known["surname"], 2))


def _begun(values: Column, letters: int) -> Column:
    return [value[:letters] if value else None for value in values]


def _together(one: Column, other: Column) -> Column:
    return [f"{a} {b}" if a and b else None for a, b in zip(one, other, strict=True)]
