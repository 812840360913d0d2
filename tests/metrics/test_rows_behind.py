"""The rows behind a figure are the rows it counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from regard.metrics import Slice, measure, rows_behind
from tests.metrics.company import answered, bought, happened, store_of, ticket

MARCH = Slice(start=date(2026, 3, 1), end=date(2026, 4, 1))
IN_MARCH = datetime(2026, 3, 5)


def counted(store, metric, slice=Slice()):
    return measure(store, metric, slice).figures[0].estimate.n


@pytest.mark.parametrize("metric, low, high", [("csat", 1, 5), ("nps", 0, 10), ("ces", 1, 7)])
def test_there_are_as_many_rows_as_answers_counted(metric, low, high):
    rows = [answered(metric, high, low, high, at=IN_MARCH, touchpoint="Overall", channel="web") for _ in range(10)]
    rows += [answered(metric, high, low, high, at=IN_MARCH) for _ in range(7)]
    rows += [answered(metric, low, low, high, at=IN_MARCH, touchpoint="Food") for _ in range(30)]
    rows += [answered(metric, high + 1, low, high, at=IN_MARCH), answered(metric, low, None, None, at=IN_MARCH)]
    rows += [answered(metric, low, low, high, at=IN_MARCH, weight=-1.0), answered(metric, None, low, high, at=IN_MARCH)]
    store = store_of(*rows, minimum_n=1)
    by_channel = Slice(start=MARCH.start, end=MARCH.end, where={"channel": "web"})
    for slice in (Slice(), MARCH, by_channel, Slice(where={"touchpoint": "Food"}), Slice(every="month")):
        assert len(rows_behind(store, metric, slice)) == counted(store, metric, slice)


def test_a_recommendation_asked_the_other_way_round_is_in_neither():
    rows = [answered("nps", 9, 0, 10) for _ in range(6)] + [answered("nps", 1, 0, 10, orientation="lower")]
    store = store_of(*rows, answered("nps", 4, 1, 5))
    assert len(rows_behind(store, "nps")) == counted(store, "nps") == 6


def test_a_customers_rows_begin_where_they_make_them_active():
    store = store_of(
        bought(1, datetime(2025, 11, 30)),
        bought(1, datetime(2025, 12, 1)),
        bought(2, IN_MARCH),
        bought(None, IN_MARCH),
        bought(3, datetime(2026, 4, 1)),
        happened("Order Refunded", IN_MARCH, customer=1),
    )
    found = rows_behind(store, "retention", MARCH)
    assert [row["occurred_at"] for row in found.rows()] == [IN_MARCH, datetime(2025, 12, 1)]
    assert any("90 days" in note for note in found.notes)


def test_a_filter_chooses_customers_by_their_latest_row():
    web, app = bought(1, datetime(2026, 2, 1), channel="web"), bought(1, IN_MARCH, channel="app")
    store = store_of(web, app, bought(2, datetime(2026, 2, 1), channel="web"))
    of = {channel: Slice(start=MARCH.start, end=MARCH.end, where={"channel": channel}) for channel in ("web", "app")}
    assert {channel: len(rows_behind(store, "churn", slice)) for channel, slice in of.items()} == {"web": 1, "app": 2}


def test_a_contracts_rows_are_all_that_tell_who_is_a_customer():
    started = happened("Subscription Started", datetime(2020, 1, 1), customer=1)
    store = store_of(started, bought(1, IN_MARCH), kind="contractual")
    assert [row["name"] for row in rows_behind(store, "churn", MARCH).rows()] == ["Subscription Started"]


def test_a_tickets_rows_are_all_of_those_that_ended_in_the_period():
    february = datetime(2026, 2, 20)
    reopened = [*ticket(3, IN_MARCH, 1), happened("Ticket Reopened", IN_MARCH + timedelta(days=1), subject="ticket-3")]
    rows = [*ticket(1, february, 24 * 20), *ticket(2, february, 1), *reopened, *ticket(4, IN_MARCH, None)]
    closed = [happened(f"Ticket {what}", IN_MARCH, subject="ticket-5") for what in ("Opened", "Closed")]
    store = store_of(*rows, *closed)
    found = rows_behind(store, "resolution_time", MARCH).rows()
    assert {row["subject"] for row in found} == {"ticket-1", "ticket-5"}
    assert len(found) == 4
    assert {row["subject"] for row in rows_behind(store, "first_response", MARCH).rows()} == {
        "ticket-3",
        "ticket-4",
        "ticket-5",
    }


def test_rows_are_those_that_had_been_received():
    rows = [answered("csat", 4, 1, 5, received_at=datetime(2026, month, 1)) for month in (1, 1, 3)]
    early = Slice(as_of=datetime(2026, 2, 1, tzinfo=UTC))
    assert len(rows_behind(store_of(*rows), "csat", early)) == 2


def test_a_filter_chooses_referrals_by_what_their_customers_are():
    def referral(n, name, at):
        return happened(f"Referral {name}", at, customer=n, subject=f"referral-{n}")

    rows = [bought(n, IN_MARCH, channel="web" if n < 6 else "app") for n in range(12)]
    rows += [referral(n, "Made", IN_MARCH - timedelta(days=1)) for n in range(12)]
    rows += [referral(n, "Converted", IN_MARCH + timedelta(days=60)) for n in (0, 7)]
    rows.append(referral(1, "Converted", datetime(2026, 1, 1)) | {"subject": "of another time"})
    store = store_of(*rows, minimum_n=1)
    web = Slice(start=MARCH.start, end=MARCH.end, where={"channel": "web"})
    found = rows_behind(store, "referral_rate", web)
    assert {row["customer"] for row in found.rows()} == set(range(6))
    assert len(found) == 7
    assert measure(store, "referral_rate", web).figures[0].parts["referrals"].value == 6
    assert len(rows_behind(store, "referral_rate", MARCH)) == 14


def test_the_rows_are_those_of_the_definition_asked_for():
    from regard.metrics import define, definition_of

    store = store_of(bought(1, datetime(2026, 1, 20)), bought(2, IN_MARCH), happened("x", datetime(2026, 6, 1)))
    define(store, "churn", {"active_days": 10})
    old = definition_of(store, "churn", 0)
    assert (len(rows_behind(store, "churn", MARCH)), len(rows_behind(store, "churn", MARCH, definition=old))) == (1, 2)
