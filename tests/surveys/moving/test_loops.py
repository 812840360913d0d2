"""A loop of Qualtrics is asked here turn by turn: over rows, over choices, over a number."""

from __future__ import annotations

from typing import Any

import pytest

from regard.surveys.flow import path
from regard.surveys.model import find_question, in_language, questions_of
from regard.surveys.moving import check_equivalence, read_survey
from regard.surveys.moving.moved import Moved
from regard.surveys.moving.responses import read_responses
from tests.surveys.moving.making import block, logic, mc, qsf, selected, text
from tests.surveys.moving.test_qualtrics import losses, same

FRUIT = mc("QID1", "Apples", "Pears", "Plums", selector="MAVR")
HOW = mc("QID2", "Good", "Bad", QuestionText="How are ${lm://Field/1} (${lm://Field/2})?")
WHY = text(
    "QID3", DisplayLogic=logic(selected("QID2", "2")), QuestionText="Why ${q://QID2/ChoiceGroup/SelectedChoices}?"
)


def over_choices(which: str = "SelectedChoices", **more: Any) -> dict[str, Any]:
    locator = f"q://QID1/ChoiceGroup/{which}"
    rows = {"1": {"2": "red"}, "2": {"2": "green"}, "3": {"2": ""}}
    options = {
        "Locator": locator,
        "ChoiceGroupLocator": locator,
        "QID": "QID1",
        "Static": rows,
        "Randomization": "None",
    }
    return {"Looping": "Question", "LoopingOptions": options | more}


def over_rows(*rows: str, **more: Any) -> dict[str, Any]:
    listed = {str(place): {"1": text, "2": "here"} for place, text in enumerate(rows, 1)}
    return {"Looping": "Static", "LoopingOptions": {"Static": listed, "Randomization": "None"} | more}


def looped(loop: dict[str, Any], *more: dict[str, Any]) -> bytes:
    last = [block("BL_3", *(each["QuestionID"] for each in more))] if more else []
    blocks = [block("BL_1", "QID1"), block("BL_2", "QID2", None, "QID3", **loop), *last]
    return qsf(FRUIT, HOW, WHY, *more, blocks=blocks)


def titles(moved: Moved) -> list[str]:
    own = moved.questionnaire.locale
    return [in_language(question.title, own, own) for question in questions_of(moved.questionnaire)]


def test_a_loop_over_choices_asks_once_for_each_that_was_chosen() -> None:
    moved = same(looped(over_choices()))
    assert not moved.losses
    assert titles(moved)[1:3] == ["How are Apples (red)?", "Why {Q2_1}?"]
    way = path(moved.questionnaire, {"Q1": [1, 3], "Q2_3": 2})
    assert way.names == ["Q1", "Q2_1", "Q2_3", "Q3_3"]


def test_a_loop_over_what_was_not_chosen_asks_for_the_others() -> None:
    moved = same(looped(over_choices("UnselectedChoices")))
    assert path(moved.questionnaire, {"Q1": [1, 3]}).names == ["Q1", "Q2_2"]


def test_a_loop_over_rows_puts_their_texts_in() -> None:
    moved = same(looped(over_rows("tea", "coffee")))
    assert titles(moved)[1::2] == ["How are tea (here)?", "How are coffee (here)?"]


@pytest.mark.parametrize(
    ("more", "take"), [({"Randomization": "All"}, None), ({"Randomization": "SubSet", "TotalRandSubset": "2"}, 2)]
)
def test_turns_in_random_order_move_as_one(more: dict[str, Any], take: int | None) -> None:
    moved = same(looped(over_rows("a", "b", "c", **more)))
    (group,) = moved.questionnaire.random_groups
    assert (len(group.blocks), [len(unit) for unit in group.blocks], group.take) == (3, [2, 2, 2], take)


