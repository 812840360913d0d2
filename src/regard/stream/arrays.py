"""Columns of values as Arrow's, and back.

Arrow's own conversion of a Python list imports pandas where it is installed, which costs a process 45 MB; made out of
their buffers, columns cost as little time, and nothing of that.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def table_of(columns: Mapping[str, Sequence[Any]], types: Mapping[str, str], repeated: Collection[str] = ()) -> Any:
    """Columns as an Arrow table. ``types`` are those of DuckDB (see ``schema``); an instant without a zone is in UTC.

    Of the ``repeated`` columns, each different value is kept once.

    >>> table = table_of({"key": ["a", None, "ą"], "number": [1, 2, None]}, {"key": "VARCHAR", "number": "BIGINT"})
    >>> table.to_pydict()
    {'key': ['a', None, 'ą'], 'number': [1, 2, None]}
    """
    import pyarrow as pa

    return pa.table(
        {
            name: _repeated(values, types[name]) if name in repeated else _array(list(values), types[name])
            for name, values in columns.items()
        }
    )


def _repeated(values: Sequence[Any], kind: str) -> Any:
    """Values as places in a list of the different ones."""
    import numpy as np
    import pyarrow as pa

    different = [value for value in dict.fromkeys(values) if value is not None]
    places: dict[Any, int] = {None: -1, **{value: place for place, value in enumerate(different)}}
    codes = np.fromiter(map(places.__getitem__, values), np.int32, len(values))
    present = pa.py_buffer(np.packbits(codes >= 0, bitorder="little"))
    indices = pa.Array.from_buffers(pa.int32(), len(values), [present, pa.py_buffer(codes)])
    return pa.DictionaryArray.from_arrays(indices, _array(different, kind))


def _array(values: list[Any], kind: str) -> Any:
    import numpy as np
    import pyarrow as pa

    size = len(values)
    missing = values.count(None)
    if missing == size:
        return pa.nulls(size, pa.large_string() if kind == "VARCHAR" else _arrow_type(kind))
    present = None
    if missing:
        here = np.fromiter((value is not None for value in values), np.bool_, size)
        present = pa.py_buffer(np.packbits(here, bitorder="little"))
    if kind == "VARCHAR":
        return _texts([value or "" for value in values] if missing else values, present, missing)
    filled = _instants(values) if kind == "TIMESTAMP" else np.array([value or 0 for value in values], _NUMPY[kind])
    return pa.Array.from_buffers(_arrow_type(kind), size, [present, pa.py_buffer(filled)], missing)


_NUMPY = {"BIGINT": "int64", "DOUBLE": "float64"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_seconds = datetime.timestamp


def _arrow_type(kind: str) -> Any:
    import pyarrow as pa

    return {"BIGINT": pa.int64(), "DOUBLE": pa.float64(), "TIMESTAMP": pa.timestamp("us")}[kind]


def _texts(values: Sequence[str], present: Any, missing: int) -> Any:
    """Texts one after the other, with the places where each ends."""
    import numpy as np
    import pyarrow as pa

    joined = "".join(values)
    whole = joined.encode()
    lengths = map(len, values) if len(whole) == len(joined) else (len(value.encode()) for value in values)
    ends = np.zeros(len(values) + 1, np.int64)
    np.cumsum(np.fromiter(lengths, np.int64, len(values)), out=ends[1:])
    return pa.LargeStringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(whole), present, missing)


def _instants(values: Sequence[datetime | None]) -> Any:
    """Instants as microseconds since 1970: exact, for as many years as a float of seconds holds them (some 270)."""
    import numpy as np

    given = [_EPOCH if value is None else value for value in values]
    if {value.tzinfo for value in given} != {UTC}:
        given = [value if value.tzinfo else value.replace(tzinfo=UTC) for value in given]
    return np.rint(np.fromiter(map(_seconds, given), np.float64, len(given)) * 1e6).astype(np.int64)


def masked(column: Any) -> Any:
    """An Arrow column as an array; a masked array where something is missing, as DuckDB gives it.

    >>> import pyarrow as pa
    >>> masked(pa.chunked_array([[1, None, 3]])).sum()
    np.int64(4)
    """
    import numpy as np

    if column.null_count == 0:
        return column.to_numpy()
    import pyarrow as pa
    import pyarrow.compute as pc

    mask = pc.is_null(column).to_numpy()
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    filled = column if is_text else pc.fill_null(column, pa.scalar(0).cast(pa.int64()).cast(column.type))
    return np.ma.masked_array(filled.to_numpy(), mask=mask)


@contextmanager
def as_file(rows: Any) -> Iterator[Path | None]:
    """Rows as a parquet file, for an engine that reads files only, or in another process; None stays None."""
    if rows is None or isinstance(rows, Path):
        yield rows
        return
    import pyarrow.parquet as pq

    with tempfile.NamedTemporaryFile(prefix="regard-", suffix=".parquet") as file:
        pq.write_table(rows, file.name)
        yield Path(file.name)
