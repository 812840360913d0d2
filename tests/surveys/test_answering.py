"""What a posted form means, kind by kind, and what is wrong with what was given."""

from __future__ import annotations

import pytest

from regard.surveys import read_questionnaire
from regard.surveys.answering import read_answers
from regard.surveys.model import questions_of


def question(kind: str, **more):
    return next(
        questions_of(read_questionnaire({"pages": [{"name": "p", "elements": [{"type": kind, "name": "q", **more}]}]}))
    )


CHOICES = {"choices": [1, {"value": "b", "text": "Bee"}, {"value": "alone", "isExclusive": True}]}
MATRIX = {"columns": [1, 2], "rows": ["x", "y"]}


@pytest.mark.parametrize(
    ("kind", "more", "posted", "answer"),
    [
        ("rating", {"rateMax": 10}, {"a.q": ["7"]}, 7),
        ("radiogroup", CHOICES, {"a.q": ["1"]}, 1),
        ("dropdown", CHOICES, {"a.q": ["b"]}, "b"),
        ("checkbox", CHOICES, {"a.q": ["b", "1", "b"]}, ["b", 1]),
        ("boolean", {}, {"a.q": ["false"]}, False),
        ("ranking", {"choices": ["x", "y", "z"]}, {"a.q.x": ["3"], "a.q.y": ["1"], "a.q.z": ["2"]}, ["y", "z", "x"]),
        ("ranking", {"choices": ["x", "y"]}, {"a.q": ["y", "x"]}, ["y", "x"]),
        ("matrix", MATRIX, {"a.q.x": ["2"], "a.q.y": ["1"]}, {"x": 2, "y": 1}),
        ("matrix", {**MATRIX, "cellType": "checkbox"}, {"a.q.x": ["2", "1"]}, {"x": [2, 1]}),
        ("text", {}, {"a.q": ["  hello "]}, "hello"),
        ("text", {"inputType": "number"}, {"a.q": ["2,5"]}, 2.5),
        ("text", {"inputType": "date"}, {"a.q": ["2026-02-28"]}, "2026-02-28"),
        ("multipletext", {"items": [{"name": "n", "inputType": "number"}, {"name": "t"}]}, {"a.q.n": ["3"]}, {"n": 3}),
        ("comment", {}, {"a.q": ["one\r\ntwo 🙂 שלום"]}, "one\ntwo 🙂 שלום"),
        ("html", {"html": "read"}, {"a.q": ["x"]}, None),
    ],
)
def test_a_form_becomes_the_answer_that_the_survey_names(kind: str, more: dict, posted: dict, answer) -> None:
    found = read_answers([question(kind, **more)], posted, {})
    assert found.problems == {}
    assert found.answers.get("q") == answer
    assert type(found.answers.get("q")) is type(answer)


@pytest.mark.parametrize(
    ("kind", "more", "posted"),
    [
        ("rating", {"rateMax": 5}, {"a.q": ["6"]}),
        ("rating", {}, {"a.q": ["2.5"]}),
        ("rating", {}, {"a.q": ["<script>"]}),
        ("radiogroup", CHOICES, {"a.q": ["nowhere"]}),
        ("checkbox", CHOICES, {"a.q": ["b", "alone"]}),
        ("checkbox", {**CHOICES, "minSelectedChoices": 2}, {"a.q": ["b"]}),
        ("checkbox", {**CHOICES, "maxSelectedChoices": 1}, {"a.q": ["b", "1"]}),
        ("ranking", {"choices": ["x", "y"]}, {"a.q.x": ["1"], "a.q.y": ["1"]}),
        ("ranking", {"choices": ["x", "y"]}, {"a.q.x": ["1"]}),
        ("boolean", {}, {"a.q": ["perhaps"]}),
        ("boolean", {"consentFor": "research", "isRequired": True}, {"a.q": ["false"]}),
        ("matrix", {**MATRIX, "isAllRowRequired": True}, {"a.q.x": ["1"]}),
        ("matrix", MATRIX, {"a.q.x": ["9"]}),
        ("text", {"inputType": "number", "max": 10}, {"a.q": ["11"]}),
        ("text", {"inputType": "number"}, {"a.q": ["1e999"]}),
        ("text", {"inputType": "date", "min": "2026-01-01"}, {"a.q": ["2025-12-31"]}),
        ("text", {"inputType": "date"}, {"a.q": ["30.02.2026"]}),
        ("text", {"inputType": "date"}, {"a.q": ["20260101"]}),
        ("text", {"inputType": "number"}, {"a.q": ["1_0"]}),
        ("rating", {"rateMax": 10}, {"a.q": ["1_0"]}),
        ("text", {"inputType": "email"}, {"a.q": ["ann@"]}),
        ("text", {"maxLength": 3}, {"a.q": ["four"]}),
        ("text", {"validators": [{"type": "regex", "regex": "^[A-Z]{2}$"}]}, {"a.q": ["abc"]}),
        ("text", {"validators": [{"type": "expression", "expression": "{q} <> 'no'"}]}, {"a.q": ["no"]}),
        ("comment", {}, {"a.q": ["x" * 20_001]}),
        ("radiogroup", {**CHOICES, "showOtherItem": True}, {"a.q": ["other"]}),
        ("radiogroup", {**CHOICES, "isRequired": True}, {"a.q": [" "]}),
        ("radiogroup", {**CHOICES, "requiredIf": "{p} = 1"}, {}),
    ],
)
def test_what_a_question_does_not_take_is_told_and_not_kept(kind: str, more: dict, posted: dict) -> None:
    found = read_answers([question(kind, **more)], posted, {"p": 1})
    assert "q" in found.problems
    assert found.answers == {}


MOST = {"minSelectedChoices": 3, "choices": [1, 2, {"value": 3, "visibleIf": "{more} = 1"}]}
ALONE = {**MOST, "choices": [1, {"value": 2, "isExclusive": True}, 3, 4]}


@pytest.mark.parametrize(
    ("more", "given"),
    [
        (MOST, ["1", "2"]),
        ({**MOST, "showOtherItem": True}, ["1", "2", "other"]),
        ({**MOST, "take": 2, "choicesOrder": "random"}, ["1"]),
        (ALONE, ["2"]),
        ({**MOST, "showNoneItem": True}, ["none"]),
    ],
)
def test_nobody_has_to_choose_more_than_there_is_to_choose(more: dict, given: list[str]) -> None:
    posted = {"a.q": given, "a.q-Comment": ["else"]}
    assert read_answers([question("checkbox", **more)], posted, {}).problems == {}
    one_fewer = read_answers([question("checkbox", **more)], {**posted, "a.q": given[:1]}, {}).problems
    assert bool(one_fewer) == (len(given) > 1)


def test_the_authors_own_words_for_a_missing_answer_come_in_all_their_languages() -> None:
    asked = question("comment", isRequired=True, requiredErrorText={"default": "We need this.", "pl": "Potrzebne."})
    assert read_answers([asked], {}, {}).problems == {"q": {"default": "We need this.", "pl": "Potrzebne."}}


def test_a_pattern_that_never_ends_lets_the_respondent_through() -> None:
    asked = question("text", validators=[{"type": "regex", "regex": "^(a+)+$"}])
    assert read_answers([asked], {"a.q": ["a" * 5000 + "!"]}, {}).problems in ({}, {"q": "Please check this answer."})
