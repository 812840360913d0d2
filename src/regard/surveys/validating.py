"""Whether an answer is one that its question takes, wherever it comes from: a form, the API, a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sized
from datetime import date, datetime, time
from typing import Any, Final

import regex

from regard.base.words import said
from regard.surveys.evaluating import as_text, holds, is_empty
from regard.surveys.model import (
    OTHER,
    Boolean,
    Checkbox,
    Choices,
    Chosen,
    Comment,
    Dropdown,
    File,
    Html,
    Line,
    Matrix,
    MultipleText,
    Question,
    RadioGroup,
    Ranking,
    Rating,
    Text,
    TextLine,
    Validator,
    choice,
)
from regard.surveys.offering import NONE, shown_choices, shown_columns, shown_lines, shown_rows

LONGEST_TEXT: Final = 20_000
"""Characters of a text."""
LONGEST_LINE: Final = 1_000
"""Characters of one line among several, and of what is written beside "other"."""
LARGEST: Final = 1e15
PATIENCE_SECONDS: Final = 0.05
"""How long an author's pattern may look at an answer."""
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_WEB: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_PHONE: Final = re.compile(r"[+()\d\s./-]{5,30}")


def problem_of(question: Question, value: Any, values: Mapping[str, Any]) -> Text | None:
    """What is wrong with an answer that was given; None when nothing is. ``values``: all that is known, also this.

    >>> problem_of(Rating(name="nps", rate_min=0, rate_max=10), 11, {})
    'Please choose a number from 0 to 10.'
    >>> problem_of(TextLine(name="mail", input_type="email"), "ann@example.org", {}) is None
    True
    """
    if is_empty(value):
        return None
    return _CHECKS[type(question)](question, value, values) or _validated(question, value, values)


def _rating(question: Rating, value: Any, _: Mapping[str, Any]) -> str | None:
    if _is_whole(value) and question.rate_min <= value <= question.rate_max:
        return None
    return said("Please choose a number from {low} to {high}.", low=question.rate_min, high=question.rate_max)


def _one(question: Chosen, value: Any, values: Mapping[str, Any]) -> str | None:
    return None if _is_offered(question, value, values) else said("Please choose one of the answers offered.")


def _some(question: Checkbox, value: Any, values: Mapping[str, Any]) -> str | None:
    if not isinstance(value, list) or not all(_is_offered(question, item, values) for item in value):
        return said("Please choose among the answers offered.")
    alone = {NONE, *(choice(item).value for item in question.choices if choice(item).is_exclusive)}
    if len(value) > 1 and any(item in alone for item in value):
        return said("One of these answers excludes the others.")
    if len(value) < (least := _least_chosen(question, values)) and not any(item in alone for item in value):
        return said("Please choose {count} or more.", count=least)
    if question.max_selected_choices and len(value) > question.max_selected_choices:
        return said("Please choose {count} at most.", count=question.max_selected_choices)
    return None


def _ranked(question: Ranking, value: Any, values: Mapping[str, Any]) -> str | None:
    if not isinstance(value, list) or any(isinstance(item, list) for item in value):
        return said("Please give each answer a rank of its own.")
    wanted = [item.value for item in shown_choices(question, values)]
    if len(set(value)) < len(value) or not set(value) <= set(wanted):
        return said("Please give each answer a rank of its own.")
    return (
        None if len(value) >= _least(question, question.choices, wanted) else said("Please give every answer a rank.")
    )


def _least_chosen(question: Checkbox, values: Mapping[str, Any]) -> int:
    """How many have to be chosen: never more than there are beside each other, once conditions have hidden some."""
    together = [item for item in shown_choices(question, values) if not item.is_exclusive]
    return min(question.min_selected_choices, _least(question, question.choices, together) + question.show_other_item)


def _least(question: Chosen | Matrix, items: Choices, shown: Sized) -> int:
    """How many of the choices or rows were shown at least: all, or as many as were surely drawn."""
    if not question.take:
        return len(shown)
    fixed = len([item for item in map(choice, items) if item.is_fixed])
    drawn = fixed + min(question.take, len(items) - fixed)
    return max(1, drawn - (len(items) - len(shown)))


def _boolean(_: Boolean, value: Any, __: Mapping[str, Any]) -> str | None:
    return None if isinstance(value, bool) else said("Please choose one of the answers offered.")


def _matrix(question: Matrix, value: Any, values: Mapping[str, Any]) -> str | None:
    rows = {str(row.value) for row in shown_rows(question, values)}
    columns = [item.value for item in shown_columns(question, values)]
    if not isinstance(value, Mapping) or not set(value) <= rows:
        return said("Please choose among the answers offered.")
    cells = [cell for given in value.values() for cell in (given if isinstance(given, list) else [given])]
    if not all(cell in columns for cell in cells):
        return said("Please choose among the answers offered.")
    is_whole = len(value) >= _least(question, question.rows, rows)
    needs_all = question.is_all_row_required or question.is_required
    return None if is_whole or not needs_all else said("Please answer every row.")


def _line(question: TextLine, value: Any, _: Mapping[str, Any]) -> str | None:
    return too_long(str(value), longest(question)) or _typed(question.input_type, value, question.min, question.max)


