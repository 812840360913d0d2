"""Business hours count only while the desk is open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.base import Invalid
from regard.metrics.calendar import WEEKDAYS, BusinessCalendar, always_open, office_hours

INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2018, 1, 1))
SPLIT_DAY = BusinessCalendar(
    "America/New_York",
    {
        "monday": [("09:00", "12:00"), ("13:00", "17:30")],
        "wednesday": [("22:00", "06:00")],
        "saturday": [("00:00", "24:00")],
        "sunday": [("00:00", "03:30")],
    },
    frozenset({date(2016, 7, 4)}),
)


def hours(calendar, opened, resolved):
    return float(calendar.seconds_between([opened], [resolved])[0]) / 3600


def local(text, zone="Europe/Warsaw"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


def test_friday_evening_to_monday_morning_is_two_hours():
    desk = office_hours("Europe/Warsaw")
    assert hours(desk, local("2016-05-06 16:00"), local("2016-05-09 10:00")) == 2


def test_the_lunch_break_does_not_count():
    assert hours(SPLIT_DAY, *(local(f"2016-05-09 {t}", "America/New_York") for t in ("11:30", "13:30"))) == 1


def test_a_night_shift_runs_past_midnight():
    begin, end = local("2016-05-11 12:00", "America/New_York"), local("2016-05-12 12:00", "America/New_York")
    assert hours(SPLIT_DAY, begin, end) == 8


def test_a_holiday_is_closed():
    begin, end = local("2016-07-04 00:00", "America/New_York"), local("2016-07-05 00:00", "America/New_York")
    assert hours(SPLIT_DAY, begin, end) == 0


@pytest.mark.parametrize(("day", "open_hours"), [("2016-03-27", 23), ("2016-10-30", 25), ("2016-05-01", 24)])
def test_an_all_day_desk_is_open_as_long_as_the_clock_change_makes_the_day(day, open_hours):
    desk = BusinessCalendar("Europe/Warsaw", {"sunday": [("00:00", "24:00")]})
    begin = local(f"{day} 00:00") - timedelta(hours=5)
    assert hours(desk, begin, begin + timedelta(hours=40)) == open_hours


def test_office_hours_are_local_in_summer_and_in_winter():
    desk = office_hours("Europe/Warsaw")
    assert hours(desk, datetime(2016, 7, 4, 6), datetime(2016, 7, 4, 8)) == 1
    assert hours(desk, datetime(2016, 1, 4, 7), datetime(2016, 1, 4, 9)) == 1


def test_a_ticket_resolved_before_it_was_opened_has_no_duration():
    spent = always_open().seconds_between(
        ["2016-01-02", "2016-01-01", "NaT", "2016-01-01"], ["2016-01-01", "2016-01-02", "2016-01-01", "NaT"]
    )
    assert np.isnan(spent).tolist() == [True, False, True, True]
    assert spent[1] == 86400


def test_no_ticket_is_no_duration_and_no_error():
    assert always_open().seconds_between([], []).tolist() == []


@given(st.lists(st.tuples(INSTANTS, INSTANTS), min_size=1, max_size=20))
@settings(deadline=None)
def test_always_open_is_the_time_on_the_clock(pairs):
    opened, resolved = ([min(p) for p in pairs], [max(p) for p in pairs])
    spent = always_open("Europe/Warsaw").seconds_between(opened, resolved)
    assert spent.tolist() == pytest.approx([(b - a).total_seconds() for a, b in zip(opened, resolved, strict=True)])


@given(INSTANTS, INSTANTS, INSTANTS)
@settings(deadline=None)
def test_business_time_adds_up_over_a_stop_on_the_way_and_never_exceeds_the_clock(x, y, z):
    a, b, c = sorted((x, y, z))
    first, second, whole = SPLIT_DAY.seconds_between([a, b, a], [b, c, c])
    assert first + second == pytest.approx(whole, abs=1e-6)
    assert 0 <= whole <= (c - a).total_seconds() + 1e-6


@given(INSTANTS, st.floats(0, 20 * 86400))
@settings(deadline=None, max_examples=40)
def test_business_time_is_what_counting_every_minute_finds(start, length):
    """A slow and obvious count, minute by minute on the local clock, agrees with the fast one."""
    start = start.replace(second=0, microsecond=0)
    minutes = int(length // 60) % 3000
    zone = ZoneInfo(SPLIT_DAY.time_zone)
    count = sum(is_open((start + timedelta(minutes=m)).replace(tzinfo=UTC).astimezone(zone)) for m in range(minutes))
    spent = SPLIT_DAY.seconds_between([start], [start + timedelta(minutes=minutes)])[0]
    assert spent == count * 60


def is_open(when):
    yesterday = (when - timedelta(days=1)).date() if when.hour < 6 else when.date()
    clock = f"{when:%H:%M}"
    today = [] if when.date() in SPLIT_DAY.holidays else SPLIT_DAY.hours.get(WEEKDAYS[when.weekday()], [])
    before = [] if yesterday in SPLIT_DAY.holidays else SPLIT_DAY.hours.get(WEEKDAYS[when.weekday() - 1], [])
    return any(a <= clock < b or (b < a <= clock) for a, b in today) or any(b < a and clock < b for a, b in before)


def test_a_calendar_survives_being_kept():
    assert BusinessCalendar.from_json(SPLIT_DAY.to_json()).as_dict() == SPLIT_DAY.as_dict()
    begin, end = ["2016-01-01"], ["2016-12-31"]
    again = BusinessCalendar.from_json(SPLIT_DAY.to_json())
    assert again.seconds_between(begin, end) == SPLIT_DAY.seconds_between(begin, end)


GOOD = {"time_zone": "Europe/Warsaw", "hours": {"monday": [["09:00", "17:00"]]}}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"hours": {"funday": [["09:00", "17:00"]]}}, "hours.funday"),
        ({"hours": {"monday": [["9 am", "17:00"]]}}, "hours.monday"),
        ({"hours": {"monday": [["09:00", "24:30"]]}}, "hours.monday"),
        ({"hours": {"monday": [["09:00"]]}}, "hours.monday"),
        ({"hours": {"monday": "09:00-17:00"}}, "hours.monday"),
        ({"hours": {"monday": [["09:00", "12:00"], ["11:00", "17:00"]]}}, "hours.monday"),
        ({"hours": {}}, "hours"),
        ({"hours": None}, "hours"),
        ({"holidays": ["Christmas"]}, "holidays"),
        ({"holidays": "2016-12-25"}, "holidays"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_naming_the_field(change, field):
    with pytest.raises(Invalid) as refused:
        BusinessCalendar.from_dict(GOOD | change)
    assert refused.value.field == field


@pytest.mark.parametrize("text", ["", "[]", "{", "null"])
def test_text_that_is_no_calendar_is_refused(text):
    with pytest.raises(Invalid):
        BusinessCalendar.from_json(text)


def test_a_day_that_was_skipped_has_no_hours():
    desk = BusinessCalendar("Pacific/Apia", {"friday": [("09:00", "17:00")]})
    week = np.datetime64("2011-12-28T00:00"), np.datetime64("2012-01-05T00:00")
    assert float(desk.seconds_between([week[0]], [week[1]])[0]) == 0
