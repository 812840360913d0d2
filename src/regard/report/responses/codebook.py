"""The codebook: what each variable is, what its codes mean, and how often each was given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regard.base.words import marked
from regard.report.responses.spss import numbered, spss_names
from regard.report.responses.table import Kind, ResponseTable, Variable
from regard.report.tables import csv_text
from regard.web import ENGLISH, Format, ngettext

HEADINGS = (
    "variable",
    "spss_name",
    "label",
    "kind",
    "question",
    "answered",
    "missing",
    "code",
    "spss_code",
    "meaning",
    "count",
)
"""Names for programs, the same in every language."""
KINDS = {
    Kind.NOMINAL: marked("nominal"),
    Kind.ORDINAL: marked("ordinal"),
    Kind.SCALE: marked("scale"),
    Kind.TEXT: marked("text"),
    Kind.DATETIME: marked("date or time"),
}
RESPONDENTS = ngettext("{n} respondent", "{n} respondents")
VARIABLES = ngettext("{n} variable", "{n} variables")


@dataclass(frozen=True)
class Coded:
    """One code: what it is in SPSS, what it means, how often it was given, and whether it counts as no answer."""

    code: Any
    spss_code: Any
    meaning: str
    count: int
    is_missing: bool


@dataclass(frozen=True)
class Entry:
    """One variable: ``answered`` and ``missing`` respondents, its codes, and from where to where its values go.

    ``least`` and ``most`` are of numbers and instants; of texts they are the lengths in characters.
    """

    variable: Variable
    spss_name: str
    answered: int
    missing: int
    codes: Sequence[Coded] = ()
    least: Any = None
    most: Any = None


def codebook(table: ResponseTable) -> list[Entry]:
    """One entry for each variable, in their order."""
    names = spss_names(column.name for column in table.columns)
    return [_entry(column, names[column.name], table.values(column.name)) for column in table.columns]


def _entry(column: Variable, name: str, values: list[Any]) -> Entry:
    given = [value for value in values if _is_given(value)]
    known = [value for value in given if value not in column.missing]
    codes = [] if column.kind in (Kind.TEXT, Kind.DATETIME) else _codes(column, given, values)
    sizes = [len(value) for value in known] if column.kind is Kind.TEXT else known
    is_ranged = bool(sizes) and column.kind in (Kind.TEXT, Kind.DATETIME, Kind.SCALE)
    ends = (min(sizes), max(sizes)) if is_ranged else (None, None)
    return Entry(column, name, len(known), len(values) - len(known), codes, *ends)


def _is_given(value: Any) -> bool:
    return value is not None and value != "" and value == value


def _codes(column: Variable, given: list[Any], values: list[Any]) -> list[Coded]:
    """Every code that has a label or is missing; of what is no scale also codes without a label."""
    counts = Counter(given)
    extra = [] if column.kind is Kind.SCALE else sorted({*counts} - {*column.value_labels, *column.missing}, key=str)
    every = dict.fromkeys([*column.value_labels, *column.missing, *extra])
    numbers = numbered(column, values)
    return [Coded(c, numbers.get(c, c), str(column.labelled(c)), counts[c], c in column.missing) for c in every]


def codebook_csv(table: ResponseTable) -> str:
    """As CSV: one row for each code, and one for a variable without codes."""
    return csv_text(HEADINGS, [row for entry in codebook(table) for row in _rows(entry)])


def _rows(entry: Entry) -> list[Sequence[Any]]:
    column = entry.variable
    head = (column.name, entry.spss_name, column.label, column.kind.value, column.multiple_response_of)
    counts = (entry.answered, entry.missing)
    return [(*head, *counts, one.code, one.spss_code, one.meaning, one.count) for one in entry.codes] or [
        (*head, *counts, None, None, _span(entry), None)
    ]


def _span(entry: Entry) -> str | None:
    return None if entry.least is None else f"{entry.least} … {entry.most}"


def codebook_text(table: ResponseTable, title: str, fmt: Format = ENGLISH) -> str:
    """As Markdown, for people: a heading for each variable and a table of its codes."""
    size = fmt.listed([fmt.count_of(RESPONDENTS, table.n), fmt.count_of(VARIABLES, len(table.columns))])
    parts = [f"# {_inline(title)}", size]
    parts += [part for entry in codebook(table) for part in _section(entry, fmt)]
    return "\n\n".join(parts) + "\n"


def _section(entry: Entry, fmt: Format) -> list[str]:
    column = entry.variable
    counts = {"answered": fmt.number(entry.answered, 0), "missing": fmt.number(entry.missing, 0)}
    facts = [fmt.say(KINDS[column.kind]), fmt.say(marked("answered: {answered}, missing: {missing}"), **counts)]
    facts += (
        [fmt.say(marked("an option of {question}"), question=question)]
        if (question := column.multiple_response_of)
        else []
    )
    facts += [f"SPSS: {entry.spss_name}"] if entry.spss_name != column.name else []
    facts += [span] if (span := _span(entry)) else []
    parts = [f"## {_inline(column.name)}", _inline(column.label), _inline(", ".join(facts))]
    if entry.codes:
        lines = [f"| {_code(c)} | {_inline(c.meaning)} | {fmt.number(c.count, 0)} |" for c in entry.codes]
        headings = " | ".join(map(fmt.say, (marked("Code"), marked("Meaning"), marked("How many"))))
        parts.append("\n".join([f"| {headings} |", "| --- | --- | --- |", *lines]))
    return [part for part in parts if part]


def _code(one: Coded) -> str:
    """The code, and the number that SPSS has instead of a text."""
    return _inline(str(one.code)) if one.code == one.spss_code else f"{_inline(str(one.code))} (SPSS: {one.spss_code})"


def _inline(text: str) -> str:
    """On one line, and nothing in it taken for Markdown's own signs."""
    one_line = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#" else c for c in one_line)
