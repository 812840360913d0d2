"""Which ids a store may have: asked before the store itself is, which would have to read all of them to say no.

A Bloom filter (Bloom 1970, *Communications of the ACM* 13) with the places of an entry made of two hashes (Kirsch and
Mitzenmacher 2006, *Less Hashing, Same Performance*).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

BITS_EACH: Final = 24
PLACES: Final = 8
"""Full, the filter takes an id that it has not for one that it may have in 4 of 100,000 cases."""
FEWEST: Final = 500_000
GROWTH: Final = 1.3

Hashes = NDArray[np.uint64]


class Seen:
    """A filter over 64-bit hashes with room for some more than ``count`` of them: 3 bytes each.

    >>> seen = Seen(2)
    >>> seen.add(np.array([7, 8], dtype=np.uint64))
    >>> seen.may_have_any(np.array([8], dtype=np.uint64)), seen.may_have_any(np.array([9, 10], dtype=np.uint64))
    (True, False)
    """

    def __init__(self, count: int):
        self._room = max(FEWEST, int(count * GROWTH))
        self._words = np.zeros(self._room * BITS_EACH // 64 + 1, dtype=np.uint64)
        self._count = 0

    @property
    def is_full(self) -> bool:
        """Whether it would be wrong more often than it should: make a larger one."""
        return self._count > self._room

    def add(self, hashes: Hashes) -> None:
        """Take these in; those that are in already count again."""
        self._count += len(hashes)
        for word, bit in self._places(hashes):
            np.bitwise_or.at(self._words, word, bit)

    def may_have_any(self, hashes: Hashes) -> bool:
        """False only if none of these was ever added."""
        is_there = np.ones(len(hashes), dtype=bool)
        for word, bit in self._places(hashes):
            is_there &= self._words[word] & bit != 0
        return bool(is_there.any())

    def _places(self, hashes: Hashes) -> Iterator[tuple[NDArray[np.int64], Hashes]]:
        """Word and bit of each hash, place by place: all at once would take more memory than the filter."""
        step, size = (hashes >> np.uint64(32)) | np.uint64(1), np.uint64(len(self._words) * 64)
        for turn in range(PLACES):
            place = (hashes + np.uint64(turn) * step) % size
            yield (place >> np.uint64(6)).astype(np.int64), np.uint64(1) << (place & np.uint64(63))
