"""What SurveyJS fills in, leads to and says comes over; what cannot is listed, and the walk compares all of it."""

from __future__ import annotations

from typing import Any

import pytest

from regard.surveys.flow import path
from regard.surveys.model import CalculatedValue, Comment, find_question, questions_of
from regard.surveys.moving import check_equivalence, export_losses, surveyjs_json
from tests.surveys.moving.test_comparing import first_difference, with_question
from tests.surveys.moving.test_surveyjs import NPS, moved_from, page, same

PLAN: dict[str, Any] = {
    "type": "radiogroup", "name": "plan", "defaultValue": "pro",
    "choices": [{"value": "free", "text": "Free"}, {"value": "pro", "text": "Professional"}],
}  # fmt: skip


def told(moved: Any) -> set[tuple[str, str, str]]:
    return {(loss.severity, loss.place, loss.what) for loss in moved.losses}


@pytest.mark.parametrize(
    ("element", "there"),
    [
        (PLAN, "pro"),
        ({"type": "checkbox", "name": "q", "choices": [1, 2, 3], "defaultValue": [1, 3]}, [1, 3]),
        ({"type": "tagbox", "name": "q", "choices": ["x", "y"], "defaultValue": ["y"]}, ["y"]),
        ({"type": "boolean", "name": "q", "defaultValue": "true"}, True),
        ({"type": "boolean", "name": "q", "valueTrue": "j", "valueFalse": "n", "defaultValue": "n"}, "n"),
        ({"type": "matrix", "name": "q", "columns": [1, 2], "rows": ["a", "b"], "defaultValue": {"a": 2}}, {"a": 2}),
        ({"type": "text", "name": "q", "defaultValue": "Oslo"}, "Oslo"),
        ({"type": "slider", "name": "q", "defaultValue": 20}, 20),
        ({"type": "comment", "name": "q", "defaultValue": "Fine"}, "Fine"),
        ({"type": "multipletext", "name": "q", "items": [{"name": "a"}], "defaultValue": {"a": "x"}}, {"a": "x"}),
        ({"type": "imagepicker", "name": "q", "choices": ["lion"], "defaultValue": "lion"}, "lion"),
    ],
)
def test_filled_in_answers_come_over_and_go_back(element, there) -> None:
    moved = same(pages=[page("p", element)])
    [question] = questions_of(moved.questionnaire)
    assert question.default_value == there
    assert not [loss for loss in moved.losses if loss.severity == "lost"]
    assert surveyjs_json(moved.questionnaire)["pages"][0]["elements"][0]["defaultValue"] == there


def test_an_answer_that_the_question_does_not_take_is_listed() -> None:
    moved = moved_from(pages=[page("p", {**PLAN, "defaultValue": "gone"})])
    assert ("lost", "plan", "filled-in answer gone") in told(moved)
    assert find_question(moved.questionnaire, "plan").default_value is None


def test_the_walk_sees_what_is_filled_in() -> None:
    moved = same(pages=[page("p", PLAN), page("q", {"type": "comment", "name": "why", "visibleIf": "{plan} = 'pro'"})])
    assert first_difference(with_question(moved, "plan", default_value="free")) == (
        "plan: the source has pro filled in, ours free"
    )


def test_grids_and_panels_keep_what_is_filled_in_and_hide_what_they_hid() -> None:
    grid = {
        "type": "matrixdropdown", "name": "g", "rows": ["r", "s"], "rowsVisibleIf": "{nps} > 5 or {item} = 'r'",
        "columns": [
            {"name": "a", "cellType": "dropdown", "choices": [1, 2], "defaultValue": 1},
            {"name": "b", "cellType": "text"},
        ],
        "defaultValue": {"r": {"a": 2, "b": "x"}},
    }  # fmt: skip
    panel = {
        "type": "paneldynamic", "name": "kid", "defaultValue": [{"age": "1"}, {"age": "2"}], "panelCount": 1,
        "templateElements": [{"type": "text", "name": "age"}],
    }  # fmt: skip
    moved = same(pages=[page("p", NPS, grid, panel)])
    found = {each.name: getattr(each, "default_value", None) for each in questions_of(moved.questionnaire)}
    assert found == {
        "nps": None, "g_a": {"r": 2, "s": 1}, "g_b": {"r": "x"}, "kid_1_age": "1", "kid_2_age": "2",
    }  # fmt: skip
    assert [line.visible_if for line in find_question(moved.questionnaire, "g_b").items] == [
        "{nps} > 5 or 'r' = 'r'", "{nps} > 5 or 's' = 'r'",
    ]  # fmt: skip


