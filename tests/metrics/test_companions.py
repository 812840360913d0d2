"""Response rate by AAPOR's formulas, and what customers have paid so far."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from regard.metrics import Slice, compare, define, measure, metric_called, rows_behind
from tests.metrics.company import bought, happened, store_of

SENT = datetime(2026, 3, 2, 9)
STEPS = ("Sent", "Delivered", "Opened", "Started", "Answered", "Completed")


def invited(number: int, until: str = "Sent", days: float = 1, at: datetime = SENT, **given):
    """An invitation that came as far as a step, its answers some days after it was sent."""
    rows = []
    for step in STEPS[: STEPS.index(until) + 1]:
        answer = {"metric": "csat", "score": 4, "scale_min": 1, "scale_max": 5} if step == "Answered" else {}
        when = at if step in ("Sent", "Delivered") else at + timedelta(days=days)
        rows.append(happened(f"Survey {step}", when, subject=f"invitation-{number}", **answer, **given))
    return rows


def survey(**many: int):
    """So many invitations that came as far as each step."""
    untils = [step for step, times in many.items() for _ in range(times)]
    return [row for number, until in enumerate(untils) for row in invited(number, until)]


@pytest.fixture
def store():
    rows = survey(Completed=30, Answered=10, Started=4, Opened=6, Delivered=25, Sent=25)
    with store_of(*rows, happened("x", datetime(2026, 6, 1))) as made:
        yield made


def only(store, metric="response_rate", slice=Slice()):
    (figure,) = measure(store, metric, slice).figures
    return figure


def test_the_four_rates_are_those_of_the_standard(store):
    define(store, "response_rate", {"unknown_eligible_percent": 40})
    parts = only(store).parts
    assert [parts[name].value for name in ("rr1", "rr2", "rr3", "rr4")] == pytest.approx(
        [30 / 100, 40 / 100, 30 / (30 + 10 + 10 + 0.4 * 50), 40 / (30 + 10 + 10 + 0.4 * 50)]
    )
    counts = [parts[name].value for name in ("completed", "answered_in_part", "opened_only", "not_heard_of")]
    assert counts == [30, 10, 10, 50]


def test_the_headline_is_the_least_that_can_be_claimed(store):
    figure = only(store)
    assert figure.estimate == figure.parts["rr1"] == figure.parts["rr3"]
    assert (figure.estimate.n, figure.estimate.value) == (100, 0.3)
    assert (figure.estimate.low, figure.estimate.high) == pytest.approx((0.2189, 0.3958), abs=1e-4)


def test_a_smaller_base_has_a_wider_interval(store):
    define(store, "response_rate", {"unknown_eligible_percent": 0})
    parts = only(store).parts
    assert parts["rr3"].n_effective == 50
    assert parts["rr3"].high - parts["rr3"].low > parts["rr1"].high - parts["rr1"].low


def test_a_question_shown_but_not_answered_is_no_answer():
    shown = [happened("Survey Answered", SENT, subject="invitation-0", metric="csat", score=None)]
    with store_of(*invited(0, "Started"), *shown, happened("x", datetime(2026, 6, 1))) as store:
        assert only(store).parts["answered_in_part"].value == 0
        assert only(store).parts["opened_only"].value == 1


CHOSEN = (
    {"answer": "red"},
    {"answer": ["app", "shop"]},
    {"answer": False},
    {"answer": 0},
    {"value": True},
    {"option_id": "7"},
)


@pytest.mark.parametrize("given", CHOSEN)
def test_whoever_only_chose_something_has_answered_in_part(given):
    chosen = [happened("Survey Answered", SENT, subject="invitation-0", properties=json.dumps(given))]
    with store_of(
        *invited(0, "Started"), *chosen, *invited(1, "Completed"), happened("x", datetime(2026, 6, 1))
    ) as store:
        parts = only(store).parts
    assert (parts["answered_in_part"].value, parts["rr1"].value, parts["rr2"].value) == (1, 0.5, 1)


@pytest.mark.parametrize("given", [{"answer": None}, {"answer": ""}, {"question": "q1"}])
def test_a_choice_that_was_shown_but_not_made_is_no_answer(given):
    shown = [happened("Survey Answered", SENT, subject="invitation-0", properties=json.dumps(given))]
    with store_of(
        *invited(0, "Started"), *shown, *invited(1, "Completed"), happened("x", datetime(2026, 6, 1))
    ) as store:
        parts = only(store).parts
    assert (parts["answered_in_part"].value, parts["opened_only"].value) == (0, 1)


@pytest.mark.parametrize("ended_by", ["screen_out", "quota"])
def test_whoever_was_screened_out_is_in_no_rate_and_a_note_says_so(ended_by):
    end = json.dumps({"ended_by": ended_by})
    out = [happened("Survey Completed", SENT, subject="invitation-0", properties=end)]
    rows = [*invited(0, "Answered"), *out, *invited(1, "Completed"), *invited(2), happened("x", datetime(2026, 6, 1))]
    with store_of(*rows) as store:
        found = measure(store, "response_rate")
    assert (found.figures[0].estimate.value, found.figures[0].estimate.n) == (0.5, 2)
    assert any("screened out" in note for note in found.notes)


def test_answers_without_an_invitation_are_in_no_rate():
    loose = happened("Survey Answered", SENT, subject="walk-in", metric="csat", score=5, scale_min=1, scale_max=5)
    with store_of(loose, happened("x", datetime(2026, 6, 1))) as store:
        assert only(store).estimate.value is None


def test_where_nobody_records_completion_every_answer_is_complete_and_a_note_says_so():
    with store_of(*survey(Answered=3, Sent=7), happened("x", datetime(2026, 6, 1))) as store:
        measured = measure(store, "response_rate")
    assert measured.figures[0].estimate.value == 0.3
    assert any("taken for a complete" in note for note in measured.notes)


def test_an_invitation_is_judged_when_its_days_have_passed_and_late_answers_do_not_count():
    rows = [*invited(1, "Completed", days=20), *invited(2, "Completed"), *invited(3, at=datetime(2026, 5, 28))]
    with store_of(*rows, happened("x", datetime(2026, 6, 1))) as store:
        assert (only(store).estimate.value, only(store).estimate.n) == (0.5, 2)
        define(store, "response_rate", {"field_days": None})
        assert (only(store).estimate.value, only(store).estimate.n) == (pytest.approx(2 / 3), 3)


def test_a_group_is_what_the_sending_said_whatever_the_answer_says():
    rows = []
    for number in range(20):
        rows += invited(number, "Sent", channel="email" if number % 2 else "sms")
    rows += [
        happened("Survey Completed", SENT + timedelta(days=1), subject=f"invitation-{n}", channel="web") for n in (1, 3)
    ]
    with store_of(*rows, happened("x", datetime(2026, 6, 1))) as store:
        found = {one.group: one.estimate.value for one in measure(store, "response_rate", Slice(by="channel")).figures}
        assert found == {"email": 0.2, "sms": 0}
        email = Slice(where={"channel": "email"})
        assert only(store, slice=email).estimate.value == 0.2
        assert len(rows_behind(store, "response_rate", email, limit=99)) == 12


def test_what_was_not_known_then_is_not_answered_then(store):
    as_of = datetime(2026, 3, 2, 12, tzinfo=UTC)
    define(store, "response_rate", {"field_days": None})
    assert only(store, slice=Slice(as_of=as_of)).parts["not_heard_of"].value == 100


# --- what customers have paid ----------------------------------------------------------------------------------------


def refunded(customer: int, at: datetime, amount: float, **given):
    return happened("Order Refunded", at, customer=customer, amount=amount, **given)


def test_a_customer_is_worth_what_they_paid_less_what_they_got_back():
    rows = [bought(1, datetime(2026, 1, 5), 100.0), bought(1, datetime(2026, 2, 5), 50.0), bought(2, SENT, 30.0)]
    rows += [refunded(1, datetime(2026, 2, 9), 20.0), refunded(1, datetime(2026, 2, 10), -10.0)]
    with store_of(*rows) as store:
        figure = only(store, "customer_value")
        assert (figure.estimate.value, figure.estimate.n, figure.estimate.unit) == (75, 2, "money")
        assert figure.parts["median"].value == 75


def test_value_is_to_date_whenever_the_period_begins():
    rows = [bought(1, datetime(2026, 1, 5), 100.0), bought(1, datetime(2026, 3, 5), 50.0), bought(2, SENT, 30.0)]
    with store_of(*rows, bought(9, datetime(2026, 7, 1), 1.0), minimum_n=1) as store:
        march = Slice(start=date(2026, 3, 1), end=date(2026, 4, 1))
        assert only(store, "customer_value", march).estimate.value == 90
        months = measure(store, "customer_value", Slice(every="month", end=date(2026, 4, 1))).figures
        assert [one.estimate.value for one in months] == [100, 100, 90]
        assert len(rows_behind(store, "customer_value", march)) == 3


def test_who_only_got_money_back_is_no_customer_of_the_figure_and_currencies_do_not_mix():
    rows = [bought(1, SENT, 40.0, currency="EUR"), refunded(2, SENT, 9.0, currency="EUR")]
    with store_of(*rows, bought(3, SENT, 5.0, currency="PLN"), currency="EUR") as store:
        measured = measure(store, "clv")
    assert (measured.figures[0].estimate.value, measured.figures[0].estimate.n, measured.currency) == (40, 1, "EUR")
    assert any("other currencies" in note for note in measured.notes)


def test_value_by_group_and_its_explanation_add_up():
    rows = [bought(n, datetime(2026, 1 + n % 3, 5), 10.0 * (n % 4), channel=("web", "app")[n % 2]) for n in range(60)]
    with store_of(*rows, bought(99, datetime(2026, 7, 1), 10.0, channel="web")) as store:
        found = measure(store, "customer_value", Slice(by="channel"))
        assert sum(one.estimate.n for one in found.figures) == 61
        assert compare(store, "customer_value", "2026-02", "2026-03").overall.difference.value is not None


def test_people_call_it_by_its_letters():
    assert metric_called("LTV") is metric_called("clv") is metric_called("customer_value")
