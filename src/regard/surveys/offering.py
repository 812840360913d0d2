"""What a question offers to somebody: its choices, rows, columns and lines, and the answer that is there at first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from regard.surveys.arranging import AS_WRITTEN, Arrangement, in_order
from regard.surveys.evaluating import as_text, evaluate, holds, is_empty, same
from regard.surveys.expressions import parse
from regard.surveys.model import (
    OTHER,
    Boolean,
    Checkbox,
    Choice,
    Choices,
    Chosen,
    Dropdown,
    Fillable,
    Line,
    Matrix,
    MultipleText,
    Question,
    RadioGroup,
    Ranking,
    Rating,
    TextLine,
    choice,
)

NONE: Final = "none"
"""The value of "none of these"."""
MOST_DRAWN: Final = 1_000
"""Points of a scale that a page shows: a draft may say any number, a published survey no more."""


def shown_choices(question: Chosen, values: Mapping[str, Any], arrangement: Arrangement = AS_WRITTEN) -> list[Choice]:
    """The choices that are offered, in this respondent's order; "other" and "none" are added by the page."""
    ordered = _drawn(question.choices, question, arrangement)
    return [item for item in ordered if _is_offered(item, question.choices_visible_if, values)]


def shown_rows(question: Matrix, values: Mapping[str, Any], arrangement: Arrangement = AS_WRITTEN) -> list[Choice]:
    """The rows of a matrix that are asked, in this respondent's order."""
    ordered = _drawn(question.rows, question, arrangement)
    return [item for item in ordered if _is_offered(item, question.rows_visible_if, values)]


def shown_columns(question: Matrix, values: Mapping[str, Any]) -> list[Choice]:
    """The columns of a matrix that are offered."""
    return [item for item in map(choice, question.columns) if _is_offered(item, question.columns_visible_if, values)]


def shown_lines(question: MultipleText, values: Mapping[str, Any]) -> list[Line]:
    """The lines that are asked."""
    return [item for item in question.items if holds(item.visible_if, values)]


def is_offering(question: Question, values: Mapping[str, Any]) -> bool:
    """Whether anything is left to ask once the choices, rows, columns or lines that are hidden are gone; a question
    whose choices (or columns) are hidden one by one stands there nevertheless."""
    match question:
        case Matrix(columns_visible_if=str()) if not shown_columns(question, values):
            return False
        case Matrix():
            return bool(shown_rows(question, values))
        case Chosen(choices_visible_if=str()):
            return bool(shown_choices(question, values))
        case MultipleText(items=items):
            return not items or bool(shown_lines(question, values))
    return True


def is_answerable(question: Question, values: Mapping[str, Any]) -> bool:
    """Whether there is an answer to choose."""
    if isinstance(question, Matrix):
        return bool(shown_columns(question, values))
    if isinstance(question, Chosen):
        return question.show_other_item or question.show_none_item or bool(shown_choices(question, values))
    return True


def _drawn(items: Choices, question: Chosen | Matrix, arrangement: Arrangement) -> list[Choice]:
    """The choices or rows in this respondent's order; with ``take``, only those that were drawn."""
    recorded = arrangement.choices.get(question.name)
    ordered = in_order([choice(item) for item in items], recorded, lambda item: item.value)
    return [item for item in ordered if item.value in recorded] if question.take and recorded else ordered


def _is_offered(item: Choice, condition: str | None, values: Mapping[str, Any]) -> bool:
    if not (condition or item.visible_if):
        return True
    known = {**values, "item": item.value}
    return holds(condition, known) and holds(item.visible_if, known)


# --- the answer that is there at first --------------------------------------------------------------------------------


def is_filled(question: Question | Fillable) -> bool:
    """Whether an answer may stand there before anybody gives one."""
    return isinstance(question, Fillable) and bool(
        not is_empty(question.default_value) or question.default_value_expression
    )


