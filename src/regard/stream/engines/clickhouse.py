"""ClickHouse's engine, run inside this process by chDB (``pip install regard[clickhouse]``).

It keeps the same protocol and answers the same questions as DuckDB; ``tests/agreement`` holds the two equal. Unlike
DuckDB it has no transactions over several tables: records are written after the rows, so a crash between the two
leaves rows whose load is not recorded, and loading again completes it without doubling anything.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlglot import exp

from regard.base import Conflict, Invalid, Unavailable, clock
from regard.base.ids import new_id
from regard.base.words import said
from regard.stream.arrays import as_file
from regard.stream.compose import call, filled_in, literal, naive
from regard.stream.engines.functions import Spelling, spelled, unit_and_zone
from regard.stream.model import COLUMNS, QUARANTINE_COLUMNS, Answer, Appended, Batch, Change, Question, Record
from regard.stream.schema import BESIDE, COLUMN_TYPES, REQUIRED

DIALECT = "clickhouse"
_LONGEST_QUERY = 64 << 20
_TYPES = {"VARCHAR": "String", "TIMESTAMP": "DateTime64(6, 'UTC')", "DOUBLE": "Float64", "BIGINT": "Int64"}
_RECORDS = "kind String, key String, version Int32, made_at DateTime64(6, 'UTC'), made_by Nullable(String), body String"
_REFUSED = (
    "load String, line Int64, reason String, column Nullable(String), message String, "
    " raw Nullable(String), id Nullable(String), received_at Nullable(DateTime64(6, 'UTC'))"
)


def _type(name: str) -> str:
    kind = _TYPES[COLUMN_TYPES[name]]
    return kind if name in REQUIRED else f"Nullable({kind})"


def _structure(columns: Mapping[str, str]) -> str:
    return ", ".join(f"`{name}` Nullable({_TYPES[kind]})" for name, kind in columns.items())


# Columns that a batch leaves out are NULL.
_STRUCTURE = ", ".join(f"`{name}` {_type(name)}" for name in COLUMNS)
# As everywhere else: an outer join answers NULL for what is missing (not zero), the sum of nothing is NULL, and a name
# means the column before it means another item of the same SELECT.
_SETTINGS = " SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1"


class ClickHouseStore:
    """A workspace's stream in a folder of ClickHouse's own. One folder may be open in a process at a time."""

    dialect = DIALECT

    def __init__(self, folder: str):
        try:
            from chdb import session
        except ImportError as error:
            raise Unavailable(
                said("ClickHouse's engine is not installed"), remedy=said("pip install 'regard[clickhouse]'")
            ) from error
        self._session: Any = session.Session(folder)  # type: ignore[no-untyped-call]
        self._opening, self._writes = new_id(), 0
        self._run(f"SET max_query_size = {_LONGEST_QUERY}")
        self._run("CREATE DATABASE IF NOT EXISTS regard ENGINE = Atomic")
        self._run(
            f"CREATE TABLE IF NOT EXISTS regard.interactions ({_STRUCTURE}) ENGINE = MergeTree ORDER BY occurred_at"
        )
        self._run(f"CREATE TABLE IF NOT EXISTS regard.refused ({_REFUSED}) ENGINE = MergeTree ORDER BY (load, line)")
        self._run(
            f"CREATE TABLE IF NOT EXISTS regard.records ({_RECORDS}) ENGINE = MergeTree ORDER BY (kind, key, version)"
        )
        for table, columns in BESIDE.items():
            self._run(
                f"CREATE TABLE IF NOT EXISTS regard.{table} ({_structure(columns)}) ENGINE = MergeTree ORDER BY ()"
            )
        self._run("USE regard")

    def ask(self, question: Question) -> Answer:
        tree = spelled(filled_in(question), SPELLINGS).transform(_typed)
        text = tree.sql(DIALECT, pretty=True)
        table = self._table(text + _SETTINGS, question.name)
        columns = {name: _values(table.column(name), is_bulk=question.is_bulk) for name in table.column_names}
        return Answer(columns, text)

    def append(self, batch: Batch) -> Appended:
        with as_file(batch.accepted) as accepted, as_file(batch.refused) as refused:
            return self._append(accepted, refused, batch)

    def _append(self, rows: Path | None, refusals: Path | None, batch: Batch) -> Appended:
        new = known = refused = 0
        if rows:
            source = f"file({_text(rows)}, Parquet, {_text(_STRUCTURE)})"
            total = self._number(f"SELECT count() FROM {source}")
            since = f" AND received_at >= {_typed_literal(naive(batch.known_since))}" if batch.known_since else ""
            unknown = f"id NOT IN (SELECT id FROM interactions WHERE id IN (SELECT id FROM {source}){since})"
            before = self._number("SELECT count() FROM interactions")
            names = ", ".join(f"`{name}`" for name in COLUMNS)
            self._run(f"INSERT INTO interactions ({names}) SELECT {self._as_known()} FROM {source} WHERE {unknown}")
            new = self._number("SELECT count() FROM interactions") - before
            known = total - new
        if refusals:
            names = ", ".join(f"`{name}`" for name in QUARANTINE_COLUMNS)
            source = f"file({_text(refusals)}, Parquet, {_text(_REFUSED)})"
            refused = self._number(f"SELECT count() FROM {source}")
            self._run(f"INSERT INTO refused ({names}) SELECT {names} FROM {source}")
        self.keep(*batch.records)
        self._move(batch.moves)
        for change in batch.changes:
            self._change(change)
        self._writes += 1
        return Appended(new, known, refused)

    def _as_known(self) -> str:
        """The columns of a batch; rows of an identifier that evidence has linked are its profile's from the start."""
        names = [f"`{name}`" for name in COLUMNS]
        if not self._number("SELECT count() FROM identifiers"):
            return ", ".join(names)
        pairs = "groupArray(assumeNotNull(key)), groupArray(assumeNotNull(customer))"
        known = f"(SELECT mapFromArrays({pairs}) FROM identifiers)"
        key = "ifNull(source_key, '')"
        linked = f"if(mapContains({known}, {key}), {known}[{key}], customer)"
        return ", ".join(linked if name == "`customer`" else name for name in names)

    def _move(self, moves: Mapping[str, int]) -> None:
        if not moves:
            return
        keys = ", ".join(_text(key) for key in moves)
        numbers = ", ".join(f"toInt64({number})" for number in moves.values())
        self._run(
            f"ALTER TABLE interactions UPDATE customer = transform(source_key, [{keys}], [{numbers}], customer) "
            f"WHERE source_key IN ({keys}) SETTINGS mutations_sync = 1"
        )

    def _change(self, change: Change) -> None:
        with contextlib.ExitStack() as files:
            if isinstance(change.rows, Question):
                source = f"({spelled(filled_in(change.rows), SPELLINGS).transform(_typed).sql(DIALECT)})"
            else:
                source = f"file({_text(files.enter_context(as_file(change.rows)) or '')}, Parquet)"
            self._run(f"CREATE OR REPLACE TABLE changed ENGINE = Memory AS SELECT * FROM {source}{_SETTINGS}")
        if change.key:
            key = ", ".join(f"`{name}`" for name in change.key)
            self._run(f"DELETE FROM {change.table} WHERE ({key}) IN (SELECT {key} FROM changed)")
        if not change.only_removes:
            names = [row["name"] for row in self._table("DESCRIBE changed", "columns").to_pylist()]
            given = ", ".join(f"`{name}`" for name in names)
            self._run(f"INSERT INTO {change.table} ({given}) SELECT {given} FROM changed")

    def keep(self, *records: Record) -> list[Record]:
        kept = []
        for record in records:
            newest = self.kept(record.kind, record.key)
            version = (newest[0].version if newest else 0) + 1
            made_at = record.made_at or clock.now()
            kept.append(Record(record.kind, record.key, record.body, version, made_at, record.made_by))
            values = [record.kind, record.key, version, naive(made_at), record.made_by, json.dumps(dict(record.body))]
            row = ", ".join(_typed_literal(value) for value in values)
            self._run(f"INSERT INTO records VALUES ({row})")
        self._writes += 1
        return kept

    def kept(self, kind: str, key: str | None = None, *, all_versions: bool = False) -> list[Record]:
        condition = f"kind = {_text(kind)}" + ("" if key is None else f" AND key = {_text(key)}")
        limit = "" if all_versions else " LIMIT 1 BY kind, key"
        order = "key, version" if all_versions else "key, version DESC"
        rows = self._table(f"SELECT * FROM records WHERE {condition} ORDER BY {order}{limit}", "records").to_pylist()
        return [Record(row["kind"], row["key"], json.loads(row["body"]), row["version"],
                       row["made_at"].replace(tzinfo=UTC), row["made_by"]) for row in rows]  # fmt: skip

    def erase(self, customers: Sequence[int]) -> int:
        numbers = ", ".join(str(int(customer)) for customer in customers)
        if not customers:
            return 0
        erased = f"SELECT source_key FROM interactions WHERE customer IN ({numbers})"
        keys = f"({erased} UNION DISTINCT SELECT key FROM identifiers WHERE customer IN ({numbers}))"
        self._run(f"CREATE OR REPLACE TABLE erased ENGINE = Memory AS {keys}")
        for table, columns in BESIDE.items():
            if "customer" in columns:
                self._run(f"DELETE FROM {table} WHERE customer IN ({numbers})")
        among = "IN (SELECT source_key FROM erased)"
        self._run(f"DELETE FROM links WHERE a {among} OR b {among}")
        self._run(f"DELETE FROM segment_keys WHERE key {among}")
        a, b = (f"JSONExtractString(body, '{side}')" for side in "ab")
        self._run(f"DELETE FROM records WHERE {a} {among} OR {b} {among}")
        return self._delete(f"customer IN ({numbers})")

    def retain(self, before: datetime) -> int:
        return self._delete(f"occurred_at < {_typed_literal(naive(before))}")

    def stamp(self) -> str:
        return f"{self._opening}-{self._writes}"

    def copy_to(self, target: Path) -> None:
        """Write the three tables as parquet files in a folder."""
        if target.exists():
            raise Conflict(said("{target} is there already", target=str(target)), field="target")
        target.mkdir(parents=True)
        for table in ("interactions", "refused", "records"):
            path = _text(target / f"{table}.parquet")
            self._run(f"INSERT INTO FUNCTION file({path}, Parquet) SELECT * FROM {table}")

    def close(self) -> None:
        self._session.close()

    def _delete(self, condition: str) -> int:
        count = self._number(f"SELECT count() FROM interactions WHERE {condition}")
        self._run(f"DELETE FROM interactions WHERE {condition}")
        self._writes += 1
        return count

    def _number(self, text: str) -> int:
        return int(next(iter(self._table(text, "count").to_pylist()[0].values())))

    def _table(self, text: str, name: str) -> Any:
        import pyarrow as pa

        try:
            return pa.ipc.open_stream(self._session.query(text, "ArrowStream").bytes()).read_all()
        except RuntimeError as error:
            raise Invalid(
                said(
                    "the question {name} cannot be answered: {error}", name=repr(name), error=str(error).splitlines()[0]
                ),
                code="engine",
            ) from error

    def _run(self, text: str) -> None:
        try:
            self._session.query(text)
        except RuntimeError as error:
            raise Invalid(
                said("nothing was written: {error}", error=str(error).splitlines()[0]), code="engine"
            ) from error


