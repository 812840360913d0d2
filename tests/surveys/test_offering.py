"""What a question offers: columns and lines under conditions, and the answer that is there before anybody gives one."""

from __future__ import annotations

from typing import Any

import pytest

from regard.base import Invalid
from regard.surveys import path, read_questionnaire
from regard.surveys.checking import check
from regard.surveys.flow import is_required
from regard.surveys.model import find_question
from regard.surveys.offering import filled, shown_columns, shown_lines
from regard.surveys.reading import keepable
from regard.surveys.validating import problem_of


def poll(*elements: dict[str, Any], **more: Any) -> Any:
    return read_questionnaire({"title": "T", "pages": [{"name": "p", "elements": list(elements)}], **more})


def one(**element: Any) -> Any:
    return poll({"name": "q", **element}).pages[0].elements[0]


@pytest.mark.parametrize(
    ("element", "shown"),
    [
        ({"type": "rating", "defaultValue": 4}, 4),
        ({"type": "rating", "defaultValue": 9}, None),
        ({"type": "radiogroup", "choices": [1, 2], "defaultValue": "2"}, 2),
        ({"type": "radiogroup", "choices": [1], "showOtherItem": True, "defaultValue": "other"}, "other"),
        ({"type": "dropdown", "choices": [{"value": 1, "visibleIf": "{x} = 1"}], "defaultValue": 1}, None),
        ({"type": "checkbox", "choices": ["a", "b"], "defaultValue": ["b", "gone"]}, ["b"]),
        ({"type": "ranking", "choices": ["a", "b"], "defaultValue": ["b", "a"]}, ["b", "a"]),
        ({"type": "boolean", "defaultValue": False}, False),
        ({"type": "matrix", "columns": [1, 2], "rows": ["r", "s"], "defaultValue": {"r": 2, "s": 9}}, {"r": 2}),
        (
            {"type": "matrix", "columns": [0, 1], "rows": ["r"], "defaultValue": {"r": [0, 1]}, "cellType": "checkbox"},
            {"r": [0, 1]},
        ),
        ({"type": "text", "inputType": "number", "defaultValue": "2.5"}, 2.5),
        ({"type": "text", "defaultValueExpression": "{profile.city}"}, "Oslo"),
        ({"type": "text", "defaultValueExpression": "{profile.street}", "defaultValue": "-"}, "-"),
        ({"type": "comment", "defaultValue": "So far so good"}, "So far so good"),
        ({"type": "multipletext", "items": [{"name": "a"}], "defaultValue": {"a": "1", "b": "2"}}, {"a": "1"}),
    ],
)
def test_an_answer_is_there_if_the_question_takes_it(element, shown) -> None:
    assert filled(one(**element), {"profile": {"city": "Oslo"}}) == shown


def test_what_is_filled_in_counts_until_the_question_has_been_sent() -> None:
    survey = poll(
        {"type": "radiogroup", "name": "plan", "choices": ["free", "pro"], "defaultValue": "pro"},
        {"type": "comment", "name": "why", "visibleIf": "{plan} = 'pro'"},
    )
    assert path(survey, {}, sent=()).names == ["plan", "why"]
    assert path(survey, {"plan": "free"}, sent=()).names == ["plan"]
    assert path(survey, {}, sent={"plan"}).names == ["plan"]
    assert path(survey, {}).names == ["plan"]


def test_columns_and_lines_under_conditions_are_offered_and_taken_while_these_hold() -> None:
    grid = one(type="matrix", rows=["r"], columns=["a", {"value": "b", "visibleIf": "{x} = 1"}])
    assert [item.value for item in shown_columns(grid, {})] == ["a"]
    assert problem_of(grid, {"r": "b"}, {}) == "Please choose among the answers offered."
    assert problem_of(grid, {"r": "b"}, {"x": 1}) is None
    chosen = one(type="matrix", rows=["r"], columns=["a", "b"], columnsVisibleIf="{x} contains {item}")
    assert [item.value for item in shown_columns(chosen, {"x": ["b"]})] == ["b"]
    lines = one(type="multipletext", items=[{"name": "a"}, {"name": "b", "visibleIf": "{x} = 1", "isRequired": True}])
    assert [line.name for line in shown_lines(lines, {})] == ["a"]
    assert problem_of(lines, {"a": "1"}, {}) is None
    assert problem_of(lines, {"a": "1"}, {"x": 1}) == "Please fill in every line that is required."
    assert problem_of(lines, {"a": "1", "b": "2"}, {}) == "Please fill in the lines."


