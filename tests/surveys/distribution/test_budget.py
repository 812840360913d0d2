"""Nobody is asked too often, and nobody at night."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.base import Invalid
from regard.surveys.budget import Allowance, Asked, Held, held_back
from regard.surveys.quiet import ALWAYS, Hours, next_allowed

START = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


@pytest.mark.parametrize(
    ("before", "at", "held"),
    [
        ([], 0, None),
        ([(0, 2)], 6.9, Held.TOO_SOON),
        ([(0, 2)], 7, None),
        ([(0, 1)], 60, Held.ASKED_BEFORE),
        ([(0, 1)], 90, None),
        ([(0, 2), (20, 3), (40, 4)], 60, Held.SPENT),
        ([(0, 2), (20, 3), (40, 4)], 91, None),
        ([(30, 2)], 25, Held.TOO_SOON),
    ],
)
def test_the_allowance_counts_whatever_was_sent_before(before: list, at: float, held: Held | None) -> None:
    assert held_back(day(at), 1, [Asked(day(when), survey) for when, survey in before], Allowance()) is held


@given(st.lists(st.tuples(st.floats(0, 400), st.integers(1, 4)), max_size=60))
def test_no_window_of_days_ever_holds_more_than_the_allowance(wishes: list) -> None:
    allowance, sent = Allowance(times=3, days=90, gap_days=7, rest_days=30), []
    for when, survey in wishes:
        if held_back(day(when), survey, sent, allowance) is None:
            sent.append(Asked(day(when), survey))
    sent.sort()
    for asked in sent:
        window = [other for other in sent if timedelta() <= other.at - asked.at < timedelta(days=90)]
        assert len(window) <= 3
    assert all(later.at - earlier.at >= timedelta(days=7) for earlier, later in pairwise(sent))


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["Europe/Warsaw", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
    st.integers(0, 22),
    st.sets(st.integers(0, 6), min_size=1),
)
def test_whoever_is_written_to_is_written_to_by_day(at: datetime, zone: str, opens: int, days: set[int]) -> None:
    hours = Hours(time(opens), time(opens + 1), sorted(days))
    sent = next_allowed(at, zone, hours)
    local = sent.astimezone(ZoneInfo(zone))
    assert at <= sent <= at + timedelta(days=8)
    assert local.weekday() in days
    assert hours.opens <= local.time() <= hours.closes  # an hour that the clocks leave out begins where they go on


def test_hours_that_are_none_are_refused() -> None:
    with pytest.raises(Invalid):
        Hours(time(20), time(9))
    with pytest.raises(Invalid):
        Hours(days=[])
    assert next_allowed(day(0.4), "UTC", ALWAYS) == day(0.4)