def filled(question: Question | Fillable, values: Mapping[str, Any], arrangement: Arrangement = AS_WRITTEN) -> Any:
    """The answer that is there when a question is first shown; None for none, and for one that it does not offer.

    >>> from regard.surveys.model import RadioGroup
    >>> filled(RadioGroup(name="plan", choices=["free", "pro"], default_value="pro"), {})
    'pro'
    >>> filled(TextLine(name="mail", default_value_expression="{profile.email}"), {"profile": {"email": "a@b.example"}})
    'a@b.example'
    """
    if not is_filled(question) or not isinstance(question, Fillable):
        return None
    given: Any = question.default_value
    if question.default_value_expression:
        worked_out = evaluate(parse(question.default_value_expression), values)
        given = given if is_empty(worked_out) else worked_out
    fit: _Fit = _FITTED.get(type(question), _as_text)
    return fit(question, given, values, arrangement)


def _one(question: Chosen, given: Any, values: Mapping[str, Any], arrangement: Arrangement) -> Any:
    return _among(_offered(question, values, arrangement), given)


def _some(question: Checkbox | Ranking, given: Any, values: Mapping[str, Any], arrangement: Arrangement) -> Any:
    offered = _offered(question, values, arrangement)
    found = [_among(offered, one) for one in (given if isinstance(given, list) else [given])]
    return [one for one in found if one is not None] or None


def _offered(question: Chosen, values: Mapping[str, Any], arrangement: Arrangement) -> list[Any]:
    extra = [OTHER] * question.show_other_item + [NONE] * question.show_none_item
    return [*(item.value for item in shown_choices(question, values, arrangement)), *extra]


def _among(offered: Sequence[Any], given: Any) -> Any:
    """The value as it is written among those offered."""
    return next((value for value in offered if same(value, given)), None)


def _matrix(question: Matrix, given: Any, values: Mapping[str, Any], arrangement: Arrangement) -> Any:
    columns = [item.value for item in shown_columns(question, values)]
    rows = {str(item.value) for item in shown_rows(question, values, arrangement)}
    found: dict[str, Any] = {}
    for row, cell in given.items() if isinstance(given, Mapping) else ():
        given_here = [_among(columns, each) for each in (cell if isinstance(cell, list) else [cell])]
        several = [one for one in given_here if one is not None]
        if str(row) in rows and several:
            found[str(row)] = several if question.cell_type == "checkbox" else several[0]
    return found or None


def _lines(question: MultipleText, given: Any, values: Mapping[str, Any], _: Arrangement) -> Any:
    names = {item.name for item in shown_lines(question, values)}
    told = given if isinstance(given, Mapping) else {}
    return {name: one for name, one in told.items() if name in names} or None


def _number(question: Rating, given: Any, *_: Any) -> Any:
    number = None if isinstance(given, bool) else _finite(given)
    return number if isinstance(number, int) and question.rate_min <= number <= question.rate_max else None


def _boolean(_: Boolean, given: Any, *__: Any) -> bool | None:
    return next((value for value in (True, False) if same(value, given)), None)


def _line(question: TextLine, given: Any, *_: Any) -> Any:
    if isinstance(given, list | Mapping) or is_empty(given):
        return None
    if question.input_type != "number":
        return _as_text(question, given)
    return _finite(given)


def _finite(given: Any) -> int | float | None:
    """A number, whole where it is; None for what is none."""
    try:
        number = float(given)
    except (TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def _as_text(_: Any, given: Any, *__: Any) -> str | None:
    if isinstance(given, list | Mapping) or is_empty(given):
        return None
    return as_text(given)


_Fit: TypeAlias = Callable[[Any, Any, Mapping[str, Any], Arrangement], Any]
_FITTED: Final[dict[type, _Fit]] = {
    Checkbox: _some,
    Ranking: _some,
    Matrix: _matrix,
    MultipleText: _lines,
    Rating: _number,
    Boolean: _boolean,
    TextLine: _line,
    RadioGroup: _one,
    Dropdown: _one,
}
