"""Why it changed: who answered, and how they answered. Nothing is left over."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from regard.base import Invalid
from regard.metrics.answers import Answers
from regard.metrics.decomposition import explain

WEIGHTS = st.floats(0.01, 50, allow_nan=False)
ROWS = st.lists(
    st.tuples(st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0]), st.integers(1, 60), WEIGHTS), min_size=1, max_size=5
)
GROUPS = st.dictionaries(st.sampled_from(["web", "phone", "shop", "app"]), ROWS, min_size=1, max_size=4).map(
    lambda found: {g: weighted(rows) for g, rows in found.items()}
)


def weighted(rows):
    return Answers.of([(score, n, n * w, n * w * w) for score, n, w in {row[0]: row for row in rows}.values()])


def yes(answered, total):
    return Answers.of([(1, answered), (0, total - answered)])


def is_happy(score):
    return float(score >= 4)


@settings(deadline=None)
@given(GROUPS, GROUPS)
def test_mix_and_rate_sum_to_the_difference_to_the_last_digit(before, after):
    found = explain(before, after)
    assert math.fsum(found.parts) == found.difference
    assert found.difference == pytest.approx(found.after - found.before, abs=1e-12)


@settings(deadline=None)
@given(GROUPS, GROUPS)
def test_it_explains_a_share_as_exactly_as_a_mean(before, after):
    found = explain(before, after, is_happy)
    assert math.fsum(found.parts) == found.difference
    assert 0 <= found.before <= 1


@settings(deadline=None)
@given(GROUPS, GROUPS)
def test_swapping_the_periods_flips_every_sign(before, after):
    there, back = explain(before, after), explain(after, before)
    assert back.difference == -there.difference
    assert back.parts == pytest.approx([-part for part in there.parts], abs=1e-12)


@settings(deadline=None)
@given(GROUPS, st.integers(2, 9))
def test_when_the_same_people_answer_there_is_no_mix(before, times):
    after = {
        g: Answers(6 - a.scores[::-1], *(times * x[::-1] for x in (a.counts, a.weights, a.squares)))
        for g, a in before.items()
    }
    found = explain(before, after)
    assume(all(Fraction(float(w)) * times == Fraction(float(w * times)) for a in before.values() for w in a.weights))
    assert all(abs(group.mix.value) < 1e-14 for group in found.groups)


@settings(deadline=None)
@given(GROUPS)
def test_when_nothing_changed_every_part_is_zero(before):
    assert set(explain(before, before).parts) == {0.0}


def test_a_fall_while_every_group_improved_is_all_mix():
    """Simpson's paradox, told apart: both channels got better, and more people used the worse one."""
    before = {"web": yes(720, 800), "phone": yes(100, 200)}
    after = {"web": yes(460, 500), "phone": yes(275, 500)}
    found = explain(before, after)
    assert found.difference == pytest.approx(-0.085)
    assert all(group.rate.value > 0 for group in found.groups)
    assert found.mix.value < -0.1
    assert found.mix.high < 0


def test_a_hand_worked_split_is_found():
    """Shares .8/.2 → .5/.5, means .9/.5 → .92/.55; averages .82 and .735, so C = .7775."""
    found = explain({"web": yes(720, 800), "phone": yes(100, 200)}, {"web": yes(460, 500), "phone": yes(275, 500)})
    phone, web = found.groups
    assert (web.mix.value, web.rate.value) == pytest.approx((-0.3 * (0.91 - 0.7775), 0.02 * 0.65))
    assert (phone.mix.value, phone.rate.value) == pytest.approx((0.3 * (0.525 - 0.7775), 0.05 * 0.35))


def test_a_group_that_appears_is_mix_and_one_that_vanishes_too():
    found = explain({"web": yes(80, 100), "fax": yes(5, 20)}, {"web": yes(80, 100), "app": yes(45, 50)})
    by_name = {group.group: group for group in found.groups}
    assert by_name["app"].rate.value == by_name["fax"].rate.value == 0
    assert by_name["app"].mix.value > 0
    assert by_name["fax"].mix.value > 0
    assert (by_name["app"].mean_before, by_name["fax"].mean_after) == (None, None)
    assert math.fsum(found.parts) == found.difference


def test_weights_decide_how_large_a_group_is():
    heavy = {"web": Answers.of([(1, 10, 30.0, 90.0)]), "phone": Answers.of([(0, 10, 10.0, 10.0)])}
    light = {"web": Answers.of([(1, 10)]), "phone": Answers.of([(0, 10)])}
    found = explain(light, heavy)
    assert (found.before, found.after) == (0.5, 0.75)
    assert found.rate.value == 0


@pytest.mark.parametrize(
    ("before", "after", "word"), [({}, {"web": yes(1, 2)}, "before"), ({"web": yes(1, 2)}, {"web": yes(0, 0)}, "after")]
)
def test_without_answers_there_is_nothing_to_explain(before, after, word):
    with pytest.raises(Invalid) as refused:
        explain(before, after)
    assert refused.value.field == word


def test_each_part_s_interval_covers_its_true_value():
    rng = np.random.default_rng(31)
    sizes = np.array([[0.5, 0.3, 0.2], [0.4, 0.3, 0.3]])
    rates = np.array([[0.8, 0.5, 0.3], [0.8, 0.6, 0.3]])
    centre = (sizes * rates).sum() / 2
    mix = (sizes[1] - sizes[0]) * (rates.mean(axis=0) - centre)
    rate = (rates[1] - rates[0]) * sizes.mean(axis=0)
    truth = [*mix, *rate, mix.sum(), rate.sum()]
    hits = np.zeros(len(truth))
    for _ in range(800):
        sides = [
            {g: yes(rng.binomial(n, p), n) for g, n, p in zip("abc", rng.multinomial(300, s), r, strict=True)}
            for s, r in zip(sizes, rates, strict=True)
        ]
        found = explain(*sides)
        parts = [*(g.mix for g in found.groups), *(g.rate for g in found.groups), found.mix, found.rate]
        hits += [part.low <= true <= part.high for part, true in zip(parts, truth, strict=True)]
    shares = hits / 800
    is_fixed = np.arange(len(truth)) == 1  # group b's share is the same in truth: its mix is near 0 and held more often
    assert shares[is_fixed] >= 0.93
    assert shares[~is_fixed].min() >= 0.93
    assert shares[~is_fixed].max() <= 0.975
