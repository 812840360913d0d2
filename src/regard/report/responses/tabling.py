"""The responses of a survey as a :class:`ResponseTable`: what leaves as a file, and what a notebook works with.

Names and codes are the same for everybody; what they are called is in the language of whoever takes them away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from regard.base.words import marked
from regard.report.responses.collected import Collected
from regard.report.responses.columns import Floats
from regard.report.responses.drawing import WAYS, label_of
from regard.report.responses.items import Item, as_text
from regard.report.responses.showing import flag_words
from regard.report.responses.table import Code, Kind, ResponseTable, Variable
from regard.surveys import (
    COMMENT,
    OTHER,
    Boolean,
    Checkbox,
    Chosen,
    Dropdown,
    File,
    Matrix,
    MultipleText,
    RadioGroup,
    Ranking,
    Rating,
    Respondent,
    TextLine,
    language_name,
)
from regard.web import ENGLISH, Format

Column = tuple[Variable, pa.Array]
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Control characters, at which other programs end a text or refuse a file."""
MOMENTS: Mapping[str, tuple[Callable[[str], Any], pa.DataType]] = {
    "date": (date.fromisoformat, pa.date32()),
    "datetime-local": (datetime.fromisoformat, pa.timestamp("us")),
}
NO_YES: dict[Code, str] = {0: marked("no"), 1: marked("yes")}
FACTS: Sequence[tuple[str, str, Kind, pa.DataType, Callable[[Respondent], Any]]] = (
    ("response_id", marked("Response"), Kind.TEXT, pa.string(), lambda one: one.id),
    ("version", marked("Version of the survey"), Kind.NOMINAL, pa.int64(), lambda one: one.version),
    ("started_at", marked("Begun"), Kind.DATETIME, pa.timestamp("us", "UTC"), lambda one: one.started_at),
    ("completed_at", marked("Completed"), Kind.DATETIME, pa.timestamp("us", "UTC"), lambda one: one.completed_at),
    ("seconds", marked("Seconds from beginning to end"), Kind.SCALE, pa.float64(), lambda one: one.seconds),
    ("language", marked("Language"), Kind.NOMINAL, pa.string(), lambda one: one.language),
    ("way", marked("How it was reached"), Kind.NOMINAL, pa.string(), lambda one: one.way),
    ("touchpoint", marked("Touchpoint"), Kind.NOMINAL, pa.string(), lambda one: one.touchpoint or None),
    ("flags", marked("Signs of careless answers"), Kind.NOMINAL, pa.string(), lambda one: " ".join(one.flags) or None),
    (
        "sampling_weight",
        marked("1 / probability of having been asked"),
        Kind.SCALE,
        pa.float64(),
        lambda one: one.weight,
    ),
)


CODES: Mapping[str, Callable[[Sequence[str], Format], dict[Code, str]]] = {
    "language": lambda given, fmt: {code: language_name(code) for code in given},
    "way": lambda given, fmt: {code: fmt.say(text) for code, text in WAYS.items()},
    "flags": lambda given, fmt: {code: fmt.listed(flag_words(code.split(), fmt)) for code in given},
}
"""What our own codes are called. Ways are all named, given or not, so that SPSS numbers them alike in every file."""


def table_of(collected: Collected, raked: Floats | None = None, fmt: Format = ENGLISH) -> ResponseTable:
    """One row a response; ``raked`` are the weights that make them look like all customers."""
    columns = list(_facts(collected, fmt))
    if raked is not None:
        label = fmt.say(marked("Weight raked to known margins"))
        columns.append((Variable("raked_weight", label, Kind.SCALE), pa.array(raked)))
    for item in collected.items:
        columns += _columns(_called(item, fmt), collected.answers(item).list(), collected)
    named = [(_in_words(column, fmt), values) for column, values in _named_apart(columns)]
    return ResponseTable([column for column, _ in named], pa.table({column.name: values for column, values in named}))


