"""Late responders stand for the silent, as far as anybody can."""

from __future__ import annotations

import numpy as np
import pytest

from regard.base import Invalid
from regard.metrics import Asked, Change, Unit, early_against_late


def people(rng, invited, slope):
    """Everybody asked, in the order in which they would answer: the later, the less satisfied by ``slope``."""
    place = np.arange(invited) / invited
    return np.clip(np.round(rng.normal(8 - slope * place, 1.5)), 0, 10)


def test_a_question_on_which_late_responders_differ_is_found_among_those_on_which_they_do_not():
    rng = np.random.default_rng(1)
    n = 300
    questions = {"satisfied": Asked(people(rng, n, 3), (0, 10))}
    questions |= {f"other {i}": Asked(people(rng, n, 0), (0, 10)) for i in range(9)}
    found = early_against_late(questions, np.arange(n), answered=0.4)
    assert {drift.name for drift in found if drift.change.change is Change.DOWN} == {"satisfied"}
    assert found[0].early.n == found[0].late.n == 100


@pytest.mark.parametrize(
    "scores, unit", [((0.0, 1.0), Unit.SHARE), ((-100.0, 0.0, 100.0), Unit.POINTS), (range(11), Unit.SCORE)]
)
def test_where_nothing_drifts_about_one_check_in_twenty_raises_an_alarm(scores, unit):
    rng, scale = np.random.default_rng(2), (min(scores), max(scores))
    alarms = []
    for _ in range(600):
        [found] = early_against_late({"q": Asked(rng.choice(scores, 150), scale, unit)}, np.arange(150), 0.4)
        alarms.append(found.change.is_significant)
    assert 0.03 <= np.mean(alarms) <= 0.07


def test_the_trend_says_more_of_everybody_than_responders_do():
    """Satisfaction falls with reluctance: the responders' mean is too high; what the trend says is nearer."""
    rng = np.random.default_rng(3)
    by_trend, by_responders = [], []
    for _ in range(100):
        everybody = people(rng, 1000, 2)
        values = everybody[:400]
        [found] = early_against_late({"q": Asked(values, (0, 10))}, np.arange(400), 0.4)
        by_trend.append(found.everybody.value - everybody.mean())
        by_responders.append(values.mean() - everybody.mean())
    assert abs(np.mean(by_trend)) < 0.7 * np.mean(by_responders)


def test_the_interval_of_the_last_responder_holds_the_end_of_the_line():
    rng, held = np.random.default_rng(4), []
    for _ in range(500):
        values = 5 + 2 * (np.arange(150) + 0.5) / 150 + rng.normal(0, 1, 150)
        [found] = early_against_late({"q": Asked(values, (0, 12))}, np.arange(150), 0.5)
        held.append(found.silent.low <= 7 <= found.silent.high)
    assert 0.93 <= np.mean(held) <= 0.97


def test_before_and_after_the_reminder_instead_of_thirds():
    is_late = np.repeat([False, True], [60, 40])
    [found] = early_against_late(
        {"nps": Asked(np.repeat([100.0, -100.0], [60, 40]), (-100, 100), Unit.POINTS)}, is_late, 0.5, is_late=is_late
    )
    assert (found.early.n, found.late.n) == (60, 40)
    assert (found.early.value, found.late.value) == (100, -100)


def test_too_few_answers_carry_no_verdict():
    [found] = early_against_late({"q": Asked(np.arange(12.0) % 5, (0, 10))}, np.arange(12), 0.2)
    assert found.change.change is Change.NOT_ENOUGH_DATA
    assert found.silent.value is None
    assert found.early.value is not None


def test_a_time_that_is_not_known_is_refused():
    with pytest.raises(Invalid) as refused:
        early_against_late({"q": Asked([1, 2], (0, 10))}, [1, float("nan")], 0.5)
    assert refused.value.field == "waited"


def test_a_response_rate_in_per_cent_is_refused():
    with pytest.raises(Invalid, match="response rate of 40"):
        early_against_late({"q": Asked([1, 2], (0, 10))}, [1, 2], 40)