def test_nobody_must_choose_where_nothing_is_left_to_choose() -> None:
    hidden = [{"value": "a", "visibleIf": "{x} = 1"}]
    grid = one(type="matrix", rows=["r"], columns=hidden, isRequired=True)
    chosen = one(type="radiogroup", choices=hidden, isRequired=True)
    assert [is_required(each, {}) for each in (grid, chosen)] == [False, False]
    assert [is_required(each, {"x": 1}) for each in (grid, chosen)] == [True, True]


def test_a_question_without_columns_or_lines_to_show_is_not_asked() -> None:
    survey = poll(
        {"type": "text", "name": "x"},
        {"type": "matrix", "name": "m", "rows": ["r"], "columns": ["a"], "columnsVisibleIf": "{x} = {item}"},
        {"type": "multipletext", "name": "t", "items": [{"name": "l", "visibleIf": "{x} = 'l'"}]},
    )
    assert path(survey, {}).names == ["x"]
    assert path(survey, {"x": "a"}).names == ["x", "m"]
    assert path(survey, {"x": "l"}).names == ["x", "t"]


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ({"type": "radiogroup", "choices": ["a"], "defaultValue": "z"}, "filled_unlike"),
        ({"type": "text", "inputType": "email", "defaultValue": "nonsense"}, "filled_unlike"),
        ({"type": "boolean", "consentFor": "news", "defaultValue": True}, "consent_filled"),
        ({"type": "rating", "rateMin": 0, "rateMax": 10, "metric": "nps", "defaultValue": 10}, "score_filled"),
        ({"type": "text", "defaultValueExpression": "{gone}"}, "unknown_reference"),
        ({"type": "matrix", "columns": [1, 2], "rows": ["a"], "columnsVisibleIf": "{gone} = 1"}, "unknown_reference"),
        ({"type": "multipletext", "items": [{"name": "a", "visibleIf": "{gone} = 1"}]}, "unknown_reference"),
    ],
)
def test_what_is_filled_in_wrongly_is_found(element, code) -> None:
    found = {finding.code for finding in check(poll({"name": "q", "title": "Q?", **element}))}
    assert code in found


def test_what_is_filled_in_rightly_is_no_finding() -> None:
    survey = poll({"name": "q", "title": "Q?", "type": "radiogroup", "choices": ["a", "b"], "defaultValue": "a"})
    assert find_question(survey, "q").default_value == "a"
    assert not [finding.code for finding in check(survey) if "filled" in finding.code]


@pytest.mark.parametrize("given", [10**400, "1e999", "nan", "inf"])
def test_a_number_that_is_none_is_not_filled_in(given) -> None:
    number = one(type="text", inputType="number", defaultValueExpression="{profile.x}")
    assert filled(number, {"profile": {"x": given}}) is None
    assert path(poll({"name": "n", "type": "rating", "defaultValue": 10**400}), {}, sent=()).steps


def test_a_number_is_filled_in_whole() -> None:
    assert filled(one(type="text", defaultValue=1234567.25), {}) == "1234567.25"


@pytest.mark.parametrize("row", ["a\0", "a\ud800"])
def test_a_row_that_cannot_be_kept_is_refused_before_a_database_sees_it(row) -> None:
    matrix = {"type": "multipletext", "name": "q", "items": [{"name": "a"}], "defaultValue": {row: "x"}}
    with pytest.raises(Invalid, match="cannot be kept"):
        keepable(poll(matrix))


def test_a_scale_without_end_is_checked_at_once() -> None:
    rating = {"name": "r", "type": "rating", "rateMin": 0, "rateMax": 10**30, "defaultValue": 3.5}
    found = check(poll(rating, {"name": "why", "type": "comment", "visibleIf": "{r} < 3"}))
    assert {"filled_unlike", "too_many_points"} <= {one.code for one in found if one.severity == "error"}