def _facts(collected: Collected, fmt: Format) -> Iterator[Column]:
    """What is known of every response, whatever the survey asks."""
    for name, label, kind, type_, read in FACTS:
        values = [read(one) for one in collected.responses]
        given = sorted({value for value in values if value is not None}) if name in CODES else []
        codes = CODES[name](given, fmt) if name in CODES else {}
        yield Variable(name, fmt.say(label), kind, codes), pa.array(values, type=type_)


def _called(item: Item, fmt: Format) -> Item:
    """The question with a name for "other" and "none" where its author gave them none."""
    return replace(item, options={value: label_of(item.options, value, fmt) for value in item.options})


def _in_words(column: Variable, fmt: Format) -> Variable:
    """An option with its "no" and "yes" in the reader's language."""
    if column.value_labels is not NO_YES:
        return column
    return replace(column, value_labels={code: fmt.say(text) for code, text in NO_YES.items()})


def _named_apart(columns: Sequence[Column]) -> Iterator[Column]:
    """A question that is called like a fact of the response, or like another's row, gets a number."""
    taken: set[str] = set()
    for column, values in columns:
        name, number = column.name, 1
        while name in taken:
            number += 1
            name = f"{column.name}_{number}"
        taken.add(name)
        yield replace(column, name=name), values


def _columns(item: Item, answers: Sequence[Any], collected: Collected) -> Iterator[Column]:
    """The columns of one question, and of what was written beside "other"."""
    yield from _WRITERS.get(type(item.question), _words)(item, answers)
    if isinstance(item.question, Chosen) and item.question.show_other_item:
        beside = collected.named(item.name + COMMENT).list()
        title = f"{item.title}: {item.options.get(OTHER, OTHER)}"
        yield _line(f"{item.key}{COMMENT}", title, "text", beside)


def _rating(item: Item, answers: Sequence[Any]) -> Iterator[Column]:
    yield _coded(item.key, item.title, Kind.ORDINAL, answers, _ends(item))


def _boolean(item: Item, answers: Sequence[Any]) -> Iterator[Column]:
    labels: dict[Code, str] = {0: item.options["false"], 1: item.options["true"]}
    codes = [None if value is None else int(bool(value)) for value in answers]
    yield Variable(item.key, item.title, Kind.NOMINAL, labels), pa.array(codes, pa.int64())


def _one(item: Item, answers: Sequence[Any]) -> Iterator[Column]:
    yield _coded(item.key, item.title, Kind.NOMINAL, answers, dict(item.options))


def _some(item: Item, answers: Sequence[Any]) -> Iterator[Column]:
    return _options(item, item.key, item.title, answers)


def _ranking(item: Item, answers: Sequence[Any]) -> Iterator[Column]:
    for value, text in item.options.items():
        places = pa.array([_place(answer, value) for answer in answers], pa.int64())
        yield Variable(f"{item.key}.{value}", f"{item.title}: {text}", Kind.ORDINAL), places


def _matrix(item: Item, answers: Sequence[Any]) -> Iterator[Column]:
    question = item.question
    assert isinstance(question, Matrix)
    for row, text in item.rows.items():
        cells, name, title = _cells(answers, row), f"{item.key}.{row}", f"{item.title}: {text}"
        if question.cell_type == "checkbox":
            yield from _options(item, name, title, cells)
        else:
            yield _coded(name, title, Kind.ORDINAL, cells, dict(item.options))


def _lines(item: Item, answers: Sequence[Any]) -> Iterator[Column]:
    question = item.question
    assert isinstance(question, MultipleText)
    for line in question.items:
        title = f"{item.title}: {item.rows[line.name]}"
        yield _line(f"{item.key}.{line.name}", title, line.input_type, _cells(answers, line.name))


def _files(item: Item, answers: Sequence[Any]) -> Iterator[Column]:
    names = [_file_names(answer) if isinstance(answer, list) else None for answer in answers]
    yield Variable(item.key, item.title, Kind.TEXT), pa.array(names, pa.string())


