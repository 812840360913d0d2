"""Lay a file of any kind out as a table of text, one row for each of its rows; keep apart the lines that are broken."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from sqlglot import exp

from regard.base import Invalid
from regard.base.words import said
from regard.collect import documents
from regard.collect.mapping import Format
from regard.collect.staging import ROWS, Staging
from regard.collect.syntax import DIALECT, call, column, fill, literal, named
from regard.collect.unpacking import Plain

MALFORMED = "malformed"
DELIMITERS = (",", ";", "\t", "|")
LONGEST_LINE = 16 << 20


def stage(staging: Staging, files: Sequence[Plain], how: Format, table: str = ROWS, wanted: Iterable[str] = ()) -> None:
    """Read files of one shape into one table; their columns are matched by name.

    Raises when one has none of the columns ``wanted`` (when none are given: of the first file).
    """
    staging.run(f'CREATE TABLE IF NOT EXISTS {MALFORMED} (line BIGINT, "column" VARCHAR, message VARCHAR, raw VARCHAR)')
    parts: list[str] = []
    alike = set(wanted)
    for number, plain in enumerate(files):
        part = table if len(files) == 1 else f"{table}_part_{number}"
        READERS[plain.kind](staging, plain, how, part)
        if not staging.columns(part):
            raise Invalid(said("{name} has no columns", name=plain.name), field="file", code="empty_file")
        alike = alike or set(staging.columns(part))
        if len(files) > 1 and not alike & set(staging.columns(part)):
            raise Invalid(
                said("{name} has no column of the mapping, or of the files before it", name=plain.name),
                field="file",
                code="unlike_files",
                remedy=said("load it on its own"),
            )
        parts.append(part)
    if len(parts) > 1:
        _together(staging, parts, table)


def _together(staging: Staging, parts: list[str], table: str) -> None:
    """Put parts one below the other, by the names of their columns."""
    selects = [exp.select("*").from_(exp.to_identifier(part, quoted=True)) for part in parts]
    union = " UNION ALL BY NAME ".join(select.sql(DIALECT) for select in selects)
    staging.run(f"CREATE TABLE {exp.to_identifier(table, quoted=True).sql(DIALECT)} AS {union}", stage="reading")
    for part in parts:
        staging.run(f"DROP TABLE {exp.to_identifier(part, quoted=True).sql(DIALECT)}")


def read_csv(staging: Staging, plain: Plain, how: Format, table: str) -> None:
    """CSV and TSV. Lines with too few or too many columns, or broken quotes, are kept apart."""
    delimiter = how.delimiter or ("\t" if plain.kind == "tsv" else sniff(plain.path, how))
    header = header_of(plain.path, delimiter, how)
    if not header:
        raise Invalid(said("{name} has no columns", name=plain.name), field="file", code="empty_file")
    source = call(
        "read_csv",
        literal(str(plain.path)),
        _option("columns", _columns(header)),
        _option("auto_detect", exp.false()),
        _option("delim", literal(delimiter)),
        _option("quote", literal(how.quote)),
        _option("escape", literal(how.quote)),
        _option("header", exp.true() if how.has_header else exp.false()),
        _option("skip", exp.Literal.number(how.skip)),
        _option("max_line_size", exp.Literal.number(LONGEST_LINE)),
        _option("store_rejects", exp.true()),
        _option("rejects_limit", exp.Literal.number(0)),
        _option("rejects_table", literal("errors")),
        _option("rejects_scan", literal("scans")),
    )
    staging.run(
        exp.Create(
            this=exp.to_table(table, quoted=True),
            kind="TABLE",
            expression=exp.select("*").from_(exp.Table(this=source)),
        ),
        stage="reading",
    )
    staging.run(
        f"INSERT INTO {MALFORMED} SELECT line, any_value(column_name), any_value(error_message), any_value(csv_line) "  # noqa: S608
        "FROM (SELECT line - ? AS line, column_name, error_message, csv_line FROM errors) GROUP BY line ORDER BY line",
        [how.skip + int(how.has_header)],
    )
    staging.run("DROP TABLE errors")
    staging.run("DROP TABLE scans")


def _option(name: str, value: exp.Expr) -> exp.Expr:
    return exp.EQ(this=exp.to_identifier(name), expression=value)


def _columns(header: Sequence[str]) -> exp.Expr:
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=literal("VARCHAR")) for name in header
        ]
    )


def sniff(path: Path, how: Format) -> str:
    """The delimiter that splits the first lines most evenly."""
    lines = _first_lines(path, how, 50)
    scores = {mark: _evenness(lines, mark, how.quote) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: scores[mark])


def _evenness(lines: list[str], mark: str, quote: str) -> tuple[float, int]:
    """The share of lines with the commonest number of columns, and that number (1 column is no evidence)."""
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=mark, quotechar=quote) if row)
    if not widths:
        return 0.0, 0
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
    return (times / widths.total() if width > 1 else 0.0), width


def _first_lines(path: Path, how: Format, number: int) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        lines = [file.readline(LONGEST_LINE) for _ in range(number + how.skip)]
    return [line for line in lines[how.skip :] if line]


def header_of(path: Path, delimiter: str, how: Format) -> list[str]:
    """The names of the columns: unique, never blank."""
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        for _ in range(how.skip):
            file.readline()
        csv.field_size_limit(LONGEST_LINE)
        first = next(csv.reader(file, delimiter=delimiter, quotechar=how.quote), [])
    if not how.has_header:
        return [f"column_{number}" for number in range(1, len(first) + 1)]
    return unique(first)


def unique(names: Sequence[str]) -> list[str]:
    """Names without blanks and repeats (an engine tells no capitals apart).

    >>> unique(["a", "", "A", " b "])
    ['a', 'column_2', 'A_2', 'b']
    """
    seen: Counter[str] = Counter()
    found = []
    for number, name in enumerate(names, 1):
        clean = " ".join(name.split()) or f"column_{number}"
        seen[clean.lower()] += 1
        found.append(clean if seen[clean.lower()] == 1 else f"{clean}_{seen[clean.lower()]}")
    return found


def read_parquet(staging: Staging, plain: Plain, how: Format, table: str) -> None:
    """Parquet, every column as text; whole numbers lose the ``.0`` that a float column gives them."""
    source = exp.Table(this=call("read_parquet", literal(str(plain.path))))
    described = staging.run(exp.Describe(this=exp.select("*").from_(source)))
    columns = [named(_as_text(name, kind), name) for name, kind, *_ in described]
    staging.run(
        exp.Create(this=exp.to_table(table, quoted=True), kind="TABLE", expression=exp.select(*columns).from_(source)),
        stage="reading",
    )


def _as_text(name: str, kind: str) -> exp.Expr:
    if kind in ("DOUBLE", "FLOAT"):
        return fill(
            "CASE WHEN :x = trunc(:x) AND abs(:x) < 1e15 THEN CAST(CAST(:x AS BIGINT) AS VARCHAR) "
            "ELSE CAST(:x AS VARCHAR) END",
            x=column(name),
        )
    if kind == "BLOB":
        return fill("TRY(decode(:x))", x=column(name))
    if kind.startswith("TIMESTAMP WITH"):
        return fill("CAST(timezone('UTC', :x) AS VARCHAR)", x=column(name))
    return fill("CAST(:x AS VARCHAR)", x=column(name))


# The libraries of these two take memory (as do those that repair texts and guess encodings): they come with the first
# file that needs them, so that a server that listens and answers, which is most of them, does without.


def _read_workbook(staging: Staging, plain: Plain, how: Format, table: str) -> None:
    from regard.collect.spreadsheets import read_workbook

    read_workbook(staging, plain, how, table)


def _read_xes(staging: Staging, plain: Plain, how: Format, table: str) -> None:
    from regard.collect.event_logs import read_xes

    read_xes(staging, plain, how, table)


READERS: dict[str, Callable[[Staging, Plain, Format, str], None]] = {
    "csv": read_csv,
    "tsv": read_csv,
    "parquet": read_parquet,
    "jsonl": documents.read_jsonl,
    "xlsx": _read_workbook,
    "xes": _read_xes,
}
