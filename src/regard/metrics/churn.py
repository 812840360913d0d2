"""Churn rate, of customers and of their money."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from regard.metrics import customers, intervals
from regard.metrics.answers import Answers
from regard.metrics.contract import Metric, Reading, Rules
from regard.metrics.customer_questions import CONTRACT_EVENTS
from regard.metrics.customers import Counts, shares
from regard.metrics.model import Estimate, Unit


def units(counts: Counts, rules: Rules, whole: Sequence[Counts] = ()) -> Answers:
    """1 for a customer who was there at the start and left, 0 for one who stayed."""
    return shares(counts.left, counts.kept)


def read(counts: Counts, rules: Rules, whole: Sequence[Counts]) -> Reading:
    headline = intervals.share(counts.left, counts.start)
    revenue = {"revenue_churn": revenue_churn(counts)} if counts.money and counts.money[0] > 0 else {}
    return Reading(headline, {"published": headline, **revenue, **counts.parts()})


def revenue_churn(counts: Counts) -> Estimate:
    """The money of those who left ÷ the money of those there at the start, before the period began.

    A ratio of two sums over the same customers: Cochran 1977, *Sampling Techniques*, ch. 6.
    """
    assert counts.money is not None
    total, squares, lost, lost_squares = counts.money
    ratio = lost / total
    error = math.sqrt(max(0.0, lost_squares * (1 - 2 * ratio) + squares * ratio**2)) / total
    arm = intervals.z_of(0.95) * error
    return Estimate(ratio, max(0.0, ratio - arm), min(1.0, ratio + arm), counts.start, Unit.SHARE)


METRIC = Metric(
    key="churn",
    title="Churn rate",
    unit=Unit.SHARE,
    better="lower",
    about="The share of the customers there at the start of the period who had left by its end.",
    formula="left ÷ customers at the start. Customers won and lost inside the period are in neither and counted apart. "
    "Beside it revenue churn: the money of those who left ÷ the money of all at the start.",
    interval="Wilson's score interval; for revenue, the ratio estimator's.",
    source="Wilson 1927, JASA 22; Cochran 1977, Sampling Techniques, ch. 6.",
    reads=("Order Completed", *CONTRACT_EVENTS),
    rules=customers.RULES,
    gather=partial(customers.gather, "churn"),
    read=read,
    units=units,
    nothing=Counts,
    family="customers",
    days_rule="active_days",
    grows=True,
    looks_back=customers.days_of_activity,
    facets=("money",),
)