def _file_names(files: Sequence[Any]) -> str:
    return " ".join(str(file["name"]) for file in files if isinstance(file, dict) and "name" in file)


def _words(item: Item, answers: Sequence[Any]) -> Iterator[Column]:
    kind = item.question.input_type if isinstance(item.question, TextLine) else "text"
    yield _line(item.key, item.title, kind, answers)


_WRITERS: Mapping[type, Callable[[Item, Sequence[Any]], Iterator[Column]]] = {
    Rating: _rating,
    Boolean: _boolean,
    RadioGroup: _one,
    Dropdown: _one,
    Checkbox: _some,
    Ranking: _ranking,
    Matrix: _matrix,
    MultipleText: _lines,
    File: _files,
}


def _cells(answers: Sequence[Any], row: str) -> list[Any]:
    return [answer.get(row) if isinstance(answer, dict) else None for answer in answers]


def _ends(item: Item) -> dict[str, str]:
    """Values of a scale that mean more than the number."""
    return {value: text.partition(" · ")[2] for value, text in item.options.items() if " · " in text}


def _coded(name: str, title: str, kind: Kind, answers: Sequence[Any], labels: dict[str, str]) -> Column:
    """A column of codes: numbers where all of them are, else text."""
    given = [None if value is None or isinstance(value, list | dict) else as_text(value) for value in answers]
    numbers = {code: _number(code) for code in {*labels, *given} if code is not None}
    if all(number is not None for number in numbers.values()):
        codes = [None if code is None else numbers[code] for code in given]
        found: dict[Code, str] = {number: text for c, text in labels.items() if (number := numbers[c]) is not None}
        whole = all(number == int(number) for number in numbers.values() if number is not None)
        return Variable(name, title, kind, found), pa.array(codes, pa.int64() if whole else pa.float64())
    words: dict[Code, str] = dict(labels.items())
    return Variable(name, title, Kind.NOMINAL, words), pa.array(given, pa.string())


def _number(code: str) -> int | float | None:
    try:
        found = float(code)
    except ValueError:
        return None
    if found != found or found in (float("inf"), float("-inf")):
        return None
    return int(found) if found == int(found) else found


def _options(item: Item, name: str, title: str, answers: Sequence[Any]) -> Iterator[Column]:
    """One column for each choice: 1 where it was chosen, 0 where not, nothing where the question has no answer."""
    chosen = [set(map(as_text, value)) if isinstance(value, list) else None for value in answers]
    for value, text in item.options.items():
        codes = [None if one is None else int(value in one) for one in chosen]
        variable = Variable(f"{name}.{value}", f"{title}: {text}", Kind.NOMINAL, NO_YES, multiple_response_of=name)
        yield variable, pa.array(codes, pa.int64())


def _line(name: str, title: str, kind: str, answers: Sequence[Any]) -> Column:
    if kind == "number":
        found = [v if isinstance(v, int | float) and not isinstance(v, bool) else None for v in answers]
        return Variable(name, title, Kind.SCALE), pa.array(
            [None if v is None else float(v) for v in found], pa.float64()
        )
    texts = [None if value is None else UNPRINTABLE.sub("", as_text(value)) for value in answers]
    if kind in MOMENTS and (moments := _moments(texts, *MOMENTS[kind])) is not None:
        return Variable(name, title, Kind.DATETIME), moments
    return Variable(name, title, Kind.TEXT), pa.array(texts, pa.string())


def _moments(texts: Sequence[str | None], read: Callable[[str], Any], type_: pa.DataType) -> pa.Array | None:
    """Dates, or dates and times of no zone, as the respondents' own clocks have them; None where one is none."""
    try:
        return pa.array([None if text is None else read(text) for text in texts], type_)
    except ValueError:
        return None


def _place(answer: Any, value: str) -> int | None:
    order = [as_text(one) for one in answer] if isinstance(answer, list) else []
    return order.index(value) + 1 if value in order else None
