"""Average order value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from regard.base.words import said
from regard.metrics import intervals
from regard.metrics.answers import Answers
from regard.metrics.asking import ask
from regard.metrics.contract import Cells, Gathered, Metric, Reading, Rules
from regard.metrics.definitions import settings_for
from regard.metrics.model import Unit
from regard.metrics.questions import amounts_question, currencies_question
from regard.metrics.scope import Scope, Window, conditions
from regard.stream import Store, compose

Wanted = Mapping[str, "str | Sequence[str] | None"]

Amounts = dict[float, float]
"""How many orders came to each amount."""


def units(cell: Amounts, rules: Rules, whole: Sequence[Any] = ()) -> Answers:
    """The amount of each order."""
    return Answers.of((amount, orders) for amount, orders in cell.items())


def read(cell: Amounts, rules: Rules, whole: Sequence[Any]) -> Reading:
    answers = units(cell, rules)
    parts = {"median": intervals.quantile(answers, 0.5, Unit.MONEY)}
    return Reading(intervals.skewed_mean(answers, Unit.MONEY), parts)


def gather(scope: Scope) -> Gathered:
    """One question a window; amounts in other currencies are left out aloud, never added up."""
    rows: list[tuple[Window, dict[str, Any]]] = []
    texts = []
    for window in scope.windows:
        answer = ask(scope.store, amounts_question(*conditions(scope, window), scope.slice.by))
        texts.append(answer.sql)
        rows += [(window, row) for row in answer.rows()]
    paid: Counter[str | None] = Counter()
    for _, row in rows:
        paid[row["currency"]] += row["orders"]
    kept = main_currency(paid, scope.settings.currency)
    return Gathered(_cells(scope, rows, kept), ";\n\n".join(texts), _notes(paid, kept), kept)


def currency_of(store: Store, where: Wanted | None = None, settings: int | None = None) -> str | None:
    """What money is in: the workspace's currency where anybody paid in it, else the commonest. None: nobody says."""
    own = settings_for(store, settings).currency
    answer = ask(store, currencies_question(*compose.matching(where or {})))
    return main_currency(Counter({row["currency"]: row["orders"] for row in answer.rows()}), own)


def main_currency(paid: Counter[str | None], currency: str | None) -> str | None:
    """The workspace's currency where anybody paid in it, else the commonest."""
    if not paid or currency in paid:
        return currency
    return paid.most_common(1)[0][0]


def _cells(scope: Scope, rows: Sequence[tuple[Window, dict[str, Any]]], kept: str | None) -> Cells:
    cells: dict[tuple[Window, str | None], Amounts] = {}
    for window, row in rows:
        if row["currency"] == kept:
            group = (row["part"] or "") if scope.slice.by else None
            cells.setdefault((window, group), {})[row["total"]] = float(row["orders"])
    return cells


def _notes(paid: Counter[str | None], kept: str | None) -> list[str]:
    others = sum(paid.values()) - paid[kept]
    if not others:
        return []
    if kept is None:
        return [said("Left out: orders that name their currency, for most do not ({others}).", others=others)]
    return [said("Left out: orders in other currencies than {kept} ({others}).", kept=kept, others=others)]


METRIC = Metric(
    key="order_value",
    title="Average order value",
    unit=Unit.MONEY,
    better="higher",
    about="What an order is worth on average, in one currency.",
    formula="sum of amounts ÷ orders. Beside it: the median.",
    interval="Student's t with the skewness taken out for the mean, order statistics for the median.",
    source="Hall 1992, JRSS B 54; Woodruff 1952, JASA 47.",
    reads=("Order Completed",),
    rules=(),
    gather=gather,
    read=read,
    units=units,
    nothing=dict,
    family="orders",
)
