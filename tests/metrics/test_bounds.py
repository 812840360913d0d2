"""What the silent may think bounds what all customers think; nothing in the answers can narrow that."""

from __future__ import annotations

import numpy as np
import pytest

from regard.base import Invalid
from regard.metrics import Stratum, Unit, mean_bounds, nps_bounds, share_bounds, stratified_bounds
from regard.metrics.answers import Answers


def test_responders_and_all_customers_side_by_side():
    """100 answers with NPS 42, 20 silent of whom none is thought happier than 13: all customers are at 18 to 37."""
    found = nps_bounds(Answers.of([(10, 60), (7, 22), (0, 18)]), 20, between=(-100, 13))
    assert found.responders.value == pytest.approx(42)
    assert (round(found.least), round(found.most)) == (18, 37)
    assert found.low < found.least < found.most < found.high
    assert found.invited == 120
    assert found.responders.unit is Unit.POINTS


def test_the_width_is_the_share_of_the_silent_and_no_sample_makes_it_smaller():
    """Manski 1989: the bounds of a share are as far apart as the share who did not answer."""
    for many in (10, 1000):
        answers = Answers.of([(0, 3 * many), (1, 7 * many)])
        found = share_bounds(answers, answers.scores == 1, 30 * many)
        assert found.width == pytest.approx(0.75)
        assert (found.least, found.most) == pytest.approx((0.175, 0.925))


def test_when_everybody_answered_the_bounds_are_the_figure_and_its_interval():
    answers = Answers.of([(1, 10), (4, 30), (5, 60)])
    found = mean_bounds(answers, 0, (1, 5))
    assert found.least == found.most == pytest.approx(found.responders.value)
    assert (found.low, found.high) == pytest.approx((found.responders.low, found.responders.high), abs=1e-6)


def test_when_nobody_answered_all_that_is_known_is_the_scale():
    found = mean_bounds(Answers.of([]), 50, (1, 5))
    assert (found.low, found.least, found.most, found.high) == (1, 1, 5, 5)
    assert found.responders.value is None


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("silent_at", [0.0, 10.0])
def test_the_interval_holds_the_truth_even_where_the_silent_are_all_of_one_mind(rate, silent_at):
    """Imbens and Manski 2004: at either bound the truth is held in 95 of 100 samples."""
    rng, invited = np.random.default_rng(7), 200
    shape = np.array([0.1, 0.05, 0.05, 0.1, 0.3, 0.4])
    scores = np.array([0.0, 3.0, 5.0, 7.0, 8.0, 10.0])
    truth = rate * float(scores @ shape) + (1 - rate) * silent_at
    held = []
    for _ in range(600):
        answered = rng.binomial(invited, rate)
        counts = rng.multinomial(answered, shape)
        answers = Answers.of([(s, c) for s, c in zip(scores, counts, strict=True) if c])
        found = mean_bounds(answers, invited - answered, (0, 10))
        held.append(found.low <= truth <= found.high)
    assert 0.93 <= np.mean(held) <= 0.97


def test_sampling_weights_count_for_the_silent_too():
    """Silent people who stand for three each make the silent share larger."""
    answers = Answers.of_values([0, 1, 1, 1], [1, 1, 1, 1])
    light = mean_bounds(answers, 4, (0, 1))
    heavy = mean_bounds(answers, np.full(4, 3.0), (0, 1))
    assert light.answered == 0.5
    assert heavy.answered == 0.25
    assert heavy.width == pytest.approx(0.75)


def test_strata_are_put_together_by_their_share_of_all_customers():
    quiet = Stratum(Answers.of([(1, 10)]), 90, 0.5)
    loud = Stratum(Answers.of([(5, 80)]), 20, 0.5)
    found = stratified_bounds([quiet, loud], (1, 5))
    assert found.least == pytest.approx(0.5 * 1 + 0.5 * (0.8 * 5 + 0.2 * 1))
    assert found.most == pytest.approx(0.5 * (0.1 * 1 + 0.9 * 5) + 0.5 * 5)
    assert found.answered == pytest.approx(0.45)


def test_a_group_nobody_answered_from_may_be_anywhere():
    known, unknown = Stratum(Answers.of([(5, 100)]), 0, 0.7), Stratum(Answers.of([]), 40, 0.3)
    found = stratified_bounds([known, unknown], (1, 5))
    assert (found.least, found.most) == pytest.approx((0.7 * 5 + 0.3 * 1, 5))


def test_the_silent_cannot_be_off_the_scale():
    with pytest.raises(Invalid) as refused:
        mean_bounds(Answers.of([(4, 10)]), 5, (1, 5), between=(0, 4))
    assert refused.value.field == "between"


def test_nobody_asked_has_no_bounds():
    with pytest.raises(Invalid, match="nobody was asked"):
        mean_bounds(Answers.of([]), 0, (1, 5))


@pytest.mark.parametrize("silent, field", [(-3, "silent"), ([1.0, 0.0], "weights")])
def test_fewer_than_nobody_and_people_without_weight_cannot_be_silent(silent, field):
    with pytest.raises(Invalid) as refused:
        mean_bounds(Answers.of([(4, 10)]), silent, (1, 5))
    assert refused.value.field == field


def test_a_count_from_an_array_is_a_count():
    answers = Answers.of([(4, 10)])
    assert mean_bounds(answers, np.int64(5), (1, 5)).invited == mean_bounds(answers, 5, (1, 5)).invited == 15
