"""Rows for tests of the stream: parquet files with the stream's columns, made from short dictionaries."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from regard.stream import COLUMN_TYPES, REFUSED_COLUMNS

TYPES = {"VARCHAR": pa.string(), "TIMESTAMP": pa.timestamp("us"), "DOUBLE": pa.float64(), "BIGINT": pa.int64()}
SCHEMA = pa.schema([(name, TYPES[kind]) for name, kind in COLUMN_TYPES.items()])
NOON = datetime(2026, 3, 1, 12)


def row(number: int, **given: Any) -> dict[str, Any]:
    """One interaction; what is not given is filled in plainly."""
    start = {"id": f"row-{number}", "occurred_at": NOON, "received_at": NOON, "name": "Survey Answered"}
    return {**start, "source_key": f"customer-{number}", "customer": number, **given}


def parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write interactions to a parquet file."""
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path)
    return path


def refused(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write refused rows to a parquet file."""
    kinds = [(name, pa.int64() if name == "line" else pa.string()) for name in REFUSED_COLUMNS]
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(kinds)), path)
    return path
