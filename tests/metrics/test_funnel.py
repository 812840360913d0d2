"""From invitations to complete answers, and where people stop."""

from __future__ import annotations

import numpy as np
import pytest

from regard.base import Invalid
from regard.metrics import Funnel, drop_off


def test_each_step_is_of_the_sent_and_of_the_step_before():
    steps = {step.name: step for step in Funnel.of(sent=200, delivered=190, opened=95, started=60, answered=55).steps}
    assert steps["opened"].of_sent.value == pytest.approx(0.475)
    assert steps["opened"].of_previous.value == pytest.approx(0.5)
    assert steps["completed"].count == 0
    assert steps["sent"].of_previous.value == 1


def test_whoever_answered_has_opened_even_where_openings_are_hidden():
    funnel = Funnel.of(sent=100, opened=10, started=40, answered=40, completed=35)
    assert (funnel.opened, funnel.delivered) == (40, 40)


def test_the_four_rates_of_aapor():
    """I 50, P 10, R 40, U 100, e 50 %: RR1 25 %, RR2 30 %, RR3 33.3 %, RR4 40 %."""
    rates = Funnel.of(sent=200, delivered=180, opened=100, started=80, answered=60, completed=50).rates(eligible=0.5)
    assert [rates[name].value for name in ("rr1", "rr2", "rr3", "rr4")] == pytest.approx([0.25, 0.3, 1 / 3, 0.4])


def test_more_answers_than_invitations_are_refused():
    with pytest.raises(Invalid) as refused:
        Funnel.of(sent=5, answered=9)
    assert refused.value.field == "sent"


def test_respondents_stop_at_the_last_question_they_saw():
    seen = {"q1": [1, 1, 1, 0], "q2": [1, 1, 1, 0], "q3": [1, 0, 0, 0]}
    answered = {"q1": [1, 1, 1, 0], "q2": [1, 0, 1, 0], "q3": [1, 0, 0, 0]}
    masks = [{name: np.array(who, dtype=bool) for name, who in one.items()} for one in (seen, answered)]
    first, second, third = drop_off(*masks, np.array([True, False, False, False]))
    assert (first.seen, second.seen, third.seen) == (3, 3, 1)
    assert first.left_here.value == 0
    assert second.left_here.value == pytest.approx(2 / 3)
    assert second.answered.value == pytest.approx(2 / 3)
    assert third.left_here.value == 0
