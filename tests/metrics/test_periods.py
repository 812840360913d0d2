"""Periods are half-open, local, and honest about daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.base import Invalid
from regard.metrics.periods import bounds_utc, parse_period, periods, previous, year_before

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
EVERY = st.sampled_from(["day", "week", "month", "quarter", "year"])


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2016", date(2016, 1, 1), date(2017, 1, 1)),
        ("2016-Q3", date(2016, 7, 1), date(2016, 10, 1)),
        ("2016-Q4", date(2016, 10, 1), date(2017, 1, 1)),
        ("2016-05", date(2016, 5, 1), date(2016, 6, 1)),
        ("2016-12", date(2016, 12, 1), date(2017, 1, 1)),
        ("2016-W07", date(2016, 2, 15), date(2016, 2, 22)),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 4)),
        ("2016-02-29", date(2016, 2, 29), date(2016, 3, 1)),
        ("2016-05-01..2016-06-01", date(2016, 5, 1), date(2016, 6, 1)),
        ("2016-Q1..2016-Q3", date(2016, 1, 1), date(2016, 7, 1)),
    ],
)
def test_a_period_reads_as_people_write_it(text, start, end):
    assert parse_period(text) == (start, end)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2016-Q5", "2016-13", "2016-W60", "2021-W53", "2017-02-29", "2016..2015", "2016..2016", "16", "0000"],
)
def test_a_period_that_does_not_exist_is_refused_with_a_remedy(text):
    with pytest.raises(Invalid) as refused:
        parse_period(text)
    assert refused.value.field == "period"
    assert refused.value.remedy


@given(DAYS, st.integers(1, 900), EVERY)
def test_periods_cover_the_window_without_gap_or_overlap(start, length, every):
    end = start + timedelta(days=length)
    found = periods(start, end, every)
    assert found[0][0] <= start < found[0][1]
    assert found[-1][0] < end <= found[-1][1]
    assert all(one[1] == following[0] for one, following in pairwise(found))


def test_an_empty_window_holds_no_period():
    assert periods(date(2016, 1, 1), date(2016, 1, 1), "month") == []


def test_weeks_start_on_monday():
    assert all(start.weekday() == 0 for start, _ in periods(date(2016, 1, 1), date(2017, 1, 1), "week"))


@pytest.mark.parametrize(("day", "hours"), [(date(2016, 3, 27), 23), (date(2016, 10, 30), 25), (date(2016, 6, 1), 24)])
def test_a_local_day_lasts_as_long_as_the_clock_change_makes_it(day, hours):
    start, end = bounds_utc((day, day + timedelta(days=1)), "Europe/Warsaw")
    assert (end - start) == timedelta(hours=hours)


def test_a_local_month_begins_at_local_midnight():
    start, end = bounds_utc(parse_period("2016-05"), "America/Los_Angeles")
    assert (start, end) == (datetime(2016, 5, 1, 7, tzinfo=UTC), datetime(2016, 6, 1, 7, tzinfo=UTC))


def test_midnight_that_the_clock_skips_still_has_one_instant():
    start, _ = bounds_utc((date(2018, 11, 4), date(2018, 11, 5)), "America/Sao_Paulo")
    assert start == datetime(2018, 11, 4, 3, tzinfo=UTC)


def test_an_unknown_time_zone_is_refused_by_name():
    with pytest.raises(Invalid, match="Middle/Earth") as refused:
        bounds_utc((date(2016, 1, 1), date(2016, 1, 2)), "Middle/Earth")
    assert refused.value.field == "time_zone"


@given(st.integers(1990, 2080), st.integers(1, 12))
def test_the_month_before_is_a_calendar_month(year, month):
    start, end = parse_period(f"{year}-{month:02d}")
    earlier = previous((start, end))
    assert earlier[1] == start
    assert earlier[0].day == 1
    assert (earlier[1] - earlier[0]).days in (28, 29, 30, 31)


@given(DAYS, st.integers(1, 500))
def test_the_window_before_ends_where_this_one_begins(start, length):
    assert previous((start, start + timedelta(days=length)))[1] == start


def test_a_year_before_keeps_weekdays_for_weeks_and_dates_for_months():
    assert year_before(parse_period("2016-05")) == parse_period("2015-05")
    assert year_before(parse_period("2016-W07"))[0].weekday() == 0
    assert year_before((date(2016, 2, 29), date(2016, 3, 1)))[0] == date(2015, 2, 28)
