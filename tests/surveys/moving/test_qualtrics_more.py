"""What Qualtrics fills in and leads to, and its conditions of columns and lines, come over and are walked."""

from __future__ import annotations

from typing import Any

import pytest

from regard.surveys.flow import path
from regard.surveys.model import find_question
from regard.surveys.moving import check_equivalence, read_survey
from tests.surveys.moving.making import block, logic, mc, qsf, selected, skip, text
from tests.surveys.moving.test_comparing import first_difference, with_question
from tests.surveys.moving.test_qualtrics import same

COLUMNS: dict[str, Any] = {
    "1": {"Display": "bad"}, "2": {"Display": "good", "DisplayLogic": logic(selected("QID1", "1"))},
}  # fmt: skip


def grid(key: str = "QID2", **more: Any) -> dict[str, Any]:
    return {
        "QuestionID": key, "DataExportTag": key, "QuestionType": "Matrix", "Selector": "Likert",
        "SubSelector": "SingleAnswer", "QuestionText": key, "Choices": {"1": {"Display": "food"}, "2": {"Display": "bar"}},
        "Answers": {"1": {"Display": "bad"}, "2": {"Display": "good"}},
    } | more  # fmt: skip


CHOSEN = {"2": {"Selected": True}}


@pytest.mark.parametrize(
    ("question", "there"),
    [
        (mc("QID1", "a", "b", DefaultChoices=CHOSEN), 2),
        (mc("QID1", "a", "b", DefaultChoices=CHOSEN, RecodeValues={"1": "10", "2": "20"}), 20),
        (mc("QID1", "a", "b", selector="MAVR", DefaultChoices=CHOSEN | {"1": {"Selected": True}}), [2, 1]),
        (grid("QID1", DefaultChoices={"1": CHOSEN}), {"1": 2}),
        (grid("QID1", DefaultChoices={"1": CHOSEN}, SubSelector="MultipleAnswer"), {"1": [2]}),
        (text("QID1", DefaultChoices={"TEXT": {"Text": "hello"}}), "hello"),
        (
            text("QID1", selector="FORM", Choices={"1": {"Display": "A"}}, DefaultChoices={"1": {"TextEntry": "x"}}),
            {"1": "x"},
        ),
    ],
)
def test_default_choices_are_filled_in(question, there) -> None:
    moved = same(qsf(question))
    [made] = moved.questionnaire.pages[0].elements
    assert made.default_value == there
    assert not [loss for loss in moved.losses if loss.severity == "lost"]


def test_a_default_text_with_piped_values_is_worked_out() -> None:
    moved = same(qsf(text("QID1", DefaultChoices={"TEXT": {"Text": "For ${e://Field/name}"}})))
    assert find_question(moved.questionnaire, "Q1").default_value_expression == "'For ' + {profile.name}"


def test_conditions_of_columns_and_lines_come_over() -> None:
    form = text("QID3", selector="FORM", Choices=COLUMNS)
    given = qsf(mc("QID1", "a", "b"), grid(Answers=COLUMNS), form, blocks=[block("B", "QID1", None, "QID2", "QID3")])
    moved = same(given)
    columns = [{"value": 2, "text": "good"}]
    assert "the source has the columns" in first_difference(with_question(moved, "QID2", columns=columns))
    assert [line.visible_if for line in find_question(moved.questionnaire, "Q3").items] == [None, "{Q1} = 1"]


def options(**given: Any) -> list[dict[str, Any]]:
    return [{"Element": "SO", "Payload": given}]


def end(address: str = "", **more: Any) -> dict[str, Any]:
    given = {"SurveyTermination": "Redirect", "EOSRedirectURL": address} if address else {}
    return {"Type": "EndSurvey", "FlowID": "FL_9", "Options": {**given, **more}}


REDIRECT = options(SurveyTermination="Redirect", EOSRedirectURL="https://a.example/?u=${e://Field/uid}")


def test_redirects_come_over() -> None:
    blocks = [block("B1", "QID1"), block("B2", "QID2")]
    branch = {
        "Type": "Branch", "FlowID": "FL_3", "BranchLogic": logic(selected("QID1", "1")),
        "Flow": [end("https://panel.example/out", ResponseFlag="Screened")],
    }  # fmt: skip
    flow = [{"Type": "Standard", "ID": "B1"}, branch, {"Type": "Standard", "ID": "B2"}]
    moved = same(qsf(mc("QID1", "a", "b"), text("QID2"), blocks=blocks, flow=flow, elements=REDIRECT))
    assert moved.questionnaire.navigate_to_url == "https://a.example/?u={profile.uid}"
    assert path(moved.questionnaire, {"Q1": 1}).ended_by.navigate_to_url == "https://panel.example/out"


