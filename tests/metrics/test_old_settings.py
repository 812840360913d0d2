"""A figure can be made again by an old version of the workspace's settings: time zone, minimum n, hours, kind."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from regard.base import NotFound
from regard.metrics import Slice, cohorts, compare, currency_of, explain, measure, overview
from regard.stream import Record
from tests.metrics.company import answered, bought, happened, store_of, ticket

MAY = {"start": date(2026, 5, 1), "end": date(2026, 6, 1)}
HOURS = {"monday": [["09:00", "17:00"]]}


def settle(store, **settings):
    store.keep(Record("settings", "workspace", settings))
    return store


@pytest.fixture
def store():
    """Answers at half past eleven in the evening of the last of May, in UTC: June in Warsaw."""
    late = [answered("csat", 5, 1, 5, at=datetime(2026, 5, 31, 23, 30), channel="web") for _ in range(6)]
    early = [answered("csat", 1, 1, 5, at=datetime(2026, 5, 3), channel="app") for _ in range(3)]
    orders = [bought(n, datetime(2026, 3, 1) + timedelta(days=9 * n), 8.0, currency="EUR") for n in range(9)]
    rows = [*late, *early, *orders, *ticket(1, datetime(2026, 5, 4, 8), 4), happened("x", datetime(2026, 7, 1))]
    with store_of(*rows, time_zone="UTC", minimum_n=1) as made:
        yield settle(made, time_zone="Europe/Warsaw", minimum_n=1)


def test_an_old_time_zone_counts_the_old_days(store):
    now, then = (measure(store, "csat", Slice(**MAY, settings=version)).figures[0] for version in (None, 1))
    assert (now.estimate.n, then.estimate.n) == (3, 9)
    assert measure(store, "csat", Slice(every="month", settings=1)).figures[2].estimate.n == 9


def test_a_measurement_says_which_settings_made_it(store):
    assert measure(store, "csat").settings["version"] == 2
    old = measure(store, "csat", Slice(settings=1))
    assert (old.settings["version"], old.settings["time_zone"]) == (1, "UTC")


def test_every_verb_goes_by_the_old_settings(store):
    old = Slice(settings=1)
    assert overview(store, Slice(**MAY, settings=1), ["csat"]).cards[0].current.estimate.n == 9
    assert compare(store, "csat", "2026-05", "2026-06", old).overall.before.estimate.n == 9
    with pytest.raises(NotFound):
        explain(store, "csat", "2026-05", "2026-06", Slice(by="channel", settings=9))
    settle(store, time_zone="UTC", minimum_n=1, currency="PLN", kind="contractual")
    assert len(cohorts(store, old).cohorts) == 3
    assert not cohorts(store).cohorts
    assert currency_of(store, settings=1) == "EUR"


def test_old_business_hours_are_measured_by_again(store):
    settle(store, time_zone="UTC", calendar={"time_zone": "UTC", "hours": HOURS, "holidays": []})
    settle(store, time_zone="UTC")
    then = measure(store, "resolution_time", Slice(settings=3)).figures[0].parts["business"]
    assert then.value == 3 * 3600
    assert "business" not in measure(store, "resolution_time").figures[0].parts


def test_an_old_minimum_shows_no_group_that_is_withheld_now(store):
    settle(store, time_zone="UTC", minimum_n=5)
    found = {one.group: one.estimate for one in measure(store, "csat", Slice(by="channel", settings=1)).figures}
    assert found["app"].withheld
    assert measure(store, "csat", Slice(settings=1)).settings["minimum_n"] == 5


def test_settings_that_were_never_kept_are_refused(store):
    with pytest.raises(NotFound, match="no settings of version 7"):
        measure(store, "csat", Slice(settings=7))
