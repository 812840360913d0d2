"""Which ids of a batch a DuckDB workspace has already."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import duckdb

from regard.stream.engines.seen import Hashes, Seen

MOST_SEEN: Final = 40_000_000
"""Ids that a filter is kept for: 120 MB. A stream that receives more in a month is asked itself."""
ROWS_AT_ONCE: Final = 100_000

_SINCE = " WHERE received_at >= $since"
# The inner join hashes the batch, the small side, so that memory does not grow with the stream.
_KNOWN = """CREATE OR REPLACE TEMP TABLE known AS
SELECT b.id FROM batch b JOIN (SELECT id FROM interactions{since}) i ON i.id = b.id GROUP BY b.id"""
_ANY = "SELECT 1 FROM interactions LIMIT 1"
_EXTENT = f"SELECT count(*), min(rowid), max(rowid) FROM interactions{_SINCE}"
_HASHES_BETWEEN = f"SELECT hash(id) AS hash FROM interactions{_SINCE} AND rowid BETWEEN $first AND $last"
_HASHES_OF_BATCH = "SELECT hash(id) AS hash FROM batch"


class Known:
    """What one open workspace has: asked in the transaction that appends, by one writer at a time.

    What arrives all day is told apart by a filter in memory, made when the first live batch comes. Without it every
    batch, however small, would read all ids of a month.
    """

    def __init__(self) -> None:
        self._seen: Seen | None = None
        self._since: datetime | None = None

    def count(self, connection: duckdb.DuckDBPyConnection, since: datetime | None) -> int:
        """How many ids of ``batch`` are there, of rows received ``since`` (UTC, naive; None: all); if any are, they
        stand in the temporary table ``known``.

        From now on all of the batch counts as there. (Rolled back, it only makes the filter more careful than it need
        be.)
        """
        if not self._may_have_any(connection, since) or not connection.execute(_ANY).fetchall():
            return 0
        given = {} if since is None else {"since": since}
        return int(connection.execute(_KNOWN.format(since=_SINCE if since else ""), given).fetchall()[0][0])

    def _may_have_any(self, connection: duckdb.DuckDBPyConnection, since: datetime | None) -> bool:
        if since is not None and (self._seen is None or self._seen.is_full):
            self._seen, self._since = _seen_since(connection, since), since
        if self._seen is None:
            return True
        hashes = _hashes(connection.execute(_HASHES_OF_BATCH))
        is_covered = since is not None and self._since is not None and since >= self._since
        may_have_any = not is_covered or self._seen.may_have_any(hashes)
        self._seen.add(hashes)
        return may_have_any


def _seen_since(connection: duckdb.DuckDBPyConnection, since: datetime) -> Seen | None:
    """A filter of the ids received since then; None when there are so many that it would take too much memory."""
    count, first, last = connection.execute(_EXTENT, {"since": since}).fetchall()[0]
    if count > MOST_SEEN:
        return None
    seen = Seen(count)
    for start in range(first, last + 1, ROWS_AT_ONCE) if count else ():
        part = {"since": since, "first": start, "last": start + ROWS_AT_ONCE - 1}
        seen.add(_hashes(connection.execute(_HASHES_BETWEEN, part)))
    return seen


def _hashes(cursor: duckdb.DuckDBPyConnection) -> Hashes:
    found: Hashes = cursor.fetchnumpy()["hash"]
    return found
