"""Small groups stay private, even from someone who can subtract."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.metrics import intervals
from regard.metrics.suppression import (
    BELOW_MINIMUM,
    WOULD_REVEAL,
    suppress,
    withheld_by_period,
    withheld_groups,
)


def test_a_group_below_the_minimum_shows_no_number_at_all_not_even_its_size():
    groups = {"web": intervals.share(40, 90), "phone": intervals.share(9, 40), "fax": intervals.share(2, 3)}
    fax = suppress(groups, 5)["fax"]
    assert (fax.value, fax.low, fax.high, fax.n, fax.n_effective) == (None, None, None, 0, None)
    assert fax.withheld == BELOW_MINIMUM


def test_one_withheld_group_takes_the_next_smallest_with_it():
    assert withheld_groups({"web": 90, "phone": 40, "fax": 3}, 5) == {"fax": BELOW_MINIMUM, "phone": WOULD_REVEAL}


def test_two_small_groups_that_together_stay_below_the_minimum_are_not_left_as_a_remainder():
    assert withheld_groups({"web": 90, "fax": 2, "post": 2}, 5).keys() == {"web", "fax", "post"}


def test_two_small_groups_that_hide_each_other_cost_no_third():
    assert withheld_groups({"web": 90, "phone": 40, "fax": 4, "post": 3}, 5).keys() == {"fax", "post"}


def test_nothing_is_withheld_when_every_group_is_large_enough_or_empty():
    assert withheld_groups({"web": 90, "phone": 5, "fax": 0}, 5) == {}


def test_where_everybody_is_few_it_is_not_told_which_group_is_empty():
    assert withheld_groups({"web": 0, "fax": 3}, 5).keys() == {"web", "fax"}


def test_one_small_cell_withholds_only_the_three_that_close_it_in():
    cells = {
        (year, channel): n
        for year in (2015, 2016)
        for channel, n in (("web", 600), ("phone", 400), ("fax", 3 if year == 2015 else 300), ("mail", 500))
    }
    assert withheld_by_period(cells, 5).keys() == set(itertools.product((2015, 2016), ("fax", "phone")))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(2, 10))
def test_no_withheld_size_can_be_recovered_from_the_shown_ones_and_the_total(sizes, minimum):
    """Whoever knows the total and the shown groups can fill in the withheld ones in more than one way."""
    groups = {f"g{i}": n for i, n in enumerate(sizes)}
    hidden = withheld_groups(groups, minimum)
    assert {g for g, n in groups.items() if 0 < n < minimum} <= hidden.keys()
    if hidden and sum(sizes) >= minimum and len(hidden) < len([n for n in sizes if n]):
        assert len(hidden) >= 2
        assert sum(groups[g] for g in hidden) >= minimum


GROUPS = "abcde"


@st.composite
def tables(draw, most_small=99):
    periods, groups = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    cells = list(itertools.product(range(periods), GROUPS[:groups]))
    large = {cell: draw(st.integers(5, 60)) for cell in cells}
    few = draw(st.lists(st.sampled_from(cells), max_size=most_small, unique=True))
    return large | {cell: draw(st.integers(0, 4)) for cell in few}


def told(sizes, hidden):
    """What a reader knows of the withheld cells and group totals: one row for each line of the table."""
    groups, periods = sorted({g for _, g in sizes}), sorted({p for p, _ in sizes})
    totals = {g: sum(n for (_, group), n in sizes.items() if group == g) for g in groups}
    unknown = [*hidden, *withheld_groups(totals, 5)]
    rows = [[float(c in hidden and c[0] == p) for c in unknown] for p in periods]
    rows += [[float(c == g or (c in hidden and c[1] == g)) * (-1 if c == g else 1) for c in unknown] for g in groups]
    return unknown, np.array([*rows, [float(c in totals) for c in unknown]])


@settings(max_examples=200, deadline=None)
@given(tables())
def test_no_withheld_cell_follows_from_the_totals_that_other_questions_tell(sizes):
    """Independent of how it was decided: for each withheld cell, another table with the same shown figures differs."""
    hidden = withheld_by_period(sizes, 5)
    assert {cell for cell, n in sizes.items() if 0 < n < 5} <= hidden.keys()
    unknown, known = told(sizes, hidden)
    rank = np.linalg.matrix_rank(known) if unknown else 0
    for place in range(len(unknown)):
        assert np.linalg.matrix_rank(np.vstack([known, np.eye(len(unknown))[place]])) == rank + 1


@settings(max_examples=200, deadline=None)
@given(tables(most_small=1))
def test_one_small_cell_costs_few_others(sizes):
    assert len(withheld_by_period(sizes, 5)) <= 6


def test_a_table_of_three_years_and_sixty_agents_loses_little():
    """Every tenth cell is small; what is withheld beside them must not be most of the table."""
    cells = {(p, g): 2 if (p * 7 + g * 3) % 10 == 0 else 20 + (p * g) % 50 for p in range(36) for g in range(60)}
    small = sum(n < 5 for n in cells.values())
    assert len(withheld_by_period(cells, 5)) < 2 * small
