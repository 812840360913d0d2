"""Which cells of a measurement are withheld: small groups, small filters, and whatever would give them away.

A filter narrows to a group just as a break-down does. It is judged by the break-down of its own column, its other
filters kept: a filter that takes some, but not all, of the groups that the break-down withholds would tell them apart,
and so would one that leaves out only a few people, alone or crossed with the other filters. A filter by what names
single ones (a customer, a ticket, a text) chooses them one by one: of five and of six such, one is the difference.

Not judged: a cell of a break-down under a filter, by the break-down of the filter's column within that cell (a question
for every group). What one of the two withholds beside a small cell, the other may show.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from regard.metrics.contract import Later
from regard.metrics.membership import keys_in
from regard.metrics.model import Estimate, Figure, Slice
from regard.metrics.scope import BREAKABLE, Scope, Window
from regard.metrics.suppression import withheld_by_period, withheld_groups, withhold
from regard.metrics.survival import Survival, kaplan_meier
from regard.profiles import near_segments, related_segments
from regard.stream import COLUMNS, compose

Cell = tuple[Window, str | None]
Sizes = Mapping[Cell, int]
Wanted = str | Sequence[str] | None


def is_guarded(slice: Slice) -> bool:
    """True when figures are of a part of everybody; everybody's own are always told."""
    return slice.by is not None or bool(slice.where)


def withheld(scope: Scope, sizes: Sizes, sizes_of: Callable[[Slice], Sizes]) -> dict[Cell, str]:
    """The cells withheld, and why; ``sizes_of`` says how many the figures of another slice rest on."""
    if not is_guarded(scope.slice):
        return {}
    least = scope.settings.minimum_n
    telling = _telling(scope, sizes, sizes_of)
    if scope.slice.by is not None:
        return broken_down(sizes, least, telling)
    found: dict[Cell, str] = {}
    for family in families([window for window, _ in sizes]):
        parts: Sizes = {(one, None): sizes[one, None] for one in family}
        found |= withheld_groups(parts, least, telling)
    return found


def broken_down(sizes: Sizes, least: int, also: Collection[Cell] = ()) -> dict[Cell, str]:
    """Withheld so that neither a total nor, over several periods, the groups' own sums give anything away."""
    if len({window for window, _ in sizes}) < 2:
        return withheld_groups(sizes, least, also)
    hidden = withheld_by_period({(window, group): n for (window, group), n in sizes.items()}, least, {*also})
    return {cell: hidden[cell] for cell in sizes if cell in hidden}


def _telling(scope: Scope, sizes: Sizes, sizes_of: Callable[[Slice], Sizes]) -> set[Cell]:
    """The cells that would tell, by subtraction from what other questions show, who a filter leaves out."""
    slice, least = scope.slice, scope.settings.minimum_n
    found = _left_out(slice, sizes, sizes_of, least)
    for column, wanted in slice.where.items():
        rest = {name: value for name, value in slice.where.items() if name != column}
        if column == compose.SEGMENT:
            found |= _near_another(scope, sizes, sizes_of)
        elif column == compose.ACCOUNT:
            found |= _with_a_small_one(slice, sizes, sizes_of, least)
        elif column in SINGLE and least > 1:
            found |= set(sizes)
        elif column in BREAKABLE or column not in COLUMNS:
            hidden = broken_down(sizes_of(replace(slice, by=column, where=rest)), least)
            split = _split(hidden, _chosen(wanted))
            found |= {cell for cell in sizes if cell[0] in split}
    return found


SINGLE = frozenset({"id", "source_key", "customer", "subject", "text"})
"""The columns whose values are single interactions, people, tickets and orders."""

MOST_CROSSED = 3
"""Filters that are crossed with each other at most: each more doubles the questions."""


def _left_out(slice: Slice, sizes: Sizes, sizes_of: Callable[[Slice], Sizes], least: int) -> set[Cell]:
    """The cells whose filters, one or several at once, leave out only a few.

    Who is told of everybody, of those whom ``a`` lets through, of those whom ``b`` does, and of those whom both do,
    knows by inclusion and exclusion of those whom neither does. So every crossing of filters must be empty or large.
    """
    without = {
        some: sizes_of(replace(slice, where={name: wanted for name, wanted in slice.where.items() if name not in some}))
        for some in _choices(slice.where)
    }
    return {
        cell
        for some in without
        for cell, n in sizes.items()
        if 0 < sum(_sign(some, few) * without[few].get(cell, n) for few in _choices(some)) + _sign(some, ()) * n < least
    }