def test_rows_that_are_added_are_those_that_are_there_at_first() -> None:
    grid = {"type": "matrixdynamic", "name": "g", "rowCount": 3, "columns": [{"name": "a", "cellType": "rating"}]}
    last = {"type": "text", "name": "t", "visibleIf": "{g[1].a} > 3"}
    moved = same(pages=[page("p", grid), page("q", last)])
    assert ("changed", "g", "rows that are added") in told(moved)
    assert path(moved.questionnaire, {"g_a": {"2": 4}}).names == ["g_a", "t"]


def test_conditions_of_columns_come_over() -> None:
    grid = {
        "type": "matrix", "name": "m", "rows": ["r"], "columns": ["a", {"value": "b", "visibleIf": "{nps} > 5"}, "c"],
        "columnsVisibleIf": "{item} <> 'c' or {nps} = 10",
    }  # fmt: skip
    moved = same(pages=[page("p", NPS), page("q", grid)])
    assert not told(moved)
    assert first_difference(with_question(moved, "m", columns_visible_if=None)).startswith(
        "m: the source has the columns"
    )


def test_addresses_at_the_end_come_over_and_go_back() -> None:
    survey = {
        "pages": [page("p", NPS)],
        "navigateToUrl": {"default": "https://a.example/?n={nps}", "de": "https://a.example/de"},
        "navigateToUrlOnCondition": [{"expression": "{nps} > 8", "url": "https://a.example/fan"}],
    }
    moved = same(**survey)
    assert not told(moved)
    made = surveyjs_json(moved.questionnaire)
    assert (made["navigateToUrl"], made["navigateToUrlOnCondition"]) == (
        survey["navigateToUrl"], survey["navigateToUrlOnCondition"],
    )  # fmt: skip


def test_an_address_that_is_not_safe_leads_nowhere_and_is_listed() -> None:
    moved = moved_from(pages=[page("p", NPS)], navigateToUrl="/thanks")
    assert ("lost", "survey", "redirect to /thanks") in told(moved)
    assert str(check_equivalence(moved).differences[0]) == "the source goes on at /thanks, ours at none"


def test_an_end_of_ours_that_leads_on_is_a_condition_there() -> None:
    trigger = {"type": "complete", "expression": "{nps} = 0", "navigateToUrl": "https://a.example/out"}
    moved = moved_from(pages=[page("p", NPS)], triggers=[trigger])
    [end] = moved.questionnaire.triggers
    assert end.navigate_to_url == "https://a.example/out"
    assert surveyjs_json(moved.questionnaire)["navigateToUrlOnCondition"] == [
        {"expression": "{nps} = 0", "url": "https://a.example/out"}
    ]
    assert "navigateToUrl" in {loss.what for loss in export_losses(moved.questionnaire)}


def test_texts_with_answers_in_them_are_compared() -> None:
    last = {"type": "text", "name": "why", "title": "You chose {plan} and {many}, {nps}?"}
    many = {"type": "checkbox", "name": "many", "choices": [{"value": 1, "text": "One"}, 2]}
    moved = same(pages=[page("p", PLAN, many, NPS), page("q", last)])
    assert "the source says" in first_difference(with_question(moved, "why", title="You chose {plan}?"))


def test_a_text_that_asks_for_what_is_not_there_is_listed() -> None:
    moved = moved_from(pages=[page("p", {"type": "text", "name": "a", "title": "Hi {gone}"})])
    assert ("changed", "a", "the text puts in gone, which is no question") in told(moved)


def test_conditions_over_what_is_left_out_are_left_out_and_listed() -> None:
    sign = {"type": "signaturepad", "name": "sign"}
    moved = moved_from(pages=[page("p", sign, {"type": "text", "name": "a", "visibleIf": "{sign} notempty"})])
    assert ("changed", "a", "condition {sign} notempty") in told(moved)
    assert find_question(moved.questionnaire, "a").visible_if is None


def test_a_condition_over_a_later_answer_is_listed() -> None:
    moved = moved_from(pages=[page("p", {"type": "text", "name": "a", "visibleIf": "{nps} > 3"}, NPS)])
    assert ("changed", "a", "the condition {nps} > 3 asks for nps, which is asked only afterwards") in told(moved)


