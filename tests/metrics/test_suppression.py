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


def test_without_a_total_beside_them_only_the_small_group_is_withheld():
    assert withheld_groups({"web": 90, "phone": 40, "fax": 3}, 5, total_is_shown=False) == {"fax": BELOW_MINIMUM}


def test_two_small_groups_that_together_stay_below_the_minimum_are_not_left_as_a_remainder():
    assert withheld_groups({"web": 90, "fax": 2, "post": 2}, 5).keys() == {"web", "fax", "post"}


def test_two_small_groups_that_hide_each_other_cost_no_third():
    assert withheld_groups({"web": 90, "phone": 40, "fax": 4, "post": 3}, 5).keys() == {"fax", "post"}


def test_nothing_is_withheld_when_every_group_is_large_enough_or_empty():
    assert withheld_groups({"web": 90, "phone": 5, "fax": 0}, 5) == {}


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(2, 10))
def test_no_withheld_size_can_be_recovered_from_the_shown_ones_and_the_total(sizes, minimum):
    """Whoever knows the total and the shown groups can fill in the withheld ones in more than one way."""
    groups = {f"g{i}": n for i, n in enumerate(sizes)}
    hidden = withheld_groups(groups, minimum)
    assert {g for g, n in groups.items() if 0 < n < minimum} <= hidden.keys()
    if hidden and sum(sizes) >= minimum and len(hidden) < len([n for n in sizes if n]):
        assert len(hidden) >= 2
        assert sum(groups[g] for g in hidden) >= minimum


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_no_cell_of_a_two_way_break_down_can_be_recovered_from_both_margins(periods, groups, data):
    """Independent of how it was decided: another table with the same shown figures has a different value in each hidden cell."""
    cells = list(itertools.product(range(periods), "abcd"[:groups]))
    sizes = {cell: data.draw(st.integers(0, 20)) for cell in cells}
    hidden = withheld_by_period(sizes, 5)
    unknown = [cell for cell in cells if cell in hidden]
    margins = [(p, None) for p in range(periods)] + [(None, g) for g in "abcd"[:groups]]
    rows = [[float(m in ((c[0], None), (None, c[1]))) for c in unknown] for m in margins if m not in hidden]
    assert {c for c in cells if 0 < sizes[c] < 5} <= hidden.keys()
    for place in range(len(unknown)):
        unit = np.eye(len(unknown))[place]
        rank = np.linalg.matrix_rank(np.array(rows)) if rows and unknown else 0
        assert np.linalg.matrix_rank(np.array([*rows, unit])) == rank + 1
