"""A page of a survey as its template draws it: every text in the respondent's language, with names piped in, every
control with its field, its value and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from regard.surveys.answering import FIELD, MISSING, REMOVED, options_of
from regard.surveys.arranging import AS_WRITTEN, Arrangement
from regard.surveys.evaluating import as_text, is_empty
from regard.surveys.flow import COMMENT, Step, is_required
from regard.surveys.harmless import harmless
from regard.surveys.model import (
    OTHER,
    Boolean,
    Checkbox,
    Choice,
    Chosen,
    Comment,
    Dropdown,
    File,
    Html,
    Matrix,
    MultipleText,
    Question,
    Questionnaire,
    RadioGroup,
    Ranking,
    Rating,
    Text,
    TextLine,
)
from regard.surveys.offering import MOST_DRAWN, NONE, shown_columns, shown_lines, shown_rows
from regard.surveys.piping import piped
from regard.surveys.respond.wording import Word
from regard.surveys.validating import longest, problem_of_line
from regard.web.site import told

FEW: Final = 7
"""Points of a scale that fit beside each other on a phone."""
TIGHT: Final = 3
"""Letters of a column that fits beside ten others on a phone."""


@dataclass(frozen=True)
class Option:
    """One thing to choose: its control's id, what it sends, what it says."""

    id: str
    value: str
    text: str
    is_chosen: bool = False
    bend: str = ""
    """For a face: how far its mouth bends, from a frown to a smile."""


@dataclass(frozen=True)
class Control:
    """One field of a form, or one group of options that share a field."""

    id: str
    name: str
    label: str = ""
    value: str = ""
    type: str = "text"
    options: Sequence[Option] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)
    is_required: bool = False
    is_wrong: bool = False
    """Of several lines or rows: is it this that has to be looked at?"""


