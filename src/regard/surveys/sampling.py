"""Who of many is asked: drawn by chance that can be repeated, with the probability that each had.

Everybody has a number between 0 and 1, made of the programme's salt and the person's profile number; the lowest are
drawn. So a draw that is interrupted and made again draws the same people, and who is drawn by one programme says
nothing of another. Estimates weigh each answer by one over its probability (Horvitz and Thompson, 1952).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from regard.base import Invalid
from regard.base.words import said

_WHOLE: Final = 2**64


class Drawn(NamedTuple):
    """Who was drawn, in the order they were given, and the probability that each had of it."""

    customers: list[int]
    probability: float


def lot(salt: str, customer: int) -> float:
    """The person's number between 0 and 1: uniform over people, and independent between salts.

    >>> lot("spring", 1) == lot("spring", 1), lot("spring", 1) == lot("autumn", 1)
    (True, False)
    """
    digest = hashlib.blake2b(f"{salt}\0{customer}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / _WHOLE


def draw(customers: Sequence[int], salt: str, *, share: float = 1.0, at_least: int = 0, at_most: int = 0) -> Drawn:
    """A simple random sample: a ``share`` of the people, but no fewer than ``at_least`` and, unless 0, no more than
    ``at_most``; all of them where there are no more.

    Raises :class:`~regard.base.Invalid` for a share that is not between 0 and 1, or limits that contradict each other.

    >>> drawn = draw(range(1000), "spring", share=0.1)
    >>> len(drawn.customers), drawn.probability
    (100, 0.1)
    >>> draw(range(50), "spring", share=0.1, at_least=20).probability
    0.4
    """
    if not 0 <= share <= 1:
        raise Invalid(said("a share lies between 0 and 1"), field="share")
    if at_most and at_least > at_most:
        raise Invalid(
            said("at least {low} and at most {high} cannot both be", low=at_least, high=at_most), field="at_most"
        )
    people = list(dict.fromkeys(customers))
    wanted = max(round(share * len(people)), min(at_least, len(people)))
    wanted = min(wanted, at_most) if at_most else wanted
    if not people or not wanted:
        return Drawn([], 0.0)
    chosen = set(sorted(people, key=lambda customer: (lot(salt, customer), customer))[:wanted])
    return Drawn([customer for customer in people if customer in chosen], wanted / len(people))


def is_drawn(customer: int, salt: str, share: float) -> bool:
    """Whether somebody who comes alone, by an event, is drawn: each with the probability ``share``.

    >>> sum(is_drawn(customer, "spring", 0.25) for customer in range(10_000)) / 10_000
    0.2502
    """
    return lot(salt, customer) < share