def test_an_answer_kept_under_another_name_is_found_by_it() -> None:
    first = {"type": "text", "name": "a", "valueName": "shared"}
    moved = same(pages=[page("p", first), page("q", {"type": "text", "name": "b", "visibleIf": "{shared} notempty"})])
    assert path(moved.questionnaire, {"a": "x"}).names == ["a", "b"]


def test_more_choices_and_a_text_beside_come_along() -> None:
    numbers = {"type": "dropdown", "name": "n", "choicesMin": 1, "choicesMax": 9, "choicesStep": 4}
    asked = {**PLAN, "showRefuseItem": True, "dontKnowText": "No idea", "showDontKnowItem": True, "hasComment": True}
    moved = same(pages=[page("p", numbers, asked)])
    assert find_question(moved.questionnaire, "n").choices == [1, 5, 9]
    values = [each.value for each in find_question(moved.questionnaire, "plan").choices]
    assert values == ["free", "pro", "refused", "dontknow"]
    assert isinstance(find_question(moved.questionnaire, "plan_comment"), Comment)


def test_words_for_some_at_the_end_are_worked_out() -> None:
    moved = same(
        pages=[page("p", NPS)],
        completedHtml="<p>Thanks</p>",
        completedHtmlOnCondition=[{"expression": "{nps} > 8", "html": "<p>Great</p>"}],
    )
    assert moved.questionnaire.completed_text == "{completed}"
    assert moved.questionnaire.calculated_values == [
        CalculatedValue(name="completed", expression="iif({nps} > 8, 'Great', 'Thanks')")
    ]


def test_words_for_the_unknown_are_left_out_of_an_export_and_listed() -> None:
    written = with_question(
        moved_from(pages=[page("p", PLAN)]), "plan", title="Your plan, {profile.name|dear customer}?"
    ).questionnaire
    [question] = surveyjs_json(written)["pages"][0]["elements"]
    assert question["title"] == "Your plan, {profile.name}?"
    assert "words for the unknown" in {loss.what for loss in export_losses(written)}


def test_a_question_that_is_not_asked_without_choices_is_listed_where_it_was_asked_there() -> None:
    many = {"type": "checkbox", "name": "many", "choices": ["a", "b"]}
    best = {"type": "radiogroup", "name": "best", "choices": ["a", "b"], "choicesVisibleIf": "{many} contains {item}"}
    moved = moved_from(pages=[page("p", many), page("q", best)])
    assert ("changed", "best", "hideIfChoicesEmpty") in told(moved)
    assert not told(moved_from(pages=[page("p", many), page("q", {**best, "hideIfChoicesEmpty": True})]))
    carried = {
        "type": "radiogroup",
        "name": "one",
        "choicesFromQuestion": "many",
        "choicesFromQuestionMode": "selected",
    }
    assert ("changed", "one", "hideIfChoicesEmpty") in told(moved_from(pages=[page("p", many), page("q", carried)]))


def test_a_page_that_nobody_sees_is_left_out_and_listed() -> None:
    hidden = page("h", {"type": "comment", "name": "inside"}) | {"visible": False}
    moved = same(pages=[page("p", NPS), hidden])
    assert path(moved.questionnaire, {}).names == ["nps"]
    assert ("lost", "h", "hidden page") in told(moved)
    shown = hidden | {"visibleIf": "{nps} > 8"}
    assert path(same(pages=[page("p", NPS), shown]).questionnaire, {"nps": 9}).names == ["nps", "inside"]


@pytest.mark.parametrize("name", ["questionOrder", "questionsOrder"])
def test_properties_are_read_by_their_older_and_newer_names(name: str) -> None:
    scale = {"type": "rating", "name": "look", "rateDisplayMode": "smileys", "mininumRateDescription": "bad"}
    moved = same(pages=[page("p", NPS, scale)], **{name: "random"})
    assert moved.questionnaire.pages[0].questions_order == "random"
    look = find_question(moved.questionnaire, "look")
    assert (look.rate_type, look.min_rate_description) == ("smileys", "bad")  # type: ignore[union-attr]
    assert not told(moved)


def test_choices_that_are_fetched_are_listed() -> None:
    element = {"type": "dropdown", "name": "town", "choicesByUrl": {"url": "https://towns.example"}}
    assert ("lost", "town", "choicesByUrl") in told(moved_from(pages=[page("p", NPS, element)]))
