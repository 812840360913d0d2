"""Responses as an SPSS file (``.sav``) with variable and value labels, and the rules that SPSS has for names.

Needs pyreadstat (``pip install 'regard[spss]'``), which writes no multiple-response sets: they stand in a syntax file
beside. What SPSS cannot hold is cut, and said: nothing is lost silently.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from regard.base import Unavailable
from regard.base.words import said
from regard.report.responses.table import Code, Kind, ResponseTable, Variable
from regard.stream import compose

RESERVED: Final = frozenset(["ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"])
NAME_BYTES: Final = 64
VALUE_LABEL_BYTES: Final = 120
VARIABLE_LABEL_BYTES: Final = 256
TEXT_BYTES: Final = 32767
MOST_MISSING: Final = 3


@dataclass(frozen=True)
class Written:
    """What was written: the name each variable has there, the number each text code became, and what had to be cut."""

    names: Mapping[str, str]
    codes: Mapping[str, Mapping[str, int]]
    losses: Sequence[str]


@dataclass
class _File:
    """The parts of a file, as pyreadstat takes them, by SPSS name."""

    data: dict[str, list[Any]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    value_labels: dict[str, dict[float, str]] = field(default_factory=dict)
    missing: dict[str, list[Any]] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, int]] = field(default_factory=dict)
    losses: list[str] = field(default_factory=list)


def write_sav(table: ResponseTable, path: Path | str, title: str = "") -> Written:
    """Write an SPSS file. Text codes become numbers from 1 on, in the order of their labels.

    Raises Unavailable without pyreadstat.
    """
    pyreadstat, pandas = _libraries()
    names = spss_names(column.name for column in table.columns)
    file = _File()
    for column in table.columns:
        _add(file, column, names[column.name], table.values(column.name))
    frame = pandas.DataFrame({name: _series(pandas, values) for name, values in file.data.items()})
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=cut(title, 64),
        column_labels=file.labels,
        row_compress=True,
        variable_value_labels=file.value_labels,
        missing_ranges=file.missing,
        variable_measure=file.measures,
        variable_format=file.formats,
    )
    return Written(names, file.codes, file.losses)


def syntax(table: ResponseTable, losses: Sequence[str] = ()) -> str:
    """SPSS syntax to be run once the file is open: a multiple-response set for each question of which several options
    may be chosen, with what had to be cut as comments."""
    names = spss_names(column.name for column in table.columns)
    sets: dict[str, list[Variable]] = {}
    for column in table.columns:
        if column.multiple_response_of:
            sets.setdefault(column.multiple_response_of, []).append(column)
    set_names = spss_names(sets)
    lines = ["* Encoding: UTF-8."]
    lines += [f"* {_comment(str(loss))}." for loss in losses]
    for question, columns in sets.items():
        if len(columns) > 1:
            lines += _set(cut(set_names[question], NAME_BYTES - 1), columns, names)
    return "\n".join(lines) + "\n"


def _set(name: str, columns: Sequence[Variable], names: Mapping[str, str]) -> Iterator[str]:
    """One set of options, each counted where it is 1."""
    label = _common([column.label for column in columns])
    yield f"MRSETS /MDGROUP NAME=${name}"
    yield f"  LABEL='{_quoted(cut(label, VARIABLE_LABEL_BYTES - 1))}'"
    yield "  CATEGORYLABELS=VARLABELS VARIABLES="
    yield from (f"    {names[column.name]}" for column in columns)
    yield "  VALUE=1."


def _common(labels: Sequence[str]) -> str:
    """What the labels of all options begin with: the question."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*labels, strict=False))
    return "".join(letters[0] for letters in alike).rpartition(": ")[0] or labels[0]


def _quoted(text: str) -> str:
    return " ".join(text.split()).replace("'", "''")


def _comment(text: str) -> str:
    """On one line, and without the full stop at whose end a comment ends."""
    return " ".join(text.split()).rstrip(".")


def _libraries() -> tuple[Any, Any]:
    try:
        import pandas
        import pyreadstat
    except ImportError as error:
        raise Unavailable(
            said("SPSS files need pyreadstat, which is not installed"),
            remedy=said("pip install 'regard[spss]'"),
        ) from error
    return pyreadstat, pandas


def spss_names(names: Iterable[str]) -> dict[str, str]:
    """The name SPSS may know each column by: a letter first, no spaces, 64 bytes, not reserved, unique in any case.

    >>> spss_names(["q1", "Q1", "2nd choice", "with", "why?"])
    {'q1': 'q1', 'Q1': 'Q1_2', '2nd choice': 'v2nd_choice', 'with': 'with_', 'why?': 'why'}
    """
    taken: set[str] = set()
    found = {}
    for name in names:
        plain = _plain(name)
        new, number = plain, 1
        while new.upper() in taken:
            number += 1
            new = f"{cut(plain, NAME_BYTES - len(str(number)) - 1)}_{number}"
        taken.add(new.upper())
        found[name] = new
    return found