def _choices(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Every choice of some of the names, of all there are up to :data:`MOST_CROSSED`, in their order.

    >>> _choices(["a", "b"])
    [('a',), ('b',), ('a', 'b')]
    """
    known = list(names)
    return [some for size in range(1, min(len(known), MOST_CROSSED) + 1) for some in combinations(known, size)]


def _sign(some: Sequence[str], few: Sequence[str]) -> int:
    return -1 if (len(some) - len(few)) % 2 else 1


def _with_a_small_one(slice: Slice, sizes: Sizes, sizes_of: Callable[[Slice], Sizes], least: int) -> set[Cell]:
    """The cells in which one of the chosen companies has only a few: the others are told without it."""
    companies = sorted(_chosen(slice.where[compose.ACCOUNT]))
    alone = [sizes_of(replace(slice, where={**slice.where, compose.ACCOUNT: one})) for one in companies]
    return {cell for cell in sizes if any(0 < its.get(cell, 0) < least for its in alone)}


def _near_another(scope: Scope, sizes: Sizes, sizes_of: Callable[[Slice], Sizes]) -> set[Cell]:
    """The cells in which a segment differs by a few from one made of it, one that it is made of, or one that holds
    nearly the same customers: each is told, and so is what both hold together."""
    least, where, found = scope.settings.minimum_n, scope.slice.where, set[Cell]()
    keys = keys_in(where[compose.SEGMENT])
    for other in {*related_segments(scope.store, keys), *near_segments(scope.store, keys, least)}:
        alone = sizes_of(replace(scope.slice, where={**where, compose.SEGMENT: other}))
        both = sizes_of(replace(scope.slice, where={**where, compose.SEGMENT: [*keys, other]}))
        for cell, n in sizes.items():
            together = both.get(cell, n)
            if 0 < together - n < least or 0 < together - alone.get(cell, 0) < least:
                found.add(cell)
    return found


def _split(hidden: Mapping[Cell, str], chosen: set[str]) -> set[Window]:
    """The windows in which some of the withheld groups are chosen and some are not."""
    inside = {window for window, group in hidden if (group or "") in chosen}
    outside = {window for window, group in hidden if (group or "") not in chosen}
    return inside & outside


def _chosen(wanted: Wanted) -> set[str]:
    if wanted is None:
        return {""}
    return {wanted} if isinstance(wanted, str) else {str(value) for value in wanted}


def families(windows: Sequence[Window]) -> list[list[Window]]:
    """Windows that are told beside their sum; one that overlaps shorter ones is itself the sum of those.

    >>> from datetime import date
    >>> a, b, c = date(2016, 1, 1), date(2016, 2, 1), date(2016, 3, 1)
    >>> [len(family) for family in families([(a, c), (a, b), (b, c)])]
    [2, 0, 1]
    """
    wholes = [one for one in windows if any(_holds(one, other) for other in windows)]
    parts = [one for one in windows if one not in wholes]
    of_each = [[part for part in parts if _holds(whole, part)] for whole in wholes]
    rest = [part for part in parts if not any(part in family for family in of_each)]
    return [*of_each, rest, *([whole] for whole in wholes)]


def _holds(whole: Window, part: Window) -> bool:
    (start, end), (first, last) = whole, part
    if start is None or end is None or first is None or last is None:
        return False
    return start < last and first < end and last - first < end - start


def size_of(figure: Figure) -> int:
    """How many a figure rests on; where its headline counted nobody, those of its largest companion."""
    return figure.estimate.n or max((part.n for part in figure.parts.values()), default=0)


def emptied(figure: Figure, reason: str) -> Figure:
    """The figure without any number, its companions gone: a share of the distribution would give the total away."""
    return replace(figure, estimate=withhold(figure.estimate, reason), parts={}, curve=None)


def without_small_parts(figure: Figure, least: int) -> Figure:
    """The figure with its small companions withheld, once somebody looks at them; so is a curve of a few."""
    parts, whole = figure.parts, figure.curve

    def told(part: Estimate) -> Estimate:
        return withhold(part) if 0 < part.n < least else part

    def curve() -> Survival:
        assert whole is not None
        return whole() if whole().n >= least else kaplan_meier([], [])

    told_parts = Later(lambda: {name: told(part) for name, part in parts.items()})
    return replace(figure, parts=told_parts, curve=curve if whole else None)
