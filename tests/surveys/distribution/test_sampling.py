"""Who is asked: by chance, with a known probability, so that weights make estimates right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.base import Invalid
from regard.surveys.sampling import draw, is_drawn, lot


def test_everybody_has_the_same_chance_whatever_their_number() -> None:
    lots = np.array([lot("spring", customer) for customer in range(20_000)])
    counts = np.histogram(lots, bins=20, range=(0, 1))[0]
    assert ((counts - 1000) ** 2 / 1000).sum() < 43.8  # chi-square with 19 degrees of freedom, 0.1 %
    assert abs(np.corrcoef(lots[:-1], lots[1:])[0, 1]) < 0.03


def test_being_drawn_by_one_programme_says_nothing_of_another() -> None:
    pairs = [(is_drawn(customer, "a", 0.3), is_drawn(customer, "b", 0.3)) for customer in range(20_000)]
    assert sum(one and two for one, two in pairs) / 20_000 == pytest.approx(0.09, abs=0.008)


def test_weights_of_one_over_the_probability_make_the_total_right_on_average() -> None:
    scores = np.random.default_rng(7).normal(40, 15, 600)
    totals = []
    for repeat in range(400):
        drawn = draw(range(600), f"draw {repeat}", share=0.2)
        totals.append(sum(scores[customer] / drawn.probability for customer in drawn.customers))
    assert np.mean(totals) == pytest.approx(scores.sum(), rel=0.01)


def test_a_draw_that_is_made_again_draws_the_same_people() -> None:
    assert draw(range(100), "x", share=0.3) == draw(range(100), "x", share=0.3)
    assert set(draw(range(100), "x", share=0.1).customers) <= set(draw(range(100), "x", share=0.3).customers)


@given(st.integers(0, 60), st.floats(0, 1), st.integers(0, 20), st.integers(0, 40))
def test_a_draw_keeps_its_limits(people: int, share: float, at_least: int, more: int) -> None:
    at_most = at_least + more
    drawn = draw(range(people), "x", share=share, at_least=at_least, at_most=at_most)
    assert len(drawn.customers) >= min(at_least, people)
    assert len(drawn.customers) <= (at_most or people)
    assert drawn.customers == sorted(set(drawn.customers))
    assert drawn.probability == (len(drawn.customers) / people if people else 0)


def test_limits_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(Invalid):
        draw([1], "x", at_least=5, at_most=2)
    with pytest.raises(Invalid):
        draw([1], "x", share=1.5)
