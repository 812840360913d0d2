"""Windows that begin or end inside a calendar period count exactly their own days, in whichever way they are asked."""

from __future__ import annotations

from datetime import date

import pytest

from regard.metrics import Slice, measure, overview
from regard.stream import Batch, Record, open_store
from tests.agreement.company import interactions
from tests.stream.rows import parquet

SETTINGS = {"time_zone": "America/New_York", "minimum_n": 1}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("cut")
    with open_store(folder / "company.duckdb") as store:
        rows = parquet(folder / "rows.parquet", interactions())
        store.append(Batch(rows, records=[Record("settings", "workspace", SETTINGS)]))
        yield store


@pytest.mark.parametrize("every", ["week", "month", "quarter"])
@pytest.mark.parametrize("metric", ["csat", "nps"])
def test_every_point_of_the_overview_is_what_its_days_alone_say(store, metric, every):
    found = overview(store, Slice(every=every, start=date(2025, 3, 12), end=date(2025, 11, 5)), [metric]).cards[0]
    for figure in [found.current, found.previous, *found.trend]:
        start, end = figure.period
        assert measure(store, metric, Slice(start=start, end=end)).figures[0].estimate == figure.estimate