@dataclass(frozen=True)
class Drawn:
    """A question as its template draws it."""

    id: str
    kind: str
    name: str
    title: str
    description: str
    is_required: bool
    is_group: bool
    problem: str = ""
    is_read_only: bool = False
    control: Control = Control("", "")
    rows: Sequence[Control] = ()
    other: Control | None = None
    sent: Control | None = None
    """The files that were sent before, each of which can be removed."""
    low: str = ""
    high: str = ""
    most: int = 0
    """Characters that the answer may have, where that is told."""
    html: str = ""
    looks: str = ""
    shown: str = ""
    """The answer in words, for one that can no longer be changed."""

    @property
    def template(self) -> str:
        return f"surveys/respond/kinds/{self.kind}.html"

    @property
    def last(self) -> Option:
        """The end of a scale."""
        return self.control.options[-1]

    @property
    def columns(self) -> int:
        """In how many columns a long scale stands on a phone: two rows of about the same length."""
        count = len(self.control.options)
        return min(-(-count // 2), 6) if count > FEW else 0

    @property
    def is_tight(self) -> bool:
        """Are the columns of a matrix so short (numbers) that they fit beside each other everywhere?"""
        return all(len(option.text) <= TIGHT for row in self.rows for option in row.options)

    @property
    def focus(self) -> str:
        """Where a link to the problem leads."""
        first = next((row for row in self.rows if row.is_wrong), self.rows[0]) if self.rows else self.control
        return first.options[0].id if first.options else first.id

    @property
    def described_by(self) -> str:
        parts = ((self.description, "d"), (self.low or self.high, "e"), (self.most, "m"), (self.problem, "p"))
        return " ".join(f"{self.id}{letter}" for is_there, letter in parts if is_there)


@dataclass(frozen=True)
class Reader:
    """Who reads: the language, and what is known of them for texts that speak of it."""

    questionnaire: Questionnaire
    language: str
    values: Mapping[str, Any]
    arrangement: Arrangement = AS_WRITTEN
    words: Mapping[str, Word] = field(default_factory=dict)

    def text(self, text: Text | None) -> str:
        """A text of the author's."""
        return piped(self.questionnaire, text, self.values, self.language)

    def html(self, text: Text | None) -> str:
        """A statement of the author's as HTML; what others have written is text in it."""
        return harmless(piped(self.questionnaire, text, self.values, self.language, escape))

    def word(self, text: Text | None) -> str:
        """A text of the author's, or a sentence of ours, in the reader's language."""
        if text == MISSING and self.words:
            return self.words["missing_text"].text
        return self.text(text) if isinstance(text, dict) else told(text)


def draw_questions(
    step: Step, reader: Reader, given: Mapping[str, Any], problems: Mapping[str, Text], settled: Sequence[str] = ()
) -> list[Drawn]:
    """The questions of a step with the answers given so far; ``settled`` ones can no longer be changed."""
    return [
        _drawn(f"q{place}", question, reader, given, problems.get(question.name), question.name in settled)
        for place, question in enumerate(step.questions, 1)
    ]


def _drawn(
    at: str, question: Question, reader: Reader, given: Mapping[str, Any], problem: Text | None, is_settled: bool
) -> Drawn:
    kind, is_group, draw = _KINDS[type(question)]
    is_html = isinstance(question, Html)
    common = {
        "id": at,
        "kind": "settled" if is_settled and not is_html else kind,
        "name": question.name,
        "title": reader.text(question.title) or ("" if is_html else question.name),
        "description": reader.text(question.description),
        "is_required": not is_html and not is_settled and is_required(question, reader.values),
        "is_group": is_group and not is_settled,
        "problem": reader.word(problem) if problem else "",
        "is_read_only": is_settled,
        "shown": "" if is_html else reader.text("{" + question.name + "}") if is_settled else "",
    }
    return Drawn(**common, **draw(at, question, reader, given))


def _rating(at: str, question: Rating, reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    low, high = question.rate_min, question.rate_max
    value = given.get(question.name)
    options = [
        Option(f"{at}-{number}", str(number), str(number), str(value) == str(number), _bend(number, low, high))
        for number in range(low, min(high, low + MOST_DRAWN - 1) + 1)
    ]
    return {
        "control": Control(at, FIELD + question.name, options=options),
        "low": reader.text(question.min_rate_description),
        "high": reader.text(question.max_rate_description),
        "looks": {"labels": "numbers", "stars": "stars", "smileys": "faces"}[question.rate_type],
    }


def _bend(number: int, low: int, high: int) -> str:
    return f"{12 * (number - low) / max(high - low, 1) - 6:.1f}"


def _radios(at: str, question: Chosen, reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "control": Control(at, FIELD + question.name, options=_options(at, question, reader, given)),
        "other": _other(at, question, given) if question.show_other_item else None,
        "looks": "checkbox" if isinstance(question, Checkbox) else "radio",
    }


def _options(at: str, question: Chosen, reader: Reader, given: Mapping[str, Any]) -> list[Option]:
    answer = given.get(question.name)
    chosen = [str(one) for one in (answer if isinstance(answer, list) else [answer])]
    return [
        Option(f"{at}-{place}", str(item.value), _choice_text(item, reader), str(item.value) in chosen)
        for place, item in enumerate(options_of(question, reader.values, reader.arrangement), 1)
    ]


def _choice_text(item: Choice, reader: Reader) -> str:
    if text := reader.text(item.text):
        return text
    return {OTHER: gettext("Something else"), NONE: gettext("None of these")}.get(str(item.value), str(item.value))


def _other(at: str, question: Chosen, given: Mapping[str, Any]) -> Control:
    name = question.name + COMMENT
    return Control(f"{at}-o", FIELD + name, gettext("What else?"), str(given.get(name) or ""))


def _ranking(at: str, question: Ranking, reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    ranks = _ranks(given.get(question.name))
    items = options_of(question, reader.values, reader.arrangement)
    return {
        "rows": [
            Control(
                f"{at}-{place}",
                f"{FIELD}{question.name}.{item.value}",
                _choice_text(item, reader),
                options=[
                    Option("", str(rank), str(rank), ranks.get(str(item.value)) == rank)
                    for rank in range(1, len(items) + 1)
                ],
            )
            for place, item in enumerate(items, 1)
        ]
    }


def _ranks(answer: Any) -> dict[str, int]:
    """The rank of each choice; those that were given the same one, which is asked about again, keep it."""
    ranks: dict[str, int] = {}
    for tied in answer if isinstance(answer, list) else ():
        rank = len(ranks) + 1
        ranks |= {str(one): rank for one in (tied if isinstance(tied, list) else [tied])}
    return ranks


def _boolean(at: str, question: Boolean, reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    answer = given.get(question.name)
    words = {
        "true": reader.text(question.label_true) or gettext("Yes"),
        "false": reader.text(question.label_false) or gettext("No"),
    }
    options = [Option(f"{at}-{value}", value, text, str(answer).lower() == value) for value, text in words.items()]
    return {"control": Control(at, FIELD + question.name, options=options), "looks": "radio"}


def _matrix(at: str, question: Matrix, reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    answer = given.get(question.name)
    cells = answer if isinstance(answer, Mapping) else {}
    rows = shown_rows(question, reader.values, reader.arrangement)
    columns = shown_columns(question, reader.values)
    return {
        "rows": [
            _matrix_row(f"{at}-{place}", question, row, columns, reader, cells.get(str(row.value)))
            for place, row in enumerate(rows, 1)
        ],
        "looks": "checkbox" if question.cell_type == "checkbox" else "radio",
    }


def _matrix_row(
    at: str, question: Matrix, row: Choice, columns: Sequence[Choice], reader: Reader, cell: Any
) -> Control:
    chosen = [str(one) for one in (cell if isinstance(cell, list) else [cell])]
    options = [
        Option(f"{at}-{place}", str(column.value), _choice_text(column, reader), str(column.value) in chosen)
        for place, column in enumerate(columns, 1)
    ]
    field = f"{FIELD}{question.name}.{row.value}"
    is_empty_row = not any(option.is_chosen for option in options)
    return Control(at, field, _choice_text(row, reader), options=options, is_wrong=is_empty_row)


def _line(at: str, question: TextLine, reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    limits = {
        "min": question.min,
        "max": question.max,
        "step": question.step or ("any" if question.input_type == "number" else None),
        "maxlength": question.max_length,
        "placeholder": reader.text(question.placeholder),
    }
    return {"control": _input(at, FIELD + question.name, question.input_type, given.get(question.name), limits)}


def _lines(at: str, question: MultipleText, reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    answer = given.get(question.name)
    values = answer if isinstance(answer, Mapping) else {}
    return {
        "rows": [
            _input(
                f"{at}-{place}",
                f"{FIELD}{question.name}.{item.name}",
                item.input_type,
                values.get(item.name),
                {"min": item.min, "max": item.max},
                label=reader.text(item.title) or item.name,
                is_required=item.is_required,
                is_wrong=problem_of_line(item, values.get(item.name)) is not None,
            )
            for place, item in enumerate(shown_lines(question, reader.values), 1)
        ]
    }


AUTOCOMPLETE: Final = {"email": "email", "tel": "tel", "url": "url"}


def _input(at: str, name: str, kind: str, value: Any, limits: Mapping[str, Any], **more: Any) -> Control:
    shown = "" if is_empty(value) else as_text(value)
    kept = {**limits, "autocomplete": AUTOCOMPLETE.get(kind)}
    return Control(
        at, name, value=shown, type=kind, limits={k: v for k, v in kept.items() if v not in (None, "")}, **more
    )


def _comment(at: str, question: Comment, reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    limits = {"rows": question.rows, "placeholder": reader.text(question.placeholder)}
    control = _input(at, FIELD + question.name, "", given.get(question.name), limits)
    return {"control": control, "most": longest(question)}  # told, not cut off: what is pasted would lose its end


def _file(at: str, question: File, _: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    sent = [one for one in given.get(question.name) or () if isinstance(one, Mapping)]
    files = [Option(f"{at}-{place}", str(one["id"]), str(one["name"])) for place, one in enumerate(sent, 1)]
    limits = {"accept": question.accepted_types, "multiple": question.allow_multiple or None}
    control = _input(at, FIELD + question.name, "file", "", limits)
    removing = Control(at, FIELD + question.name + REMOVED, options=files) if files else None
    return {"control": control, "sent": removing, "high": f"{question.max_size / 1_000_000:g} MB"}


def _html(_: str, question: Html, reader: Reader, __: Mapping[str, Any]) -> dict[str, Any]:
    return {"html": mark_safe(reader.html(question.html))}  # noqa: S308 - rebuilt from what is harmless


Draw = Callable[[str, Any, Reader, Mapping[str, Any]], dict[str, Any]]
_KINDS: Final[dict[type, tuple[str, bool, Draw]]] = {
    Rating: ("rating", True, _rating),
    RadioGroup: ("choices", True, _radios),
    Checkbox: ("choices", True, _radios),
    Boolean: ("choices", True, _boolean),
    Dropdown: ("dropdown", False, _radios),
    Ranking: ("ranking", True, _ranking),
    Matrix: ("matrix", True, _matrix),
    TextLine: ("line", False, _line),
    MultipleText: ("lines", True, _lines),
    Comment: ("comment", False, _comment),
    File: ("file", False, _file),
    Html: ("html", False, _html),
}


def drawn_problems(questions: Sequence[Drawn]) -> Iterator[Drawn]:
    """The questions that something is wrong with: what the summary lists."""
    return (question for question in questions if question.problem)
