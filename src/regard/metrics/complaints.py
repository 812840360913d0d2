"""Complaint share: customers who complained, of those who were in touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regard.metrics import intervals
from regard.metrics.answers import Answers
from regard.metrics.asking import ask
from regard.metrics.contract import Gathered, Metric, Reading, Rules
from regard.metrics.customers import shares
from regard.metrics.model import Unit
from regard.metrics.questions import complaints_question
from regard.metrics.scope import Scope, conditions


@dataclass(frozen=True)
class Activity:
    """Customers heard of in a window, and how many of them complained."""

    customers: int = 0
    complaining: int = 0


def units(cell: Activity, rules: Rules, whole: Sequence[Any] = ()) -> Answers:
    """1 for a customer who complained in the window, 0 for one who did anything else in it."""
    return shares(cell.complaining, cell.customers - cell.complaining)


def read(cell: Activity, rules: Rules, whole: Sequence[Any]) -> Reading:
    return Reading(intervals.share(cell.complaining, cell.customers))


def gather(scope: Scope) -> Gathered:
    """One question a window: a customer is one, however often they were heard of in it."""
    cells, texts = {}, []
    for window in scope.windows:
        answer = ask(scope.store, complaints_question(*conditions(scope, window), scope.slice.by))
        texts.append(answer.sql)
        for row in answer.rows():
            group = (row["part"] or "") if scope.slice.by else None
            cells[window, group] = Activity(int(row["customers"]), int(row["complaining"] or 0))
    return Gathered(cells, ";\n\n".join(texts))


METRIC = Metric(
    key="complaints",
    title="Complaint share",
    unit=Unit.SHARE,
    better="lower",
    about="The share of the customers heard of in the period who complained in it.",
    formula="customers with a complaint ÷ customers with any interaction.",
    interval="Wilson's score interval.",
    source="Wilson 1927, JASA 22.",
    reads=("Complaint Made",),
    rules=(),
    gather=gather,
    read=read,
    units=units,
    nothing=Activity,
    family="activity",
    grows=True,
)
