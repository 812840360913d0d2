"""DuckDB: the default engine. One file per workspace, one process that owns it, any number of reading threads."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from regard.base import Conflict, Invalid, NotFound, RegardError, Unavailable, clock
from regard.base.config import config
from regard.base.ids import new_id
from regard.base.sizes import STREAM, memory
from regard.base.words import said
from regard.stream.compose import DIALECT, filled_in, naive
from regard.stream.engines.duckdb_functions import written
from regard.stream.engines.known import Known
from regard.stream.model import Answer, Appended, Batch, Change, Question, Record, Table
from regard.stream.schema import BESIDE, MIGRATIONS

_INSERT = "INSERT INTO interactions BY NAME SELECT b.*{as_known} FROM batch b{identifiers}"
_INSERT_NEW = f"{_INSERT} ANTI JOIN known ON known.id = b.id"
# Rows of an identifier that evidence has linked are its profile's from the start, whichever way they come in.
_AS_KNOWN = " REPLACE (coalesce(i.customer, b.customer) AS customer)"
_IDENTIFIERS = " LEFT JOIN identifiers i ON i.key = b.source_key"
_INSERT_REFUSED = "INSERT INTO refused BY NAME SELECT * FROM refusals"
_ERASED = (
    """CREATE OR REPLACE TEMP TABLE erased AS
    SELECT source_key AS key FROM interactions WHERE list_contains($customers, customer) AND source_key IS NOT NULL
    UNION SELECT key FROM identifiers WHERE list_contains($customers, customer)""",
    *(
        f"DELETE FROM {table} WHERE list_contains($customers, customer)"
        for table, columns in BESIDE.items()
        if "customer" in columns
    ),
    "DELETE FROM links WHERE a IN (FROM erased) OR b IN (FROM erased)",
    "DELETE FROM segment_keys WHERE key IN (FROM erased)",
    # Decisions and suggestions name two identifiers.
    (
        "DELETE FROM records WHERE json_extract_string(body, '$.a') IN (FROM erased)"
        " OR json_extract_string(body, '$.b') IN (FROM erased)"
    ),
)
_CHANGEABLE = {*BESIDE, "refused"}
# The old numbers are looked for first: comparing numbers is cheap, comparing every row's key is not.
_MOVE = """UPDATE interactions SET customer = moves.customer FROM moves
WHERE interactions.source_key = moves.key AND interactions.customer IS DISTINCT FROM moves.customer
AND interactions.customer IN (SELECT old FROM moved)"""
_LONGEST_SHOWN = 20
CLOSING_SECONDS = 20
"""How long the last questions may take once the store is to be closed."""
_MAGIC = b"DUCK"
_NEWEST = "QUALIFY row_number() OVER (PARTITION BY kind, key ORDER BY version DESC) = 1"


class DuckStore:
    """A workspace file opened by the process that owns it."""

    dialect = DIALECT

    def __init__(self, path: str):
        self.path = path
        self._writing = threading.RLock()
        self._lending = threading.Lock()
        self._opening = new_id()
        self._writes = 0
        self._known = Known()
        self._connection = _connect(path)
        self._local = threading.local()
        _migrate(self._connection)

    # --- reading -----------------------------------------------------------------------------------------------

    def ask(self, question: Question) -> Answer:
        shown = written(filled_in(_showable(question))).sql(DIALECT, pretty=True)
        runnable = written(question.sql).sql(DIALECT)
        cursor = self._execute(runnable, dict(question.parameters), question.name)
        return Answer(_columns(cursor, is_bulk=question.is_bulk), shown)

    def kept(self, kind: str, key: str | None = None, *, all_versions: bool = False) -> list[Record]:
        text = "SELECT kind, key, body, version, made_at, made_by FROM records WHERE kind = $kind"
        given = {"kind": kind}
        if key is not None:
            text, given = f"{text} AND key = $key", {"kind": kind, "key": key}
        text += " ORDER BY key, version" if all_versions else f" {_NEWEST} ORDER BY key"
        return [_record(row) for row in self._execute(text, given, "records").fetchall()]

    def stamp(self) -> str:
        return f"{self._opening}-{self._writes}"

    # --- writing -----------------------------------------------------------------------------------------------

    def append(self, batch: Batch) -> Appended:
        with self._transaction() as connection:
            new, known = _append_rows(connection, batch.accepted, batch.known_since, self._known)
            _move(connection, batch.moves)
            refused = 0
            if batch.refused is not None:
                _show(connection, "refusals", batch.refused)
                refused = connection.execute(_INSERT_REFUSED).fetchall()[0][0]
            counts = {"new": new, "known": known, "refused": refused}
            for record in batch.records:
                _keep(connection, _counted(record, counts) if record.kind == "load" else record)
            for change in batch.changes:
                _change(connection, change)
        return Appended(new, known, refused)

    def keep(self, *records: Record) -> list[Record]:
        with self._transaction() as connection:
            return [_keep(connection, record) for record in records]

    def erase(self, customers: Sequence[int]) -> int:
        with self._transaction() as connection:
            return _erase(connection, list(customers))

    def retain(self, before: datetime) -> int:
        return self._delete("occurred_at < $before", {"before": before.astimezone(UTC).replace(tzinfo=None)})

    def copy_to(self, target: Path) -> None:
        if target.exists():
            raise Conflict(said("{target} is there already", target=str(target)), field="target")
        with self._writing:  # readers go on; writers wait, so that the copy is of one moment
            cursor = _quiet(self._connection.cursor())
            source = cursor.execute("SELECT current_database()").fetchall()[0][0]
            cursor.execute(f"ATTACH {_quoted(str(target))} AS backup_copy")
            try:
                cursor.execute(f'COPY FROM DATABASE "{source}" TO backup_copy')
            finally:
                cursor.execute("DETACH backup_copy")

    def close(self) -> None:
        """Waits for questions that are being answered, as the engine does not close under them."""
        with self._writing, self._lending:
            until = time.monotonic() + CLOSING_SECONDS
            while True:
                try:
                    return self._connection.close()
                except duckdb.ResourceInUseException:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.01)

    # --- inside ------------------------------------------------------------------------------------------------

    def _execute(self, text: str, parameters: dict[str, Any], name: str) -> duckdb.DuckDBPyConnection:
        used = {key: value for key, value in parameters.items() if f"${key}" in text}
        try:
            return self._cursor().execute(text, used)
        except duckdb.OutOfMemoryException as error:
            raise Unavailable(
                said("the question {name} needs more memory or disk than this workspace may use", name=repr(name)),
                remedy=said("ask for a shorter period, or raise REGARD_MEMORY_LIMIT or REGARD_TEMP_LIMIT"),
            ) from error
        except duckdb.Error as error:
            raise _translated(error, said("the question {name} cannot be answered", name=repr(name))) from error

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """One cursor a thread: DuckDB's connections must not be shared between threads."""
        if not hasattr(self._local, "cursor"):
            with self._lending:  # a connection that is busy with this refuses to be closed
                made = self._connection.cursor()
            self._local.cursor = _quiet(made)
        cursor: duckdb.DuckDBPyConnection = self._local.cursor
        return cursor

    def _delete(self, condition: str, parameters: dict[str, Any]) -> int:
        with self._transaction() as connection:
            row = connection.execute(f"DELETE FROM interactions WHERE {condition}", parameters).fetchall()[0]
            return int(row[0])

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One writer at a time; all of what it does is kept, or none of it."""
        with self._writing:
            connection = _quiet(self._connection.cursor())
            connection.execute("BEGIN")
            try:
                yield connection
                connection.execute("COMMIT")
            except duckdb.Error as error:
                _roll_back(connection)
                raise _translated(error, said("nothing was written")) from error
            except BaseException:
                _roll_back(connection)
                raise
            finally:
                connection.close()
            self._writes += 1


def _showable(question: Question) -> Question:
    """The question without its long lists: nobody reads a thousand keys, and writing them takes longer than asking."""
    short = {
        name: value
        for name, value in question.parameters.items()
        if not isinstance(value, list) or len(value) <= _LONGEST_SHOWN
    }
    return Question(question.name, question.sql, short)


def settings() -> dict[str, Any]:
    """How every workspace file is opened: within limits, and without fetching anything."""
    given: dict[str, Any] = {
        "memory_limit": memory(STREAM),
        "max_temp_directory_size": config().temp_limit,
        "preserve_insertion_order": False,
        # Rarer than by itself: each time, the last rows of every column are compressed anew.
        "checkpoint_threshold": "32MB",
        "late_materialization_max_rows": 1000,  # a page of rows: find which first, then read them whole
        "disabled_compression_methods": "dictionary,fsst",  # outdone by dict_fsst, and dear to try on every column
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    return given | {"threads": config().threads} if config().threads else given


def _connect(path: str) -> duckdb.DuckDBPyConnection:
    try:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            _require_own_kind(Path(path))
        return duckdb.connect(path, config=settings())
    except (duckdb.Error, OSError) as error:
        raise _translated(error, said("{path} cannot be opened as a workspace", path=str(path))) from error


def _require_own_kind(path: Path) -> None:
    """The engine would open other kinds of files too (a CSV as a view), and forget what is written to them."""
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        if file.read(len(_MAGIC) + 8)[8:] != _MAGIC:
            what = said("{path} cannot be opened as a workspace", path=str(path))
            raise Invalid(what, field="path", code="not_a_workspace")


def _quiet(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Without the engine's own progress bar, which it would draw on anybody's terminal."""
    return connection.execute("SET enable_progress_bar = false")


