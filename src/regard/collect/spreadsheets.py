"""A sheet of a workbook as a table of text."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from regard.base import Invalid
from regard.base.words import said
from regard.collect.mapping import Format
from regard.collect.staging import Staging
from regard.collect.syntax import DIALECT, column
from regard.collect.unpacking import Plain

ROWS_AT_ONCE = 20_000


def read_workbook(staging: Staging, plain: Plain, how: Format, table: str) -> None:
    """XLSX (and its relatives): the named sheet, or the first one that has rows."""
    from regard.collect.reading import unique

    rows = iter(_sheet(plain, how)[how.skip :])
    first = [text(cell) or "" for cell in next(rows, [])]
    names = unique(first) if how.has_header else [f"column_{number}" for number in range(1, len(first) + 1)]
    schema = pa.schema([(name, pa.string()) for name in names])
    staging.engine.from_arrow(schema.empty_table()).create(_quoted(table))
    kept = iter([first]) if not how.has_header else iter(())
    _insert(staging, kept, schema, table)
    _insert(staging, (row for row in rows if any(cell not in ("", None) for cell in row)), schema, table)


def _quoted(table: str) -> str:
    return str(column(table).sql(DIALECT))


def _insert(staging: Staging, rows: Any, schema: pa.Schema, table: str) -> None:
    width = len(schema)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        staging.watch.tell("reading")
        cells = [[text(row[place]) if place < len(row) else None for row in chunk] for place in range(width)]
        staging.engine.from_arrow(pa.table(cells, schema=schema)).insert_into(_quoted(table))


def _sheet(plain: Plain, how: Format) -> list[list[Any]]:
    try:
        book = CalamineWorkbook.from_path(plain.path)
        names = book.sheet_names
        if how.sheet and how.sheet not in names:
            raise Invalid(
                said(
                    "{name} has no sheet {sheet}: it has {names}",
                    name=plain.name,
                    sheet=repr(how.sheet),
                    names=", ".join(names),
                ),
                field="file.sheet",
            )
        for name in [how.sheet] if how.sheet else names:
            rows = book.get_sheet_by_name(name).to_python()
            if rows:
                return rows
    except CalamineError as error:
        raise Invalid(
            said("{name} is not a workbook that can be read: {error}", name=plain.name, error=str(error)),
            field="file",
            code="unreadable",
        ) from error
    raise Invalid(said("{name} has no rows", name=plain.name), field="file", code="empty_file")


def text(cell: Any) -> str | None:
    """A cell as text: whole numbers without a point, instants in ISO's form.

    >>> from datetime import datetime
    >>> text(5.0), text(datetime(2026, 1, 2)), text("")
    ('5', '2026-01-02 00:00:00', None)
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
