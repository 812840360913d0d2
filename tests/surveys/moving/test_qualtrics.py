"""Qualtrics surveys come over with their branching, piping, quotas, random orders and translations."""

from __future__ import annotations

import random

import pytest

from regard.surveys.arranging import arrange
from regard.surveys.flow import path
from regard.surveys.model import Complete, Matrix, MultipleText, RadioGroup, Rating, find_question, questions_of
from regard.surveys.moving import check_equivalence, read_survey
from regard.surveys.moving.moved import Moved
from regard.surveys.offering import shown_choices
from tests.surveys.moving.making import block, field, logic, mc, qsf, selected, skip, text


def same(given: bytes) -> Moved:
    """The moved survey, which asks the same on every way."""
    moved = read_survey(given)
    found = check_equivalence(moved)
    assert found.is_equal, [str(each) for each in found.differences]
    return moved


def losses(moved: Moved) -> set[str]:
    return {loss.what for loss in moved.losses}


def test_each_kind_of_question_becomes_ours() -> None:
    rows = {"1": {"Display": "Speed"}, "2": {"Display": "Staff"}}
    answers = {"1": {"Display": "Bad"}, "2": {"Display": "Good"}}
    matrix = {
        "QuestionType": "Matrix",
        "Selector": "Likert",
        "SubSelector": "SingleAnswer",
        "Choices": rows,
        "Answers": answers,
    }
    moved = read_survey(
        qsf(
            mc("QID1", "a", "b"), mc("QID2", "a", "b", selector="MAVR"), mc("QID3", "a", "b", selector="DL"),
            mc("QID4", *map(str, range(11)), selector="NPS"), text("QID5", "ML"), text("QID6", "FORM", Choices=rows),
            mc("QID7", QuestionType="Matrix", **{k: v for k, v in matrix.items() if k != "QuestionType"}),
            mc("QID8", "a", "b", QuestionType="RO", Selector="DND"), mc("QID9", "a", QuestionType="Slider", Selector="HSLIDER"),
            {"QuestionID": "QID10", "QuestionType": "DB", "Selector": "TB", "QuestionText": "<b>Hello</b>"},
            {"QuestionID": "QID11", "QuestionType": "FileUpload", "Selector": "FileUpload", "QuestionText": "A photo"},
            mc("QID12", "a", "b", QuestionType="CS", Validation={"Settings": {"ChoiceTotal": "100"}}),
        )
    )  # fmt: skip
    kinds = [type(question).__name__ for question in questions_of(moved.questionnaire)]
    assert kinds == [
        "RadioGroup", "Checkbox", "Dropdown", "Rating", "Comment", "MultipleText", "Matrix", "Ranking", "TextLine", "Html", "File", "MultipleText",
    ]  # fmt: skip
    nps = find_question(moved.questionnaire, "Q4")
    assert isinstance(nps, Rating)
    assert (nps.rate_min, nps.rate_max, nps.metric) == (0, 10, "nps")
    total = find_question(moved.questionnaire, "Q12")
    assert isinstance(total, MultipleText)
    assert total.validators[0].expression == "sum({Q12}) = 100"


def test_what_cannot_be_asked_here_is_listed_not_dropped() -> None:
    timing = {
        "QuestionID": "QID2",
        "DataExportTag": "Q2",
        "QuestionType": "Timing",
        "Selector": "PageTimer",
        "QuestionText": "t",
    }
    script = mc("QID1", "a", QuestionJS="alert(1)", NewThing={"x": 1})
    moved = read_survey(qsf(script, timing))
    assert [question.name for question in questions_of(moved.questionnaire)] == ["Q1"]
    assert {"question type Timing PageTimer", "QuestionJS", "NewThing"} <= losses(moved)


def test_display_logic_over_answers_decides_who_sees_a_question() -> None:
    why = text("QID3", DisplayLogic=logic(selected("QID1", "1"), selected("QID2", "2", conjunction="Or")))
    blocks = [block("BL_1", "QID1", "QID2"), block("BL_2", "QID3")]
    moved = same(qsf(mc("QID1", "a", "b"), mc("QID2", "x", "y", selector="MAVR"), why, blocks=blocks))
    assert path(moved.questionnaire, {"Q1": 2, "Q2": [2]}).names == ["Q1", "Q2", "Q3"]
    assert path(moved.questionnaire, {"Q1": 2, "Q2": [1]}).names == ["Q1", "Q2"]


