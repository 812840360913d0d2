"""Two variables of a survey crossed, with small cells withheld where they would point at somebody."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from regard.base.words import marked
from regard.metrics import Cell, Crosstab, crosstab, withheld_by_period
from regard.report.responses.collected import Collected
from regard.report.responses.columns import Floats, Known
from regard.report.responses.items import Item
from regard.surveys import Rating

Hashed = tuple[Hashable, Hashable]
MOST = 20
"""More categories than fit a table that anybody reads."""
NET = {
    "detractors": marked("Detractors (0–6)"),
    "passives": marked("Passives (7–8)"),
    "promoters": marked("Promoters (9–10)"),
}
"""What answers to a recommendation question are counted as."""


@dataclass(frozen=True)
class Axis:
    """One variable as a table shows it: the category of each response, and the categories by what they are called."""

    variable: str
    given: Known
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Crossed:
    """A cross-tab and which of its cells are withheld, and why."""

    rows: Axis
    columns: Axis
    table: Crosstab
    withheld: Mapping[tuple[str, str], str]

    def is_told(self, cell: Cell) -> bool:
        return (cell.row, cell.column) not in self.withheld


def axis_of(collected: Collected, variable: str) -> Axis:
    """A variable; scores of a recommendation question as detractors, passives and promoters."""
    item = _asked(collected, variable)
    if item is not None and _is_net(item):
        return Axis(variable, collected.answers(item).read(_verdict).list(), NET)
    return Axis(variable, collected.category(variable), _labels(collected, variable))


def _asked(collected: Collected, variable: str) -> Item | None:
    return collected.item(variable.removeprefix("question:")) if variable.startswith("question:") else None


def _labels(collected: Collected, variable: str) -> Mapping[str, str]:
    item = _asked(collected, variable)
    return NET if item is not None and _is_net(item) else collected.categories(variable)


def crossable(collected: Collected) -> list[str]:
    """The variables that have few enough categories."""
    return [name for name in collected.variables if 1 < len(_labels(collected, name)) <= MOST]


def cross(collected: Collected, rows: str, columns: str, weights: Floats | None, least: int) -> Crossed:
    """Two variables crossed. Raises Invalid when nobody has both."""
    down, across = axis_of(collected, rows), axis_of(collected, columns)
    table = crosstab(list(down.given), list(across.given), weights, row_order=_used(down), column_order=_used(across))
    sizes: dict[Hashed, int] = {(cell.row, cell.column): cell.count for line in table.cells for cell in line}
    hidden = withheld_by_period(sizes, least) if least > 1 else {}
    return Crossed(down, across, table, {(str(row), str(column)): why for (row, column), why in hidden.items()})


def _used(axis: Axis) -> Sequence[str]:
    """Categories that somebody is in, in order."""
    used = set(axis.given)
    return [name for name in axis.labels if name in used]


def _is_net(item: Item) -> bool:
    question = item.question
    return isinstance(question, Rating) and item.metric == "nps" and (question.rate_min, question.rate_max) == (0, 10)


def _verdict(score: object) -> str | None:
    """
    >>> _verdict(9), _verdict(0), _verdict("nine")
    ('promoters', 'detractors', None)
    """
    if not isinstance(score, int | float) or isinstance(score, bool) or not 0 <= score <= 10:
        return None
    return "promoters" if score >= 9 else "passives" if score >= 7 else "detractors"
