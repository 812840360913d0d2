"""Rules that Formbricks checks an answer by, as validators of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from regard.base.words import said
from regard.surveys.model import Checkbox, Comment, Question, Text, TextLine, Validator
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.wording import count_of, mapping, number_of, objects

_RULES: Final[Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "minLength": lambda given: {"type": "text", "min_length": count_of(given.get("min"))},
    "maxLength": lambda given: {"type": "text", "max_length": count_of(given.get("max"))},
    "minValue": lambda given: {"type": "numeric", "min_value": number_of(given.get("min"))},
    "maxValue": lambda given: {"type": "numeric", "max_value": number_of(given.get("max"))},
    "minSelections": lambda given: {"type": "answercount", "min_count": count_of(given.get("min"))},
    "maxSelections": lambda given: {"type": "answercount", "max_count": count_of(given.get("max"))},
    "pattern": lambda given: {"type": "regex", "regex": None if given.get("flags") else given.get("pattern")},
    "email": lambda _: {"type": "email"},
}
_KINDS: Final = {"text": (Comment, TextLine), "regex": (Comment, TextLine), "email": (Comment, TextLine),
                 "numeric": (TextLine,), "answercount": (Checkbox,)}  # fmt: skip


def ruled(
    question: Question, place: str, raw: dict[str, Any], losses: Losses, text: Callable[[Any], Text | None]
) -> Question:
    """The question with its rules; one that cannot be checked here is listed."""
    validation = mapping(raw.get("validation"))
    rules = [each for each in objects(validation.get("rules")) if each.get("enabled", True)]
    found = list(question.validators)
    for rule in rules:
        given = mapping(rule.get("params"))
        kind = str(rule.get("type") or given.get("type"))
        made = _RULES[kind](given) if kind in _RULES else {}
        is_alone = len(rules) == 1 or validation.get("logic", "and") == "and"
        if kind == "required":
            question = msgspec.structs.replace(question, is_required=True)
        elif not is_alone or None in made.values() or not isinstance(question, _KINDS.get(str(made.get("type")), ())):
            losses.lost(place, said("rule {kind}", kind=kind), said("any answer is taken"))
        else:
            found.append(Validator(**made, text=text(rule.get("customErrorMessage"))))
    return msgspec.structs.replace(question, validators=found) if rules else question
