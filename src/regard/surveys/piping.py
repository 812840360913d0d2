"""Answers and traits inside texts: ``You chose {plan}, {profile.first_name|dear customer}.``

What stands after the bar is said where nothing is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from regard.surveys.evaluating import as_text, is_empty, value_of
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

PROFILE: Final = "profile."
_NAME: Final = re.compile(r"\{([^{}]{1,200})\}")


def piped(
    questionnaire: Questionnaire,
    text: Text | None,
    values: Mapping[str, Any],
    language: str,
    spelled: Callable[[str], str] = str,
) -> str:
    """A text in a language, with names in braces replaced by what they stand for; for what is not known by what stands
    after a bar, or by nothing.

    ``spelled`` writes what others have said as the text around it is written: ``html.escape`` inside HTML. What stands
    after the bar is the author's own, like that text.

    >>> poll = Questionnaire()
    >>> piped(poll, "Thank you, {profile.first_name}!", {"profile": {"first_name": "Ana"}}, "en")
    'Thank you, Ana!'
    >>> piped(poll, "Hello {profile.first_name|there}!", {"profile": {}}, "en")
    'Hello there!'
    """
    said = in_language(text, language, questionnaire.locale)
    if "{" not in said:
        return said

    def put_in(found: re.Match[str]) -> str:
        name, otherwise = name_and_fallback(found[1])
        return spelled(told(questionnaire, name, values, language)) or otherwise or ""

    return _NAME.sub(put_in, said)


def name_and_fallback(inside: str) -> tuple[str, str | None]:
    """What stands in braces: a name, and what is said where nothing is known of it; None where nobody wrote that.

    >>> name_and_fallback("profile.first_name|there"), name_and_fallback("plan")
    (('profile.first_name', 'there'), ('plan', None))
    """
    name, bar, otherwise = inside.partition("|")
    return name.strip(), otherwise.strip() if bar else None


def names_put_in(text: Text | None) -> dict[str, bool]:
    """The names that a text puts in, in any language, and whether every language says something else for the unknown.

    >>> names_put_in({"default": "Hi {profile.name|you}, {plan}", "pl": "{profile.name}"})
    {'profile.name': False, 'plan': False}
    """
    found: dict[str, bool] = {}
    for words in text.values() if isinstance(text, dict) else [text or ""]:
        for name, otherwise in map(name_and_fallback, _NAME.findall(words)):
            found[name] = found.get(name, True) and otherwise is not None
    return found


def samples_for(texts: Iterable[Text | None]) -> dict[str, str]:
    """For previews: each trait that these texts put in, with its own name in brackets as its value.

    >>> samples_for(["Hello {profile.first_name|there}", "{plan}"])
    {'first_name': '[first_name]'}
    """
    names = (name for text in texts for name in names_put_in(text) if name.startswith(PROFILE))
    return {trait: f"[{trait}]" for trait in (name.removeprefix(PROFILE) for name in names)}


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
    return as_text(value)
