"""Whether two questions hang together: tests and a measure of a table of counts.

Pearson's chi-square; weighted, with the second-order correction of Rao and Scott (1984, *Annals of Statistics* 12) in
the F form of Thomas and Rao (1987, *JASA* 82). Where counts are too small for it (Cochran 1954, *Biometrics* 10) the
test is exact: Fisher's in a 2 × 2 table, otherwise over random tables of the same margins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regard.metrics.answers import Floats

RANDOM_TABLES = 5000
"""How many tables the permutation test draws; its p-value is never below 1 in so many."""

Method = Literal["chi-square", "rao-scott", "fisher", "permutation"]


@dataclass(frozen=True)
class Association:
    """The outcome of a test of independence; ``freedom`` is absent where the test needs none.

    ``is_rough`` says that counts were too small for the method, and there is no better one for weighted answers.
    """

    method: Method
    statistic: float
    freedom: float | None
    p_value: float
    is_rough: bool = False


@dataclass(frozen=True)
class Contingency:
    """How many answers are in each cell (rows × columns), the sum of their weights, and of their squared weights."""

    counts: Floats
    weights: Floats
    squares: Floats

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    @property
    def shares(self) -> Floats:
        """The weighted share of each cell of all answers."""
        return np.asarray(self.weights / self.weights.sum(), dtype=float)

    @property
    def n_effective(self) -> float:
        """Kish 1965: (Σw)²/Σw²."""
        return float(self.weights.sum() ** 2 / self.squares.sum())

    @property
    def is_weighted(self) -> bool:
        """Unless all weights are the same: only then is Σw² as small as it can be."""
        return self.n_effective < self.n * (1 - 1e-9)

    @property
    def expected(self) -> Floats:
        """The share of each cell if the questions had nothing to do with each other."""
        return np.outer(self.shares.sum(axis=1), self.shares.sum(axis=0))

    @property
    def chi_square(self) -> float:
        """Pearson's, for the weighted shares of ``n`` answers."""
        expected = self.expected
        return self.n * float(((self.shares - expected) ** 2 / expected).sum())

    @property
    def residuals(self) -> Floats:
        """Adjusted standardised residuals (Haberman 1973, *Biometrics* 29); weighted by the effective size."""
        row, column = self.shares.sum(axis=1), self.shares.sum(axis=0)
        variance = np.outer(row * (1 - row), column * (1 - column)) / self.n_effective
        off = self.shares - self.expected
        return np.asarray(np.divide(off, np.sqrt(variance), out=np.zeros_like(off), where=variance > 0), dtype=float)

    def without_empty(self) -> Contingency:
        """Without the rows and columns that nobody chose: they tell nothing about the others."""
        rows, columns = self.weights.sum(axis=1) > 0, self.weights.sum(axis=0) > 0
        return Contingency(*(x[rows][:, columns] for x in (self.counts, self.weights, self.squares)))


def association(table: Contingency, seed: int = 0) -> Association | None:
    """The test that fits the table; None when a question has only one answer. ``seed`` is for the permutation test.

    >>> tea = np.array([[3.0, 1.0], [1.0, 3.0]])
    >>> association(Contingency(tea, tea, tea))
    Association(method='fisher', statistic=2.0, freedom=None, p_value=0.4857..., is_rough=False)
    """
    core = table.without_empty()
    if min(core.counts.shape, default=0) < 2:
        return None
    is_small = _is_small(core.expected * core.n)
    if core.is_weighted:
        return _rao_scott(core, is_rough=is_small)
    if not is_small:
        from scipy.special import chdtrc  # here, because it is 8 MB that a server seldom asked for it can spare

        freedom = math.prod(size - 1 for size in core.counts.shape)
        return Association("chi-square", core.chi_square, freedom, float(chdtrc(freedom, core.chi_square)))
    counts = core.counts.astype(np.int64)
    return _fisher(counts, core.chi_square) if counts.shape == (2, 2) else _permuted(counts, core.chi_square, seed)


