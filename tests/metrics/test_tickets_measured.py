"""First contact resolution, resolution time, first response: what happened to each ticket, open ones included."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest

from regard.metrics import Slice, define, measure
from tests.metrics.company import append, happened, store_of, ticket

MONDAY = datetime(2026, 3, 2, 10)
LATER = happened("Page Viewed", datetime(2026, 6, 1))
OFFICE = {"time_zone": "UTC", "hours": {day: [["09:00", "17:00"]] for day in ("monday", "tuesday")}}
HOUR = 3600


def only(store, metric, slice=Slice()):
    (figure,) = measure(store, metric, slice).figures
    return figure


def event(number: int, name: str, hours: float, **given):
    return happened(name, MONDAY + timedelta(hours=hours), subject=f"ticket-{number}", **given)


def replied(number: int, hours: float, by: str, **more):
    return event(number, "Ticket Replied", hours, properties=json.dumps({"by": by, **more}))


def test_a_second_contact_a_hand_over_or_a_reopening_is_no_first_contact_resolution():
    rows = [row for n in (1, 2, 3, 4) for row in ticket(n, MONDAY, 5)]
    rows += [
        replied(1, 1, "agent"),
        replied(2, 1, "customer"),
        event(3, "Ticket Reassigned", 1),
        event(4, "Ticket Reopened", 3),
    ]
    figure = only(store_of(*rows, LATER), "fcr")
    assert (figure.parts["published"].value, figure.estimate.value, figure.parts["reopened"].value) == (
        0.25,
        0.25,
        0.25,
    )


def test_asking_again_within_the_window_on_any_channel_undoes_a_first_contact():
    first = [*ticket(1, MONDAY, 5, customer=7, channel="phone"), *ticket(2, MONDAY, 5, customer=8)]
    again = ticket(3, MONDAY + timedelta(days=4), None, customer=7, channel="email")
    figure = only(store_of(*first, *again, LATER), "fcr")
    assert (figure.parts["published"].value, figure.estimate.value) == (1, 0.5)
    assert [figure.parts[f"within_{days}_days"].value for days in (3, 7)] == [1, 0.5]


def test_a_filter_on_one_channel_still_sees_that_the_customer_asked_again_on_another():
    rows = [row for n in range(6) for row in ticket(n, MONDAY, 5, customer=n + 1, channel="phone")]
    again = ticket(9, MONDAY + timedelta(days=2), 1, customer=1, channel="email")
    figure = only(store_of(*rows, *again, LATER, minimum_n=1), "fcr", Slice(where={"channel": "phone"}))
    assert (figure.estimate.n, figure.estimate.value) == (6, pytest.approx(5 / 6))


def test_a_ticket_whose_window_has_not_passed_is_not_judged_yet():
    figure = only(store_of(*ticket(1, MONDAY, 5, customer=7)), "fcr")
    assert (figure.estimate.n, figure.estimate.value, figure.parts["published"].n) == (0, None, 1)


def test_a_ticket_belongs_to_the_period_in_which_it_was_resolved():
    store = store_of(*ticket(1, datetime(2026, 3, 31, 12), 48), LATER)
    figures = measure(
        store, "resolution_time", Slice(every="month", start=date(2026, 3, 1), end=date(2026, 5, 1))
    ).figures
    assert [figure.estimate.n for figure in figures] == [0, 1]


def test_open_tickets_are_not_thrown_away():
    rows = [row for n, hours in enumerate((1, 2, 3)) for row in ticket(n, MONDAY, hours)]
    rows += [row for n in (7, 8, 9, 10) for row in ticket(n, MONDAY, None)]
    figure = only(store_of(*rows, LATER), "resolution_time")
    assert figure.parts["median"].value == 2 * HOUR
    assert figure.parts["median_with_open"].value is None
    assert figure.parts["median_with_open"].n == 7


def test_a_ticket_resolved_before_it_was_opened_is_left_out_and_counted():
    measured = measure(store_of(*ticket(1, MONDAY, -3), *ticket(2, MONDAY, 3), LATER), "resolution_time")
    assert (measured.figures[0].estimate.n, measured.figures[0].estimate.value) == (1, 3 * HOUR)
    assert any(note.startswith("Left out: tickets resolved before") and "(1)" in note for note in measured.notes)


def test_elapsed_business_and_touch_time_are_told_apart():
    rows = [
        *ticket(1, MONDAY, 24),
        replied(1, 1, "agent", duration_seconds=600),
        replied(1, 2, "agent", duration_seconds=300),
    ]
    store = store_of(*rows, LATER, calendar=OFFICE)
    parts = only(store, "resolution_time").parts
    assert [parts[clock].value for clock in ("elapsed", "business", "touch")] == [24 * HOUR, 8 * HOUR, 900]
    define(store, "resolution_time", {"clock": "business"})
    assert only(store, "resolution_time").estimate.value == 8 * HOUR


def test_resolution_ends_with_the_last_resolution_unless_the_definition_says_the_first():
    rows = [*ticket(1, MONDAY, 2), event(1, "Ticket Reopened", 3), event(1, "Ticket Resolved", 10)]
    store = store_of(*rows, LATER)
    assert only(store, "resolution_time").estimate.value == 10 * HOUR
    define(store, "resolution_time", {"until": "first_resolved"})
    assert only(store, "resolution_time").estimate.value == 2 * HOUR


def test_a_ticket_that_was_only_closed_ends_when_it_was_closed():
    rows = [*ticket(1, MONDAY, None), event(1, "Ticket Closed", 6)]
    assert only(store_of(*rows, LATER), "resolution_time").estimate.value == 6 * HOUR


def test_the_customers_own_reply_is_no_response():
    rows = [*ticket(1, MONDAY, 9), replied(1, 0.5, "customer"), replied(1, 2, "agent")]
    assert only(store_of(*rows, LATER), "first_response").estimate.value == 2 * HOUR


def test_a_ticket_without_any_reply_breaks_the_promise():
    rows = [*ticket(1, MONDAY, None), *ticket(2, MONDAY, None), replied(2, 0.1, "agent")]
    assert only(store_of(*rows, LATER), "first_response").parts["within_promise"].value == 0.5


def test_hand_overs_and_repeat_contacts_are_counted_per_ticket():
    rows = [*ticket(1, MONDAY, 5, customer=7), *ticket(2, MONDAY + timedelta(days=1), 5, customer=7)]
    store = store_of(*rows, event(1, "Ticket Reassigned", 1), event(1, "Ticket Reassigned", 2), LATER)
    assert only(store, "handovers").estimate.value == 1
    assert only(store, "repeat_contact").estimate.value == 0.5


def test_a_break_down_reads_the_latest_value_of_each_ticket():
    rows = [row for n in range(6) for row in ticket(n, MONDAY, 5, agent="a")]
    rows += [row for n in range(10, 16) for row in ticket(n, MONDAY, 9, agent="b")]
    figures = measure(store_of(*rows, LATER), "resolution_time", Slice(by="agent")).figures
    assert {figure.group: figure.estimate.value for figure in figures} == {"a": 5 * HOUR, "b": 9 * HOUR}


# --- what a reader of the figures may rely on --------------------------------------------------------------------


def steps(number: int, *events: tuple[str, float]):
    """A ticket's events, each so many days after the fifth of January."""
    begun = datetime(2026, 1, 5)
    return [
        happened(f"Ticket {what}", begun + timedelta(days=days), subject=f"t{number}", customer=number)
        for what, days in events
    ]


