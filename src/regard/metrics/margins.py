"""Known margins beside the answers: which category of which variable each answer is in, and how far shares are off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regard.base import Invalid
from regard.base.words import said
from regard.metrics.answers import Floats, summed

ROUNDED = 0.005
"""How far the shares of one variable may be from adding up to 1, because they were rounded; they are made to."""

People = Mapping[str, Sequence[str | None] | NDArray[np.object_]]


@dataclass(frozen=True)
class Margin:
    """One variable: its categories, the share of each among all customers, and the category of each answer."""

    variable: str
    categories: Sequence[str]
    shares: Floats
    place: NDArray[np.intp]

    def now(self, weights: Floats) -> Floats:
        """The weighted shares of the answers."""
        sums = summed(self.place, weights, len(self.shares))
        return np.asarray(sums / weights.sum(), dtype=float)

    def fitted(self, weights: Floats) -> Floats:
        """The weights multiplied category by category until they have the margin."""
        return weights * (self.shares / self.now(weights))[self.place]


@dataclass(frozen=True)
class Margins:
    """Every variable that the weights are fitted to."""

    each: Sequence[Margin]
    n: int

    @classmethod
    def of(cls, people: People, margins: Mapping[str, Mapping[str, float]]) -> Margins:
        """Checked: every variable is known of every answer, and every category has an answer."""
        if not margins:
            raise Invalid(said("there are no margins"), field="margins", remedy=said("name at least one variable"))
        sizes = {name: len(people[name]) for name in margins if name in people}
        missing = [name for name in margins if name not in people]
        if missing:
            raise _unusable(missing[0], said("nothing is known of it"), said("give its category for each answer"))
        n = next(iter(sizes.values()))
        for name, size in sizes.items():
            if size != n or n == 0:
                raise _unusable(
                    name,
                    said("{size} categories for {n} answers", size=size, n=n),
                    said("give one category for each answer"),
                )
        return cls([_margin(name, people[name], shares) for name, shares in margins.items()], n)

    def fitted(self, weights: Floats) -> Floats:
        """One round: fitted to each variable in turn."""
        for margin in self.each:
            weights = margin.fitted(weights)
        return weights

    def furthest(self, weights: Floats) -> float:
        """The largest distance of any share from its margin."""
        return max(float(np.abs(margin.now(weights) - margin.shares).max()) for margin in self.each)

    def balance(self, before: Floats, after: Floats) -> Iterator[tuple[str, str, float, float, float]]:
        """Variable, category, known share, and the share before and after."""
        for margin in self.each:
            columns = (x.tolist() for x in (margin.shares, margin.now(before), margin.now(after)))
            yield from ((margin.variable, *row) for row in zip(margin.categories, *columns, strict=True))

    def design(self) -> Floats:
        """One column for each category of each variable: 1 for the answers in it, else 0."""
        columns = [np.equal.outer(margin.place, np.arange(len(margin.shares))) for margin in self.each]
        return np.hstack(columns).astype(float)


def _margin(name: str, given: Sequence[str | None] | NDArray[np.object_], shares: Mapping[str, float]) -> Margin:
    _check_shares(name, shares)
    known: dict[str | None, int] = {category: place for place, category in enumerate(shares)}
    place = np.array([known.get(category, -1) for category in given], dtype=np.intp)
    if (place < 0).any():
        raise _stranger(name, given[int(np.argmin(place))], int((place < 0).sum()))
    empty = set(range(len(known))) - set(place.tolist())
    if empty:
        raise _unusable(
            name,
            said("nobody who answered is in the category {category}", category=list(shares)[min(empty)]),
            said("join it with a category that is like it, in the margins and in the answers"),
        )
    amounts = np.array(list(shares.values()), dtype=float)
    return Margin(name, list(shares), amounts / amounts.sum(), place)


def _check_shares(name: str, shares: Mapping[str, float]) -> None:
    total = sum(shares.values())
    if not all(0 < share <= 1 for share in shares.values()) or abs(total - 1) > ROUNDED:
        raise _unusable(
            name,
            said("its shares must be above 0 and add up to 1; they add up to {total}", total=f"{total:g}"),
            said("give shares of all customers (0.4, not 40), and leave out categories that nobody is in"),
        )


def _stranger(name: str, category: str | None, count: int) -> Invalid:
    if category is None or category == "":
        return _unusable(
            name,
            said("it is not known of some answers ({count})", count=count),
            said("leave those answers out, or rake to variables known of everybody"),
        )
    return _unusable(
        name,
        said("answers are in the category {category}, which has no margin ({count})", category=category, count=count),
        said("give its share of all customers, or join it with another category"),
    )


def _unusable(variable: str, why: str, remedy: str) -> Invalid:
    return Invalid(said("Cannot rake to {variable}: {why}", variable=variable, why=why), field=variable, remedy=remedy)
