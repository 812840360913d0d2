"""Two people change the same part of a survey: what differs is told in words, field by field."""

from __future__ import annotations

from typing import Any

import msgspec

from regard.surveys import read_questionnaire
from regard.surveys.builder.differing import Difference, all_differences, differences
from regard.surveys.model import Question, Questionnaire, find_question


def survey(*questions: dict[str, Any], **more: Any) -> Questionnaire:
    return read_questionnaire({"pages": [{"name": "p", "elements": list(questions)}], **more})


def question(**fields: Any) -> Question:
    found = find_question(survey({"type": "radiogroup", "name": "plan", **fields}), "plan")
    assert found is not None
    return found


def told(theirs: Question, mine: Question) -> list[tuple[str, str, str]]:
    return [(one.field, one.theirs, one.mine) for one in differences("question", theirs, mine, "en")]


def test_a_text_differs_language_by_language() -> None:
    theirs = question(title={"default": "Which plan?", "pl": "Jaki plan?", "ro": "Ce plan?"})
    mine = question(title={"default": "Your plan?", "pl": "Jaki plan?"})
    assert told(theirs, mine) == [
        ("What it asks", "Which plan?", "Your plan?"),
        ("What it asks (Română)", "Ce plan?", ""),
    ]


def test_ticks_conditions_and_choices_are_words() -> None:
    theirs = question(isRequired=True, visibleIf="{nps} > 6", choices=[{"value": "a", "text": "Basic"}, "b"])
    mine = question(choices=[{"value": "a", "text": {"default": "Basic", "pl": "Prosty"}, "isExclusive": True}])
    assert told(theirs, mine) == [
        ("Must be answered", "yes", "no"),
        ("Shown only if", "nps is more than 6", ""),
        ("Choices", "Basic\nb", "Basic · Chosen alone, like “none of these”"),
    ]


def test_a_whole_survey_differs_by_its_parts() -> None:
    why, plan = {"type": "comment", "name": "why", "title": "Why?"}, {"type": "text", "name": "plan"}
    theirs = survey(
        {**why, "title": "Why so?"}, {"type": "text", "name": "new", "title": "Anything else?"}, title="Ours"
    )
    mine = survey(why, plan, title="Mine")
    assert all_differences(theirs, mine) == [
        Difference("Title, for respondents", "Ours", "Mine"),
        Difference("why: What it asks", "Why so?", "Why?"),
        Difference("new", "Anything else?", ""),
        Difference("plan", "", "plan"),
    ]


def test_ways_are_told_by_their_condition_and_aim() -> None:
    way = {"type": "skip", "expression": "{why} empty", "gotoName": "plan"}
    theirs = survey({"type": "comment", "name": "why"}, {"type": "text", "name": "plan"}, triggers=[way])
    [one] = differences("survey", theirs, msgspec.structs.replace(theirs, triggers=[]), "en", without="pages")
    assert (one.field, one.mine) == ("Ways", "")
    assert "why is not answered" in one.theirs
    assert "plan" in one.theirs