def _plain(name: str) -> str:
    """Only letters, digits and underscores, beginning with a letter."""
    kept = re.sub(r"\W+", "_", unicodedata.normalize("NFC", name)).strip("_") or "v"
    first = kept if kept[0].isalpha() else f"v{kept}"
    short = cut(first, NAME_BYTES).rstrip("_")
    return f"{short}_" if short.upper() in RESERVED else short


def cut(text: str, most: int) -> str:
    """The text, cut to so many bytes of UTF-8 without cutting a character.

    >>> cut("naïve", 3), cut("short", 64)
    ('na', 'short')
    """
    return text.encode()[:most].decode(errors="ignore")


def _add(file: _File, column: Variable, name: str, values: list[Any]) -> None:
    file.labels[name] = _fitting(file, column, column.label, VARIABLE_LABEL_BYTES)
    file.measures[name] = column.kind.value if column.kind in (Kind.ORDINAL, Kind.SCALE) else Kind.NOMINAL.value
    if column.kind is Kind.DATETIME:
        file.data[name] = [_instant(value) for value in values]
        file.measures[name] = Kind.SCALE.value
    elif column.kind is Kind.TEXT:
        file.data[name] = [_fitting(file, column, "" if v is None else str(v), TEXT_BYTES) for v in values]
    else:
        _add_codes(file, column, name, values)


def numbered(column: Variable, values: Sequence[Any]) -> dict[str, int]:
    """The number that each code becomes that is text: on from 1, or from the largest code that is a number.

    >>> numbered(Variable("plan", "Plan", Kind.NOMINAL, {"basic": "Basic", "pro": "Pro"}), ["pro", "free"])
    {'basic': 1, 'pro': 2, 'free': 3}
    """
    if column.kind in (Kind.TEXT, Kind.DATETIME):
        return {}
    text = [code for code in [*column.value_labels, *column.missing, *values] if isinstance(code, str)]
    taken = [v for v in [*column.value_labels, *values] if v is not None and not isinstance(v, str)]
    start = max([0, *(math.ceil(v) for v in taken)]) + 1 if text else 1
    return {code: number for number, code in enumerate(dict.fromkeys(text), start)}


def _add_codes(file: _File, column: Variable, name: str, values: list[Any]) -> None:
    """Numbers as they are; codes that are text become numbers."""
    codes = numbered(column, values)
    if codes:
        file.codes[column.name] = codes
    labels: dict[Code, str] = {**{code: code for code in codes}, **column.value_labels}
    file.data[name] = [_number(value, codes) for value in values]
    found = {_number(code, codes): _fitting(file, column, label, VALUE_LABEL_BYTES) for code, label in labels.items()}
    if found:
        file.value_labels[name] = {code: label for code, label in found.items() if code is not None}
    if all(value is None or value == int(value) for value in file.data[name]):
        file.formats[name] = "F8.0"
    _add_missing(
        file, column, name, [number for code in column.missing if (number := _number(code, codes)) is not None]
    )


def _add_missing(file: _File, column: Variable, name: str, missing: list[float]) -> None:
    """SPSS knows three missing codes, or a range where no answer lies inside it."""
    if len(missing) <= MOST_MISSING:
        ranges: list[Any] = list(missing)
    else:
        low, high = min(missing), max(missing)
        is_free = not any(v is not None and low <= v <= high and v not in missing for v in file.data[name])
        ranges = [{"lo": low, "hi": high}] if is_free else missing[:MOST_MISSING]
        if not is_free:
            file.losses.append(said("{name}: only three of its missing codes are marked as such", name=column.name))
    if ranges:
        file.missing[name] = ranges


def _number(value: Code | None, codes: Mapping[str, int]) -> float | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return float(codes[value]) if isinstance(value, str) else float(value)


def _instant(value: Any) -> Any:
    """SPSS knows no time zones: instants are written in UTC; dates and times without a zone as they are."""
    return compose.naive(value) if isinstance(value, datetime) and value.tzinfo is not None else value


def _series(pandas: Any, values: list[Any]) -> Any:
    """A column as pandas keeps it: instants as such, a column without any value as numbers."""
    if any(isinstance(value, datetime) for value in values):
        return pandas.Series(values, dtype="datetime64[us]")
    if all(value is None or isinstance(value, float) for value in values):
        return pandas.Series(values, dtype="float64")
    return pandas.Series(values, dtype="object")


def _fitting(file: _File, column: Variable, text: str, most: int) -> str:
    short = cut(text, most)
    if short != text:
        file.losses.append(
            said(
                "{name}: a text of {count} bytes was cut to {most}",
                name=column.name,
                count=len(text.encode()),
                most=most,
            )
        )
    return short