def test_an_end_with_words_of_its_own_does_not_lead_where_the_survey_does() -> None:
    branch = {
        "Type": "Branch", "FlowID": "FL_3", "BranchLogic": logic(selected("QID1", "1")),
        "Flow": [end(SurveyTermination="DisplayMessage", EOSMessage="MS_1")],
    }  # fmt: skip
    flow = [{"Type": "Standard", "ID": "B1"}, branch, {"Type": "Standard", "ID": "B2"}]
    blocks = [block("B1", "QID1"), block("B2", "QID2")]
    same(qsf(mc("QID1", "a", "b"), text("QID2"), blocks=blocks, flow=flow, elements=REDIRECT))


def test_an_end_on_every_way_leads_all_of_them() -> None:
    flow = [{"Type": "Standard", "ID": "BL_1"}, end("https://a.example/done")]
    assert same(qsf(mc("QID1", "a"), flow=flow)).questionnaire.navigate_to_url == "https://a.example/done"


def test_an_address_that_is_not_safe_is_listed() -> None:
    moved = read_survey(
        qsf(mc("QID1", "a"), elements=options(SurveyTermination="Redirect", EOSRedirectURL="http://a.example/"))
    )
    assert ("file", "redirect to http://a.example/") in {(loss.place, loss.what) for loss in moved.losses}
    assert str(check_equivalence(moved).differences[0]) == "the source goes on at http://a.example/, ours at none"


def test_a_quota_leads_to_its_own_address() -> None:
    ending = {"SurveyTermination": "Redirect", "EOSRedirectURL": "https://panel.example/full"}
    quota = {"Name": "few", "Occurrences": 3, "Logic": logic(selected("QID1", "1")), "EndSurveyOptions": ending}
    moved = same(qsf(mc("QID1", "a", "b"), elements=[{"Element": "QO", "Payload": quota}]))
    assert moved.questionnaire.quotas[0].navigate_to_url == "https://panel.example/full"


def test_options_that_respondents_notice_are_kept_or_listed() -> None:
    given = options(PasswordProtection="Yes", NextButton="Weiter", PreviousButton="  <<  ", RefererCheck="No")
    moved = same(qsf(mc("QID1", "a"), elements=given))
    assert (moved.questionnaire.page_next_text, moved.questionnaire.page_prev_text) == ("Weiter", None)
    assert {loss.what for loss in moved.losses} == {"PasswordProtection"}


def test_an_end_behind_a_random_order_waits_for_all_of_it() -> None:
    blocks = [block("B1", "QID1"), block("B2", "QID2"), block("B3", "QID3"), block("B4", "QID4")]
    inner = [{"Type": "Standard", "ID": "B2"}, {"Type": "Standard", "ID": "B3"}]
    branch = {
        "Type": "Branch", "FlowID": "FL_4", "BranchLogic": logic(selected("QID1", "1")),
        "Flow": [{"Type": "EndSurvey", "FlowID": "FL_5"}],
    }  # fmt: skip
    flow = [
        {"Type": "Standard", "ID": "B1"}, {"Type": "BlockRandomizer", "FlowID": "FL_3", "Flow": inner}, branch,
        {"Type": "Standard", "ID": "B4"},
    ]  # fmt: skip
    asked = [mc("QID1", "a", "b"), text("QID2"), text("QID3"), text("QID4")]
    moved = same(qsf(*asked, blocks=blocks, flow=flow))
    assert path(moved.questionnaire, {"Q1": 1}).names == ["Q1", "Q2", "Q3"]


def test_embedded_data_that_is_set_after_it_was_asked_for_is_listed() -> None:
    said = text("QID1", QuestionText="You have ${e://Field/plan}")
    setting = {"Type": "EmbeddedData", "FlowID": "FL_2", "EmbeddedData": [{"Field": "plan", "Value": "pro"}]}
    page = {"Type": "Standard", "ID": "BL_1"}
    late = read_survey(qsf(said, flow=[page, setting]))
    assert ("FL_2", "embedded data plan") in {(loss.place, loss.what) for loss in late.losses}
    assert not same(qsf(said, flow=[setting, page])).losses


def test_an_end_inside_a_random_order_is_walked_in_that_order() -> None:
    blocks = [block("B1", "QID1"), block("B2", skip("QID2", "1", "ENDOFSURVEY")), block("B3", "QID3")]
    inner = [{"Type": "Standard", "ID": "B2"}, {"Type": "Standard", "ID": "B3"}]
    flow = [{"Type": "Standard", "ID": "B1"}, {"Type": "BlockRandomizer", "FlowID": "FL_3", "Flow": inner}]
    same(qsf(mc("QID1", "a"), mc("QID2", "a", "b"), text("QID3"), blocks=blocks, flow=flow))


