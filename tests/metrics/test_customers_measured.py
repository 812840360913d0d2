"""Retention, churn, cohorts and referrals: who was there, who left, who came and went."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.metrics import Slice, cohorts, currency_of, define, measure
from tests.metrics.company import bought, happened, store_of

MARCH = Slice(start=date(2026, 3, 1), end=date(2026, 4, 1))
ORDERS = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 400)), min_size=1, max_size=60)
START = datetime(2025, 6, 1, 12)


def only(store, metric, slice=MARCH):
    (figure,) = measure(store, metric, slice).figures
    return figure


def test_a_customer_leaves_when_ninety_days_pass_without_a_purchase():
    kept = [bought(1, datetime(2026, 2, 1)), bought(2, datetime(2026, 2, 20))]
    gone = [bought(3, datetime(2025, 12, 10))]
    store = store_of(*kept, *gone, bought(9, datetime(2026, 4, 20)))
    figure = only(store, "churn")
    assert (figure.estimate.value, figure.estimate.n) == (pytest.approx(1 / 3), 3)
    assert figure.parts["customers_lost"].value == 1


def test_the_published_ratio_counts_new_customers_and_can_pass_one():
    store = store_of(bought(1, datetime(2026, 2, 1)), *[bought(n, datetime(2026, 3, 9)) for n in (2, 3)])
    figure = only(store, "retention")
    assert (figure.estimate.value, figure.parts["published"].value) == (1, 3)


def test_customers_won_and_lost_inside_the_period_are_counted_apart():
    year = Slice(start=date(2026, 1, 1), end=date(2027, 1, 1))
    rows = [bought(1, datetime(2025, 12, 1)), bought(1, datetime(2026, 12, 1)), bought(2, datetime(2026, 3, 1))]
    figure = only(store_of(*rows, bought(9, datetime(2027, 1, 5))), "churn", year)
    assert (figure.estimate.value, figure.estimate.n, figure.parts["won_and_lost"].value) == (0, 1, 1)


def test_a_contract_decides_where_the_company_has_contracts():
    rows = [happened("Subscription Started", datetime(2025, 1, 1), customer=n) for n in (1, 2, 3)]
    rows += [happened("Subscription Cancelled", datetime(2026, 3, 5), customer=1)]
    rows += [happened("Subscription Started", datetime(2026, 3, 9), customer=4)]
    rows += [happened("Subscription Cancelled", datetime(2026, 3, 20), customer=4), bought(2, datetime(2026, 5, 1))]
    figure = only(store_of(*rows, kind="contractual"), "churn")
    assert (figure.estimate.value, figure.estimate.n) == (pytest.approx(1 / 3), 3)
    assert figure.parts["won_and_lost"].value == 1


def test_somebody_who_comes_back_after_cancelling_is_a_customer_again():
    steps = (("Started", 1), ("Cancelled", 5), ("Started", 9))
    rows = [happened(f"Subscription {what}", datetime(2026, 2, day), customer=1) for what, day in steps]
    store = store_of(*rows, bought(1, datetime(2026, 5, 1)), kind="contractual")
    assert only(store, "retention").estimate.value == 1


def test_revenue_churn_weighs_those_who_left_by_their_money():
    rows = [
        bought(1, datetime(2026, 2, 1), 10.0),
        bought(2, datetime(2025, 12, 10), 30.0),
        bought(3, datetime(2026, 5, 1)),
    ]
    assert only(store_of(*rows), "churn").parts["revenue_churn"].value == pytest.approx(0.75)


def test_orders_of_nobody_in_particular_make_no_customer():
    store = store_of(
        bought(1, datetime(2026, 2, 1)), bought(None, datetime(2026, 2, 1)), bought(9, datetime(2026, 5, 1))
    )
    assert only(store, "retention").estimate.n == 1


def test_a_period_the_data_do_not_reach_the_end_of_is_cut_there_and_says_so():
    store = store_of(bought(1, datetime(2026, 2, 20)), bought(2, datetime(2026, 3, 10)))
    measured = measure(store, "churn", Slice(start=date(2026, 3, 1), end=date(2026, 12, 31)))
    assert measured.figures[0].estimate.value == 0
    assert any("2026-03-11" in note for note in measured.notes)


def test_a_customers_group_is_the_one_of_their_latest_purchase_for_break_down_and_filter_alike():
    rows = []
    for n in range(6):
        rows += [bought(n + 1, datetime(2026, 2, 1), channel="web"), bought(n + 1, datetime(2026, 2, 9), channel="app")]
        rows += [bought(n + 20, datetime(2025, 12, 10), channel="web")]
    store = store_of(*rows, bought(99, datetime(2026, 5, 1), channel="web"))
    by_channel = {
        figure.group: figure.estimate
        for figure in measure(store, "churn", Slice("channel", None, MARCH.start, MARCH.end)).figures
    }
    assert (by_channel["app"].value, by_channel["web"].value) == (0, 1)
    filtered = only(store, "churn", Slice(start=MARCH.start, end=MARCH.end, where={"channel": "web"}))
    assert filtered.estimate == by_channel["web"]


def test_how_long_a_customer_stays_active_is_part_of_the_definition():
    store = store_of(bought(1, datetime(2026, 2, 10)), bought(9, datetime(2026, 5, 1)))
    assert only(store, "churn").estimate.value == 0
    define(store, "churn", {"active_days": 30})
    assert only(store, "churn").estimate.value == 1


def test_a_cohort_is_the_customers_of_one_first_month_and_who_of_them_came_back():
    rows = [
        bought(1, datetime(2026, 1, 5)),
        bought(1, datetime(2026, 3, 5)),
        bought(2, datetime(2026, 1, 9)),
        bought(3, datetime(2026, 2, 1)),
    ]
    found = cohorts(store_of(*rows, minimum_n=1)).cohorts
    assert [(one.start.month, one.size, list(one.back)) for one in found] == [(1, 2, [2, 0, 1]), (2, 1, [1, 0])]


@settings(max_examples=15, deadline=None)
@given(ORDERS)
def test_standard_retention_and_churn_are_one_together(orders):
    store = store_of(*[bought(customer, START + timedelta(days=day)) for customer, day in orders])
    kept, lost = (measure(store, metric, Slice(every="quarter")).figures for metric in ("retention", "churn"))
    for one, other in zip(kept, lost, strict=True):
        assert one.estimate.n == other.estimate.n
        if one.estimate.n:
            assert one.estimate.value + other.estimate.value == pytest.approx(1)


def referred(customer: int, at: datetime, subject: str, name: str = "Referral Made"):
    return happened(name, at, customer=customer, subject=subject)


def test_the_referral_rate_is_of_all_customers_known():
    rows = [bought(n, datetime(2026, 1, 1)) for n in range(1, 11)]
    rows += [
        referred(1, datetime(2026, 1, 5), "a"),
        referred(1, datetime(2026, 1, 6), "b"),
        referred(2, datetime(2026, 1, 7), "c"),
    ]
    rows += [referred(1, datetime(2026, 2, 1), "a", "Referral Converted"), bought(1, datetime(2026, 8, 1))]
    figure = only(store_of(*rows), "referral_rate", Slice())
    assert (figure.estimate.value, figure.estimate.n) == (0.2, 10)
    assert figure.parts["per_customer"].value == pytest.approx(0.3)
    assert figure.parts["conversion"].value == pytest.approx(1 / 3)


def test_where_nobody_records_referrals_there_is_no_rate():
    assert only(store_of(bought(1, datetime(2026, 1, 1))), "referral_rate", Slice()).estimate.value is None


def test_a_conversion_after_the_attribution_window_does_not_count():
    rows = [bought(1, datetime(2026, 1, 1)), referred(1, datetime(2026, 1, 5), "a")]
    rows += [referred(1, datetime(2026, 6, 1), "a", "Referral Converted")]
    assert only(store_of(*rows), "referral_rate", Slice()).parts["conversion"].value == 0


def test_the_lines_of_one_order_are_one_order_and_currencies_are_never_added():
    rows = [
        bought(1, datetime(2026, 1, 1), 10.0, subject="a", currency="EUR"),
        bought(1, datetime(2026, 1, 1), 20.0, subject="a", currency="EUR"),
    ]
    rows += [
        bought(2, datetime(2026, 1, 2), 50.0, subject="b", currency="EUR"),
        bought(3, datetime(2026, 1, 2), 9.0, subject="c", currency="PLN"),
    ]
    measured = measure(store_of(*rows, currency="EUR"), "order_value")
    assert (measured.figures[0].estimate.value, measured.figures[0].estimate.n) == (40, 2)
    assert any("than EUR (1)" in note for note in measured.notes)


def test_the_complaint_share_is_of_the_customers_heard_of():
    rows = [bought(n, datetime(2026, 1, 1)) for n in range(1, 5)]
    figure = only(store_of(*rows, happened("Complaint Made", datetime(2026, 1, 2), customer=1)), "complaints", Slice())
    assert (figure.estimate.value, figure.estimate.n) == (0.25, 4)


# --- what a reader of the figures may rely on --------------------------------------------------------------------


def test_retention_of_a_month_that_had_not_begun_when_it_was_asked_is_not_known():
    often = [bought(n, datetime(2026, 1, 10) + timedelta(days=40 * k)) for n in range(20) for k in range(6)]
    may = Slice(start=date(2026, 5, 1), end=date(2026, 6, 1), as_of=datetime(2026, 3, 1, tzinfo=UTC))
    assert only(store_of(*often), "retention", may).estimate.value is None


def test_a_period_that_was_cut_by_what_had_been_received_says_so():
    often = [bought(n, datetime(2026, 1, 10) + timedelta(days=40 * k)) for n in range(20) for k in range(6)]
    march = Slice(start=date(2026, 3, 1), end=date(2026, 4, 1), as_of=datetime(2026, 3, 15, tzinfo=UTC))
    assert any("2026-03-15" in note for note in measure(store_of(*often), "retention", march).notes)


def subscribed(what: str, customer: int, at: datetime, contract: str | None = None, **given):
    return happened(f"Subscription {what}", at, customer=customer, subject=contract, **given)


def churn_of_february(*rows):
    february = Slice(start=date(2026, 2, 1), end=date(2026, 3, 1))
    return only(store_of(*rows, happened("x", datetime(2026, 4, 1)), kind="contractual"), "churn", february)


def test_one_of_two_contracts_ended_is_not_churn_and_both_ended_is():
    rows = []
    for n in range(20):
        rows += [subscribed("Started", n, datetime(2026, 1, day), f"{one}{n}") for one, day in (("A", 1), ("B", 15))]
        rows += [subscribed("Cancelled", n, datetime(2026, 2, 10), f"A{n}")]
    assert churn_of_february(*rows).estimate.value == 0
    rows += [subscribed("Cancelled", n, datetime(2026, 2, 11), f"B{n}") for n in range(5)]
    assert churn_of_february(*rows).estimate.value == 0.25


def test_a_cancellation_that_names_no_contract_ends_them_all():
    rows = [subscribed("Started", 1, datetime(2026, 1, 1), "A"), subscribed("Started", 1, datetime(2026, 1, 2), "B")]
    assert churn_of_february(*rows, subscribed("Cancelled", 1, datetime(2026, 2, 3))).estimate.value == 1


def test_a_contract_ended_at_the_instant_another_begins_is_a_switch():
    at = datetime(2026, 2, 10)
    rows = [
        subscribed("Started", 1, datetime(2026, 1, 1)),
        subscribed("Cancelled", 1, at),
        subscribed("Started", 1, at),
    ]
    assert churn_of_february(*rows).estimate.value == 0


def test_revenue_churn_adds_up_a_customers_contracts():
    rows = [subscribed("Started", 1, datetime(2026, 1, 1), name, amount=10.0) for name in ("A", "B")]
    rows += [subscribed("Cancelled", 1, datetime(2026, 2, 2), name) for name in ("A", "B")]
    rows += [subscribed("Started", 2, datetime(2026, 1, 1), "C", amount=60.0)]
    assert churn_of_february(*rows).parts["revenue_churn"].value == pytest.approx(0.25)


def test_cohorts_from_february_hold_only_customers_who_were_new_then():
    rows = [bought(n, datetime(2026, month, 1, 12)) for n in range(50) for month in (1, 2)]
    rows += [bought(1000 + n, datetime(2026, 2, 3)) for n in range(7)]
    assert [one.size for one in cohorts(store_of(*rows), Slice(start=date(2026, 2, 1))).cohorts] == [7]


def test_a_filter_wants_a_cohorts_customers_by_what_they_were_last():
    rows = [bought(n, datetime(2026, 1, 5), channel="web") for n in range(10)]
    rows += [bought(n, datetime(2026, 2, 5), channel="app") for n in range(6)]
    (app,) = cohorts(store_of(*rows), Slice(where={"channel": "app"})).cohorts
    assert (app.start, app.size, list(app.back)) == (date(2026, 1, 1), 6, [6, 6])


def test_a_cohort_below_the_minimum_shows_no_number():
    rows = [bought(n, datetime(2026, 1, 5)) for n in range(4)] + [bought(9, datetime(2026, 2, 5))]
    small = cohorts(store_of(*rows)).cohorts[0]
    assert small.withheld
    assert not any(small.back)
    assert all(share.value is None for share in small.shares())


def test_contracts_begin_the_cohorts_of_a_company_that_has_contracts():
    rows = [subscribed("Started", n, datetime(2026, 1, 1), f"A{n}") for n in range(6)]
    found = cohorts(store_of(*rows, bought(99, datetime(2025, 1, 1)), kind="contractual")).cohorts
    assert [(one.start, one.size) for one in found] == [(date(2026, 1, 1), 6)]


def test_active_days_are_local_days():
    late = [bought(n, datetime(2026, 3, 3, 4, 30)) for n in range(10)]
    store = store_of(*late, happened("x", datetime(2026, 12, 1)), time_zone="America/New_York")
    assert only(store, "retention", Slice(start=date(2026, 6, 1), end=date(2026, 6, 2))).estimate.n == 0


def test_only_referrals_whose_window_had_passed_by_then_are_judged():
    rows = [bought(n, datetime(2026, 1, 1)) for n in range(100)]
    for n in range(20):
        rows += [referred(n, datetime(2026, 1, 10), f"r{n}")]
        rows += [referred(n, datetime(2026, 3, 1), f"r{n}", "Referral Converted")]
    store = store_of(*rows, happened("x", datetime(2026, 12, 1)))
    early = Slice(as_of=datetime(2026, 2, 1, tzinfo=UTC))
    assert only(store, "referral_rate", early).parts["conversion"].value is None
    assert only(store, "referral_rate", Slice()).parts["conversion"].value == 1


def paid(many: int, currency: str | None):
    return [bought(n, datetime(2026, 3, 5), 10.0, currency=currency) for n in range(many)]


@pytest.mark.parametrize(
    "rows, own, expected",
    [
        (paid(9, "GBP"), None, "GBP"),
        (paid(9, "GBP"), "EUR", "GBP"),
        (paid(9, "GBP") + paid(2, "EUR"), "EUR", "EUR"),
        (paid(9, None), None, None),
    ],
)
def test_money_is_in_the_currency_that_was_counted(rows, own, expected):
    store = store_of(*rows, currency=own)
    assert measure(store, "order_value").currency == currency_of(store) == expected
    assert measure(store, "retention").currency is None
