"""A condition as rows to choose from: a question, a comparison, a value; joined by "all of these" or "any of these"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from regard.base import Invalid
from regard.surveys.expressions import Binary, Constant, Expression, Items, Name, Unary, parse, written

Match: TypeAlias = Literal["all", "any"]
COMPARISONS: Final = (
    "=", "<>", "<", "<=", ">", ">=", "contains", "notcontains", "anyof", "noneof", "allof", "notempty", "empty",
)  # fmt: skip
LISTS: Final = ("anyof", "noneof", "allof")
ALONE: Final = ("notempty", "empty")


class Row(NamedTuple):
    """One comparison of an answer (or ``profile.…``) with a value; lists are separated by commas."""

    name: str
    comparison: str
    value: str = ""


def drawn(condition: str | None) -> tuple[Match, list[Row]] | None:
    """The rows that say what a condition says; None for one that rows cannot say.

    >>> drawn("{nps} <= 6 and {why} notempty")
    ('all', [Row(name='nps', comparison='<=', value='6'), Row(name='why', comparison='notempty', value='')])
    >>> drawn("{a} = 1 and ({b} = 2 or {c} = 3)") is None
    True
    """
    if not condition:
        return "all", []
    try:
        found = parse(condition)
    except Invalid:
        return None
    sign = found.operator if isinstance(found, Binary) and found.operator in ("and", "or") else "and"
    rows = [_row(part) for part in _flat(found, sign)]
    return None if None in rows else ("any" if sign == "or" else "all", [row for row in rows if row])


def _flat(expression: Expression, sign: str) -> list[Expression]:
    if isinstance(expression, Binary) and expression.operator == sign:
        return [*_flat(expression.left, sign), *_flat(expression.right, sign)]
    return [expression]


def _row(part: Expression) -> Row | None:
    match part:
        case Unary("empty" | "notempty" as comparison, Name(name)):
            return Row(name, comparison)
        case Binary(comparison, Name(name), Constant(value)) if comparison in COMPARISONS and comparison not in LISTS:
            row = Row(name, comparison, _shown(value))
        case Binary("anyof" | "noneof" | "allof" as comparison, Name(name), Items(items)):
            values = [item.value for item in items if isinstance(item, Constant)]
            row = Row(name, comparison, ", ".join(map(_shown, values)))
        case _:
            return None
    return row if _part(row) == part else None  # a text of digits, say, or one with commas


def _shown(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def condition_of(match: str, rows: Sequence[Row]) -> str | None:
    """The condition that rows say; None when there are none. Rows without a name are left out.

    >>> condition_of("any", [Row("plan", "anyof", "pro, team"), Row("nps", "<", "7")])
    "{plan} anyof ['pro', 'team'] or {nps} < 7"
    """
    parts = [_part(row) for row in rows if row.name]
    if not parts:
        return None
    joined = parts[0]
    for part in parts[1:]:
        joined = Binary("or" if match == "any" else "and", joined, part)
    return written(joined)


def _part(row: Row) -> Expression:
    if row.comparison in ALONE:
        return Unary(row.comparison, Name(row.name))
    if row.comparison in LISTS:
        values = [value.strip() for value in row.value.split(",") if value.strip()]
        return Binary(row.comparison, Name(row.name), Items(tuple(map(_constant, values))))
    return Binary(row.comparison, Name(row.name), _constant(row.value.strip()))


def _constant(text: str) -> Constant:
    if text in ("true", "false"):
        return Constant(text == "true")
    try:
        number = float(text)
    except ValueError:
        return Constant(text)
    is_plain = text.removeprefix("-").replace(".", "", 1).isdecimal() and text.isascii()
    return Constant(int(number) if number.is_integer() else number) if is_plain else Constant(text)