def _lines(question: MultipleText, value: Any, values: Mapping[str, Any]) -> str | None:
    lines = shown_lines(question, values)
    if not isinstance(value, Mapping) or not set(value) <= {item.name for item in lines}:
        return said("Please fill in the lines.")
    return next(filter(None, (problem_of_line(item, value.get(item.name)) for item in lines)), None)


def problem_of_line(item: Line, given: Any) -> str | None:
    """What is wrong with one line among several; None when nothing is."""
    if is_empty(given):
        return said("Please fill in every line that is required.") if item.is_required else None
    return _typed(item.input_type, given, item.min, item.max) or too_long(str(given), LONGEST_LINE)


def _comment(question: Comment, value: Any, _: Mapping[str, Any]) -> str | None:
    return too_long(value, longest(question)) if isinstance(value, str) else said("Please write a text.")


def longest(question: Comment | TextLine) -> int:
    """How many characters an answer in the respondent's own words may have."""
    return min(question.max_length or LONGEST_TEXT, LONGEST_TEXT)


def too_long(text: str, most: int) -> str | None:
    """What is said of a text with more characters than it may have; None where it has not."""
    if len(text) <= most:
        return None
    return said("Please write {count} characters at most: there are {given}.", count=most, given=len(text))


def _file(_: File, value: Any, __: Mapping[str, Any]) -> str | None:
    return None if isinstance(value, list) else said("Please send a file.")


_CHECKS: Final[dict[type, Callable[[Any, Any, Mapping[str, Any]], str | None]]] = {
    Rating: _rating,
    RadioGroup: _one,
    Dropdown: _one,
    Checkbox: _some,
    Ranking: _ranked,
    Boolean: _boolean,
    Matrix: _matrix,
    TextLine: _line,
    MultipleText: _lines,
    Comment: _comment,
    File: _file,
    Html: lambda *_: None,
}


def _is_offered(question: Chosen, value: Any, values: Mapping[str, Any]) -> bool:
    extra = [OTHER] * question.show_other_item + [NONE] * question.show_none_item
    return any(value == item and type(value) is type(item) for item in extra) or any(
        item.value == value for item in shown_choices(question, values)
    )


def _typed(kind: str, value: Any, low: float | str | None, high: float | str | None) -> str | None:
    if kind == "number":
        return _number(value, low, high)
    if not isinstance(value, str):
        return said("Please write a text.")
    if kind in _MOMENTS:
        return _moment(kind, value, low, high)
    shape, asked = _SHAPES.get(kind, (None, ""))
    return None if shape is None or shape.fullmatch(value) else asked


def _number(value: Any, low: Any, high: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > LARGEST:
        return said("Please write a number.")
    if isinstance(low, int | float) and value < low:
        return said("Please write a number that is {low} or more.", low=as_text(low))
    if isinstance(high, int | float) and value > high:
        return said("Please write a number that is {high} or less.", high=as_text(high))
    return None


def _moment(kind: str, value: str, low: Any, high: Any) -> str | None:
    try:
        is_plain = _MOMENTS[kind](value).isoformat().startswith(value)
    except ValueError:
        is_plain = False
    if not is_plain:
        return said("Please write a time, such as 14:30.") if kind == "time" else said("Please choose a date.")
    if isinstance(low, str) and low and value < low:
        return said("Please choose {low} or later.", low=low)
    if isinstance(high, str) and high and value > high:
        return said("Please choose {high} or earlier.", high=high)
    return None


_MOMENTS: Final[dict[str, Callable[[str], Any]]] = {
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "datetime-local": datetime.fromisoformat,
}
_SHAPES: Final = {
    "email": (_EMAIL, said("Please write an e-mail address.")),
    "url": (_WEB, said("Please write an address that begins with https://.")),
    "tel": (_PHONE, said("Please write a telephone number.")),
}


def _validated(question: Question, value: Any, values: Mapping[str, Any]) -> Text | None:
    for validator in question.validators:
        if not _VALIDATORS[validator.type](validator, value, values):
            return validator.text or said("Please check this answer.")
    return None


def _by_shape(validator: Validator, value: Any, _: Mapping[str, Any]) -> bool:
    """An author's pattern may take for ever, or be none: the check before publishing says so, and a respondent, who
    cannot mend it, is let through."""
    try:
        return bool(regex.search(validator.regex or "", str(value), timeout=PATIENCE_SECONDS))
    except (regex.error, TimeoutError):
        return True


def _by_number(validator: Validator, value: Any, _: Mapping[str, Any]) -> bool:
    is_number = isinstance(value, int | float) or (isinstance(value, str) and re.fullmatch(r"-?\d+([.,]\d+)?", value))
    return bool(is_number) and _lies(float(str(value).replace(",", ".")), validator.min_value, validator.max_value)


def _lies(number: float, low: float | None, high: float | None) -> bool:
    return (low is None or number >= low) and (high is None or number <= high)


_VALIDATORS: Final[dict[str, Callable[[Validator, Any, Mapping[str, Any]], bool]]] = {
    "regex": _by_shape,
    "expression": lambda validator, _, values: holds(validator.expression, values),
    "email": lambda _, value, __: bool(_EMAIL.fullmatch(str(value))),
    "numeric": _by_number,
    "answercount": lambda validator, value, _: (
        not isinstance(value, list) or _lies(len(value), validator.min_count, validator.max_count)
    ),
    "text": lambda validator, value, _: _lies(len(str(value)), validator.min_length, validator.max_length),
}


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
