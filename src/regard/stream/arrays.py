"""Arrow columns as the NumPy arrays that a bulk question answers with."""

from __future__ import annotations

from typing import Any


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
