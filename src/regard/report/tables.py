"""Tables as text: aligned for a terminal, HTML for a notebook, and CSV that no spreadsheet will execute."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

WITHHELD = "withheld"
ABSENT = {"", "–", WITHHELD}
UTF_8 = "\ufeff"
"""The mark at the head of a CSV file by which spreadsheets know that its letters are UTF-8."""
_FORMULA = re.compile(r"(^|[;\t\r\n])(\s*)(?=[=+\-@＝＋－＠])")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?%?")
_FIGURE = re.compile(r"\W*\d(\d|\W|\b(days?|hr|min|sec|pp)\b)*")


def aligned(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table for people with a terminal: two spaces between columns, figures to the right.

    >>> print(aligned(["group", "n"], [["web", "1,204"], ["phone", "7"]]))
    group      n
    web    1,204
    phone      7
    """
    widths = [max(map(width, cells)) for cells in zip(headings, *rows, strict=True)]
    right = [_are_figures(cells) for cells in zip(*rows, strict=True)] or [False] * len(headings)
    lines = [[_padded(*cell) for cell in zip(cells, widths, right, strict=True)] for cells in (headings, *rows)]
    return "\n".join("  ".join(line).rstrip() for line in lines)


def width(text: str) -> int:
    """How many columns of a terminal the text takes: wide (East Asian) characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def _padded(text: str, to: int, is_right: bool) -> str:
    space = " " * (to - width(text))
    return space + text if is_right else text + space


def _are_figures(cells: Iterable[str]) -> bool:
    """Whether a column holds numbers: a date or a name that starts with a digit does not make it one."""
    return all(cell in ABSENT or bool(_FIGURE.fullmatch(cell)) for cell in cells)


def html_table(headings: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """The same table for a notebook; every cell is escaped."""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{said}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """CSV (RFC 4180) that is safe to open in a spreadsheet: see :func:`safe_cell`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(heading) for heading in headings])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def safe_cell(value: Any) -> Any:
    """The value as it may stand in a CSV file: text that a spreadsheet would run as a formula is quoted with ``'``.

    Also inside the cell after a semicolon, a tab or a new line, where spreadsheets of other locales begin a new cell.

    >>> safe_cell('=HYPERLINK("http://evil")'), safe_cell(-4.5), safe_cell("-4.5"), safe_cell(None)
    ('\\'=HYPERLINK("http://evil")', -4.5, '-4.5', '')
    """
    if value is None:
        return ""
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return _FORMULA.sub(r"\1\2'", value)
