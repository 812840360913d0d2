"""The proof looks at everything a respondent sees: choices, whether an answer is needed, texts, quotas, the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from regard.surveys.arranging import arrange
from regard.surveys.model import Choice, Complete, Matrix, RadioGroup, find_question
from regard.surveys.moving import check_equivalence, read_survey
from regard.surveys.moving.moved import Moved
from regard.surveys.offering import shown_choices
from tests.surveys.moving.making import block, field, logic, mc, qsf, selected, text
from tests.surveys.moving.test_qualtrics import losses, same


def with_question(moved: Moved, name: str, **changes: Any) -> Moved:
    """The same survey with one of our questions changed, as a faulty importer would have it."""
    pages = [
        msgspec.structs.replace(
            page,
            elements=[
                msgspec.structs.replace(each, **changes) if each.name == name else each for each in page.elements
            ],
        )
        for page in moved.questionnaire.pages
    ]
    return replace(moved, questionnaire=msgspec.structs.replace(moved.questionnaire, pages=pages))


def first_difference(moved: Moved) -> str:
    found = check_equivalence(moved)
    assert not found.is_equal
    return str(found.differences[0])


SURVEY = qsf(
    mc("QID1", "a", "b", "c"),
    text(
        "QID2",
        QuestionText="Why ${q://QID1/ChoiceGroup/SelectedChoices}?",
        Validation={"Settings": {"ForceResponse": "ON"}},
    ),
    blocks=[block("BL_1", "QID1", None, "QID2")],
)


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("Q1", {"choices": [1, 2]}, "Q1: the source offers 1, 2, 3, ours 1, 2"),
        ("Q1", {"choices": [3, 2, 1]}, "Q1: the source offers 1, 2, 3, ours 3, 2, 1"),
        ("Q1", {"choices_order": "random"}, "Q1: the source offers 1, 2, 3, ours 1, 2, 3, all in random order"),
        ("Q2", {"is_required": False}, "Q2: an answer is needed there, not here"),
        ("Q2", {"title": "Why?"}, "Q2: the source says 'Why a?', ours 'Why?'"),
    ],
)
def test_a_question_that_is_put_differently_is_told(name: str, changes: dict[str, Any], told: str) -> None:
    moved = read_survey(SURVEY)
    assert check_equivalence(moved).is_equal
    assert first_difference(with_question(moved, name, **changes)) == told


def test_a_survey_that_ends_differently_is_told() -> None:
    end = {"Type": "EndSurvey", "FlowID": "FL_4", "EndingType": "Advanced", "Options": {"ResponseFlag": "Screened"}}
    flow = [
        {"Type": "Block", "ID": "BL_1", "FlowID": "FL_2"},
        {"Type": "Branch", "FlowID": "FL_3", "BranchLogic": logic(selected("QID1", "1")), "Flow": [end]},
    ]
    moved = same(qsf(mc("QID1", "minor", "adult"), blocks=[block("BL_1", "QID1")], flow=flow))
    mild = [
        msgspec.structs.replace(each, is_screen_out=False)
        for each in moved.questionnaire.triggers
        if isinstance(each, Complete)
    ]
    other = replace(moved, questionnaire=msgspec.structs.replace(moved.questionnaire, triggers=mild))
    assert first_difference(other) == "the source ends screened out, ours complete"


def test_a_quota_over_other_people_is_told() -> None:
    quota = {"Name": "Men", "Occurrences": "10", "Logic": logic(selected("QID1", "1")), "LogicType": "Simple"}
    moved = same(qsf(mc("QID1", "men", "women"), elements=[{"Element": "QO", "Payload": quota}]))
    wrong = [msgspec.structs.replace(each, expression="{Q1} = 2") for each in moved.questionnaire.quotas]
    other = replace(moved, questionnaire=msgspec.structs.replace(moved.questionnaire, quotas=wrong))
    assert first_difference(other) == "the source counts it in the quotas ('Men',), ours in ()"


def test_choices_that_depend_on_answers_are_offered_as_there() -> None:
    second = mc("QID2", "x", "y")
    second["Choices"]["2"]["DisplayLogic"] = logic(selected("QID1", "1"))
    moved = same(qsf(mc("QID1", "a", "b"), second, blocks=[block("BL_1", "QID1", None, "QID2")]))
    question = find_question(moved.questionnaire, "Q2")
    assert [choice.visible_if for choice in question.choices] == [None, "{Q1} = 1"]
    assert not check_equivalence(with_question(moved, "Q2", choices=[Choice(value=1), Choice(value=2)])).is_equal


def test_traits_in_texts_are_said_as_there() -> None:
    moved = same(qsf(mc("QID1", "a", QuestionText="Dear ${e://Field/title} ${m://FirstName}, why?")))
    assert first_difference(with_question(moved, "Q1", title="Dear {profile.title}, why?")).startswith(
        "Q1: the source says"
    )


def test_in_page_logic_is_read_while_the_page_is_answered() -> None:
    in_page = logic(selected("QID1", "1")) | {"inPage": True}
    moved = same(qsf(mc("QID1", "a", "b"), text("QID2", DisplayLogic=in_page)))
    assert not moved.losses


def test_logic_over_the_same_page_that_is_not_in_page_is_listed() -> None:
    moved = read_survey(qsf(mc("QID1", "a", "b"), text("QID2", DisplayLogic=logic(selected("QID1", "1")))))
    assert losses(moved) == {"display logic over a question of the same page"}


def test_a_random_few_of_the_choices_are_offered() -> None:
    few = mc("QID1", "a", "b", "c", "d", Randomization={"Type": "SubSet", "TotalRandSubset": 2})
    slots = ["{~Randomized~}", "4", "{~Randomized~}"]
    fixed = mc("QID2", "a", "b", "c", "d", Randomization={"Type": "Advanced", "Advanced": {"FixedOrder": slots}})
    moved = same(qsf(few, fixed))
    assert not moved.losses
    for seed in range(20):
        drawn = arrange(moved.questionnaire, seed)
        first, second = (find_question(moved.questionnaire, name) for name in ("Q1", "Q2"))
        assert isinstance(first, RadioGroup)
        assert isinstance(second, RadioGroup)
        assert len(shown_choices(first, {}, drawn)) == 2
        assert [choice.value for choice in shown_choices(second, {}, drawn)][1] == 4
        assert len(shown_choices(second, {}, drawn)) == 3


def test_a_random_few_of_the_statements_are_asked() -> None:
    rows = mc("QID1", "a", "b", "c", QuestionType="Matrix", Selector="Likert", SubSelector="SingleAnswer",
              Answers={"1": {"Display": "Bad"}, "2": {"Display": "Good"}}, Randomization={"Type": "SubSet", "TotalRandSubset": 1})  # fmt: skip
    question = find_question(same(qsf(rows)).questionnaire, "Q1")
    assert isinstance(question, Matrix)
    assert (question.rows_order, question.take) == ("random", 1)


def test_a_requested_answer_is_not_needed_but_listed() -> None:
    asked = {"Settings": {"ForceResponse": "ON", "ForceResponseType": "RequestResponse"}}
    moved = same(qsf(mc("QID1", "a", Validation=asked)))
    assert not find_question(moved.questionnaire, "Q1").is_required
    assert losses(moved) == {"requested answer"}


def test_choices_that_nobody_was_shown_are_left_out_and_listed() -> None:
    gone = mc("QID1", "a", "b", "c", ChoiceOrder=["1", "2"])
    never = mc(
        "QID2",
        "a",
        "b",
        Randomization={"Type": "Advanced", "Advanced": {"FixedOrder": ["{~Randomized~}"], "Undisplayed": ["2"]}},
    )
    moved = same(qsf(gone, never))
    assert losses(moved) == {"choices without a place", "choices that are never shown"}


def test_conditions_over_persons_are_walked_with_and_without_the_trait() -> None:
    moved = same(qsf(text("QID1", DisplayLogic=logic(field("plan", "EqualTo", "gold")))))
    assert check_equivalence(moved).walks == 2


def test_a_walk_that_may_take_no_time_walks_one_way_and_says_so() -> None:
    found = check_equivalence(read_survey(SURVEY), seconds=0)
    assert (found.walks, found.agreed, found.is_exhaustive) == (1, 1, False)
