"""When a contractual customer leaves: at a cancellation, at an expiry, or when the time passes without a renewal."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from regard.metrics import Slice, measure, rows_behind
from regard.stream import Record
from tests.metrics.company import happened, store_of

MARCH = Slice(start=date(2026, 3, 1), end=date(2026, 4, 1))


def contract(what: str, customer: int, at: datetime, until: str | None = None, subject: str | None = None, **given):
    said = {} if until is None else {"properties": json.dumps({"expires_at": until})}
    return happened(f"Subscription {what}", at, customer=customer, subject=subject, **said, **given)


def company(*rows, **settings):
    store = store_of(*rows, happened("x", datetime(2026, 7, 1)), kind="contractual", **settings)
    store.keep(Record("property", "expires_at", {}))
    return store


def churn(*rows, slice=MARCH, **settings):
    with company(*rows, **settings) as store:
        return measure(store, "churn", slice).figures[0]


def test_an_expiry_ends_a_contract_as_a_cancellation_does():
    begun = [contract("Started", n, datetime(2026, 1, 1)) for n in (1, 2)]
    assert churn(*begun, contract("Expired", 1, datetime(2026, 3, 9))).estimate.value == 0.5


@pytest.mark.parametrize(
    ("until", "left"),
    [
        ("2026-03-09", 1),
        ("2026-03-09T10:00:00Z", 1),
        ("2026-03-31T23:59:59", 1),
        ("2026-04-01T01:30:00+02:00", 1),
        ("2026-04-01T01:30:00-02:00", 0),
        ("2026-04-01 00:00:01", 0),
        ("2027-01-01", 0),
        ("never", 0),
        ("9999-12-31", 0),
    ],
)
def test_a_contract_runs_out_when_it_said_it_would(until, left):
    assert churn(contract("Started", 1, datetime(2026, 1, 1), until)).estimate.value == left


def test_a_renewal_lets_it_go_on_and_an_expired_one_is_no_customer_at_the_start():
    renewed = [
        contract("Started", 1, datetime(2026, 1, 1), "2026-03-09"),
        contract("Renewed", 1, datetime(2026, 3, 8), "2026-09-09"),
    ]
    expired = contract("Started", 2, datetime(2026, 1, 1), "2026-02-09")
    found = churn(*renewed, expired)
    assert (found.estimate.value, found.estimate.n) == (0, 1)


def test_a_renewal_without_a_date_runs_until_somebody_ends_it():
    rows = [contract("Started", 1, datetime(2026, 1, 1), "2026-03-09"), contract("Renewed", 1, datetime(2026, 3, 8))]
    assert churn(*rows).estimate.value == 0


def test_a_renewal_after_the_expiry_wins_the_customer_back():
    rows = [
        contract("Started", 1, datetime(2026, 1, 1), "2026-02-09"),
        contract("Renewed", 1, datetime(2026, 3, 20), "2026-09-09"),
    ]
    assert churn(*rows).parts["customers_won"].value == 1


def test_one_of_two_contracts_running_out_is_not_churn():
    rows = [
        contract("Started", 1, datetime(2026, 1, 1), "2026-03-09", "A"),
        contract("Started", 1, datetime(2026, 1, 2), "2026-09-09", "B"),
    ]
    assert churn(*rows).estimate.value == 0


def test_who_came_and_ran_out_inside_the_period_is_counted_apart():
    rows = [contract("Started", 1, datetime(2026, 1, 1)), contract("Started", 2, datetime(2026, 3, 2), "2026-03-20")]
    found = churn(*rows)
    assert (found.estimate.value, found.parts["won_and_lost"].value) == (0, 1)


def test_money_of_a_contract_that_has_run_out_is_not_counted():
    rows = [
        contract("Started", 1, datetime(2026, 1, 1), "2026-02-09", "A", amount=100.0),
        contract("Started", 1, datetime(2026, 1, 1), "2026-03-09", "B", amount=10.0),
        contract("Started", 2, datetime(2026, 1, 1), amount=30.0),
    ]
    assert churn(*rows).parts["revenue_churn"].value == pytest.approx(0.25)


def test_the_rows_behind_are_all_that_contracts_told():
    rows = [contract("Started", 1, datetime(2026, 1, 1)), contract("Renewed", 1, datetime(2026, 2, 1))]
    with company(*rows, contract("Expired", 1, datetime(2026, 3, 9))) as store:
        assert len(rows_behind(store, "churn", MARCH)) == 3
