"""Figures of the people of a company: every metric reads the same filter."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from regard.metrics import Slice, measure
from regard.profiles import refresh_profiles
from tests.metrics.company import answered, bought, happened, store_of, ticket

START = datetime(2026, 1, 5, 12)
FEBRUARY = {"start": date(2026, 2, 1), "end": date(2026, 3, 1)}
SIZES = {"acme": 20, "bolt": 12, "crane": 3}


def rows():
    """Of every company's people each answered, was invited, bought and had a ticket; nobody's are twenty more."""
    number = 0
    for company, size in {**SIZES, "": 20}.items():
        for _ in range(size):
            number += 1
            if company:
                yield happened("Account Joined", START, customer=number, subject=company)
            yield answered("csat", number % 5 + 1, 1, 5, customer=number, at=START)
            yield happened("Survey Sent", START, customer=number, subject=f"survey-{number}")
            yield bought(number, START + timedelta(days=number % 9), 10.0)
            yield from ticket(number, START + timedelta(days=30), number, customer=number)
    yield happened("Page Viewed", datetime(2026, 6, 1))


@pytest.fixture(scope="module")
def store():
    with store_of(*rows()) as made:
        refresh_profiles(made)
        yield made


def of(store, metric, *companies):
    slice = Slice(where={"customer.account": list(companies)}, **(FEBRUARY if metric == "churn" else {}))
    return measure(store, metric, slice).figures[0].estimate


@pytest.mark.parametrize(
    "metric", ["csat", "churn", "resolution_time", "fcr", "response_rate", "order_value", "customer_value"]
)
def test_every_metric_is_told_of_the_people_of_a_company(store, metric):
    assert of(store, metric, "acme").n == SIZES["acme"]


def test_a_small_company_is_not_told_alone_nor_beside_another(store):
    assert of(store, "csat", "crane").withheld
    assert of(store, "csat", "acme", "crane").withheld
    assert of(store, "csat", "acme", "bolt").n == 32
