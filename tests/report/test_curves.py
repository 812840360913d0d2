"""The curve of tickets still open: exact in a notebook, at even steps on the page."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from regard.base import Invalid
from regard.metrics import Slice, cohorts, kaplan_meier, measure
from regard.report.results import Figures
from regard.report.showing import cohort_map, still_open
from regard.report.summary import CohortTable
from regard.web import Format
from tests.metrics.company import bought, happened, store_of, ticket

START = datetime(2026, 1, 5)


def desk(**given):
    """Forty tickets solved after 1 to 40 hours, ten still open after a month."""
    rows = [row for n in range(40) for row in ticket(n, START, n + 1.0, **given)]
    rows += [row for n in range(40, 50) for row in ticket(n, START, None, **given)]
    return store_of(*rows, happened("x", START + timedelta(days=31)))


def test_the_curve_is_of_all_tickets_the_open_ones_included():
    with desk() as store:
        found = Figures(measure(store, "resolution_time"), Format()).curve
    columns = found.columns()
    assert columns["at_risk"][0] == 50
    half = columns["seconds"].index(25 * 3600)
    assert columns["still_open"][half] == pytest.approx(0.5)
    assert columns["low"][half] < 0.5 < columns["high"][half]
    assert columns["still_open"][-1] == pytest.approx(0.2)


def test_its_median_is_the_companion_of_the_figure():
    with desk() as store:
        figures = Figures(measure(store, "resolution_time"), Format())
        assert figures.parts["median_with_open"].value == 25 * 3600


def test_only_a_time_until_something_has_a_curve():
    with desk() as store, pytest.raises(Invalid, match="no curve"):
        _ = Figures(measure(store, "fcr"), Format()).curve


def test_a_group_too_small_to_be_shown_shows_no_curve():
    rows = [row for n in range(20) for row in ticket(n, START, n + 1.0, channel="web")]
    rows += [row for n in range(20, 23) for row in ticket(n, START, 1.0, channel="fax")]
    with store_of(*rows, happened("x", START + timedelta(days=31))) as store:
        found = {one.group: one for one in measure(store, "resolution_time", Slice(by="channel")).figures}
        assert found["fax"].curve is None
        assert all(one.curve is None or one.curve().n >= 5 for one in found.values())


def test_the_page_draws_even_steps_with_the_number_watched():
    ended = np.arange(1, 101) * 3600.0
    chart = still_open(kaplan_meier(ended, np.ones(100)), "Still open", Format())
    assert [row[3] for row in chart.table.rows][:2] == ["100", "100"]
    assert [row[1] for row in chart.table.rows][:2] == ["100.0%", "99.0%"]
    assert "Still open" in chart.sentence
    assert len(chart.table.rows) <= 121


def test_a_median_of_hours_can_be_read_off_a_curve_of_months():
    ended = np.concatenate([np.full(60, 15 * 3600.0), np.linspace(86400.0, 60 * 86400.0, 40)])
    drawn = still_open(kaplan_meier(ended, np.ones(100)), "Still open", Format()).table.rows
    half = next(row for row in drawn if float(row[1].rstrip("%")) <= 50)
    assert half[0] == Format().duration(86400)


def test_the_drawn_curve_ends_where_too_few_are_watched():
    ended = np.concatenate([np.full(98, 3600.0), [7200.0], [10_000_000.0]])
    chart = still_open(kaplan_meier(ended, np.ones(100)), "Still open", Format())
    assert chart.table.rows[-1][0] == Format().duration(3600)
    assert still_open(kaplan_meier([], []), "Still open", Format()) is None


def test_a_cohort_too_small_to_be_shown_says_so_instead_of_nought():
    rows = [bought(n, datetime(2026, 1, 5)) for n in range(8)] + [bought(n, datetime(2026, 2, 5)) for n in range(6)]
    rows += [bought(50 + n, datetime(2026, 2, 7)) for n in range(3)] + [bought(1, datetime(2026, 4, 1))]
    with store_of(*rows) as store:
        found = cohorts(store)
    table, chart = CohortTable(found, Format()), cohort_map(found.cohorts, "Cohorts", "First month", 18, Format())
    assert [row[1] for row in table.cells()] == ["8", "withheld"]
    assert table.columns()["customers"] == [8, None]
    assert table.columns()["month_1"] == [6, None]
    assert "too few to show" in chart.table.rows[1][0]
    assert "· 0" not in chart.svg