def _migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the file to the newest numbered schema; refuse a file from a newer Regard."""
    connection.execute("CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER, applied_at TIMESTAMP)")
    done = connection.execute("SELECT coalesce(max(number), 0) FROM schema_migrations").fetchall()[0][0]
    if done > len(MIGRATIONS):
        raise Conflict(
            said("this workspace was made by a newer Regard"), remedy=said("upgrade Regard"), code="newer_schema"
        )
    for number in range(done + 1, len(MIGRATIONS) + 1):
        connection.execute("BEGIN")
        for statement in MIGRATIONS[number - 1]:
            connection.execute(statement)
        connection.execute("INSERT INTO schema_migrations VALUES ($number, $at)", {"number": number, "at": _utc_now()})
        connection.execute("COMMIT")


def _append_rows(
    connection: duckdb.DuckDBPyConnection, rows: Path | Table | None, since: datetime | None, there: Known
) -> tuple[int, int]:
    """Insert the rows whose ids are not there yet; returns how many were new and how many known."""
    if rows is None:
        return 0, 0
    _show(connection, "batch", rows)
    linked = _is_linked(connection)
    names = {"as_known": _AS_KNOWN if linked else "", "identifiers": _IDENTIFIERS if linked else ""}
    known = there.count(connection, None if since is None else naive(since))
    new = int(connection.execute((_INSERT_NEW if known else _INSERT).format(**names)).fetchall()[0][0])
    return new, known


def _show(connection: duckdb.DuckDBPyConnection, name: str, rows: Path | Table) -> None:
    """Let the statements of this connection read rows under a name."""
    connection.execute(f"DROP VIEW IF EXISTS {name}")
    if isinstance(rows, Path):
        connection.execute(f"CREATE TEMP VIEW {name} AS FROM read_parquet({_quoted(str(rows))})")
    else:
        connection.register(name, rows)


def _is_linked(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether any identifier is linked at all, and the batch says whose its rows are."""
    if not connection.execute("SELECT 1 FROM identifiers LIMIT 1").fetchall():
        return False
    columns = connection.execute("DESCRIBE batch").fetchall()
    return {"source_key", "customer"} <= {row[0] for row in columns}


