"""Two questions crossed: counts, shares with intervals, whether they hang together, and which cells stand out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regard.base import Invalid
from regard.base.words import said
from regard.metrics.association import Association, Contingency, association, cramers_v
from regard.metrics.comparison import Difference, difference, false_discoveries_controlled
from regard.metrics.intervals import nothing, wilson
from regard.metrics.model import Estimate, Unit
from regard.metrics.weighing import check_length, weights_of


@dataclass(frozen=True)
class Cell:
    """One row's share of one column, its column's share of the row, and the row against all other rows.

    ``residual`` is the adjusted standardised residual (Haberman 1973, *Biometrics* 29), about normal when nothing hangs
    together; ``against_rest`` compares the share in this row with that in all other rows, false discoveries among all
    cells controlled, so :attr:`stands_out` may be believed.
    """

    row: str
    column: str
    count: int
    weight: float
    of_row: Estimate
    of_column: Estimate
    residual: float
    against_rest: Difference

    @property
    def stands_out(self) -> bool:
        return self.against_rest.is_significant


@dataclass(frozen=True)
class Crosstab:
    """A cross-tabulation: its cells row by row, the test of the whole, and how strongly the questions hang together.

    ``test`` is None when one question has only one answer, and so is ``cramers_v``: 0 (not at all) to 1 (wholly).
    """

    rows: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Sequence[Cell]]
    test: Association | None
    cramers_v: float | None
    n: int
    n_effective: float

    @property
    def standing_out(self) -> list[Cell]:
        """The cells that stand out, the surest first."""
        found = [cell for row in self.cells for cell in row if cell.stands_out]
        return sorted(found, key=lambda cell: cell.against_rest.q_value or 0.0)


def crosstab(
    rows: Sequence[str | None],
    columns: Sequence[str | None],
    weights: ArrayLike | None = None,
    *,
    row_order: Sequence[str] | None = None,
    column_order: Sequence[str] | None = None,
    seed: int = 0,
) -> Crosstab:
    """Two answers of each respondent crossed; who left one out (None) is not counted.

    ``row_order`` and ``column_order`` are the categories as they shall stand (answers nobody gave are left out of the
    test, not of the table). ``seed`` makes the random tables of a permutation test repeatable.

    >>> table = crosstab(["web"] * 40 + ["phone"] * 40, ["yes"] * 30 + ["no"] * 10 + ["yes"] * 12 + ["no"] * 28)
    >>> table.test.method, round(table.test.statistic, 2), round(table.cramers_v, 2), len(table.standing_out)
    ('chi-square', 16.24, 0.44, 4)
    """
    row_names, column_names = _names(rows, row_order), _names(columns, column_order)
    table = _counted(rows, columns, weights, row_names, column_names)
    if not table.n:
        raise Invalid(
            said("nobody answered both questions"), field="columns", remedy=said("cross two questions of one survey")
        )
    cells = _judged(_cells(table, row_names, column_names))
    found = association(table, seed), cramers_v(table)
    return Crosstab(row_names, column_names, cells, *found, table.n, table.n_effective)


def _cells(table: Contingency, rows: Sequence[str], columns: Sequence[str]) -> list[list[Cell]]:
    residuals = table.residuals
    return [
        [_cell(table, residuals, (i, j), (row, column)) for j, column in enumerate(columns)]
        for i, row in enumerate(rows)
    ]


def _cell(table: Contingency, residuals: NDArray[np.float64], at: tuple[int, int], names: tuple[str, str]) -> Cell:
    here, its_row, its_column = (np.zeros(table.counts.shape, dtype=bool) for _ in range(3))
    here[at], its_row[at[0]], its_column[:, at[1]] = True, True, True
    of_row = _share(table, here, its_row)
    elsewhere = _share(table, its_column & ~its_row, ~its_row)
    return Cell(
        *names,
        int(table.counts[at]),
        float(table.weights[at]),
        of_row,
        _share(table, here, its_column),
        float(residuals[at]),
        difference(elsewhere, of_row),
    )


def _share(table: Contingency, part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> Estimate:
    """The weighted share of the cells of ``part`` among those of ``whole``, with Wilson's interval."""
    n, total = int(table.counts[whole].sum()), float(table.weights[whole].sum())
    if n == 0:
        return nothing(Unit.SHARE)
    size = total**2 / float(table.squares[whole].sum())
    p = min(1.0, float(table.weights[part].sum()) / total)
    return Estimate(p, *wilson(p * size, size), n, Unit.SHARE, n_effective=size)


def _judged(cells: list[list[Cell]]) -> list[list[Cell]]:
    """The cells with their differences judged together."""
    judged = iter(false_discoveries_controlled([cell.against_rest for row in cells for cell in row]))
    return [[replace(cell, against_rest=next(judged)) for cell in row] for row in cells]


def _names(given: Sequence[str | None], order: Sequence[str] | None) -> list[str]:
    found = {one for one in given if one is not None}
    if order is None:
        return sorted(found)
    strangers = found - set(order)
    return [*order, *sorted(strangers)]


def _counted(
    rows: Sequence[str | None],
    columns: Sequence[str | None],
    weights: ArrayLike | None,
    row_names: Sequence[str],
    column_names: Sequence[str],
) -> Contingency:
    check_length("columns", len(columns), len(rows))
    w = weights_of(weights, len(rows))
    places = [{name: place for place, name in enumerate(names)} for names in (row_names, column_names)]
    at = [
        np.array([place.get(one, -1) if one is not None else -1 for one in given], dtype=np.intp)
        for place, given in zip(places, (rows, columns), strict=True)
    ]
    both = (at[0] >= 0) & (at[1] >= 0)
    shape = (len(row_names), len(column_names))
    flat = at[0][both] * shape[1] + at[1][both]
    sums = (
        np.bincount(flat, x[both], minlength=shape[0] * shape[1]).reshape(shape) for x in (np.ones_like(w), w, w * w)
    )
    return Contingency(*(np.asarray(x, dtype=float) for x in sums))
