"""Answers and traits inside texts: ``You chose {plan}, {profile.first_name}.``"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from regard.surveys.evaluating import is_empty, value_of
from regard.surveys.flow import COMMENT
from regard.surveys.model import (
    OTHER,
    Boolean,
    Chosen,
    Matrix,
    Question,
    Questionnaire,
    Text,
    choice,
    find_question,
    in_language,
)

_NAME: Final = re.compile(r"\{([^{}]{1,200})\}")


def piped(
    questionnaire: Questionnaire,
    text: Text | None,
    values: Mapping[str, Any],
    language: str,
    spelled: Callable[[str], str] = str,
) -> str:
    """A text in a language, with names in braces replaced by what they stand for; nothing for what is not known.

    ``spelled`` writes what is put in as the text around it is written: ``html.escape`` inside HTML.

    >>> poll = Questionnaire()
    >>> piped(poll, "Thank you, {profile.first_name}!", {"profile": {"first_name": "Ana"}}, "en")
    'Thank you, Ana!'
    """
    said = in_language(text, language, questionnaire.locale)
    if "{" not in said:
        return said
    return _NAME.sub(lambda found: spelled(told(questionnaire, found[1].strip(), values, language)), said)


def told(questionnaire: Questionnaire, name: str, values: Mapping[str, Any], language: str) -> str:
    """What a name stands for, as a respondent would read it: the texts of choices, not their values."""
    value = value_of(name, values)
    if is_empty(value):
        return ""
    question = find_question(questionnaire, name)
    if question is None:
        return _plain(value)
    return answer_text(question, value, values, language, questionnaire.locale)


def answer_text(question: Question, value: Any, values: Mapping[str, Any], language: str, own: str = "en") -> str:
    """An answer as people read it.

    >>> from regard.surveys.model import Checkbox, Choice
    >>> fruit = Checkbox(name="fruit", choices=[Choice(value=1, text="Apple"), Choice(value=2, text="Pear")])
    >>> answer_text(fruit, [2, 1], {}, "en")
    'Pear, Apple'
    """
    if isinstance(question, Chosen):
        texts = {choice(item).value: in_language(choice(item).text, language, own) for item in question.choices}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(
            str(values.get(question.name + COMMENT) or item) if item == OTHER else texts.get(item) or str(item)
            for item in chosen
        )
    if isinstance(question, Boolean):
        label = question.label_true if value else question.label_false
        return in_language(label, language, own) or ("✓" if value else "✗")
    if isinstance(question, Matrix) and isinstance(value, Mapping):
        return ", ".join(f"{row}: {_plain(cell)}" for row, cell in value.items())
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(_plain(item) for item in value.values())
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