def cramers_v(table: Contingency) -> float | None:
    """Cramér's V with its bias taken out (Bergsma 2013, *Journal of the Korean Statistical Society* 42): 0–1."""
    core = table.without_empty()
    rows, columns = core.counts.shape
    size = core.n_effective - 1
    if min(rows, columns) < 2 or size <= 0:
        return None
    excess = max(0.0, core.chi_square / core.n - (rows - 1) * (columns - 1) / size)
    least = min(side - (side - 1) ** 2 / size for side in (rows, columns)) - 1
    return min(1.0, math.sqrt(excess / least)) if least > 0 else None


def _is_small(expected: Floats) -> bool:
    """Cochran's rule: some cell expects less than 1, or more than a fifth of them less than 5."""
    return bool(expected.min() < 1 or (expected < 5).mean() > 0.2)


def _fisher(counts: NDArray[np.int64], statistic: float) -> Association:
    """Both sides: the probability of every table no likelier than this one (Fisher 1935)."""
    (a, b), (c, d) = counts.tolist()
    first, second, chosen = a + b, c + d, a + c
    ways = [math.comb(first, k) * math.comb(second, chosen - k) for k in range(min(first, chosen) + 1)]
    this = math.comb(first, a) * math.comb(second, c)
    return Association("fisher", statistic, None, sum(way for way in ways if way <= this) / sum(ways))


def _permuted(counts: NDArray[np.int64], statistic: float, seed: int) -> Association:
    """The share of random tables with the same margins that are at least as far from independence."""
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    expected = np.outer(rows, columns) / counts.sum()
    rng = np.random.default_rng(seed)
    drawn = np.array([_random_table(rng, rows, columns) for _ in range(RANDOM_TABLES)])
    statistics = ((drawn - expected) ** 2 / expected).sum(axis=(1, 2))
    reached = int((statistics >= statistic * (1 - 1e-9)).sum())
    return Association("permutation", statistic, None, (reached + 1) / (RANDOM_TABLES + 1))


def _random_table(
    rng: np.random.Generator, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    """One table with these margins, as likely as chance makes it: each row drawn from what the rows before it left."""
    left, drawn = columns.copy(), []
    for size in rows:
        drawn.append(rng.multivariate_hypergeometric(left, int(size), method="marginals"))
        left -= drawn[-1]
    return drawn


def _rao_scott(table: Contingency, *, is_rough: bool) -> Association:
    """Pearson's statistic by the mean of its generalised design effects, its freedom lessened by their spread."""
    from scipy.special import fdtrc

    effects = _design_effects(table)
    trace, square = float(np.trace(effects)), float(np.trace(effects @ effects))
    freedom = trace**2 / square
    f = table.chi_square / trace
    p_value = float(fdtrc(freedom, freedom * (table.n - 1), f))
    return Association("rao-scott", f, freedom, p_value, is_rough)


def _design_effects(table: Contingency) -> Floats:
    """The matrix whose eigenvalues say how much weighting spreads each contrast of the interaction (Rao and Scott)."""
    p, n = table.expected.ravel(), table.n
    contrasts = _interactions(table.counts.shape)
    equal = (np.diag(p) - np.outer(p, p)) / n
    each = contrasts / p[:, None]
    weighted = each.T @ _covariance(table) @ each
    return np.asarray(np.linalg.solve(each.T @ equal @ each, weighted), dtype=float)


def _interactions(shape: tuple[int, ...]) -> Floats:
    """A basis of all that rows and columns alone do not say: products of contrasts that add up to nothing."""
    row, column = (np.eye(size)[:, 1:] - 1 / size for size in shape)
    return np.asarray(np.kron(row, column), dtype=float)


def _covariance(table: Contingency) -> Floats:
    """Of the weighted shares of the cells, each answer drawn on its own, if the questions are independent."""
    p, n = table.shares.ravel(), table.n
    s = table.squares.ravel() / table.weights.sum() ** 2
    crossed = np.outer(s, p)
    return np.asarray((np.diag(s) - crossed - crossed.T + s.sum() * np.outer(p, p)) * n / (n - 1), dtype=float)
