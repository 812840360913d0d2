"""A period that the dates asked for, or the data, cut short is marked, and compared with nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from regard.metrics import Slice, compare, define, measure, overview
from regard.report.results import Figures
from regard.report.showing import line, points
from regard.web import Format
from tests.metrics.company import answered, bought, happened, store_of

FIRST, LAST = datetime(2025, 9, 14, 12), datetime(2026, 6, 9, 12)


def customers(keep: int = 10):
    """200 customers buy every month until the middle of April; a few go on until June."""
    rows = []
    for customer in range(200):
        at = FIRST + timedelta(hours=customer % 24)
        while at <= LAST and (customer < keep or at < datetime(2026, 4, 20)):
            rows.append(bought(customer, at))
            at += timedelta(days=30)
    return [*rows, bought(0, LAST)]


@pytest.fixture(scope="module")
def store():
    with store_of(*customers(), *[answered("csat", 5, 1, 5, at=FIRST + timedelta(days=n)) for n in range(268)]) as made:
        yield made


def marks(store, metric, slice):
    return {str(figure.period[0]): figure.is_partial for figure in measure(store, metric, slice).figures}


@pytest.mark.parametrize("metric", ["csat", "referral_rate", "complaints"])
def test_the_months_in_which_the_data_begin_and_end_are_parts(store, metric):
    found = marks(store, metric, Slice(every="month"))
    assert [month for month, is_partial in found.items() if is_partial] == ["2025-09-01", "2026-06-01"]


@pytest.mark.parametrize("metric", ["retention", "churn"])
def test_months_before_which_the_data_do_not_show_who_was_a_customer_are_parts(store, metric):
    found = measure(store, metric, Slice(every="month"))
    parts = [str(figure.period[0])[:7] for figure in found.figures if figure.is_partial]
    assert parts == ["2025-09", "2025-10", "2025-11", "2025-12", "2026-06"]
    assert any("The data begin on 2025-09-14" in note and "for 90 days" in note for note in found.notes)
    whole = measure(store, metric, Slice(every="month", start=date(2026, 1, 1)))
    assert not any("The data begin" in note for note in whole.notes)


def test_a_customer_who_is_one_for_ten_days_is_known_ten_days_after_the_data_began():
    with store_of(*customers()) as made:
        define(made, "churn", {"active_days": 10})
        found = marks(made, "churn", Slice(every="month"))
    assert [month for month, is_partial in found.items() if is_partial] == ["2025-09-01", "2026-06-01"]


def test_contracts_say_by_themselves_who_is_a_customer():
    begun = [happened("Subscription Started", FIRST + timedelta(days=10 * n), customer=n) for n in range(20)]
    with store_of(*begun, kind="contractual") as made:
        found = marks(made, "retention", Slice(every="month"))
    assert [month for month, is_partial in found.items() if is_partial] == ["2025-09-01", "2026-03-01"]


def test_a_week_that_the_dates_cut_is_a_part(store):
    found = marks(store, "retention", Slice(every="week", start=date(2026, 3, 4), end=date(2026, 3, 24)))
    assert list(found.values()) == [True, False, False, True]


def test_what_had_not_been_received_cuts_a_month_as_the_end_of_the_data_does(store):
    slice = Slice(every="month", as_of=datetime(2026, 4, 15, tzinfo=UTC))
    assert marks(store, "churn", slice)["2026-04-01"]


def test_a_figure_without_dates_is_of_all_there_is(store):
    assert not measure(store, "csat").figures[0].is_partial


def test_no_ring_stands_at_a_part_nor_at_the_step_from_one(store):
    figures = measure(store, "churn", Slice(every="month")).figures
    drawn = points(figures)
    assert [point.is_partial for point in drawn] == [*[True] * 4, *[False] * 5, True]
    assert not any(drawn[place].is_marked for place in (0, 1, 2, 3, 4, 9))


def test_the_same_step_between_whole_months_does_carry_the_ring():
    rows = customers()
    rows.append(bought(0, datetime(2026, 9, 30, 12)))
    drawn = points(measure(store_of(*rows), "churn", Slice(every="month")).figures)
    assert any(point.is_marked for point in drawn if not point.is_partial)


def test_the_overview_and_the_page_of_a_metric_draw_the_same_points(store):
    slice = Slice(every="week", start=date(2026, 3, 4), end=date(2026, 5, 20))
    for metric in ("retention", "csat"):
        card = overview(store, slice, [metric]).cards[0]
        assert list(card.trend) == list(measure(store, metric, slice).figures)


@pytest.mark.parametrize(("metric", "is_compared"), [("retention", False), ("csat", True)])
def test_a_period_before_the_data_began_is_no_comparison_for_what_grows_with_time(store, metric, is_compared):
    slice = Slice(start=date(2026, 3, 1), end=date(2026, 6, 1))
    card = overview(store, slice, [metric], before=(date(2025, 8, 1), date(2025, 11, 1))).cards[0]
    assert card.previous.is_partial
    assert not card.current.is_partial
    assert (card.change.value is not None) == is_compared


def test_periods_compared_by_hand_say_that_one_was_cut(store):
    found = compare(store, "churn", "2026-05", "2026-06")
    assert found.overall.difference.value is None
    assert any("no comparison" in note for note in found.notes)
    assert compare(store, "churn", "2026-04", "2026-05").overall.difference.value is not None


def test_tables_files_and_charts_mark_the_part(store):
    found = Figures(measure(store, "retention", Slice(every="month")), Format())
    assert "Jun 2026 (part)" in str(found)
    assert "May 2026 (part)" not in str(found)
    assert any("marked as a part" in note for note in found.notes)
    assert found.columns()["is_partial"] == [*[True] * 4, *[False] * 5, True]
    assert [one["is_partial"] for one in found.document()["figures"]] == found.columns()["is_partial"]
    drawn = line(measure(store, "csat", Slice(every="month")).figures, "CSAT", "month", Format())
    assert drawn.svg.count("dot open") == 2
    assert "Jun 2026 (part)" in [row[0] for row in drawn.table.rows]