def _erase(connection: duckdb.DuckDBPyConnection, customers: list[int]) -> int:
    """Remove every row of these customers, and what stands beside the stream about them or their identifiers."""
    given = {"customers": customers}
    for statement in _ERASED:
        connection.execute(statement, given if "$customers" in statement else {})
    row = connection.execute("DELETE FROM interactions WHERE list_contains($customers, customer)", given).fetchall()[0]
    return int(row[0])


def _move(connection: duckdb.DuckDBPyConnection, moves: Mapping[str, int]) -> None:
    """Let every row of these identifiers belong to the profile that they stand for now."""
    if not moves:
        return
    given = {"keys": list(moves), "customers": list(moves.values())}
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE moves AS SELECT unnest($keys) AS key, unnest($customers)::BIGINT AS customer",
        given,
    )
    # A row's number is that of its own key, or the one that the key was moved to last.
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE moved AS
        SELECT CAST(md5_number_upper(key) >> 1 AS BIGINT) AS old FROM moves
        UNION SELECT i.customer FROM identifiers i JOIN moves USING (key)"""
    )
    connection.execute(_MOVE)


def _change(connection: duckdb.DuckDBPyConnection, change: Change) -> None:
    if change.table not in _CHANGEABLE:
        raise Invalid(said("{table} is not a table beside the stream", table=repr(change.table)), code="engine")
    if isinstance(change.rows, Question):  # answered first: it may be about the table that changes
        source, answer = "answered", written(filled_in(change.rows)).sql(DIALECT)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {source} AS {answer}")
    else:
        source = "changed"
        _show(connection, source, change.rows)
    if change.key:
        same = " AND ".join(f't."{name}" = c."{name}"' for name in change.key)
        connection.execute(f"DELETE FROM {change.table} t USING {source} c WHERE {same}")
    if not change.only_removes:
        connection.execute(f"INSERT INTO {change.table} BY NAME SELECT * FROM {source}")


def _keep(connection: duckdb.DuckDBPyConnection, record: Record) -> Record:
    key = {"kind": record.kind, "key": record.key}
    newest = connection.execute(
        "SELECT coalesce(max(version), 0) FROM records WHERE kind = $kind AND key = $key", key
    ).fetchall()[0][0]
    kept = Record(record.kind, record.key, record.body, newest + 1, record.made_at or clock.now(), record.made_by)
    connection.execute(
        "INSERT INTO records VALUES ($kind, $key, $version, $at, $by, $body)",
        {
            **key,
            "version": kept.version,
            "at": naive(kept.made_at or clock.now()),
            "by": kept.made_by,
            "body": json.dumps(dict(kept.body)),
        },
    )
    return kept


def _counted(record: Record, counts: dict[str, int]) -> Record:
    """The load's record with what the store found: only the store knows which ids were new."""
    return Record(record.kind, record.key, {**record.body, **counts}, made_at=record.made_at, made_by=record.made_by)