def test_a_loop_over_a_number_asks_that_often() -> None:
    options = {
        "Locator": "q://QID4/LoopAndMerge/MergeOnNumericResponse?v=3",
        "QID": "QID4",
        "Static": {"1": [], "2": []},
    }
    blocks = [block("BL_1", "QID4"), block("BL_2", "QID1", Looping="Question", LoopingOptions=options)]
    moved = same(qsf(text("QID4"), FRUIT, blocks=blocks))
    assert path(moved.questionnaire, {"Q4": 2}).names == ["Q4", "Q1_1", "Q1_2"]
    assert path(moved.questionnaire, {"Q4": 0}).names == ["Q4"]


def test_one_turn_can_be_asked_for_from_outside() -> None:
    after = text(
        "QID4", DisplayLogic=logic(selected("2_QID2", "2")), QuestionText="${q://2_QID2/ChoiceGroup/SelectedChoices}?"
    )
    moved = same(looped(over_choices(), after))
    assert find_question(moved.questionnaire, "Q4").visible_if == "{Q2_2} = 2"
    assert titles(moved)[-1] == "{Q2_2}?"


def test_translated_choices_are_put_into_translated_texts() -> None:
    polish = {"PL": {"QuestionText": "Co?", "Choices": {"1": {"Display": "Jabłka"}}}}
    how = HOW | {"Language": {"PL": {"QuestionText": "Jakie są ${lm://Field/1}?"}}}
    given = qsf(
        FRUIT | {"Language": polish}, how, blocks=[block("BL_1", "QID1"), block("BL_2", "QID2", **over_choices())]
    )
    question = find_question(read_survey(given).questionnaire, "Q2_1")
    assert question.title == {"default": "How are Apples (red)?", "pl": "Jakie są Jabłka?"}


def test_a_loop_of_ten_thousand_turns_is_cut_and_says_so() -> None:
    moved = read_survey(looped(over_rows(*map(str, range(10_000)))))
    assert len(list(questions_of(moved.questionnaire))) == 101
    assert ("lost", "loop and merge", "10000 turns: only the first 50 are asked") in {
        (loss.severity, str(loss.what), str(loss.why)) for loss in moved.losses
    }


def test_a_loop_over_a_question_that_is_gone_is_asked_once_and_listed() -> None:
    moved = read_survey(looped(over_choices(QID="QID99", Locator="q://QID99/ChoiceGroup/SelectedChoices")))
    assert "loop and merge" in losses(moved)
    assert [question.name for question in questions_of(moved.questionnaire)] == ["Q1", "Q2", "Q3"]


def test_the_answers_of_every_turn_arrive() -> None:
    moved = read_survey(looped(over_choices()))
    export = b"ResponseId,StartDate,EndDate,Finished,Q1,1_Q2,3_Q2,3_Q3\n"
    export += b'R_1,2026-01-02 10:00:00,2026-01-02 10:05:00,1,"1,3",1,2,too soft\n'
    (response,) = read_responses(export, moved).responses
    assert response.answers == {"Q1": [1, 3], "Q2_1": 1, "Q2_3": 2, "Q3_3": "too soft"}


def test_an_answer_given_again_is_the_one_that_counts() -> None:
    """Qualtrics keeps one answer of a question: asked in two places, the later one is read."""
    flow = [
        {"Type": "Block", "ID": key, "FlowID": f"FL_{place}"}
        for place, key in enumerate(["BL_1", "BL_2", "BL_1", "BL_3"], 2)
    ]
    blocks = [block("BL_1", "QID1"), block("BL_2", "QID2"), block("BL_3", "QID4")]
    once = mc("QID1", "yes", "no")
    moved = same(
        qsf(
            once,
            mc("QID2", "a", "b"),
            text("QID4", DisplayLogic=logic(selected("QID1", "2"))),
            blocks=blocks,
            flow=flow,
        )
    )
    assert path(moved.questionnaire, {"Q1": 2}).names[-1] == "Q4"
    assert path(moved.questionnaire, {"Q1": 2, "Q1_2": 1}).names[-1] == "Q1_2"


def test_the_walk_is_of_every_turn() -> None:
    found = check_equivalence(read_survey(looped(over_choices())))
    assert (found.walks, found.agreed, found.is_exhaustive) == (64, 64, True)