def test_and_binds_tighter_than_or() -> None:
    three = logic(
        selected("QID1", "1"), selected("QID1", "2", conjunction="Or"), selected("QID2", "1", conjunction="And")
    )
    blocks = [block("BL_1", "QID1", "QID2"), block("BL_2", "QID3")]
    moved = same(qsf(mc("QID1", "a", "b"), mc("QID2", "x", "y"), text("QID3", DisplayLogic=three), blocks=blocks))
    assert path(moved.questionnaire, {"Q1": 1, "Q2": 2}).names[-1] == "Q3"
    assert path(moved.questionnaire, {"Q1": 2, "Q2": 2}).names[-1] == "Q2"


def test_branches_and_their_ends_are_kept() -> None:
    flow = [
        {"Type": "Block", "ID": "BL_1", "FlowID": "FL_2"},
        {"Type": "Branch", "FlowID": "FL_3", "BranchLogic": logic(selected("QID1", "2")), "Flow": [
            {"Type": "Block", "ID": "BL_2", "FlowID": "FL_4"},
            {"Type": "EndSurvey", "FlowID": "FL_5", "Options": {"ResponseFlag": "Screened"}},
        ]},
        {"Type": "Block", "ID": "BL_3", "FlowID": "FL_6"},
    ]  # fmt: skip
    blocks = [block("BL_1", "QID1"), block("BL_2", "QID2"), block("BL_3", "QID3")]
    moved = same(qsf(mc("QID1", "yes", "no"), text("QID2"), text("QID3"), blocks=blocks, flow=flow))
    ended = path(moved.questionnaire, {"Q1": 2})
    assert ended.names == ["Q1", "Q2"]
    assert isinstance(ended.ended_by, Complete)
    assert ended.ended_by.is_screen_out
    assert path(moved.questionnaire, {"Q1": 1}).names == ["Q1", "Q3"]


def test_an_end_after_pages_that_some_do_not_see_ends_for_all_of_them() -> None:
    flow = [
        {"Type": "Block", "ID": "BL_1", "FlowID": "FL_2"},
        {"Type": "Branch", "FlowID": "FL_3", "BranchLogic": logic(selected("QID2", "1")), "Flow": [{"Type": "Block", "ID": "BL_2", "FlowID": "FL_4"}]},
        {"Type": "Branch", "FlowID": "FL_5", "BranchLogic": logic(selected("QID1", "2")), "Flow": [{"Type": "EndSurvey", "FlowID": "FL_6"}]},
        {"Type": "Block", "ID": "BL_3", "FlowID": "FL_7"},
    ]  # fmt: skip
    blocks = [block("BL_1", "QID1", "QID2"), block("BL_2", "QID3"), block("BL_3", "QID4")]
    same(qsf(mc("QID1", "yes", "no"), mc("QID2", "a", "b"), text("QID3"), text("QID4"), blocks=blocks, flow=flow))


@pytest.mark.parametrize("target", ["QID3", "ENDOFBLOCK", "ENDOFSURVEY"])
@pytest.mark.parametrize("condition", ["Selected", "NotSelected"])
def test_skip_logic_passes_over_what_lies_between(target: str, condition: str) -> None:
    blocks = [block("BL_1", skip("QID1", "1", target, condition), "QID2", None, "QID3"), block("BL_2", "QID4")]
    moved = same(qsf(mc("QID1", "a", "b"), text("QID2"), text("QID3"), text("QID4"), blocks=blocks))
    skipped = path(moved.questionnaire, {"Q1": 1 if condition == "Selected" else 2}).names
    assert skipped == {"QID3": ["Q1", "Q3", "Q4"], "ENDOFBLOCK": ["Q1", "Q4"], "ENDOFSURVEY": ["Q1"]}[target]


def test_random_blocks_keep_their_pages_together_and_take_only_some() -> None:
    randomizer = {"Type": "BlockRandomizer", "FlowID": "FL_2", "SubSet": 1, "EvenPresentation": True, "Flow": [
        {"Type": "Block", "ID": "BL_1", "FlowID": "FL_3"}, {"Type": "Block", "ID": "BL_2", "FlowID": "FL_4"},
    ]}  # fmt: skip
    blocks = [block("BL_1", "QID1", None, "QID2"), block("BL_2", "QID3"), block("BL_3", "QID4")]
    flow = [randomizer, {"Type": "Block", "ID": "BL_3", "FlowID": "FL_5"}]
    moved = same(qsf(text("QID1"), text("QID2"), text("QID3"), text("QID4"), blocks=blocks, flow=flow))
    group = moved.questionnaire.random_groups[0]
    assert (group.take, group.is_balanced, len(group.blocks)) == (1, True, 1)
    seen = {tuple(path(moved.questionnaire, {}, None, arrange(moved.questionnaire, seed)).names) for seed in range(20)}
    assert seen == {("Q1", "Q2", "Q4"), ("Q3", "Q4")}


