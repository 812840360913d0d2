"""Nothing that a LimeSurvey author has set is dropped in silence."""

from __future__ import annotations

from regard.surveys.model import MultipleText, find_question
from regard.surveys.moving import read_survey
from tests.surveys.moving.making import lss


def test_an_attribute_without_a_place_is_listed_and_a_look_is_not() -> None:
    told = {"hide_tip": "1", "time_limit": "30", "some_plugin": "on", "page_break": "0"}
    moved = read_survey(lss({"type": "T", "title": "Q1", "attributes": told}))
    assert {(loss.severity, str(loss.what)) for loss in moved.losses} == {
        ("lost", "time_limit"),
        ("lost", "some_plugin"),
    }


def test_the_ends_of_a_slider_are_limits_here() -> None:
    ends = {"slider_layout": "1", "slider_min": "1", "slider_max": "10"}
    moved = read_survey(lss({"type": "K", "title": "Q1", "subs": {"SQ1": "Speed"}, "attributes": ends}))
    question = find_question(moved.questionnaire, "Q1")
    assert isinstance(question, MultipleText)
    assert (question.items[0].min, question.items[0].max) == (1, 10)
