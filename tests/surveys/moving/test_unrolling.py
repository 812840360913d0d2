"""Grids of cells and repeated panels of SurveyJS are asked with plainer questions; conditions over them still hold."""

from __future__ import annotations

from typing import Any

from regard.surveys.flow import path
from regard.surveys.model import Matrix, MultipleText, find_question, questions_of
from regard.surveys.moving.moved import Moved
from tests.surveys.moving.test_surveyjs import same

GRID: dict[str, Any] = {
    "type": "matrixdropdown", "name": "shops", "title": "Our shops", "choices": ["good", "bad"],
    "rows": ["north", {"value": "south", "text": "South"}],
    "columns": [
        {"name": "mood", "isRequired": True},
        {"name": "seen", "cellType": "checkbox", "choices": ["tv", "web"]},
        {"name": "spent", "cellType": "text", "inputType": "number"},
        {"name": "when", "cellType": "expression"},
    ],
}  # fmt: skip
CHILDREN: dict[str, Any] = {
    "type": "paneldynamic", "name": "child", "panelCount": 2, "minPanelCount": 2, "maxPanelCount": 2,
    "templateElements": [
        {"type": "radiogroup", "name": "age", "choices": ["young", "old"]},
        {"type": "text", "name": "school", "visibleIf": "{panel.age} = 'old'"},
    ],
}  # fmt: skip


def told(moved: Moved) -> set[tuple[str, str]]:
    return {(loss.severity, str(loss.what)) for loss in moved.losses}


def test_every_column_of_a_grid_is_a_question() -> None:
    last = {
        "type": "comment",
        "name": "why",
        "visibleIf": "{shops.south.mood} = 'bad'",
        "title": "Why is {shops.south.mood}?",
    }
    moved = same(elements=[GRID, last])
    mood, seen, spent = (find_question(moved.questionnaire, f"shops_{name}") for name in ("mood", "seen", "spent"))
    assert isinstance(mood, Matrix)
    assert mood.is_all_row_required
    assert isinstance(seen, Matrix)
    assert seen.cell_type == "checkbox"
    assert isinstance(spent, MultipleText)
    assert [line.input_type for line in spent.items] == ["number", "number"]
    assert find_question(moved.questionnaire, "why").title == "Why is {shops_mood.south}?"
    assert "why" in path(moved.questionnaire, {"shops_mood": {"south": "bad"}}).names
    assert {("changed", "grid of different cells"), ("lost", "cells of type expression")} <= told(moved)


def test_a_repeated_panel_is_asked_as_often_as_it_is_shown() -> None:
    moved = same(elements=[CHILDREN, {"type": "comment", "name": "why", "visibleIf": "{child[1].age} = 'young'"}])
    assert path(moved.questionnaire, {"child_2_age": "old"}).names == ["child_1_age", "child_2_age", "child_2_school"]
    assert path(moved.questionnaire, {"child_2_age": "young"}).names[-1] == "why"
    assert told(moved) == {("cosmetic", "repeated panel"), ("cosmetic", "panel")}


def test_a_panel_that_people_may_add_says_how_often_it_is_asked() -> None:
    moved = same(elements=[{**CHILDREN, "panelCount": 1, "minPanelCount": 0, "maxPanelCount": 9}])
    assert len(list(questions_of(moved.questionnaire))) == 2
    assert ("changed", "repeated panel") in told(moved)