def test_a_random_choice_inside_a_random_choice_moves_as_one() -> None:
    inner = {
        "Type": "BlockRandomizer",
        "FlowID": "FL_3",
        "Flow": [{"Type": "Block", "ID": "BL_1", "FlowID": "FL_4"}, {"Type": "Block", "ID": "BL_2", "FlowID": "FL_5"}],
    }
    outer = {
        "Type": "BlockRandomizer",
        "FlowID": "FL_2",
        "Flow": [inner, {"Type": "Block", "ID": "BL_3", "FlowID": "FL_6"}],
    }
    blocks = [block("BL_1", "QID1"), block("BL_2", "QID2"), block("BL_3", "QID3")]
    moved = same(qsf(text("QID1"), text("QID2"), text("QID3"), blocks=blocks, flow=[outer]))
    seen = {
        "".join(path(moved.questionnaire, {}, None, arrange(moved.questionnaire, seed)).names) for seed in range(60)
    }
    assert seen == {"Q1Q2Q3", "Q2Q1Q3", "Q3Q1Q2", "Q3Q2Q1"}


def test_questions_of_a_block_in_random_order_stay_so() -> None:
    moved = same(
        qsf(
            text("QID1"),
            text("QID2"),
            text("QID3"),
            blocks=[block("BL_1", "QID1", "QID2", "QID3", RandomizeQuestions="true")],
        )
    )
    assert moved.questionnaire.pages[0].questions_order == "random"
    advanced = {"FixedOrder": ["QID1", "{~Randomized~}", "{~Randomized~}"], "RandomizeAll": ["QID2", "QID3"]}
    options = {"RandomizeQuestions": "Advanced", "Randomization": {"Advanced": advanced}}
    moved = same(
        qsf(text("QID1"), text("QID2"), text("QID3"), blocks=[block("BL_1", "QID1", "QID2", "QID3", **options)])
    )
    seen = {
        "".join(path(moved.questionnaire, {}, None, arrange(moved.questionnaire, seed)).names) for seed in range(20)
    }
    assert seen == {"Q1Q2Q3", "Q1Q3Q2"}


def test_choices_in_random_order_keep_the_fixed_ones_in_place() -> None:
    order = {
        "Type": "Advanced",
        "Advanced": {"FixedOrder": ["{~Randomized~}", "{~Randomized~}", "3"], "RandomizeAll": ["1", "2"]},
    }
    moved = read_survey(qsf(mc("QID1", "a", "b", "none of these", Randomization=order)))
    question = find_question(moved.questionnaire, "Q1")
    assert isinstance(question, RadioGroup)
    assert [item.is_fixed for item in question.choices] == [False, False, True]
    lasts = {arrange(moved.questionnaire, seed).choices["Q1"][-1] for seed in range(20)}
    assert lasts == {3}


def test_piped_text_says_answers_and_traits() -> None:
    said = "Dear ${m://FirstName}, you chose ${q://QID1/ChoiceGroup/SelectedChoices} on ${e://Field/plan}. ${rand://int/1:9}"
    moved = read_survey(qsf(mc("QID1", "a", "b"), text("QID2", QuestionText=said)))
    assert (
        find_question(moved.questionnaire, "Q2").title == "Dear {profile.first_name}, you chose {Q1} on {profile.plan}."
    )
    assert "piped text ${rand://int/1:9}" in losses(moved)


def test_carried_forward_choices_are_offered_as_they_were_chosen() -> None:
    follow = mc(
        "QID2",
        "none",
        DynamicChoices={"Locator": "q://QID1/ChoiceGroup/SelectedChoices", "DynamicType": "ChoiceGroup"},
        ChoiceOrder=["x1", "x2", "1"],
    )
    blocks = [block("BL_1", "QID1"), block("BL_2", "QID2")]
    moved = same(qsf(mc("QID1", "apples", "pears", selector="MAVR"), follow, blocks=blocks))
    question = find_question(moved.questionnaire, "Q2")
    assert isinstance(question, RadioGroup)
    assert [item.text for item in shown_choices(question, {"Q1": [2]})] == ["pears", "none"]


