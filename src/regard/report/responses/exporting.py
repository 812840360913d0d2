"""Responses as CSV and Parquet. (SPSS has its own rules: see ``spss.py``.)"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from regard.report.responses.table import ResponseTable, Variable
from regard.report.tables import csv_text

EXACT = 2**53
"""Whole numbers beyond are written as they are kept: their last figures would be made up."""


def csv_of(table: ResponseTable, *, is_labelled: bool = False) -> str:
    """CSV (RFC 4180) with the variables' names, safe to open in a spreadsheet.

    ``is_labelled``: what the codes mean instead of the codes, and the wording instead of the names.
    """
    headings = [column.label or column.name if is_labelled else column.name for column in table.columns]
    each = [_cells(column, table.values(column.name), is_labelled=is_labelled) for column in table.columns]
    return csv_text(headings, zip(*each, strict=True))


def _cells(column: Variable, values: list[Any], *, is_labelled: bool) -> list[Any]:
    return [_written(column.labelled(value) if is_labelled else value) for value in values]


def _written(value: Any) -> Any:
    """Instants in ISO 8601; whole numbers without a decimal point."""
    if isinstance(value, datetime):
        return value.isoformat()
    is_whole = isinstance(value, float | bool) and abs(value) < EXACT and value == int(value)
    return int(value) if is_whole else value


def write_parquet(table: ResponseTable, path: Path | str) -> None:
    """Parquet, typed as the answers are; every field's metadata has its label, kind, codes and missing codes (JSON)."""
    fields = [table.rows.schema.field(column.name).with_metadata(_metadata(column)) for column in table.columns]
    pq.write_table(table.rows.cast(pa.schema(fields)), path, compression="zstd")


def _metadata(column: Variable) -> dict[str, str]:
    said = {"label": column.label, "kind": column.kind.value}
    if column.value_labels:
        said["value_labels"] = json.dumps([[code, label] for code, label in column.value_labels.items()])
    if column.missing:
        said["missing"] = json.dumps(list(column.missing))
    if column.multiple_response_of:
        said["multiple_response_of"] = column.multiple_response_of
    return said
