"""How each field of a question is shown to its author, read back, and put in its place: one table for all kinds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from regard.base.words import marked
from regard.surveys.editing import own_text, with_text
from regard.surveys.model import (
    Boolean,
    Checkbox,
    Choice,
    Choices,
    Chosen,
    Filled,
    Line,
    Matrix,
    MultipleText,
    Question,
    Ranking,
    Rating,
    TextLine,
    Value,
    choice,
)

SEPARATOR = "|"


@dataclass(frozen=True)
class Shape:
    """One field: what its author reads beside it, which control it gets, where it stands."""

    label: str
    control: str
    help: str = ""
    group: str = "more"
    offers: Sequence[tuple[str, str]] = ()


_DATES = marked("A number, or a date as 2026-05-01.")
_ONE_A_LINE = marked("One on each line. “value | words” keeps the value when you change the words.")
ORIENTATIONS = (("higher", marked("Higher is better")), ("lower", marked("Lower is better")))
ORDERS = (
    ("none", marked("As written")),
    ("random", marked("At random, each time anew")),
    ("asc", marked("From A to Z")),
    ("desc", marked("From Z to A")),
)
ROWS_ORDERS = (("initial", marked("As written")), ("random", marked("At random, each time anew")))
RATE_TYPES = (("labels", marked("Numbers")), ("stars", marked("Stars")), ("smileys", marked("Faces")))
CELLS = (("radio", marked("One in each row")), ("checkbox", marked("Any number in each row")))
INPUTS = (
    ("text", marked("Text")),
    ("number", marked("Number")),
    ("date", marked("Date")),
    ("time", marked("Time")),
    ("datetime-local", marked("Date and time")),
    ("email", marked("E-mail address")),
    ("tel", marked("Phone number")),
    ("url", marked("Web address")),
)

SHAPES: dict[str, Shape] = {
    "title": Shape(marked("What it asks"), "words", group="words"),
    "description": Shape(marked("Explanation below"), "words", group="words"),
    "html": Shape(marked("Statement"), "long", marked("Text with paragraphs, lists, emphasis and links."), "words"),
    "choices": Shape(marked("Choices"), "choices", _ONE_A_LINE, "answers"),
    "columns": Shape(marked("Columns"), "choices", _ONE_A_LINE, "answers"),
    "rows": Shape(marked("Rows"), "choices", _ONE_A_LINE, "answers"),
    "items": Shape(marked("Lines"), "lines", marked("One on each line: “name | words”."), "answers"),
    "rate_min": Shape(marked("From"), "integer", group="answers"),
    "rate_max": Shape(marked("To"), "integer", group="answers"),
    "rate_type": Shape(marked("Drawn as"), "select", group="answers", offers=RATE_TYPES),
    "min_rate_description": Shape(marked("What the least means"), "line", group="answers"),
    "max_rate_description": Shape(marked("What the most means"), "line", group="answers"),
    "metric": Shape(marked("Counts as metric"), "name", marked("nps, csat, ces or a name of your own."), "answers"),
    "orientation": Shape(marked("Which end is good"), "select", group="answers", offers=ORIENTATIONS),
    "label_true": Shape(marked("Words for yes"), "line", group="answers"),
    "label_false": Shape(marked("Words for no"), "line", group="answers"),
    "consent_for": Shape(
        marked("Consent to"), "name", marked("The purpose; the answer is kept as consent of this person."), "answers"
    ),
    "input_type": Shape(marked("Kind of answer"), "select", group="answers", offers=INPUTS),
    "min": Shape(marked("At least"), "bound", _DATES, "answers"),
    "max": Shape(marked("At most"), "bound", _DATES, "answers"),
    "step": Shape(marked("In steps of"), "number", group="more"),
    "max_length": Shape(marked("At most so many characters"), "count", group="more"),
    "placeholder": Shape(marked("Hint inside the empty field"), "line", group="more"),
    "cell_type": Shape(marked("Answers"), "select", group="answers", offers=CELLS),
    "accepted_types": Shape(marked("Kinds of files"), "name", marked("Such as .pdf, image/*"), "answers"),
    "max_size": Shape(marked("Largest file, in bytes"), "integer", group="answers"),
    "allow_multiple": Shape(marked("Several files"), "tick", group="answers"),
    "show_other_item": Shape(marked("“Other”, with a line to write"), "tick", group="answers"),
    "other_text": Shape(marked("Words for “other”"), "line", group="more"),
    "show_none_item": Shape(marked("“None of these”"), "tick", group="answers"),
    "none_text": Shape(marked("Words for “none of these”"), "line", group="more"),
    "choices_order": Shape(marked("Order of the choices"), "select", group="answers", offers=ORDERS),
    "take": Shape(marked("Show only so many"), "count", marked("In random order; empty: all."), "answers"),
    "rows_order": Shape(marked("Order of the rows"), "select", group="answers", offers=ROWS_ORDERS),
    "min_selected_choices": Shape(marked("Choose at least"), "integer", group="answers"),
    "max_selected_choices": Shape(
        marked("Choose at most"), "integer", marked("0: as many as there are."), "answers"
    ),
    "is_required": Shape(marked("Must be answered"), "tick", group="rules"),
    "is_all_row_required": Shape(marked("Every row must be answered"), "tick", group="rules"),
    "name": Shape(marked("Name in data and conditions"), "key", group="more"),
    "touchpoint": Shape(marked("About (touchpoint)"), "name", group="more"),
    "visible_if": Shape(marked("Shown only if"), "condition", group="shown"),
    "required_if": Shape(marked("Must be answered if"), "condition"),
    "required_error_text": Shape(marked("Words when the answer is missing"), "line"),
    "choices_visible_if": Shape(
        marked("Choices that are shown"), "condition", marked("{item} is the choice’s value.")
    ),
    "rows_visible_if": Shape(marked("Rows that are shown"), "condition", marked("{item} is the row’s value.")),
    "columns_visible_if": Shape(
        marked("Columns that are shown"), "condition", marked("{item} is the column’s value.")
    ),
    "default_value": Shape(
        marked("Filled in beforehand"),
        "filled",
        marked("Its value; several on a line each, of rows and lines as “row | answer”. People may change it."),
    ),
    "default_value_expression": Shape(
        marked("Filled in beforehand, worked out"), "name", marked("Such as {profile.email}.")
    ),
}  # fmt: skip
HEIGHT = Shape(marked("Height in lines"), "integer", group="more")
GROUPS = ("words", "answers", "rules", "shown", "more")
TEXTS = ("words", "line", "long")


def shape_of(kind: str, name: str) -> Shape | None:
    """How a field of a kind of question is shown; None for what has a place of its own (conditions, validators)."""
    return HEIGHT if (kind, name) == ("comment", "rows") else SHAPES.get(name)


# --- choices and lines as text ---------------------------------------------------------------------------------------


def as_lines(choices: Choices, own: str) -> str:
    """Choices as an author writes them: the value, and its words where they differ."""
    lines = []
    for item in map(choice, choices):
        words = own_text(item.text, own)
        lines.append(f"{item.value} {SEPARATOR} {words}" if words and words != str(item.value) else str(item.value))
    return "\n".join(lines)


def read_choices(text: str, before: Choices, own: str) -> Choices:
    """The choices that lines say. What is not written in lines (translations, conditions) stays with its value."""
    known = {str(choice(item).value): choice(item) for item in before}
    return [_choice(*_split(line), known=known, own=own) for line in _lines(text)]


def _choice(value: str, words: str, *, known: dict[str, Choice], own: str) -> Any:
    old = known.get(value)
    kept = old.value if old else int(value) if _is_number(value) else value
    text = with_text(old.text if old else None, words, own)
    made = Choice(value=kept, text=text) if old is None else replace(old, text=text)
    return kept if made == Choice(value=kept) else made


def _is_number(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 16 and str(int(text)) == text


def as_filled(given: Filled | None) -> str:
    """An answer that is filled in as an author writes it.

    >>> as_filled(["a", 2]), as_filled({"food": 4, "staff": [1, 2]}), as_filled(True)
    ('a\\n2', 'food | 4\\nstaff | 1\\nstaff | 2', 'true')
    """
    if given is None:
        return ""
    if isinstance(given, dict):
        pairs = [(row, one) for row, cell in given.items() for one in (cell if isinstance(cell, list) else [cell])]
        return "\n".join(f"{row} {SEPARATOR} {_spelled(one)}" for row, one in pairs)
    return "\n".join(map(_spelled, given)) if isinstance(given, list) else _spelled(given)


def _spelled(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_filled(text: str, part: Question) -> Filled | None:
    """The answer that lines say, in the shape in which its kind of question keeps answers."""
    if not text.strip():
        return None
    if isinstance(part, Matrix | MultipleText):
        return _by_row(part, [_split(line) for line in _lines(text)])
    if isinstance(part, Checkbox | Ranking):
        return [_as_written(line, part.choices) for line in _lines(text)]
    if isinstance(part, Boolean):
        return {"true": True, "false": False}.get(text.strip().lower(), text.strip())
    if isinstance(part, Rating) or (isinstance(part, TextLine) and part.input_type == "number"):
        return read_bound(text)
    return _as_written(text.strip(), part.choices) if isinstance(part, Chosen) else text.strip()


def _by_row(part: Matrix | MultipleText, pairs: list[tuple[str, str]]) -> Filled:
    columns = part.columns if isinstance(part, Matrix) else []
    found: dict[str, Any] = {}
    for row, words in pairs:
        found.setdefault(row, []).append(_as_written(words, columns))
    many = isinstance(part, Matrix) and part.cell_type == "checkbox"
    return found if many else {row: given[-1] for row, given in found.items()}


def _as_written(text: str, choices: Choices) -> Value:
    """The value of the choice that a text names."""
    return next((choice(item).value for item in choices if _spelled(choice(item).value) == text), text)


def lines_as_text(items: list[Line], own: str) -> str:
    """The lines of a question with several, as an author writes them."""
    return "\n".join(
        f"{item.name} {SEPARATOR} {words}" if (words := own_text(item.title, own)) else item.name for item in items
    )


def read_lines(text: str, before: list[Line], own: str) -> list[Line]:
    """The lines that a text says; kinds and translations stay with their names."""
    known = {item.name: item for item in before}
    found = []
    for name, words in map(_split, _lines(text)):
        old = known.get(name) or Line(name=name)
        found.append(replace(old, title=with_text(old.title, words, own)))
    return found


def read_bound(text: str) -> float | str | None:
    """A limit as an author writes it: a number, or a date.

    >>> read_bound("5"), read_bound("2026-05-01"), read_bound(" ")
    (5, '2026-05-01', None)
    """
    try:
        number = float(text)
    except ValueError:
        return text.strip() or None
    if not math.isfinite(number):
        return text.strip()
    return int(number) if number.is_integer() else number


def shown_bound(limit: float | str | None) -> float | str | None:
    """A limit as an author reads it.

    >>> shown_bound(18.0), shown_bound(2.5), shown_bound("2026-05-01")
    (18, 2.5, '2026-05-01')
    """
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip(f" \t{SEPARATOR}")]


def _split(line: str) -> tuple[str, str]:
    value, _bar, words = (part.strip() for part in line.partition(SEPARATOR))
    return value or words, words
