"""Customer lifetime value, looking back: what customers have paid so far, less what they got back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from regard.base.words import said
from regard.metrics import intervals
from regard.metrics.answers import Answers
from regard.metrics.asking import ask
from regard.metrics.contract import Gathered, Metric, Reading, Rule, Rules, names
from regard.metrics.model import Unit
from regard.metrics.order_value import main_currency
from regard.metrics.questions import values_question
from regard.metrics.scope import Scope, Window
from regard.stream.vocabulary import ORDER_COMPLETED, ORDER_REFUNDED

Values = dict[float, float]
"""How many customers are worth each amount."""


def units(cell: Values, rules: Rules, whole: Sequence[Any] = ()) -> Answers:
    """What each customer has paid, net."""
    return Answers.of((value, customers) for value, customers in cell.items())


def read(cell: Values, rules: Rules, whole: Sequence[Any]) -> Reading:
    answers = units(cell, rules)
    quantiles = {"median": 0.5, "p90": 0.9}
    parts = {name: intervals.quantile(answers, q, Unit.MONEY) for name, q in quantiles.items()}
    return Reading(intervals.skewed_mean(answers, Unit.MONEY), parts)


def gather(scope: Scope) -> Gathered:
    """Everybody who has paid by the end of each window, in one currency: a window's beginning does not matter."""
    rules = scope.rules["customer_value"]
    rows: list[tuple[Window, dict[str, Any]]] = []
    texts = []
    for window in scope.windows:
        end = scope.bounds(window)[1]
        answer = ask(scope.store, values_question(rules["revenue"], rules["refunds"], end, scope.slice))
        texts.append(answer.sql)
        rows += [(window, row) for row in answer.rows()]
    paid: Counter[str | None] = Counter()
    for _, row in rows:
        paid[row["currency"]] += row["customers"]
    kept = main_currency(paid, scope.settings.currency)
    cells: dict[tuple[Window, str | None], Values] = {}
    for window, row in rows:
        if row["currency"] == kept:
            group = (row["part"] or "") if scope.slice.by else None
            cells.setdefault((window, group), {})[row["total"]] = float(row["customers"])
    return Gathered(cells, ";\n\n".join(texts), _notes(paid, kept), kept)


def _notes(paid: Counter[str | None], kept: str | None) -> list[str]:
    notes: list[str] = [
        said("What customers paid by the end of the period, less refunds. It looks back and foretells nothing.")
    ]
    if len(paid) > 1:
        notes.append(said("Payments in other currencies are left out: they are not added up."))
    return notes


METRIC = Metric(
    key="customer_value",
    title="Customer lifetime value to date",
    unit=Unit.MONEY,
    better="higher",
    about="What a customer has paid by the end of the period on average, less refunds, over everybody who has paid.",
    formula="(sum of revenue − sum of refunds) ÷ customers with any revenue. Beside it: median and 90th percentile.",
    interval="Student's t with the skewness taken out for the mean, order statistics for quantiles.",
    source="Hall 1992, JRSS B 54; Woodruff 1952, JASA 47.",
    reads=(ORDER_COMPLETED, ORDER_REFUNDED),
    rules=(
        Rule("revenue", [ORDER_COMPLETED], "The interactions whose amounts customers pay.", names),
        Rule("refunds", [ORDER_REFUNDED], "The interactions whose amounts they get back.", names),
    ),
    gather=gather,
    read=read,
    units=units,
    nothing=dict,
    family="values",
)
