"""All ways through a survey, or a large random sample of them where there are too many."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from regard.surveys.moving.walking.walked import Source, Walked

MOST_STEPS: Final = 400_000
"""Questions that all walks together may pass."""
TRIES: Final = 30
"""Walks by which it is estimated how many there are, and how long they take."""
COMPARED: Final = 3
"""So many times as long as walking it takes to walk and to compare."""
T = TypeVar("T")
MOST_WALKS: Final = 4_000
"""Ways through that are all walked; where there may be more, a sample of them is."""


class _Tape:
    """Choices as a row of numbers that counts up: every possible row comes once."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.sizes: list[int] = []
        self.place = 0

    def choose(self, possible: Sequence[T]) -> T:
        if self.place == len(self.taken):
            self.taken.append(0)
            self.sizes.append(len(possible))
        self.sizes[self.place] = len(possible)
        self.place += 1
        return possible[self.taken[self.place - 1]]

    def advance(self) -> bool:
        """Go on to the next row; False after the last."""
        del self.taken[self.place :], self.sizes[self.place :]
        while self.taken and self.taken[-1] + 1 >= self.sizes[-1]:
            self.taken.pop()
            self.sizes.pop()
        if self.taken:
            self.taken[-1] += 1
        self.place = 0
        return bool(self.taken)


@dataclass
class Draw:
    """Walks through a source; ``is_exhaustive`` says, afterwards, whether they were all there are."""

    source: Source
    is_exhaustive: bool
    seed: int
    sample: int
    most: int = MOST_WALKS
    until: float = math.inf
    """The moment (of the monotonic clock) at which no further walk begins."""

    def walks(self) -> Iterator[Walked]:
        """Every walk; a sample of them, where there are (or turn out to be) too many."""
        tape, walked = _Tape(), 0
        while self.is_exhaustive:
            yield self.source.walk(tape.choose)
            walked += 1
            if not tape.advance():
                return
            self.is_exhaustive = walked < self.most and not self._is_late()
        chance = random.Random(self.seed)  # noqa: S311 - a sample is no secret
        for at in range(self.sample):
            if (at or walked) and self._is_late():
                return
            yield self.source.walk(chance.choice)

    def _is_late(self) -> bool:
        return time.monotonic() >= self.until


def all_or_some(source: Source, seed: int, sample: int, size: int, seconds: float = math.inf) -> Draw:
    """All ways, when a few tries say that there are no more than can be walked; fewer in a survey of great ``size``,
    and no more than fit into so many ``seconds``."""
    began = time.monotonic()
    affordable = max(100, min(MOST_WALKS, MOST_STEPS // max(1, size)))
    chance, most = random.Random(seed), 1.0  # noqa: S311 - an estimate is no secret
    for _ in range(TRIES):
        ways = 1.0

        def choose(possible: Sequence[T]) -> T:
            nonlocal ways
            ways *= len(possible)
            return chance.choice(possible)

        source.walk(choose)
        most = max(most, ways)
        if time.monotonic() - began > seconds / 4:  # one that takes so long is not walked all
            most = math.inf
            break
    each = COMPARED * (time.monotonic() - began) / TRIES
    is_all = most <= affordable and most * each <= seconds
    return Draw(source, is_all, seed, min(sample, affordable), affordable, began + seconds)
