"""Answers out of a posted form: what each kind of question takes, and what is wrong with what was given.

The fields of a question called ``why`` are ``a.why``, ``a.why-Comment`` (the text beside "other") and, for matrices,
rankings and several lines, ``a.why.<row>``. Values are kept as they are written in the questionnaire: the number 3 for
a choice whose value is 3.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from regard.base.words import said
from regard.surveys.evaluating import is_empty
from regard.surveys.flow import COMMENT, is_required
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
    RadioGroup,
    Ranking,
    Rating,
    Text,
    TextLine,
    choice,
)
from regard.surveys.offering import NONE, shown_choices
from regard.surveys.validating import LONGEST_LINE, problem_of, too_long

Posted = Mapping[str, Sequence[str]]
Values = Mapping[str, Any]
FIELD: Final = "a."
REMOVED: Final = ".removed"
"""After the name of a question for files: the ids of those that are not to be sent after all."""
MISSING: Final = said("Please answer this question.")
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d{1,3})?", re.ASCII)


class Given(NamedTuple):
    """The answers of one page, and per question what is wrong, in our words (:func:`~regard.base.words.said`) or in the
    author's. Answers with a problem are not among the answers."""

    answers: dict[str, Any]
    problems: dict[str, Text]


def read_answers(questions: Sequence[Question], posted: Posted, values: Values) -> Given:
    """The answers that a form gives to these questions. Files are not among them: they come apart.

    ``values`` are what was known before the page. What is left empty has no answer; an answer with a problem is told.

    >>> from regard.surveys.model import Rating
    >>> nps = Rating(name="nps", rate_min=0, rate_max=10, is_required=True)
    >>> read_answers([nps], {"a.nps": ["9"]}, {})
    Given(answers={'nps': 9}, problems={})
    >>> read_answers([nps], {}, {}).problems
    {'nps': 'Please answer this question.'}
    """
    answers: dict[str, Any] = {}
    problems: dict[str, Text] = {}
    for question in questions:
        if isinstance(question, Html | File):
            continue
        known = {**values, **answers}
        given = {name: value for name, value in posted_answer(question, posted).items() if not is_empty(value)}
        problem = judged(question, given, known)
        if problem:
            problems[question.name] = problem
        else:
            answers |= given
    return Given(answers, problems)


def judged(question: Question, given: Mapping[str, Any], known: Values) -> Text | None:
    """What is wrong with the answer to one question (and the text beside "other"); None when nothing is."""
    value = given.get(question.name)
    if is_empty(value) or (isinstance(question, Boolean) and question.consent_for and value is False):
        if not is_required(question, known):
            return None
        return question.required_error_text or MISSING
    if _is_other(question, value):
        more = given.get(question.name + COMMENT)
        if is_empty(more):
            return said("Please say what else.")
        if problem := too_long(str(more), LONGEST_LINE):
            return problem
    return problem_of(question, value, {**known, **given})


def posted_answer(question: Question, posted: Posted) -> dict[str, Any]:
    """What the form says of one question, by name, not yet judged."""
    found = {question.name: _READERS[type(question)](question, posted)}
    if isinstance(question, Chosen) and _is_other(question, found[question.name]):
        found[question.name + COMMENT] = _text(posted, question.name + COMMENT)
    return found


def options_of(question: Chosen, values: Values, arrangement: Any = None) -> list[Choice]:
    """Everything that can be chosen, in order: the choices shown, then "other", then "none of these"."""
    shown = shown_choices(question, values, arrangement) if arrangement else shown_choices(question, values)
    more = [Choice(value=OTHER, text=question.other_text)] if question.show_other_item else []
    more += [Choice(value=NONE, text=question.none_text, is_exclusive=True)] if question.show_none_item else []
    return [*shown, *more]


def _is_other(question: Question, value: Any) -> bool:
    chosen = value if isinstance(value, list) else [value]
    return isinstance(question, Chosen) and question.show_other_item and OTHER in chosen


# --- one reader for each kind -----------------------------------------------------------------------------------------


def _texts(posted: Posted, name: str) -> list[str]:
    return [text.strip() for text in posted.get(FIELD + name, ()) if text.strip()]


def _text(posted: Posted, name: str) -> str | None:
    found = _texts(posted, name)
    return found[-1] if found else None


def _rating(question: Rating, posted: Posted) -> Any:
    return _as_number(_text(posted, question.name))


def _one(question: RadioGroup | Dropdown, posted: Posted) -> Any:
    return _as_written(question, _text(posted, question.name))


def _some(question: Checkbox, posted: Posted) -> list[Any]:
    return list(dict.fromkeys(_as_written(question, text) for text in _texts(posted, question.name)))


def _ranked(question: Ranking, posted: Posted) -> list[Any]:
    """The choices by the rank given to each; a script may send them in order instead, under the question's own name."""
    if in_order := _texts(posted, question.name):
        return [_as_written(question, text) for text in in_order]
    ranks = {choice(item).value: _text(posted, f"{question.name}.{choice(item).value}") for item in question.choices}
    given = {value: rank for value, text in ranks.items() if isinstance(rank := _as_number(text), int | float)}
    if len(set(given.values())) < len(given):
        return [[value for value in given if given[value] == rank] for rank in sorted(set(given.values()))]
    return sorted(given, key=lambda value: given[value])


def _boolean(question: Boolean, posted: Posted) -> Any:
    text = _text(posted, question.name)
    return {"true": True, "false": False}.get(text, text) if text else None


def _matrix(question: Matrix, posted: Posted) -> dict[str, Any]:
    columns = {str(choice(item).value): choice(item).value for item in question.columns}
    found: dict[str, Any] = {}
    for item in question.rows:
        row = str(choice(item).value)
        given = [columns.get(text, text) for text in _texts(posted, f"{question.name}.{row}")]
        if given:
            found[row] = given if question.cell_type == "checkbox" else given[-1]
    return found


def _line(question: TextLine, posted: Posted) -> Any:
    return _typed(question.input_type, _text(posted, question.name))


def _lines(question: MultipleText, posted: Posted) -> dict[str, Any]:
    given = {
        item.name: _typed(item.input_type, _text(posted, f"{question.name}.{item.name}")) for item in question.items
    }
    return {name: value for name, value in given.items() if value is not None}


def _comment(question: Comment, posted: Posted) -> str | None:
    text = _text(posted, question.name)
    return text.replace("\r\n", "\n") if text else None


def _nothing(_: Question, __: Posted) -> None:
    return None


_READERS: Final[dict[type, Callable[[Any, Posted], Any]]] = {
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
    File: _nothing,
    Html: _nothing,
}


def _as_written(question: Chosen, text: str | None) -> Any:
    """The value of the choice that a form names by its text."""
    known = {str(choice(item).value): choice(item).value for item in question.choices}
    return known.get(text, text) if text is not None else None


def _typed(kind: str, text: str | None) -> Any:
    return _as_number(text) if kind == "number" else text


def _as_number(text: str | None) -> Any:
    """A number, whole where it is; the text itself where it is none (which is then found to be a problem).

    >>> _as_number("7"), _as_number("2,5"), _as_number("many")
    (7, 2.5, 'many')
    """
    if text is None or not _NUMBER.fullmatch(text):
        return text
    number = float(text.replace(",", ".", 1))
    if not math.isfinite(number):
        return text
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