def test_translations_come_along_in_our_names_for_languages() -> None:
    german = {
        "DE": {"QuestionText": "Wie war es?", "Choices": {"1": {"Display": "Gut"}}},
        "PT-BR": {"QuestionText": "Como foi?"},
    }
    moved = read_survey(qsf(mc("QID1", "Good", "Bad", QuestionText="How was it?", Language=german)))
    question = find_question(moved.questionnaire, "Q1")
    assert isinstance(question, RadioGroup)
    assert question.title == {"default": "How was it?", "de": "Wie war es?", "pt-br": "Como foi?"}
    assert [item.text for item in question.choices] == [{"default": "Good", "de": "Gut"}, "Bad"]


def test_a_survey_written_in_another_language_says_so() -> None:
    moved = read_survey(qsf(mc("QID1", "Dobrze", Language={"EN": {"QuestionText": "How?"}}), language="PL"))
    assert moved.questionnaire.locale == "pl"
    assert find_question(moved.questionnaire, "Q1").title == {"default": "About QID1?", "en": "How?"}


def test_quotas_keep_their_condition_and_limit() -> None:
    quota = {
        "Element": "QO",
        "Payload": {
            "ID": "QO_1",
            "Name": "Men",
            "Occurrences": 50,
            "Logic": logic(selected("QID1", "1")),
            "LogicType": "Simple",
            "QuotaAction": "EndCurrentSurvey",
        },
    }
    moved = read_survey(qsf(mc("QID1", "m", "f"), elements=[quota]))
    assert [(each.name, each.expression, each.limit) for each in moved.questionnaire.quotas] == [
        ("Men", "{Q1} = 1", 50)
    ]


def test_embedded_data_is_a_trait_and_what_the_flow_sets_is_calculated() -> None:
    flow = [
        {"Type": "EmbeddedData", "FlowID": "FL_2", "EmbeddedData": [{"Field": "plan", "Type": "Recipient"}]},
        {"Type": "Block", "ID": "BL_1", "FlowID": "FL_3"},
        {"Type": "Branch", "FlowID": "FL_4", "BranchLogic": logic(selected("QID1", "1")), "Flow": [
            {"Type": "EmbeddedData", "FlowID": "FL_5", "EmbeddedData": [{"Field": "happy", "Type": "Custom", "Value": "yes"}]}]},
        {"Type": "Block", "ID": "BL_2", "FlowID": "FL_6"},
    ]  # fmt: skip
    gift = text("QID2", DisplayLogic=logic(field("happy", "EqualTo", "yes"), field("plan", "EqualTo", "pro")))
    blocks = [block("BL_1", "QID1"), block("BL_2", "QID2", "QID3")]
    moved = same(qsf(mc("QID1", "a", "b"), gift, text("QID3"), blocks=blocks, flow=flow))
    assert path(moved.questionnaire, {"Q1": 1}, {"plan": "pro"}).names == ["Q1", "Q2", "Q3"]
    assert path(moved.questionnaire, {"Q1": 1}, {"plan": "free"}).names == ["Q1", "Q3"]


def test_recoded_values_are_the_values_here() -> None:
    moved = read_survey(
        qsf(
            mc("QID1", "a", "b", RecodeValues={"1": "10", "2": "-1"}),
            text("QID2", DisplayLogic=logic(selected("QID1", "2"))),
        )
    )
    question = find_question(moved.questionnaire, "Q1")
    assert isinstance(question, RadioGroup)
    assert [item.value for item in question.choices] == [10, -1]
    assert find_question(moved.questionnaire, "Q2").visible_if == "{Q1} = -1"


def test_other_with_a_text_is_ours_and_its_text_can_be_asked_for() -> None:
    choices = {"1": {"Display": "Shop"}, "2": {"Display": "Other", "TextEntry": "true"}}
    moved = read_survey(
        qsf(mc("QID1", Choices=choices), text("QID2", QuestionText="Why ${q://QID1/ChoiceTextEntryValue/2}?"))
    )
    question = find_question(moved.questionnaire, "Q1")
    assert isinstance(question, RadioGroup)
    assert (question.show_other_item, question.other_text, len(question.choices)) == (True, "Other", 1)
    assert find_question(moved.questionnaire, "Q2").title == "Why {Q1-Comment}?"


