"""Rows for the tables beside the stream, written to a file that lives as long as the change that carries it."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from regard.stream import BESIDE, Change, table_of


def change(
    table: str, columns: Mapping[str, Sequence[Any]], key: tuple[str, ...] = (), *, only_removes: bool = False
) -> Change:
    """The change that puts these rows (given column by column) into a table beside the stream."""
    import pyarrow.parquet as pq  # most who import this only read

    with tempfile.NamedTemporaryFile(prefix="regard-", suffix=".parquet", delete=False) as file:
        pq.write_table(table_of(columns, BESIDE[table]), file)
    made = Change(table, Path(file.name), key, only_removes)
    weakref.finalize(made, Path(file.name).unlink, missing_ok=True)
    return made