def _record(row: tuple[Any, ...]) -> Record:
    kind, key, body, version, made_at, made_by = row
    return Record(kind, key, json.loads(body), version, made_at.replace(tzinfo=UTC), made_by)


def _columns(cursor: duckdb.DuckDBPyConnection, *, is_bulk: bool) -> dict[str, Any]:
    if is_bulk:
        return dict(cursor.fetchnumpy())
    names = [item[0] for item in cursor.description or ()]
    rows = cursor.fetchall()
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {name: [] for name in names}


def _translated(error: Exception, what: str) -> RegardError:
    """What happened, in our words: the engine's own first line, without its stack or its advice."""
    reason = str(error).split("\n", 1)[0]
    if "Could not set lock" in reason or "Conflicting lock" in reason:
        return Conflict(said("{what}: another process has it open", what=what), code="owned_elsewhere")
    if "No space left" in reason:
        return Unavailable(
            said("{what}: the disk is full", what=what), remedy=said("free some space and try again"), code="disk_full"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return Unavailable(
            said("{what}: not enough memory", what=what), remedy=said("raise REGARD_MEMORY_LIMIT"), code="out_of_memory"
        )
    if isinstance(error, PermissionError) or "Permission denied" in reason:
        return Invalid(said("{what}: permission denied", what=what), field="path")
    if "No such file" in reason or "Cannot open file" in reason:
        return NotFound(said("{what}: {reason}", what=what, reason=reason), field="path")
    return Invalid(said("{what}: {reason}", what=what, reason=reason), code="engine")


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:
        return  # the engine had rolled back by itself


def _utc_now() -> datetime:
    return naive(clock.now())


def _quoted(text: str) -> str:
    return exp.Literal.string(text).sql(DIALECT)