def several(many: range, *events: tuple[str, float]):
    return [row for number in many for row in steps(number, *events)]


REOPENED = several(range(10), ("Opened", 0), ("Resolved", 1), ("Reopened", 2))
SOLVED = several(range(50, 60), ("Opened", 0), ("Resolved", 3))


def test_a_reopened_ticket_is_open_until_it_is_resolved_again():
    store = store_of(*REOPENED, *SOLVED)
    assert measure(store, "resolution_time").figures[0].estimate.n == 10
    append(store, *several(range(10), ("Resolved", 5)))
    assert measure(store, "resolution_time").figures[0].estimate.n == 20


def test_a_ticket_reopened_after_it_was_closed_is_open_for_every_metric():
    closed = several(range(10), ("Opened", 0), ("Resolved", 1), ("Closed", 2), ("Reopened", 3))
    store = store_of(*closed, *SOLVED, happened("x", datetime(2026, 3, 1)))
    fcr = measure(store, "fcr").figures[0]
    assert (fcr.estimate.n, fcr.estimate.value) == (10, 1)


def test_the_median_with_open_tickets_waits_for_those_reopened():
    store = store_of(*REOPENED, *SOLVED, happened("x", datetime(2026, 3, 1)))
    assert measure(store, "resolution_time").figures[0].parts["median_with_open"].value == 3 * 86400


def test_all_tickets_without_a_hand_over_still_leave_room_for_one():
    estimate = measure(store_of(*SOLVED), "handovers").figures[0].estimate
    assert estimate.value == 0
    assert estimate.high > 0


def test_a_ticket_resolved_without_a_reply_was_not_answered_late():
    answered_at_once = [
        happened("Ticket Replied", datetime(2026, 1, 5, 0, 5), subject=f"t{number}", customer=number)
        for number in range(50, 60)
    ]
    silent = several(range(10), ("Opened", 0), ("Resolved", 1))
    waiting = several(range(20, 25), ("Opened", 0))
    store = store_of(*SOLVED, *answered_at_once, *silent, *waiting)
    within = measure(store, "first_response").figures[0].parts["within_promise"]
    assert (within.n, within.value) == (15, pytest.approx(10 / 15))
