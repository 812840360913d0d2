"""SurveyJS surveys come over, ours go out, and what has no place is listed."""

from __future__ import annotations

import json
from typing import Any

from regard.surveys import as_json, read_questionnaire
from regard.surveys.flow import path
from regard.surveys.model import RadioGroup, Rating, find_question, questions_of
from regard.surveys.moving import check_equivalence, export_losses, read_survey, surveyjs_json
from regard.surveys.moving.moved import Moved


def moved_from(**survey: Any) -> Moved:
    return read_survey(json.dumps(survey).encode())


def same(**survey: Any) -> Moved:
    """The moved survey, which asks the same on every way."""
    moved = moved_from(**survey)
    found = check_equivalence(moved)
    assert found.is_equal, [(str(each), each.answers) for each in found.differences]
    return moved


def page(name: str, *elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "elements": list(elements)} | more


NPS = {"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10}


def test_words_of_buttons_come_along_and_go_back() -> None:
    words = {"pageNextText": {"default": "Weiter", "fr": "Suivant"}, "completeText": "Absenden"}
    moved = moved_from(**words, elements=[{"type": "comment", "name": "c"}])
    assert (moved.questionnaire.complete_text, list(moved.losses)) == ("Absenden", [])
    assert {name: surveyjs_json(moved.questionnaire)[name] for name in words} == words


def test_panels_are_flattened_under_their_conditions() -> None:
    inner = {"type": "panel", "name": "deep", "visibleIf": "{nps} < 3", "elements": [{"type": "text", "name": "who"}]}
    panel = {
        "type": "panel",
        "name": "why_panel",
        "title": "Tell us",
        "visibleIf": "{nps} < 7",
        "elements": [{"type": "comment", "name": "why"}, inner],
    }
    moved = same(pages=[page("one", NPS, panel)])
    assert path(moved.questionnaire, {"nps": 5}).names == ["nps", "why_panel", "why"]
    assert path(moved.questionnaire, {"nps": 1}).names == ["nps", "why_panel", "why", "who"]
    assert find_question(moved.questionnaire, "who").visible_if == "{nps} < 7 and {nps} < 3"


def test_triggers_skip_and_complete() -> None:
    triggers = [
        {"type": "complete", "expression": "{nps} = 0"},
        {"type": "skip", "expression": "{nps} > 8", "gotoName": "last"},
        {"type": "setvalue", "expression": "{nps} = 1", "setToName": "x", "setValue": 1},
        {"type": "complete", "name": "nps", "operator": "equal", "value": 1},
    ]
    pages = [
        page("one", NPS),
        page("two", {"type": "text", "name": "middle"}),
        page("three", {"type": "text", "name": "last"}),
    ]
    moved = same(pages=pages, triggers=triggers)
    assert path(moved.questionnaire, {"nps": 9}).names == ["nps", "last"]
    assert path(moved.questionnaire, {"nps": 1}).names == ["nps"]
    assert "trigger setvalue" in {loss.place for loss in moved.losses}


def test_questions_of_other_shapes_are_asked_as_ours() -> None:
    moved = moved_from(
        elements=[
            {"type": "tagbox", "name": "a", "choices": [1, 2]},
            {"type": "buttongroup", "name": "b", "choices": ["x"]},
            {
                "type": "imagepicker",
                "name": "c",
                "multiSelect": True,
                "choices": [{"value": "lion", "imageLink": "https://x/y"}],
            },
            {"type": "rating", "name": "d", "rateValues": [1, 2, 3]},
            {"type": "rating", "name": "e", "rateValues": ["bad", "good"]},
            {"type": "boolean", "name": "f", "valueTrue": "yes", "valueFalse": "no"},
            {"type": "radiogroup", "name": "g", "hasOther": True, "choices": ["x"]},
        ]
    )
    kinds = [type(question).__name__ for question in questions_of(moved.questionnaire)]
    assert kinds == ["Checkbox", "RadioGroup", "Checkbox", "Rating", "RadioGroup", "RadioGroup", "RadioGroup"]
    rating, other = find_question(moved.questionnaire, "d"), find_question(moved.questionnaire, "g")
    assert isinstance(rating, Rating)
    assert (rating.rate_min, rating.rate_max) == (1, 3)
    assert isinstance(other, RadioGroup)
    assert other.show_other_item


def test_what_has_no_place_is_listed() -> None:
    moved = moved_from(
        pages=[
            page(
                "one", NPS, {"type": "paneldynamic", "name": "people"}, {"type": "matrixdynamic", "name": "rows"}, {"type": "signaturepad", "name": "sign"},
                {"type": "text", "name": "name", "defaultValue": "Ann", "maskType": "pattern", "visibleIf": "isAdult({age})", "width": "50%"},
                {"type": "dropdown", "name": "city", "choicesByUrl": {"url": "https://x"}},
            )
        ],
        navigateToUrl="https://example.org", maxTimeToFinish=60, logo="x.png",
    )  # fmt: skip
    told = {(loss.severity, loss.place, loss.what) for loss in moved.losses}
    assert {
        ("lost", "people", "question type paneldynamic"), ("lost", "rows", "question type matrixdynamic"), ("lost", "sign", "question type signaturepad"),
        ("lost", "name", "maskType"), ("changed", "name", "condition isAdult({age})"), ("cosmetic", "name", "width"),
        ("lost", "city", "choicesByUrl"), ("lost", "survey", "maxTimeToFinish"), ("cosmetic", "survey", "logo"),
    } <= told  # fmt: skip
    assert [question.name for question in questions_of(moved.questionnaire)] == ["nps", "name", "city"]


def test_values_of_the_wrong_kind_are_listed_and_left_out() -> None:
    moved = moved_from(elements=[{"type": "comment", "name": "why", "rows": "many", "title": 5, "isRequired": True}])
    question = find_question(moved.questionnaire, "why")
    assert question.is_required
    assert {loss.what for loss in moved.losses} == {"rows", "title"}


def test_choices_from_another_question_follow_it() -> None:
    elements = [
        {"type": "checkbox", "name": "a", "choices": ["x", "y"]},
        {"type": "radiogroup", "name": "b", "choicesFromQuestion": "a", "choicesFromQuestionMode": "selected"},
    ]
    moved = moved_from(elements=elements)
    question = find_question(moved.questionnaire, "b")
    assert isinstance(question, RadioGroup)
    assert (question.choices, question.choices_visible_if) == (["x", "y"], "{a} contains {item}")


def test_a_questionnaire_of_ours_goes_out_and_comes_back_whole() -> None:
    ours = read_questionnaire(
        {
            "title": {"default": "Visit", "pl": "Wizyta"}, "completedText": "Thanks", "quotas": [{"name": "q", "expression": "{nps} > 8", "limit": 5}],
            "pages": [
                {"name": "one", "elements": [{"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10, "metric": "nps"}]},
                {"name": "two", "visibleIf": "not ({nps} > 8 or {nps} empty)", "elements": [{"type": "comment", "name": "why"}]},
            ],
        }
    )  # fmt: skip
    out = surveyjs_json(ours)
    assert out["pages"][1]["visibleIf"] == "!(({nps} > 8) or ({nps} empty))"
    assert out["completedHtml"] == "Thanks"
    assert {loss.what for loss in export_losses(ours)} == {"quotas"}
    back = read_survey(json.dumps(out).encode())
    assert not [loss for loss in back.losses if loss.severity != "cosmetic"]
    again = as_json(back.questionnaire)
    assert again["pages"][0] == as_json(ours)["pages"][0]
    assert path(back.questionnaire, {"nps": 5}).names == path(ours, {"nps": 5}).names


def test_random_order_of_a_page_walks_the_same() -> None:
    pages = [page("one", NPS, {"type": "text", "name": "a"}, {"type": "text", "name": "b"}, questionsOrder="random")]
    assert same(pages=pages).questionnaire.pages[0].questions_order == "random"