def _values(column: Any, *, is_bulk: bool) -> Any:
    """As DuckDB answers: instants without a zone, text as str, masked arrays where something is missing."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us"))
    if not is_bulk:
        return column.to_pylist()
    from regard.stream.arrays import masked

    return masked(column)


def _text(value: str | Path) -> str:
    return exp.Literal.string(str(value)).sql(DIALECT)


def _typed_literal(value: Any) -> str:
    return literal(value).transform(_typed).sql(DIALECT)


def _typed(node: exp.Expr) -> exp.Expr:
    """Instants keep their microseconds and their zone, which a plain DateTime here would drop."""
    if isinstance(node, exp.Cast) and node.is_type("timestamp"):
        return call("toDateTime64", node.this, exp.Literal.number(6), exp.Literal.string("UTC"))
    return node


# --- our functions, spelled for ClickHouse -----------------------------------------------------------------------

_STARTS = {
    "day": "toStartOfDay",
    "week": "toMonday",
    "month": "toStartOfMonth",
    "quarter": "toStartOfQuarter",
    "year": "toStartOfYear",
}


def _period_of(instant: exp.Expr, unit: exp.Expr, zone: exp.Expr) -> exp.Expr:
    name, _ = unit_and_zone(unit, zone)
    return call("toDate", call(_STARTS[name], call("toTimeZone", instant, zone)))


def _property(column: exp.Expr, name: exp.Expr) -> exp.Expr:
    """Text as it is; numbers, truth values, lists and objects as their JSON; NULL when absent or null."""
    kind = call("JSONType", call("ifNull", column, exp.Literal.string("")), name)
    source = call("ifNull", column.copy(), exp.Literal.string(""))
    text, raw = call("JSONExtractString", source, name.copy()), call("JSONExtractRaw", source.copy(), name.copy())
    absent = exp.EQ(this=kind, expression=exp.Literal.string("Null"))
    is_text = exp.EQ(this=kind.copy(), expression=exp.Literal.string("String"))
    return call("multiIf", absent, exp.null(), is_text, call("toNullable", text), call("toNullable", raw))


def _latest(value: exp.Expr, instant: exp.Expr) -> exp.Expr:
    return call("argMax", value, call("tuple", instant, value.copy()))


def _instant(text: exp.Expr) -> exp.Expr:
    """Its best effort takes more than ISO 8601 for an instant: "1", too."""
    found = call("parseDateTime64BestEffortOrNull", text, exp.Literal.number(6), exp.Literal.string("UTC"))
    return call("if", call("match", text.copy(), exp.Literal.string("^[0-9]{4}-[0-9]{2}-[0-9]{2}")), found, exp.null())


def _profile_number(key: exp.Expr) -> exp.Expr:
    first = call("substring", call("MD5", key), exp.Literal.number(1), exp.Literal.number(8))
    return call("toInt64", call("bitShiftRight", call("reinterpretAsUInt64", first), exp.Literal.number(1)))


SPELLINGS: dict[str, Spelling] = {
    "PROFILE_NUMBER": _profile_number,
    "PERIOD_OF": _period_of,
    "PROPERTY": _property,
    "HAS_PROPERTY": lambda column, name: call("JSONHas", call("ifNull", column, exp.Literal.string("")), name),
    "LATEST": _latest,
    "BIT": lambda number, place: call("bitTest", number, place),
    "INSTANT": _instant,
    "MICROSECONDS": lambda instant: call("toUnixTimestamp64Micro", instant),
}
