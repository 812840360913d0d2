"""Weighted to known margins, the answers say what all customers would have said, about as surely as they claim."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from regard.base import Invalid
from regard.metrics import rake

REGIONS = {"north": 0.5, "middle": 0.3, "south": 0.2}
AGES = {"to 29": 0.25, "30–44": 0.35, "45–64": 0.25, "65 on": 0.15}
MARGINS = {"region": REGIONS, "age": AGES}


def drawn(rng, n, answers_more):
    """Answers of ``n`` people: each region and age answers as often as ``answers_more`` says."""
    cells = np.outer(list(REGIONS.values()), list(AGES.values())) * answers_more
    place = rng.choice(cells.size, n, p=(cells / cells.sum()).ravel())
    region, age = place // len(AGES), place % len(AGES)
    people = {
        "region": np.array(list(REGIONS), dtype=object)[region],
        "age": np.array(list(AGES), dtype=object)[age],
    }
    return people, region, age


LOUD_NORTH = np.outer([0.5, 0.3, 0.15], [1, 0.8, 0.6, 0.4])


def test_deming_and_stephan_s_method_gives_a_table_both_its_margins():
    """A 2 × 2 table of 10, 20, 30 and 40, fitted to 40/60 and 70/30: odds ratio kept at 2/3, margins met."""
    cells = [("a", "x", 10), ("a", "y", 20), ("b", "x", 30), ("b", "y", 40)]
    people = {
        "row": [row for row, _, many in cells for _ in range(many)],
        "column": [column for _, column, many in cells for _ in range(many)],
    }
    raked = rake(people, {"row": {"a": 0.4, "b": 0.6}, "column": {"x": 0.7, "y": 0.3}})
    ends = np.cumsum([0, 10, 20, 30, 40])
    a_x, a_y, b_x, b_y = (raked.weights[one:two].sum() for one, two in pairwise(ends))
    assert (a_x + a_y, a_x + b_x) == pytest.approx((40, 70), abs=1e-3)
    assert (a_x * b_y) / (a_y * b_x) == pytest.approx(2 / 3)


def test_single_weights_are_as_near_to_their_limit_as_the_margins_are():
    """Two variables that nearly say the same take many rounds: margins met to a millionth left weights off by more."""
    cells = {("a", "x"): 200, ("a", "y"): 2, ("b", "x"): 2, ("b", "y"): 200}
    people = {
        name: [cell[place] for cell, many in cells.items() for _ in range(many)]
        for place, name in enumerate(("row", "column"))
    }
    raked = rake(people, {"row": {"a": 0.55, "b": 0.45}, "column": {"x": 0.45, "y": 0.55}})
    table = np.array([[200.0, 2.0], [2.0, 200.0]])
    for _ in range(5000):
        table *= np.array([[0.55], [0.45]]) / table.sum(axis=1, keepdims=True)
        table *= np.array([0.45, 0.55]) / table.sum(axis=0)
    each = np.concatenate(
        [np.full(many, share / many) for many, share in zip(cells.values(), table.ravel(), strict=True)]
    )
    assert raked.is_converged
    assert raked.weights == pytest.approx(404 * each, rel=1e-8)


def test_every_margin_is_met_and_shown_before_and_after():
    people, *_ = drawn(np.random.default_rng(3), 400, LOUD_NORTH)
    raked = rake(people, MARGINS)
    assert raked.is_converged
    assert raked.weights.sum() == pytest.approx(400)
    south = next(one for one in raked.balance if one.category == "south")
    assert south.before < 0.13
    assert south.after == pytest.approx(south.target, abs=1e-5)
    assert raked.n_effective * raked.design_effect == pytest.approx(400)
    assert raked.design_effect > 1.2


def test_raking_starts_from_the_sampling_weights():
    """Within a category the weights keep the proportions of 1 ÷ the probability of having been asked."""
    raked = rake({"region": ["n", "n", "s", "s"]}, {"region": {"n": 0.5, "s": 0.5}}, [1, 3, 10, 10])
    assert raked.weights == pytest.approx([0.5, 1.5, 1, 1])


def test_trimmed_weights_stay_within_their_limits_and_say_what_it_costs():
    people, *_ = drawn(np.random.default_rng(4), 300, np.outer([1, 0.3, 0.04], [1, 0.8, 0.6, 0.2]))
    free, trimmed = rake(people, MARGINS), rake(people, MARGINS, limits=(0.3, 3))
    assert free.weights.max() > 3.5
    assert 0.3 - 1e-6 <= trimmed.weights.min() <= trimmed.weights.max() <= 3 + 1e-6
    assert trimmed.trimmed > 0
    assert trimmed.design_effect < free.design_effect
    assert not trimmed.is_converged
    assert trimmed.furthest > 0.01


@pytest.mark.parametrize("cap", [1.5, 3, 5, 8])
def test_what_trimmed_weights_lose_goes_to_the_others_so_that_their_mean_stays_1(cap):
    rng = np.random.default_rng(int(10 * cap))
    people, *_ = drawn(rng, 300, np.outer([1, 0.3, 0.04], [1, 0.8, 0.6, 0.2]))
    raked = rake(people, MARGINS, rng.lognormal(0, 1.5, 300), limits=(0, cap))
    assert raked.weights.mean() == pytest.approx(1)
    assert 0 < raked.weights.min() <= raked.weights.max() <= cap + 1e-9
    off = max(abs(one.after - one.target) for one in raked.balance)
    assert raked.furthest == pytest.approx(off, abs=1e-12)
    assert raked.is_converged == (off <= 1e-6)


def test_a_cap_that_no_weight_reaches_changes_nothing():
    people, *_ = drawn(np.random.default_rng(4), 300, LOUD_NORTH)
    assert np.allclose(rake(people, MARGINS).weights, rake(people, MARGINS, limits=(0, 1000)).weights)


def test_margins_that_contradict_each_other_are_said_not_to_be_reached():
    people = {"a": ["x", "x", "y", "y"], "b": ["x", "x", "y", "y"]}
    raked = rake(people, {"a": {"x": 0.5, "y": 0.5}, "b": {"x": 0.9, "y": 0.1}})
    assert not raked.is_converged
    assert raked.furthest == pytest.approx(0.4)


@pytest.mark.parametrize(
    "people, margins, says",
    [
        ({"region": ["n", "n"]}, {"region": {"n": 0.5, "s": 0.5}}, "nobody who answered is in the category s"),
        ({"region": ["n", "s"]}, {"region": {"n": 50, "s": 50}}, "add up to 100"),
        ({"region": ["n", "s"]}, {"region": {"n": 0.5, "s": 0.3}}, "add up to 0.8"),
        ({"region": ["n", "s", "e"]}, {"region": {"n": 0.5, "s": 0.5}}, "category e, which has no margin"),
        ({"region": ["n", "s", None]}, {"region": {"n": 0.5, "s": 0.5}}, "not known of some answers (1)"),
        ({"age": ["n", "s"]}, {"region": {"n": 0.5, "s": 0.5}}, "nothing is known of it"),
    ],
)
def test_margins_that_do_not_fit_the_answers_are_refused_by_name(people, margins, says):
    with pytest.raises(Invalid) as refused:
        rake(people, margins)
    assert says in refused.value.message
    assert refused.value.field == "region"
    assert refused.value.remedy


def test_a_sampling_weight_of_nothing_is_refused():
    with pytest.raises(Invalid, match="weight must be a number above 0"):
        rake({"region": ["n", "s"]}, {"region": {"n": 0.5, "s": 0.5}}, [1, 0])


@pytest.mark.parametrize("n", [100, 300])
@pytest.mark.parametrize(
    "satisfied",
    [
        np.array([[0.2] * 4, [0.5] * 4, [0.8] * 4]),
        0.3 + 0.1 * np.add.outer(np.arange(3), np.arange(4)),
        np.full((3, 4), 0.4),
    ],
    ids=["by region", "by region and age", "alike everywhere"],
)
def test_the_weighted_interval_holds_what_all_customers_would_say(n, satisfied):
    """93–97 % of samples in which some answer eight times as often as others."""
    rng = np.random.default_rng(n)
    truth = (np.outer(list(REGIONS.values()), list(AGES.values())) * satisfied).sum()
    held = []
    for _ in range(500):
        people, region, age = drawn(rng, n, LOUD_NORTH)
        if len({*people["region"]}) < 3 or len({*people["age"]}) < 4:
            continue
        estimate = rake(people, MARGINS).share(rng.random(n) < satisfied[region, age])
        held.append(estimate.low <= truth <= estimate.high)
    assert 0.93 <= np.mean(held) <= 0.97


def test_an_interval_is_narrower_where_the_margins_tell_the_answer_but_never_as_if_more_had_answered():
    """Region decides nearly everything, so known regions leave little to chance; Kish's size would not know that."""
    people, region, _ = drawn(np.random.default_rng(5), 300, LOUD_NORTH)
    raked = rake(people, MARGINS)
    told = raked.mean(np.array([10.0, 7.0, 2.0])[region] - (np.arange(300) % 10 == 0), (0, 10))
    assert raked.n_effective < 230
    assert told.n_effective == pytest.approx(300)


def test_weighted_figures_of_a_question_that_some_skipped_count_those_who_answered():
    people, *_ = drawn(np.random.default_rng(6), 200, LOUD_NORTH)
    scores = np.where(np.arange(200) % 4 == 0, np.nan, 9.0)
    raked = rake(people, MARGINS)
    everybody = raked.nps(scores)
    assert (everybody.value, everybody.n) == (100.0, 150)
    assert everybody.low < 100


def test_a_code_among_scores_is_refused():
    raked = rake({"region": ["n", "s"]}, {"region": {"n": 0.5, "s": 0.5}})
    with pytest.raises(Invalid, match="outside its scale"):
        raked.nps([9, 11])