def test_parts_of_a_side_by_side_question_are_walked_column_by_column() -> None:
    rows, answers = ({str(n): {"Display": f"{what} {n}"} for n in (1, 2)} for what in ("Row", "Answer"))
    column = {"QuestionType": "Matrix", "Answers": answers, "Choices": rows}
    columns = {
        "1": column | {"Selector": "TE", "SubSelector": "Medium"},
        "2": column | {"Selector": "Likert", "SubSelector": "SingleAnswer"},
    }
    beside = mc("QID1", selector="SBSMatrix", QuestionType="SBS", Choices=rows, AdditionalQuestions=columns)
    moved = same(qsf(beside | {"ChoiceOrder": ["2", "1"]}))
    assert path(moved.questionnaire, {}).names == ["Q1_1_2", "Q1_1_1", "Q1_2"]


QUOTA_MET = {
    "0": {
        "0": {"LogicType": "Quota", "QuotaID": "QO_1", "Operator": "QuotaMet", "LeftOperand": "qo://QO_1/QuotaMet", "Type": "Expression"},
        "Type": "If",
    },
    "Type": "BooleanExpression",
}  # fmt: skip
UNKNOWN = logic({"LogicType": "Weather", "LeftOperand": "rain", "Operator": "Is", "Type": "Expression"})


def ending_branch(condition: dict[str, Any]) -> bytes:
    """Two blocks, and between them an end in a branch."""
    inner = [{"Type": "Group", "FlowID": "FL_4", "Flow": [{"Type": "EndSurvey", "FlowID": "FL_5"}]}]
    branch = {"Type": "Branch", "FlowID": "FL_3", "BranchLogic": condition, "Flow": inner}
    flow = [{"Type": "Standard", "ID": "B1"}, branch, {"Type": "Standard", "ID": "B2"}]
    blocks = [block("B1", "QID1"), block("B2", "QID2")]
    return qsf(mc("QID1", "a", "b"), text("QID2"), blocks=blocks, flow=flow)


def test_a_branch_on_a_full_quota_does_not_end_the_survey_for_everybody() -> None:
    moved = same(ending_branch(QUOTA_MET))
    assert path(moved.questionnaire, {}).names == ["Q1", "Q2"]
    assert {("FL_3", "condition over a quota"), ("FL_5", "end in a branch")} <= {
        (loss.place, loss.what) for loss in moved.losses
    }


@pytest.mark.parametrize("asked", [UNKNOWN, logic(selected("QID1", "1"), UNKNOWN["0"]["0"])])
def test_an_end_whose_condition_cannot_be_said_does_not_happen(asked: dict[str, Any]) -> None:
    moved = read_survey(ending_branch(asked))
    assert path(moved.questionnaire, {"Q1": 1}).names == ["Q1", "Q2"]
    assert ("FL_5", "end in a branch") in {(loss.place, loss.what) for loss in moved.losses}


def test_a_choice_that_was_not_shown_was_not_displayed() -> None:
    choices = {"1": {"Display": "A"}, "2": {"Display": "B", "DisplayLogic": logic(selected("QID1", "1"))}}
    seen = selected("QID2", "2", "Displayed") | {"LeftOperand": "q://QID2/ChoiceDisplayed/2"}
    asked = [
        mc("QID1", "a", "b"),
        mc("QID2", Choices=choices, ChoiceOrder=["1", "2"]),
        text("QID3", DisplayLogic=logic(seen)),
    ]
    moved = same(qsf(*asked, blocks=[block("B1", "QID1", None, "QID2", None, "QID3")]))
    assert path(moved.questionnaire, {"Q1": 2}).names == ["Q1", "Q2"]
    assert path(moved.questionnaire, {"Q1": 1}).names == ["Q1", "Q2", "Q3"]


def test_a_piped_number_of_a_choice_is_listed_in_texts() -> None:
    said = text("QID2", QuestionText="You chose ${q://QID1/SelectedChoicesRecode}")
    moved = read_survey(qsf(mc("QID1", "a", "b"), said, blocks=[block("B1", "QID1", None, "QID2")]))
    assert [(loss.place, loss.severity) for loss in moved.losses] == [("QID2", "changed")]
    words = text("QID2", QuestionText="You chose ${q://QID1/ChoiceGroup/SelectedChoices}")
    assert not same(qsf(mc("QID1", "a", "b"), words, blocks=[block("B1", "QID1", None, "QID2")])).losses
