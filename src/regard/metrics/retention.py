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
from regard.metrics.contract import Metric, Reading, Rule, Rules, names
from regard.metrics.customer_questions import CONTRACT_EVENTS, latest_value, wanted_customers
from regard.metrics.customers import Counts, shares
from regard.metrics.definitions import definition_of, settings_for
from regard.metrics.model import Estimate, Slice, Unit
from regard.metrics.periods import starting
from regard.metrics.scope import check_names, instant_of
from regard.metrics.suppression import BELOW_MINIMUM, withhold
from regard.stream import Question, Store, compose
from regard.stream.vocabulary import ORDER_COMPLETED, ORDER_REFUNDED, SUBSCRIPTION_STARTED

COHORT_ACTIVITY = Rule(
    "cohort_activity",
    [ORDER_COMPLETED, ORDER_REFUNDED],
    "Interactions that begin a cohort and count as coming back. With contracts, Subscription Started does.",
    names,
)


def units(counts: Counts, rules: Rules, whole: Sequence[Counts] = ()) -> Answers:
    """1 for a customer who was there at the start and still is at the end, 0 for one who left."""
    return shares(counts.kept, counts.left)


def read(counts: Counts, rules: Rules, whole: Sequence[Counts]) -> Reading:
    published = intervals.count_ratio(counts.kept, counts.left, counts.new)
    return Reading(intervals.share(counts.kept, counts.start), {"published": published, **counts.parts()})


@dataclass(frozen=True)
class Cohort:
    """The customers first active in the month from ``start``; ``back[k]`` of them were active k months later.

    A cohort smaller than the least number shown is ``withheld``: its numbers are 0.
    """

    start: date
    size: int
    back: Sequence[int]
    withheld: str | None = None

    def shares(self) -> list[Estimate]:
        """The share active again, month by month; the first is 1."""
        found = [intervals.share(count, self.size) for count in self.back]
        return [withhold(one, self.withheld) for one in found] if self.withheld else found

    def hidden_below(self, least: int) -> Cohort:
        """The cohort, or nothing but its month where it has fewer customers."""
        return self if self.size >= least else Cohort(self.start, 0, [0] * len(self.back), BELOW_MINIMUM)


@dataclass(frozen=True)
class Cohorts:
    """Retention cohorts, oldest first, and the SQL that counted them."""

    cohorts: Sequence[Cohort]
    sql: str


def cohorts(store: Store, slice: Slice = Slice()) -> Cohorts:
    """Customers by the month of their first activity, and how many were active in each month after it.

    Whoever was there before the slice begins is in no cohort of it. A filter wants customers by their latest values.
    """
    check_names(store, slice)
    settings, rules = settings_for(store, slice.settings), METRIC.checked(definition_of(store, "retention").rules)
    events = [SUBSCRIPTION_STARTED] if settings.kind == "contractual" else rules["cohort_activity"]
    answer = ask(store, cohorts_question(events, settings.time_zone, slice))
    found: dict[date, dict[int, int]] = {}
    for row in answer.rows():
        months = (row["month"].year - row["first"].year) * 12 + row["month"].month - row["first"].month
        found.setdefault(row["first"], {})[months] = row["customers"]
    last = max((row["month"] for row in answer.rows()), default=None)
    whole = [_cohort(start, found[start], last) for start in sorted(found)]
    return Cohorts([cohort.hidden_below(settings.minimum_n) for cohort in whole], answer.sql)


def _cohort(start: date, back: dict[int, int], last: date | None) -> Cohort:
    assert last is not None
    months = (last.year - start.year) * 12 + last.month - start.month
    return Cohort(start, back[0], [back.get(month, 0) for month in range(months + 1)])


def cohorts_question(activity: Sequence[str], zone: str, slice: Slice) -> Question:
    """How many customers of each first month were active in each month; the first of all they ever had."""
    events = {f"event{i}": name for i, name in enumerate(activity)}
    named = exp.column("name").isin(*map(compose.placeholder, events))
    limits, given = compose.between(None, instant_of(slice.end, zone), slice.as_of)
    rows = [named, compose.sql("NOT customer IS NULL"), *limits]
    month = exp.alias_(compose.period_of("month", zone), "month")
    pairs = compose.select("customer", month).from_(compose.TABLE).where(*rows).group_by("customer", "month")
    if slice.where:
        pairs = pairs.where(exp.column("customer").isin(query=_wanted(slice, rows)))
        given |= wanted_customers(slice.where)[1]
    first = compose.select("month", 'min(month) OVER (PARTITION BY customer) AS "first"').from_(pairs.subquery("pairs"))
    counted = compose.select('"first"', "month", "count(*) AS customers").from_(first.subquery("firsts"))
    if slice.start is not None:
        counted = counted.where(compose.sql('"first" >= :since'))
        given["since"] = starting(slice.start, "month")
    counted = counted.group_by('"first"', "month").order_by('"first"', "month")
    return Question("cohorts", counted, {**events, **given})


def _wanted(slice: Slice, rows: Sequence[exp.Expr]) -> exp.Select:
    """The customers whom the filter wants, by their latest values."""
    latest = [latest_value(name, f"is{place}") for place, name in enumerate(slice.where)]
    told = compose.select("customer", *latest).from_(compose.TABLE).where(*rows).group_by("customer")
    return compose.select("customer").from_(told.subquery("told")).where(*wanted_customers(slice.where)[0])


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
    reads=("Order Completed", *CONTRACT_EVENTS),
    rules=(*customers.RULES, COHORT_ACTIVITY),
    gather=partial(customers.gather, "retention"),
    read=read,
    units=units,
    nothing=Counts,
    family="customers",
    days_rule="active_days",
    grows=True,
    looks_back=customers.days_of_activity,
)
