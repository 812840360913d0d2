"""Formbricks surveys come over with jumps, variables, recalled answers and endings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from regard.surveys.flow import path
from regard.surveys.model import Boolean, Checkbox, Complete, RadioGroup, Rating, find_question, questions_of
from regard.surveys.moving import check_equivalence, read_survey
from regard.surveys.moving.moved import Moved
from regard.surveys.piping import piped
from tests.surveys.moving.making import asked, formbricks, jump

CHOICES = [{"id": "c1", "label": {"default": "Red", "pl": "Czerwony"}}, {"id": "c2", "label": {"default": "Blue"}}]


def same(given: bytes) -> Moved:
    """The moved survey, which asks the same on every way."""
    moved = read_survey(given)
    found = check_equivalence(moved)
    assert found.is_equal, [(str(each), each.answers) for each in found.differences]
    return moved


def test_each_kind_of_question_becomes_ours() -> None:
    field: dict[str, Any] = {"show": True, "required": False, "placeholder": {"default": "x"}}
    moved = read_survey(
        formbricks(
            asked("a", "openText"), asked("b", "openText", inputType="number"), asked("c", "multipleChoiceSingle", choices=CHOICES),
            asked("d", "multipleChoiceMulti", choices=CHOICES), asked("e", "nps"), asked("f", "rating", scale="star", range=7), asked("g", "cta"),
            asked("h", "consent", label={"default": "I agree"}), asked("i", "pictureSelection", choices=[{"id": "p", "imageUrl": "https://x/y.png"}]),
            asked("j", "cal"), asked("k", "date", format="y-M-d"), asked("l", "fileUpload", allowMultipleFiles=True),
            asked("m", "matrix", rows=[{"default": "Speed"}], columns=[{"default": "Bad"}, {"default": "Good"}]),
            asked("n", "address", city=field, zip=field | {"show": False}), asked("o", "ranking", choices=CHOICES), asked("p", "contactInfo", email=field),
        )
    )  # fmt: skip
    kinds = {question.name: type(question).__name__ for question in questions_of(moved.questionnaire)}
    assert kinds == {
        "a": "Comment", "b": "TextLine", "c": "RadioGroup", "d": "Checkbox", "e": "Rating", "f": "Rating", "g": "Html", "h": "Boolean", "i": "RadioGroup",
        "k": "TextLine", "l": "File", "m": "Matrix", "n": "MultipleText", "o": "Ranking", "p": "MultipleText",
    }  # fmt: skip
    assert ("j", "question type cal") in {(loss.place, loss.what) for loss in moved.losses}
    stars = find_question(moved.questionnaire, "f")
    assert isinstance(stars, Rating)
    assert (stars.rate_type, stars.rate_max) == ("stars", 7)


@pytest.mark.parametrize(
    ("kind", "more", "operator", "value"),
    [
        ("multipleChoiceSingle", {"choices": CHOICES}, "equals", "c1"),
        ("multipleChoiceSingle", {"choices": CHOICES}, "doesNotEqual", "c1"),
        ("multipleChoiceSingle", {"choices": CHOICES}, "equalsOneOf", ["c1", "c2"]),
        ("multipleChoiceMulti", {"choices": CHOICES}, "includesAllOf", ["c1", "c2"]),
        ("multipleChoiceMulti", {"choices": CHOICES}, "includesOneOf", ["c1"]),
        ("multipleChoiceMulti", {"choices": CHOICES}, "doesNotIncludeOneOf", ["c1"]),
        ("multipleChoiceMulti", {"choices": CHOICES}, "equals", "c2"),
        ("nps", {}, "isLessThan", 7),
        ("rating", {"range": 5, "scale": "number"}, "isGreaterThanOrEqual", 4),
        ("openText", {"inputType": "number"}, "isGreaterThan", 3),
        ("openText", {"inputType": "text"}, "isSkipped", None),
        ("openText", {"inputType": "text"}, "contains", "price"),
        ("consent", {"label": {"default": "ok"}}, "isAccepted", None),
        ("date", {"format": "y-M-d"}, "isAfter", "2026-01-01"),
    ],
)
def test_every_comparison_jumps_the_same(kind: str, more: dict, operator: str, value: Any) -> None:
    first = asked("q1", kind, logic=[jump("q3", operator, "q1", value)], **more)
    moved = same(formbricks(first, asked("q2", "openText"), asked("q3", "openText")))
    assert len(moved.questionnaire.triggers) == 1


def test_a_jump_to_an_ending_ends_with_its_text() -> None:
    moved = same(
        formbricks(asked("q1", "nps", logic=[jump("end1", "isGreaterThan", "q1", 8)]), asked("q2", "openText"))
    )
    ended = path(moved.questionnaire, {"q1": 9})
    assert isinstance(ended.ended_by, Complete)
    assert ended.ended_by.text == "Thanks"
    assert path(moved.questionnaire, {"q1": 3}).names == ["q1", "q2"]


def test_the_fallback_is_where_one_goes_when_no_jump_fits() -> None:
    first = asked("q1", "nps", logic=[jump("q2", "isLessThan", "q1", 7)], logicFallback="q3")
    moved = same(formbricks(first, asked("q2", "openText"), asked("q3", "openText")))
    assert path(moved.questionnaire, {"q1": 9}).names == ["q1", "q3"]
    assert path(moved.questionnaire, {"q1": 2}).names == ["q1", "q2", "q3"]


def test_a_jump_back_is_listed() -> None:
    moved = read_survey(formbricks(asked("q1", "nps"), asked("q2", "nps", logic=[jump("q1", "isLessThan", "q2", 7)])))
    assert [loss.what for loss in moved.losses] == ["jump back to q1 if {q2} < 7"]


def test_blocks_of_the_newer_kind_and_old_single_conditions_are_read() -> None:
    blocks = [
        {
            "id": "b1",
            "name": "Start",
            "elements": [asked("q1", "nps"), asked("q2", "openText")],
            "logic": [jump("b3", "isLessThan", "q1", 7, "jumpToBlock")],
        },
        {"id": "b2", "name": "Middle", "elements": [asked("q3", "openText")]},
        {"id": "b3", "name": "End", "elements": [asked("q4", "openText")]},
    ]
    moved = same(json.dumps({"name": "Visit", "blocks": blocks, "endings": []}).encode())
    assert path(moved.questionnaire, {"q1": 2}).names == ["q1", "q2", "q4"]
    old = asked(
        "q1",
        "multipleChoiceSingle",
        choices=CHOICES,
        logic=[{"condition": "equals", "value": "Red", "destination": "q3"}],
    )
    moved = same(formbricks(old, asked("q2", "openText"), asked("q3", "openText")))
    assert path(moved.questionnaire, {"q1": "c1"}).names == ["q1", "q3"]


def test_variables_are_calculated_and_decide() -> None:
    add = {
        "conditions": jump("", "isGreaterThan", "q1", 5)["conditions"],
        "actions": [
            {"objective": "calculate", "variableId": "v1", "operator": "add", "value": {"type": "static", "value": 3}}
        ],
    }
    decide = {"conditions": {"connector": "and", "conditions": [{"leftOperand": {"type": "variable", "value": "v1"}, "operator": "isGreaterThan", "rightOperand": {"type": "static", "value": 2}}]},
              "actions": [{"objective": "jumpToQuestion", "target": "q4"}]}  # fmt: skip
    questions = [
        asked("q1", "nps", logic=[add]),
        asked("q2", "openText", logic=[decide]),
        asked("q3", "openText"),
        asked("q4", "openText"),
    ]
    moved = same(formbricks(*questions, variables=[{"id": "v1", "name": "score", "type": "number", "value": 0}]))
    assert path(moved.questionnaire, {"q1": 9}).names == ["q1", "q2", "q4"]


def test_recalled_answers_hidden_fields_and_languages_come_along() -> None:
    headline = {
        "default": "You said #recall:q1/fallback:nothing#, #recall:plan/fallback:#",
        "pl": "Powiedziano #recall:q1/fallback:nic#",
    }
    questions = [asked("q1", "multipleChoiceSingle", choices=CHOICES), asked("q2", "openText", headline=headline)]
    moved = read_survey(formbricks(*questions, hiddenFields={"enabled": True, "fieldIds": ["plan"]}))
    assert find_question(moved.questionnaire, "q2").title == {
        "default": "You said {q1|nothing}, {profile.plan}",
        "pl": "Powiedziano {q1|nic}",
    }
    first = find_question(moved.questionnaire, "q1")
    assert isinstance(first, RadioGroup)
    assert first.choices[0].text == {"default": "Red", "pl": "Czerwony"}


def test_a_required_answer_by_logic_is_a_condition_here() -> None:
    require = {
        "conditions": jump("", "isLessThan", "q1", 7)["conditions"],
        "actions": [{"objective": "requireAnswer", "target": "q2"}],
    }
    moved = read_survey(formbricks(asked("q1", "nps", logic=[require]), asked("q2", "openText")))
    assert find_question(moved.questionnaire, "q2").required_if == "{q1} < 7"


def test_other_shuffle_and_welcome_are_kept() -> None:
    choices = [*CHOICES, {"id": "other", "label": {"default": "Else"}}]
    card = {"enabled": True, "headline": {"default": "Hello"}, "html": {"default": "<p>Two minutes</p>"}}
    questions = [
        asked("q1", "multipleChoiceMulti", choices=choices, shuffleOption="all"),
        asked("q2", "multipleChoiceSingle", choices=CHOICES, shuffleOption="exceptLast"),
        asked("q3", "consent", label={"default": "Yes"}),
    ]
    moved = read_survey(formbricks(*questions, welcomeCard=card))
    many, one = (find_question(moved.questionnaire, name) for name in ("q1", "q2"))
    assert isinstance(many, Checkbox)
    assert isinstance(one, RadioGroup)
    assert (many.show_other_item, many.choices_order) == (True, "random")
    assert [item.is_fixed for item in one.choices] == [False, True]
    assert moved.questionnaire.first_page_is_started
    assert isinstance(find_question(moved.questionnaire, "q3"), Boolean)


def test_what_is_said_instead_of_no_answer_is_said_here_too() -> None:
    headline = {"default": "Dear #recall:name/fallback:dearnbspguest#, you wrote #recall:q1/fallback:nothing#"}
    questions = [asked("q1", "openText"), asked("q2", "openText", headline=headline)]
    ending = {"id": "e", "type": "endScreen", "headline": {"default": "Bye, #recall:name/fallback:you#"}}
    moved = read_survey(formbricks(*questions, endings=[ending], hiddenFields={"enabled": True, "fieldIds": ["name"]}))
    title = find_question(moved.questionnaire, "q2").title
    survey, nobody = moved.questionnaire, path(moved.questionnaire, {}).steps[-1].values
    assert not moved.losses
    assert piped(survey, title, nobody, "en") == "Dear dear guest, you wrote nothing"
    known = path(survey, {"q1": "fine"}, {"name": "Ann"}).steps[-1].values
    assert piped(survey, title, known, "en") == "Dear Ann, you wrote fine"
    assert piped(survey, survey.completed_text, nobody, "en") == "Bye, you"


def test_endings_lead_where_they_led() -> None:
    endings = [
        {"id": "e1", "type": "endScreen", "headline": {"default": "Thanks"}, "buttonLabel": {"default": "Shop", "pl": "Sklep"},
         "buttonLink": "https://a.example/?s=#recall:src/fallback:none#"},
        {"id": "e2", "type": "redirectToUrl", "url": "https://a.example/fan"},
        {"id": "e3", "type": "endScreen", "headline": {"default": "Bye"}},
    ]  # fmt: skip
    logic = [jump("e2", "equals", "q1", 10), jump("e3", "isLessThan", "q1", 3)]
    hidden = {"enabled": True, "fieldIds": ["src"]}
    moved = same(
        formbricks(asked("q1", "nps", logic=logic), asked("q2", "openText"), endings=endings, hiddenFields=hidden)
    )
    assert (moved.questionnaire.navigate_to_url, moved.questionnaire.navigate_text) == (
        "https://a.example/?s={profile.src|none}", {"default": "Shop", "pl": "Sklep"},
    )  # fmt: skip
    fan, bye = moved.questionnaire.triggers
    assert (fan.text, fan.navigate_to_url, fan.navigate_text) == (None, "https://a.example/fan", None)
    assert (bye.text, bye.navigate_to_url) == ("Bye", None)


def test_an_ending_whose_address_is_not_safe_is_listed() -> None:
    ending = {"id": "e1", "type": "redirectToUrl", "url": "http://a.example/"}
    moved = read_survey(formbricks(asked("q1", "nps"), endings=[ending]))
    assert ("ending e1", "redirect to http://a.example/") in {(loss.place, loss.what) for loss in moved.losses}


def test_what_is_recalled_is_said_and_its_fallback_where_there_is_none() -> None:
    text = "You said #recall:q1/fallback:nothing# and #recall:q2/fallback:none#, #recall:v1/fallback:0#"
    questions = [
        asked("q1", "multipleChoiceMulti", choices=CHOICES), asked("q2", "openText"),
        asked("q3", "openText", headline={"default": text}),
    ]  # fmt: skip
    moved = same(formbricks(*questions, variables=[{"id": "v1", "name": "score", "type": "number", "value": 0}]))
    assert not [loss for loss in moved.losses if loss.severity != "cosmetic"]


def test_a_button_of_a_statement_is_a_link_below_it() -> None:
    call = asked(
        "q1", "cta", buttonExternal=True, buttonUrl="https://a.example/?a=1&b=2", ctaButtonLabel={"default": "Go"}
    )
    moved = read_survey(formbricks(call, asked("q2", "openText")))
    link = '<p><a href="https://a.example/?a=1&amp;b=2">Go</a></p>'
    assert find_question(moved.questionnaire, "q1").html == "About q1?" + link


def test_words_of_buttons_and_answers_that_logic_needs_come_along() -> None:
    need = jump("q2", "isLessThan", "q1", 7)
    need["actions"] = [{"id": "a", "objective": "requireAnswer", "target": "q2"}]
    button = {"default": "On", "pl": "Dalej"}
    moved = same(
        formbricks(
            asked("q1", "nps", logic=[need], buttonLabel=button), asked("q2", "openText", buttonLabel=button),
            welcomeCard={"enabled": True, "headline": {"default": "Hi"}, "buttonLabel": {"default": "Start"}},
        )
    )  # fmt: skip
    assert (moved.questionnaire.page_next_text, moved.questionnaire.start_survey_text) == (button, "Start")


def test_an_answer_that_two_questions_need_is_needed_by_either() -> None:
    def need(question: str) -> dict[str, Any]:
        return jump("q3", "isLessThan", question, 3) | {"actions": [{"objective": "requireAnswer", "target": "q3"}]}

    questions = [
        asked("q1", "nps", logic=[need("q1")]),
        asked("q2", "nps", logic=[need("q2")]),
        asked("q3", "openText"),
    ]
    moved = same(formbricks(*questions))
    assert find_question(moved.questionnaire, "q3").required_if == "{q1} < 3 or {q2} < 3"
    assert not moved.losses


def test_logic_of_a_question_that_may_be_jumped_over_is_listed_where_it_counts_nevertheless() -> None:
    over = asked("q1", "nps", logic=[jump("q3", "equals", "q1", 1)])
    need = jump("q3", "isLessThan", "q1", 3) | {"actions": [{"objective": "requireAnswer", "target": "q3"}]}
    moved = read_survey(formbricks(over, asked("q2", "nps", logic=[need]), asked("q3", "openText")))
    assert ("q2", "required answer of q3") in {(loss.place, loss.what) for loss in moved.losses}


FIELD: dict[str, Any] = {"show": True, "required": False, "placeholder": {"default": "x"}}
ROWS = {"rows": [{"id": "r1", "label": {"default": "R1"}}, {"id": "r2", "label": {"default": "R2"}}]}
GRID = ROWS | {"columns": [{"id": "k1", "label": {"default": "K1"}}, {"id": "k2", "label": {"default": "K2"}}]}


@pytest.mark.parametrize("operator", ["isCompletelySubmitted", "isPartiallySubmitted"])
@pytest.mark.parametrize(("kind", "more"), [("matrix", GRID), ("address", {"city": FIELD, "zip": FIELD})])
def test_a_grid_that_is_answered_in_part_jumps_the_same(operator: str, kind: str, more: dict[str, Any]) -> None:
    first = asked("q1", kind, logic=[jump("q3", operator, "q1")], **more)
    moved = same(formbricks(first, asked("q2", "openText"), asked("q3", "openText")))
    part = {"q1": {"r1": "k1"}} if kind == "matrix" else {"q1": {"city": "Rome"}}
    assert ("q2" in path(moved.questionnaire, part).names) is (operator == "isCompletelySubmitted")


def test_a_row_of_a_grid_is_compared_by_its_column() -> None:
    logic = jump("q3", "equals", "q1", "1")
    logic["conditions"]["conditions"][0]["leftOperand"]["meta"] = {"row": "0"}
    moved = same(formbricks(asked("q1", "matrix", logic=[logic], **GRID), asked("q2", "nps"), asked("q3", "nps")))
    assert path(moved.questionnaire, {"q1": {"r1": "k2"}}).names == ["q1", "q3"]
    assert path(moved.questionnaire, {"q1": {"r1": "k1"}}).names == ["q1", "q2", "q3"]


def test_rules_for_answers_come_over_or_are_listed() -> None:
    def rules(*given: dict[str, Any], logic: str = "and") -> dict[str, Any]:
        return {"validation": {"logic": logic, "rules": [{"id": "r", **each} for each in given]}}

    least, most = {"type": "minLength", "params": {"min": 3}}, {"type": "maxLength", "params": {"max": 9}}
    two = {"type": "maxSelections", "params": {"max": 1}, "customErrorMessage": {"default": "One, please"}}
    moved = same(
        formbricks(
            asked("a", "openText", **rules(least, most)),
            asked("b", "multipleChoiceMulti", choices=CHOICES, **rules(two)),
            asked("c", "openText", **rules(least, {"type": "url", "params": {}})),
            asked("d", "openText", **rules(least, most, logic="or")),
        )
    )
    found = {each.name: each.validators for each in questions_of(moved.questionnaire)}
    assert [(each.min_length, each.max_length) for each in found["a"]] == [(3, None), (None, 9)]
    assert [(each.max_count, each.text) for each in found["b"]] == [(1, "One, please")]
    listed = {(loss.place, loss.what) for loss in moved.losses}
    assert listed == {("c", "rule url"), ("d", "rule minLength"), ("d", "rule maxLength")}


def test_a_limit_that_is_switched_off_is_none_and_so_are_settings() -> None:
    text = asked("a", "openText", charLimit={"enabled": False, "max": 5})
    off: dict[str, Any] = {
        "singleUse": {"enabled": False, "isEncrypted": True},
        "styling": {"overwriteThemeStyling": False},
    }
    moved = same(formbricks(text, **off, pin="1234"))
    assert find_question(moved.questionnaire, "a").max_length is None  # type: ignore[union-attr]
    assert [loss.what for loss in moved.losses] == ["pin"]
