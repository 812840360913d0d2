"""Each question's distribution counts who answered it, and says how sure it is."""

from __future__ import annotations

import numpy as np
import pytest

from regard.base import Invalid
from regard.metrics import choices, multiple_choices, numbers, rankings, ratings

NAN = float("nan")


def test_shares_are_of_those_who_answered():
    found = choices(["a"] * 30 + ["b"] * 10 + [None] * 60, ["a", "b", "c"])
    assert (found.n, found.missing) == (40, 60)
    assert [share.value for share in found.shares.values()] == [0.75, 0.25, 0.0]
    assert found.shares["c"].high == pytest.approx(0.0876, abs=1e-4)


def test_an_answer_that_is_no_option_is_shown_after_them():
    assert list(choices(["b", "other"], ["a", "b"]).shares) == ["a", "b", "other"]


def test_simultaneous_intervals_hold_all_shares_together():
    rng, truth = np.random.default_rng(1), [0.4, 0.3, 0.2, 0.1]
    options, held = list("abcd"), {False: [], True: []}
    for _ in range(400):
        chosen = rng.choice(options, 150, p=truth).tolist()
        for together, hits in held.items():
            shares = choices(chosen, options, is_simultaneous=together).shares.values()
            hits.append(all(s.low <= p <= s.high for s, p in zip(shares, truth, strict=True)))
    assert np.mean(held[True]) >= 0.93
    assert np.mean(held[False]) < 0.9


def test_several_choices_need_not_add_up_to_one():
    found = multiple_choices({"a": [1, 1, 0, 0], "b": [1, 1, 1, 0]}, [True, True, True, False])
    assert found.n == 3
    assert [share.value for share in found.shares.values()] == pytest.approx([2 / 3, 1])


def test_weights_move_the_shares_and_widen_the_intervals():
    chosen, weights = ["a"] * 50 + ["b"] * 50, [1.0] * 50 + [3.0] * 50
    plain, weighted = choices(chosen, ["a", "b"]), choices(chosen, ["a", "b"], weights)
    assert weighted.shares["b"].value == pytest.approx(0.75)
    assert weighted.n_effective == pytest.approx(80)
    assert weighted.shares["b"].n_effective < plain.shares["b"].n_effective


def test_a_rating_has_its_values_its_mean_and_its_net_score():
    found = ratings([10] * 5 + [7] * 3 + [2] * 2 + [NAN], (0, 10), is_nps=True)
    assert found.shares["10"].value == 0.5
    assert found.shares["0"].value == 0
    assert found.figures["nps"].value == pytest.approx(30)
    assert found.figures["mean"].value == pytest.approx(7.5)
    assert found.missing == 1


def test_a_long_scale_has_a_mean_and_no_shares():
    found = ratings([0, 55.5, 100], (0, 100))
    assert not found.shares
    assert found.figures["mean"].n == 3


def test_numbers_have_a_median_that_one_odd_answer_does_not_move():
    found = numbers([1, 2, 3, 4, 5, 6, 7, 8, 9, 1e6])
    assert found.figures["median"].value == 5.5
    assert found.figures["median"].low < 5.5 < found.figures["median"].high
    assert found.figures["mean"].value > 100_000


def test_rankings_have_a_mean_rank_for_each_option():
    found = rankings({"price": [1, 1, 2], "speed": [2, 3, 1], "colour": [3, 2, NAN]})
    assert found["price"].figures["mean"].value == pytest.approx(4 / 3)
    assert found["speed"].shares["3"].value == pytest.approx(1 / 3)
    assert found["colour"].missing == 1


def test_nobody_answering_is_no_figure_and_no_failure():
    assert choices([None, None], ["a"]).shares["a"].value is None
    assert numbers([NAN]).figures["median"].value is None
    assert ratings([], (1, 5)).figures["mean"].value is None


def test_weights_of_other_people_are_refused():
    with pytest.raises(Invalid) as refused:
        choices(["a", "b"], ["a", "b"], [1.0])
    assert refused.value.field == "weights"
