"""Small groups are not shown, nor is any figure that would reveal them by subtraction from a total.

Every total is an equation: it equals the sum of its parts. A withheld figure is safe when the shown ones and these
equations do not determine it (complementary suppression: Cox 1980, *JASA* 75); that is checked, not assumed.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from regard.metrics.model import Estimate

BELOW_MINIMUM = "below_minimum_n"
WOULD_REVEAL = "would_reveal_another_group"

Cell = TypeVar("Cell", bound=Hashable)
TOTAL = ("total",)


def withheld_cells(sizes: Mapping[Cell, int], sums: Mapping[Cell, Collection[Cell]], minimum_n: int) -> dict[Cell, str]:
    """Which figures are withheld, and why.

    ``sizes`` is how many each figure rests on, totals included; ``sums`` names the parts of each total that is shown
    beside them. Whatever has fewer than ``minimum_n`` is withheld; then the smallest figures beside it are too, until
    nothing withheld can be computed and no leftover below the minimum can. Empty figures hide nobody.
    """
    hidden = {cell: BELOW_MINIMUM for cell, n in sizes.items() if 0 < n < minimum_n}
    equations = [[total, *(part for part in parts if sizes.get(part))] for total, parts in sums.items()]
    while exposed := _exposing(equations, hidden, sizes, minimum_n):
        for equation in exposed:
            shown = [cell for cell in equation if cell not in hidden]
            if shown:
                hidden[min(shown, key=lambda cell: (sizes[cell], str(cell)))] = WOULD_REVEAL
    return hidden


def _exposing(
    equations: Sequence[Sequence[Cell]], hidden: Mapping[Cell, str], sizes: Mapping[Cell, int], minimum_n: int
) -> list[Sequence[Cell]]:
    """The equations that still have something shown and give something withheld away."""
    known = recoverable(equations, hidden)
    open_ones = [one for one in equations if any(cell not in hidden for cell in one)]
    direct = [one for one in open_ones if known & set(one) or _leftover_is_small(one, hidden, sizes, minimum_n)]
    # What only several equations together give away is closed by closing any of them.
    return direct or [one for one in open_ones if known and hidden.keys() & set(one)]


def _leftover_is_small(one: Sequence[Cell], hidden: Mapping[Cell, str], sizes: Mapping[Cell, int], least: int) -> bool:
    """True when a shown total less its shown parts leaves a few people, even if not a single group."""
    return one[0] not in hidden and 0 < sum(sizes[part] for part in one[1:] if part in hidden) < least


def recoverable(equations: Sequence[Sequence[Cell]], hidden: Iterable[Cell]) -> set[Cell]:
    """The ``hidden`` cells that the equations (a total, then its parts) determine once all others are known.

    >>> sorted(recoverable([["all", "web", "fax", "post"]], {"fax"}))
    ['fax']
    >>> recoverable([["all", "web", "fax", "post"]], {"fax", "post"})
    set()
    """
    cells = list(hidden)
    place = {cell: i for i, cell in enumerate(cells)}
    table = np.zeros((len(equations), len(cells)))
    for row, equation in enumerate(equations):
        for sign, cell in zip([-1.0] + [1.0] * (len(equation) - 1), equation, strict=True):
            if cell in place:
                table[row, place[cell]] = sign
    if not table.any():
        return set()
    determined = np.einsum("ij,ji->i", np.linalg.pinv(table), table) > 1 - 1e-9
    return {cell for cell, is_known in zip(cells, determined, strict=True) if is_known}


def withheld_groups(sizes: Mapping[str, int], minimum_n: int, *, total_is_shown: bool = True) -> dict[str, str]:
    """Which groups of one break-down are withheld, and why; their total is the sum of them all.

    >>> withheld_groups({"web": 90, "phone": 40, "fax": 3}, 5)
    {'fax': 'below_minimum_n', 'phone': 'would_reveal_another_group'}
    """
    cells: dict[Hashable, int] = dict(sizes.items())
    cells[TOTAL] = sum(sizes.values())
    sums: dict[Hashable, list[Hashable]] = {TOTAL: list(sizes)} if total_is_shown else {}
    hidden = withheld_cells(cells, sums, minimum_n)
    return {group: hidden[group] for group in hidden if isinstance(group, str)}


def withheld_by_period(
    sizes: Mapping[tuple[Hashable, Hashable], int], minimum_n: int
) -> dict[tuple[Hashable, Hashable], str]:
    """Which cells ``(period, group)`` of a two-way break-down are withheld when both its margins are shown too.

    A withheld margin is reported as ``(period, None)`` or ``(None, group)``.
    """
    sums: dict[tuple[Hashable, Hashable], list[tuple[Hashable, Hashable]]] = {}
    for period, group in sizes:
        sums.setdefault((period, None), []).append((period, group))
        sums.setdefault((None, group), []).append((period, group))
    totals = {margin: sum(sizes[cell] for cell in cells) for margin, cells in sums.items()}
    return withheld_cells(dict(sizes) | totals, sums, minimum_n)


def suppress(groups: Mapping[str, Estimate], minimum_n: int, *, total_is_shown: bool = True) -> dict[str, Estimate]:
    """The same groups with the withheld ones emptied of every number, their size included."""
    hidden = withheld_groups({group: one.n for group, one in groups.items()}, minimum_n, total_is_shown=total_is_shown)
    return {group: withhold(one, hidden[group]) if group in hidden else one for group, one in groups.items()}


def withhold(estimate: Estimate, reason: str = BELOW_MINIMUM) -> Estimate:
    """An estimate without its numbers: not the value, not the bounds, and not how many there are."""
    return replace(estimate, value=None, low=None, high=None, n=0, n_effective=None, withheld=reason)
