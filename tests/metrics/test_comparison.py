"""Up and down are only said when they are so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.metrics import intervals
from regard.metrics.answers import Answers
from regard.metrics.comparison import Change, difference, false_discoveries_controlled
from regard.metrics.model import Estimate, Unit

ESTIMATES = st.tuples(st.integers(1, 400), st.integers(0, 400)).map(lambda p: intervals.share(min(p), max(p)))


def rate_of(is_significant):
    return np.mean([*is_significant])


def test_newcombe_s_published_example_is_reproduced():
    """56/70 − 48/80: 0.2, interval 0.0524 to 0.3339 (Newcombe 1998, *Statistics in Medicine* 17, table II, method 10)."""
    found = difference(intervals.share(48, 80), intervals.share(56, 70))
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)
    assert found.change is Change.UP


def test_a_clear_fall_is_down_and_an_unclear_one_is_no_clear_change():
    assert difference(intervals.share(80, 100), intervals.share(50, 100)).change is Change.DOWN
    assert difference(intervals.share(80, 100), intervals.share(76, 100)).change is Change.NO_CLEAR_CHANGE


@pytest.mark.parametrize(
    "other",
    [intervals.share(0, 0), intervals.share(3, 4), Estimate(None, None, None, 0, Unit.SHARE, withheld="below_minimum_n"),
     intervals.skewed_mean(Answers.of([(300, 9)]))],
)  # fmt: skip
def test_without_enough_on_either_side_nothing_is_said(other):
    for pair in ((intervals.share(40, 50), other), (other, intervals.share(40, 50))):
        found = difference(*pair, minimum_n=5)
        assert found.change is Change.NOT_ENOUGH_DATA
        assert found.value is found.low is found.p_value is None


@given(ESTIMATES, ESTIMATES)
def test_the_interval_excludes_zero_exactly_when_p_is_below_the_level(before, after):
    found = difference(before, after)
    assert (found.p_value < 0.05) == (found.low > 0 or found.high < 0) == found.is_significant
    assert 0 <= found.p_value <= 1
    assert found.low <= found.value <= found.high


@given(ESTIMATES, ESTIMATES)
def test_swapping_the_sides_flips_the_sign_and_nothing_else(before, after):
    there, back = difference(before, after), difference(after, before)
    assert back.value == -there.value
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))
    assert back.p_value == pytest.approx(there.p_value)


def draws(kind, n, rng, shift=0.0):
    if kind == "share":
        return intervals.share(int(rng.binomial(n, 0.6 + shift)), n)
    if kind == "nps":
        return intervals.nps(Answers.of(zip((0, 8, 10), rng.multinomial(n, [0.2, 0.3, 0.5]), strict=True)))
    if kind == "mean":
        counts = rng.multinomial(n, [0.05, 0.1, 0.15, 0.3, 0.4])
        return intervals.mean(Answers.of(zip(range(1, 6), counts, strict=True)), (1, 5))
    if kind == "duration":
        return intervals.skewed_mean(Answers.of_values(rng.gamma(2, 1, n)))
    return intervals.quantile(Answers.of_values(rng.gamma(2, 1, n)))


@pytest.mark.parametrize("kind", ["share", "nps", "mean", "duration", "median"])
def test_when_nothing_changed_a_change_is_claimed_in_about_five_per_cent(kind):
    rng = np.random.default_rng(21)
    claims = rate_of(difference(draws(kind, 150, rng), draws(kind, 240, rng)).is_significant for _ in range(1200))
    assert 0.03 <= claims <= 0.065


def test_the_interval_of_a_difference_covers_the_true_one():
    rng = np.random.default_rng(22)
    found = [difference(draws("share", 80, rng), draws("share", 120, rng, shift=0.15)) for _ in range(4000)]
    assert 0.94 <= rate_of(d.low <= 0.15 <= d.high for d in found) <= 0.96


def test_type_one_error_of_shares_is_between_four_and_six_per_cent():
    rng = np.random.default_rng(23)
    found = [difference(draws("share", 200, rng), draws("share", 300, rng)) for _ in range(6000)]
    assert 0.04 <= rate_of(d.is_significant for d in found) <= 0.06


def test_among_twenty_unchanged_groups_a_change_is_claimed_anywhere_in_at_most_five_per_cent():
    """When nothing changed anywhere every claim is false, so the false discovery rate is the chance of any claim."""
    rng = np.random.default_rng(24)
    before, after = rng.binomial(200, 0.6, (1000, 20)), rng.binomial(300, 0.6, (1000, 20))
    claims = [
        any(d.is_significant for d in judged(zip(row_b, row_a, strict=True)))
        for row_b, row_a in zip(before, after, strict=True)
    ]
    assert np.mean(claims) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 1000)


def judged(pairs):
    return false_discoveries_controlled(
        [difference(intervals.share(int(b), 200), intervals.share(int(a), 300)) for b, a in pairs]
    )


def test_a_real_change_among_many_groups_is_still_found():
    pairs = [(120, 180)] * 19 + [(80, 200)]
    assert [d.is_significant for d in judged(pairs)] == [False] * 19 + [True]


def test_q_values_are_benjamini_and_hochberg_s():
    found = judged([(120, 150), (120, 178), (120, 210), (100, 190)])
    p = [d.p_value for d in found]
    order = np.argsort(p)
    expected = np.minimum.accumulate((np.array(p)[order] * 4 / np.arange(1, 5))[::-1])[::-1]
    assert [found[i].q_value for i in order] == pytest.approx(list(expected))


def test_a_group_without_data_costs_the_others_nothing():
    some = difference(intervals.share(120, 200), intervals.share(210, 300))
    none = difference(intervals.share(0, 0), intervals.share(210, 300))
    alone, (together, empty) = false_discoveries_controlled([some])[0], false_discoveries_controlled([some, none])
    assert together == alone
    assert (empty.q_value, empty.is_significant) == (None, False)
