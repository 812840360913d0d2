"""The check before a survey goes out finds what is broken and what bends answers, and nothing in what is sound."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from regard.surveys import read_questionnaire
from regard.surveys.checking import check, length_of, walk
from regard.surveys.flow import path
from regard.surveys.ready_made import READY_MADE

NPS = {"type": "rating", "name": "nps", "title": "Would you recommend us?", "rateMin": 0, "rateMax": 10}
NPS |= {"minRateDescription": "No", "maxRateDescription": "Yes"}


def asked(*elements: dict[str, Any], **more: Any):
    """A survey of one question a page."""
    pages = [{"name": f"page{at}", "elements": [one]} for at, one in enumerate(elements)]
    return read_questionnaire({"title": "Survey", "pages": pages, **more})


def codes(*elements: dict[str, Any], **more: Any) -> set[str]:
    return {finding.code for finding in check(asked(*elements, **more))}


def comment(name: str = "why", **more: Any) -> dict[str, Any]:
    return {"type": "comment", "name": name, "title": "Why?", **more}


def rating(name: str = "score", **more: Any) -> dict[str, Any]:
    return {"type": "rating", "name": name, "title": "How was it?", **_ENDS, **more}


_ENDS = {"minRateDescription": "Bad", "maxRateDescription": "Good"}


@pytest.mark.parametrize("one", READY_MADE, ids=lambda one: one.key)
def test_nothing_is_found_in_a_ready_made_survey(one) -> None:
    assert check(one.questionnaire) == []


@pytest.mark.parametrize(
    "condition",
    [
        "{nps} > 10",
        "{nps} < 3 and {nps} > 8",
        "{nps} = 'often'",
        "{profile.plan} = 'pro' and {profile.plan} = 'free'",
        "{profile.age} > 5 and {profile.age} < 5",
    ],
)
def test_a_condition_that_no_answers_meet_makes_a_dead_branch(condition) -> None:
    found = [one for one in check(asked(NPS, comment(visibleIf=condition))) if one.code == "never_shown"]
    assert [one.severity for one in found] == ["error"]


@pytest.mark.parametrize(
    "condition",
    [
        "{nps} = 7 or {nps} = 8",
        "{nps} empty",
        "{profile.age} > 5 and {profile.age} < 6",
        "{profile.plan} contains 'a' and {profile.plan} contains 'b'",
        "{nps} * 2 + 1 > 20",
        "{profile.a} + {profile.b} > 1000",
        "{profile.since} > '2024-01-01' and {profile.since} < '2024-02-01'",
        "not ({nps} < 9)",
    ],
)
def test_a_condition_that_some_answers_meet_is_no_dead_branch(condition) -> None:
    assert "never_shown" not in codes(NPS, comment(visibleIf=condition))


def test_a_branch_is_dead_where_what_it_asks_for_is_hidden_just_then() -> None:
    low = {"type": "boolean", "name": "bad", "title": "Was it bad?", "visibleIf": "{nps} < 3"}
    assert "never_shown" in codes(NPS, low, comment(visibleIf="{bad} = true and {nps} > 5"))
    assert "never_shown" not in codes(NPS, low, comment(visibleIf="{bad} = true and {nps} < 2"))


def test_what_lies_behind_a_way_that_always_ends_is_dead() -> None:
    ends = [{"type": "complete", "expression": "{nps} >= 0 or {nps} empty"}]
    assert "never_shown" in codes(NPS, comment(), triggers=ends)
    assert "never_shown" not in codes(NPS, comment(), triggers=[{"type": "complete", "expression": "{nps} > 8"}])


def test_where_there_are_too_many_ways_each_condition_is_tried_by_itself() -> None:
    many = [rating(f"r{at}") for at in range(12)]
    shown = [comment(f"c{at}", visibleIf=f"{{r{at}}} + {{profile.x}} > 3") for at in range(12)]
    found = check(asked(*many, *shown, comment("dead", visibleIf="{r1} > 5")))
    assert {one.place for one in found if one.code == "never_shown"} == {"dead"}
    assert "not_all_walked" in {one.code for one in found}


@settings(max_examples=60, deadline=None)
@given(some.data())
def test_no_branch_that_random_answers_reach_is_called_dead(data) -> None:
    operators = some.sampled_from(["=", "<>", "<", "<=", ">", ">="])
    parts = some.builds(
        lambda name, op, value: f"{{{name}}} {op} {value}", some.sampled_from("ab"), operators, some.integers(0, 6)
    )
    join = some.builds(lambda one, word, other: f"{one} {word} {other}", parts, some.sampled_from(["and", "or"]), parts)
    condition = data.draw(some.one_of(parts, join))
    survey = asked(rating("a"), rating("b", visibleIf="{a} > 2"), comment("c", visibleIf=condition))
    answers = data.draw(some.fixed_dictionaries({}, optional={name: some.integers(1, 5) for name in "ab"}))
    if "c" in path(survey, answers).names:
        assert "c" in walk(survey).seen


@pytest.mark.parametrize(
    ("code", "elements", "more"),
    [
        ("duplicate_name", [comment(), comment()], {}),
        ("unknown_reference", [NPS, comment(visibleIf="{gone} = 1")], {}),
        ("later_reference", [comment(visibleIf="{nps} = 1"), NPS], {}),
        ("later_reference", [comment(visibleIf="{why} notempty")], {}),
        ("unreadable_condition", [NPS, comment(visibleIf="{nps} <=")], {}),
        (
            "skip_back",
            [NPS, comment()],
            {"triggers": [{"type": "skip", "expression": "{why} = 'x'", "gotoName": "nps"}]},
        ),
        ("unknown_target", [NPS], {"triggers": [{"type": "skip", "expression": "{nps} = 1", "gotoName": "gone"}]}),
        (
            "circle",
            [NPS],
            {"calculatedValues": [{"name": "a", "expression": "{b}"}, {"name": "b", "expression": "{a}"}]},
        ),
        ("unknown_page", [NPS], {"randomGroups": [{"pages": ["gone"]}]}),
        ("quota_zero", [NPS], {"quotas": [{"name": "q", "expression": "{nps} > 1", "limit": 0}]}),
        ("scale_reversed", [rating(rateMin=5, rateMax=5)], {}),
        ("nps_scale", [rating(metric="nps", rateMin=1, rateMax=10)], {}),
        (
            "matrix_not_numbers",
            [
                {
                    "type": "matrix",
                    "name": "m",
                    "title": "How?",
                    "rows": ["a"],
                    "columns": ["bad", "good"],
                    "metric": "csat",
                }
            ],
            {},
        ),
        ("no_choices", [{"type": "dropdown", "name": "d", "title": "Which?"}], {}),
        ("duplicate_value", [{"type": "radiogroup", "name": "d", "title": "Which?", "choices": ["a", "a"]}], {}),
        (
            "limits_impossible",
            [{"type": "checkbox", "name": "d", "title": "Which?", "choices": ["a", "b"], "minSelectedChoices": 3}],
            {},
        ),
        (
            "bounds_reversed",
            [{"type": "text", "name": "n", "title": "How many?", "inputType": "number", "min": 5, "max": 1}],
            {},
        ),
        ("no_questions", [{"type": "html", "name": "h", "html": "<p>Hi</p>"}], {}),
    ],
)
def test_what_is_broken_is_an_error(code, elements, more) -> None:
    found = {one.code: one.severity for one in check(asked(*elements, **more))}
    assert found.get(code) == "error"


@pytest.mark.parametrize(
    ("code", "elements", "more"),
    [
        ("ends_unlabelled", [{"type": "rating", "name": "r", "title": "How was it?"}], {}),
        ("too_many_points", [rating(rateType="smileys", rateMax=7)], {}),
        ("ces_scale", [rating(metric="ces", rateMax=10)], {}),
        ("ces_orientation", [rating(metric="ces", title="How much effort was it?", rateMax=7)], {}),
        ("orientations_mixed", [rating("a", metric="csat"), rating("b", metric="ces", orientation="lower")], {}),
        ("scales_mixed", [rating("a", metric="csat"), rating("b", metric="csat", rateMax=7)], {}),
        ("many_choices", [{"type": "dropdown", "name": "d", "title": "Which?", "choices": list(range(26))}], {}),
        ("all_required", [rating("a", isRequired=True), rating("b", isRequired=True), rating("c", isRequired=True)], {}),
        ("consent_required", [{"type": "boolean", "name": "b", "title": "Agree?", "consentFor": "mail", "isRequired": True}], {}),
        ("personal_data", [{"type": "text", "name": "t", "title": "Your e-mail", "inputType": "email"}], {}),
        ("html_unsafe", [NPS, {"type": "html", "name": "h", "html": "<script>alert(1)</script>"}], {}),
        ("unknown_in_text", [comment(title="Why did you say {score}?")], {}),
        ("trait_without_words", [comment(title={"default": "Why, {profile.name|dear}?", "pl": "{profile.name}?"})], {}),
        ("no_question_title", [{"type": "comment", "name": "c"}], {}),
        ("untranslated_pl", [comment(title={"default": "Why?", "pl": "Dlaczego?"})], {}),
        ("long", [comment(f"c{at}", title="Why? " * 20) for at in range(20)], {}),
        ("never_holds", [NPS], {"quotas": [{"name": "q", "expression": "{nps} > 10", "limit": 5}]}),
    ],
)  # fmt: skip
def test_what_bends_answers_is_a_warning(code, elements, more) -> None:
    found = {one.code: one.severity for one in check(asked(*elements, **more))}
    assert found.get(code) == "warning"


@pytest.mark.parametrize(
    ("language", "double", "leading"),
    [
        ("en", "How fast and friendly were we?", "How great was our amazing team?"),
        ("pl", "Czy obsługa była szybka i miła?", "Czy nie uważasz, że było dobrze?"),
        ("ru", "Насколько быстро и вежливо мы ответили?", "Разве вам не понравилось?"),
        ("zh-hans", "我们的服务快速和友好吗？", "您难道不满意吗？"),
        ("ro", "Cât de rapid și amabil am fost?", "Nu credeți că a fost bine?"),
    ],
)
def test_wording_is_judged_in_each_of_the_five_languages(language, double, leading) -> None:
    assert "double_barrelled" in codes(rating(title={"default": "How was it?", language: double}))
    assert "leading" in codes(rating(title={"default": "How was it?", language: leading}))


def test_a_friend_or_colleague_is_one_thing() -> None:
    assert "double_barrelled" not in codes({**NPS, "title": "Would you recommend us to a friend or colleague?"})


def test_the_length_is_that_of_the_ways_and_not_of_all_questions() -> None:
    survey = asked(NPS, comment("low", visibleIf="{nps} < 5"), comment("high", visibleIf="{nps} >= 5"))
    length = length_of(survey)
    one = length_of(asked(NPS, comment())).longest
    assert length.shortest < length.longest == pytest.approx(one)


def test_five_hundred_questions_in_chains_are_checked_to_the_end() -> None:
    chained = [rating(f"q{at}", **({"visibleIf": f"{{q{at - 1}}} > 2"} if at else {})) for at in range(500)]
    assert "not_all_walked" in codes(*chained)


MAIL = {"type": "comment", "name": "c", "title": "Why?"}


@pytest.mark.parametrize(
    ("code", "elements", "more"),
    [
        ("unreadable_pattern", [{**MAIL, "validators": [{"type": "regex", "regex": "["}]}], {}),
        ("bounds_reversed", [{**MAIL, "validators": [{"type": "text", "minLength": 9, "maxLength": 2}]}], {}),
        ("bound_unlike", [{"type": "text", "name": "t", "title": "When?", "inputType": "date", "min": 5}], {}),
        ("bound_unlike", [{"type": "text", "name": "t", "title": "How many?", "inputType": "number", "min": "x"}], {}),
        (
            "bounds_reversed",
            [{"type": "multipletext", "name": "m", "title": "You", "items": [{"name": "a", "min": 9, "max": 2}]}],
            {},
        ),
        (
            "later_reference",
            [
                {
                    "type": "radiogroup",
                    "name": "d",
                    "title": "Which?",
                    "choices": ["a", {"value": "b", "visibleIf": "{nps} > 3"}],
                },
                NPS,
            ],
            {},
        ),
        (
            "unknown_target",
            [NPS, comment()],
            {"triggers": [{"type": "complete", "expression": "{nps} > 3", "after": "page0"}]},
        ),
    ],
)
def test_rules_limits_and_single_choices_are_looked_at_too(code, elements, more) -> None:
    found = {one.code: one.severity for one in check(asked(*elements, **more))}
    assert found.get(code) == "error"


@pytest.mark.parametrize(
    "title", ["Why, {profile.name|dear customer}?", "How was {profile.event_subject}?", "{why|it}?"]
)
def test_texts_that_say_something_for_the_unknown_are_in_order(title: str) -> None:
    found = codes(comment("why"), comment("more", title=title))
    assert not found & {"trait_without_words", "unknown_in_text"}
