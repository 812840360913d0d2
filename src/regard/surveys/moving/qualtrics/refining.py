"""Conditions of a question's choices, rows and columns, and choices that come from another question."""

from __future__ import annotations

from typing import Any

import msgspec

from regard.base.words import said
from regard.surveys.expressions import Binary, Constant, Name, Unary, written
from regard.surveys.model import Checkbox, Choice, Chosen, Matrix, MultipleText, Question, Validator, Value
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.qualtrics.conditions import Known, condition_of
from regard.surveys.moving.qualtrics.filled import filled_in
from regard.surveys.moving.qualtrics.raw import located
from regard.surveys.moving.qualtrics.source import Source
from regard.surveys.moving.wording import mapping


def refined(source: Source, known: Known) -> dict[str, Question]:
    """The questions that a source became, with everything that depends on other questions."""
    found = {}
    for key in list(known.questions):
        if key == source.key or key.startswith((f"{source.key}#", f"{source.key}/")):
            _carry_forward(source, known, key)
            carried = known.carried[key]
            made = _validated(source, known, _conditioned(source, known, known.questions[key], carried))
            found[key] = filled_in(source, known, made, carried) if key == source.key else made
    return found


def _conditioned(source: Source, known: Known, question: Question, carried: Carried) -> Question:
    """The question with its choices' own conditions."""
    choices = _conditions(source, known, "Choices")
    if isinstance(question, Matrix):
        columns = _marked(question.columns, _conditions(source, known, "Answers"), carried.choices)
        return msgspec.structs.replace(question, rows=_marked(question.rows, choices, carried.rows), columns=columns)
    if isinstance(question, Chosen):
        return msgspec.structs.replace(question, choices=_marked(question.choices, choices, carried.choices))
    if choices and isinstance(question, MultipleText):
        shown_if = {str(carried.rows.get(key, key)): condition for key, condition in choices.items()}
        items = [msgspec.structs.replace(item, visible_if=shown_if.get(item.name)) for item in question.items]
        return msgspec.structs.replace(question, items=items)
    return question


def _conditions(source: Source, known: Known, what: str) -> dict[str, str]:
    found = {}
    for key, raw in source.choices(what).items():
        for name in ("DisplayLogic", "ChoiceLogic"):
            condition = condition_of(raw.get(name), known, f"{source.key} {key}")
            if condition:
                found[key] = condition
    return found


def _marked(items: list[Any], conditions: dict[str, str], values: Any) -> list[Any]:
    by_value = {values[key]: condition for key, condition in conditions.items() if key in values}
    return [
        msgspec.structs.replace(item, visible_if=by_value[item.value])
        if isinstance(item, Choice) and item.value in by_value
        else item
        for item in items
    ]


def _carry_forward(source: Source, known: Known, key: str) -> None:
    """Choices or rows taken from what was chosen before: all of them, each with its condition."""
    locator = mapping(source.raw.get("DynamicChoices")).get("Locator")
    found = located(locator)
    if not found:
        if locator:
            source.lost(said("carried forward choices"), said("their source cannot be found"))
        return
    question, carried = known.questions[key], known.carried[key]
    origin = next(iter(known.parts(found[0])), None)
    if origin is None or not isinstance(origin[0], Chosen | Matrix) or not isinstance(question, Chosen | Matrix):
        source.lost(said("carried forward choices"), said("they can only come from a question with choices"))
        return
    taken, added = _taken(origin[0], origin[1], found[2]), {}
    for code, choice in taken.items():
        added[f"x{code}"] = msgspec.structs.replace(choice, value=f"x{code}", is_fixed=False)
    values: dict[str, Value] = {code: str(choice.value) for code, choice in added.items()}
    if isinstance(question, Matrix):
        known.questions[key] = msgspec.structs.replace(question, rows=[*added.values(), *question.rows])
        known.carried[key] = Carried(carried.name, carried.choices, {**values, **carried.rows})
    else:
        known.questions[key] = msgspec.structs.replace(question, choices=[*added.values(), *question.choices])
        known.carried[key] = Carried(carried.name, {**values, **carried.choices}, carried.rows)


def _taken(question: Chosen | Matrix, carried: Carried, which: str) -> dict[str, Choice]:
    """By the source's code: the choice as it is offered further on."""
    listed, values = (
        (question.rows, carried.rows) if isinstance(question, Matrix) else (question.choices, carried.choices)
    )
    by_value = {item.value: item for item in listed if isinstance(item, Choice)}
    found = {}
    for code, value in values.items():
        if value in by_value:
            condition = _chosen(question, value, which)
            found[code] = msgspec.structs.replace(by_value[value], visible_if=condition)
    return found


def _chosen(question: Chosen | Matrix, value: Value, which: str) -> str | None:
    if isinstance(question, Matrix):
        answered: Any = Unary("notempty", Name(f"{question.name}.{value}"))
    else:
        sign = "contains" if isinstance(question, Checkbox) else "="
        answered = Binary(sign, Name(question.name), Constant(value))
    if which.startswith("Selected"):
        return written(answered)
    return written(Unary("not", answered)) if which.startswith(("Unselected", "NotSelected")) else None


def _validated(source: Source, known: Known, question: Question) -> Question:
    """The question with the author's own condition on its answer."""
    custom = mapping(source.settings.get("CustomValidation"))
    condition = condition_of(custom.get("Logic"), known, source.key) if custom else None
    if not condition:
        return question
    made = Validator(type="expression", expression=condition)
    return msgspec.structs.replace(question, validators=[*question.validators, made])