def test_a_block_asked_twice_gets_other_names() -> None:
    flow = [
        {"Type": "Block", "ID": "BL_1", "FlowID": "FL_2"},
        {
            "Type": "Branch",
            "FlowID": "FL_3",
            "BranchLogic": logic(selected("QID1", "1")),
            "Flow": [{"Type": "Block", "ID": "BL_1", "FlowID": "FL_4"}],
        },
    ]
    moved = same(qsf(mc("QID1", "again", "enough"), blocks=[block("BL_1", "QID1")], flow=flow))
    assert [question.name for question in questions_of(moved.questionnaire)] == ["Q1", "Q1_2"]


def test_a_difference_is_found_and_told_with_an_example() -> None:
    """Display logic over the same page never held in Qualtrics; here it does at once."""
    moved = read_survey(qsf(mc("QID1", "a", "b"), text("QID2", DisplayLogic=logic(selected("QID1", "1")))))
    found = check_equivalence(moved)
    assert not found.is_equal
    assert str(found.differences[0]) == "after 1 questions the source shows the end, ours Q2"
    assert found.differences[0].answers == {"Q1": 1}


def test_a_matrix_is_asked_for_by_its_rows() -> None:
    matrix = mc(
        "QID1",
        "Speed",
        "Staff",
        QuestionType="Matrix",
        Selector="Likert",
        SubSelector="SingleAnswer",
        Answers={"1": {"Display": "Bad"}, "2": {"Display": "Good"}},
    )
    cell = {**selected("QID1", "2"), "LeftOperand": "q://QID1/SelectableChoice/2/1"}
    moved = same(
        qsf(matrix, text("QID2", DisplayLogic=logic(cell)), blocks=[block("BL_1", "QID1"), block("BL_2", "QID2")])
    )
    assert isinstance(find_question(moved.questionnaire, "Q1"), Matrix)
    assert path(moved.questionnaire, {"Q1": {"2": 1}}).names == ["Q1", "Q2"]


def test_any_condition_at_all_walks_the_same() -> None:
    """A hundred random surveys of branches, skips and display logic."""
    chance = random.Random(7)
    for _ in range(100):
        keys = [f"QID{number}" for number in range(1, 7)]
        questions = []
        for place, key in enumerate(keys):
            made = mc(key, "a", "b", selector=chance.choice(["SAVR", "MAVR"]))
            if place > 1 and chance.random() < 0.4:
                atoms = [
                    selected(
                        chance.choice(keys[: place - place % 2]),
                        chance.choice("12"),
                        chance.choice(["Selected", "NotSelected"]),
                        chance.choice(["Or", "And"]),
                    )
                    for _ in range(chance.randint(1, 3))
                ]
                made["DisplayLogic"] = logic(*atoms)
            questions.append(made)
        targets = ["ENDOFBLOCK", "ENDOFSURVEY"]
        blocks = [
            block(
                f"BL_{place}",
                skip(keys[place], chance.choice("12"), chance.choice(targets))
                if chance.random() < 0.3
                else keys[place],
                keys[place + 1],
            )
            for place in (0, 2, 4)
        ]
        flow: list = [{"Type": "Block", "ID": "BL_0", "FlowID": "F0"}]
        for place in (2, 4):
            step = {"Type": "Block", "ID": f"BL_{place}", "FlowID": f"F{place}"}
            if chance.random() < 0.5:
                inner = [step, {"Type": "EndSurvey", "FlowID": f"E{place}"}] if chance.random() < 0.4 else [step]
                condition = logic(
                    selected(
                        chance.choice(keys[:place]), chance.choice("12"), chance.choice(["Selected", "NotSelected"])
                    )
                )
                step = {"Type": "Branch", "FlowID": f"B{place}", "BranchLogic": condition, "Flow": inner}
            flow.append(step)
        same(qsf(*questions, blocks=blocks, flow=flow))


def test_conditions_that_would_grow_without_end_are_listed() -> None:
    """Each question is shown when one of the two before it was: said in full, that doubles with every question."""
    questions = [mc("QID1", "a", "b"), mc("QID2", "a", "b", DisplayLogic=logic(selected("QID1", "1")))]
    for number in range(3, 40):
        both = [
            {
                **selected(f"QID{number - back}", "1", "Displayed", "Or"),
                "LeftOperand": f"q://QID{number - back}/QuestionDisplayed",
            }
            for back in (1, 2)
        ]
        both.append(selected("QID1", "2", conjunction="And"))
        questions.append(mc(f"QID{number}", "a", "b", DisplayLogic=logic(*both)))
    moved = read_survey(qsf(*questions))
    assert any("characters" in loss.what for loss in moved.losses)
    assert path(moved.questionnaire, {}).names[0] == "Q1"
