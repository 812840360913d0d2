"""Retention rate, and cohorts by the month in which customers were first active."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlglot import exp

from regard.metrics import customers, intervals
from regard.metrics.answers import Answers
from regard.metrics.asking import ask
from regard.metrics.contract import Metric, Reading, Rules
from regard.metrics.customers import Counts, shares
from regard.metrics.definitions import definition_of
from regard.metrics.model import Estimate, Slice, Unit
from regard.metrics.scope import check_names, conditions, scope_of
from regard.stream import Question, Store, compose


def units(counts: Counts, rules: Rules, whole: Sequence[Counts] = ()) -> Answers:
    """1 for a customer who was there at the start and still is at the end, 0 for one who left."""
    return shares(counts.kept, counts.left)


def read(counts: Counts, rules: Rules, whole: Sequence[Counts]) -> Reading:
    published = intervals.count_ratio(counts.kept, counts.left, counts.new)
    return Reading(intervals.share(counts.kept, counts.start), {"published": published, **counts.parts()})


@dataclass(frozen=True)
class Cohort:
    """The customers first active in the month from ``start``; ``back[k]`` of them were active k months later."""

    start: date
    size: int
    back: Sequence[int]

    def shares(self) -> list[Estimate]:
        """The share active again, month by month; the first is 1."""
        return [intervals.share(count, self.size) for count in self.back]


@dataclass(frozen=True)
class Cohorts:
    """Retention cohorts, oldest first, and the SQL that counted them."""

    cohorts: Sequence[Cohort]
    sql: str


def cohorts(store: Store, slice: Slice = Slice()) -> Cohorts:
    """Customers by the month of their first qualifying interaction, and how many were active in each month after it."""
    check_names(store, slice)
    definition = definition_of(store, "retention")
    scope = scope_of(store, Slice(where=slice.where, as_of=slice.as_of), METRIC, {"retention": definition.rules}, ())
    limits, given = conditions(scope, (slice.start, slice.end))
    answer = ask(store, cohorts_question(definition.rules["qualifying"], scope.settings.time_zone, limits, given))
    found: dict[date, dict[int, int]] = {}
    for row in answer.rows():
        months = (row["month"].year - row["first"].year) * 12 + row["month"].month - row["first"].month
        found.setdefault(row["first"], {})[months] = row["customers"]
    last = max((row["month"] for row in answer.rows()), default=None)
    return Cohorts([_cohort(start, found[start], last) for start in sorted(found)], answer.sql)


def _cohort(start: date, back: dict[int, int], last: date | None) -> Cohort:
    assert last is not None
    months = (last.year - start.year) * 12 + last.month - start.month
    return Cohort(start, back[0], [back.get(month, 0) for month in range(months + 1)])


def cohorts_question(
    qualifying: Sequence[str], zone: str, limits: Sequence[exp.Expr], given: dict[str, object]
) -> Question:
    """How many customers of each first month were active in each month."""
    events = {f"event{i}": name for i, name in enumerate(qualifying)}
    named = exp.column("name").isin(*map(compose.placeholder, events))
    month = exp.alias_(compose.period_of("month", zone), "month")
    pairs = compose.select("customer", month).from_(compose.TABLE)
    pairs = pairs.where(named, compose.sql("NOT customer IS NULL"), *limits).group_by("customer", "month")
    first = compose.select("month", 'min(month) OVER (PARTITION BY customer) AS "first"').from_(pairs.subquery("pairs"))
    counted = compose.select('"first"', "month", "count(*) AS customers").from_(first.subquery("firsts"))
    return Question("cohorts", counted.group_by('"first"', "month").order_by('"first"', "month"), {**events, **given})


METRIC = Metric(
    key="retention",
    title="Retention rate",
    unit=Unit.SHARE,
    better="higher",
    about="The share of the customers there at the start of the period who are still there at its end.",
    formula="(customers at the end − new ones) ÷ customers at the start. Published beside it: customers at the end ÷ "
    "customers at the start, a count ratio that can pass 100 % because it counts new customers.",
    interval="Wilson's score interval; for the count ratio, a share and a Poisson count joined (MOVER).",
    source="Wilson 1927, JASA 22; Zou and Donner 2008, Statistics in Medicine 27.",
    reads=("Order Completed", "Subscription Started", "Subscription Cancelled"),
    rules=customers.RULES,
    gather=partial(customers.gather, "retention"),
    read=read,
    units=units,
    nothing=Counts,
    family="customers",
    days_rule="active_days",
)
