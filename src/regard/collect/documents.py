"""JSON Lines as a table: every key a column, keys of nested objects by their dotted path."""

from __future__ import annotations

from sqlglot import exp

from regard.collect.mapping import Format
from regard.collect.staging import Staging
from regard.collect.syntax import call, column, fill, literal, named
from regard.collect.unpacking import Plain

DEEPEST = 5
LONGEST_LINE = 16 << 20


def read_jsonl(staging: Staging, plain: Plain, how: Format, table: str) -> None:
    """One JSON object a line. Lines that are not one are kept apart."""
    staging.run(
        "CREATE TABLE lines AS SELECT trim(line, chr(13) || ' ' || chr(9)) AS line FROM read_csv($1, "
        "columns = {'line': 'VARCHAR'}, auto_detect = false, delim = chr(1), quote = '', escape = '', header = false, "
        "max_line_size = $2, strict_mode = false)",
        [str(plain.path), LONGEST_LINE],
        stage="reading",
    )
    staging.run(
        "INSERT INTO malformed SELECT rowid + 1, NULL, 'this line is not one JSON object', line FROM lines "
        "WHERE line <> '' AND (NOT json_valid(line) OR TRY(json_type(line)) IS DISTINCT FROM 'OBJECT')"
    )
    staging.run(
        "CREATE TABLE objects AS SELECT line FROM lines WHERE json_valid(line) AND TRY(json_type(line)) = 'OBJECT'"
    )
    columns = [named(_at(path), ".".join(path)) for path in _paths(staging, (), 1)]
    if columns:
        staging.run(
            exp.Create(
                this=exp.to_table(table, quoted=True), kind="TABLE", expression=exp.select(*columns).from_("objects")
            ),
            stage="reading",
        )
    else:
        staging.run(f"CREATE TABLE {exp.to_table(table, quoted=True).sql('duckdb')} (nothing VARCHAR)")
    staging.run("DROP TABLE lines")
    staging.run("DROP TABLE objects")


def _paths(staging: Staging, above: tuple[str, ...], depth: int) -> list[tuple[str, ...]]:
    """Every path to something that is not an object."""
    inner = fill("json_extract(line, :path)", path=_pointer(above)) if above else exp.column("line")
    keys = staging.run(
        exp.select(fill("unnest(json_keys(:x)) AS name", x=inner))
        .distinct()
        .from_("objects")
        .where(fill("json_type(:x) = 'OBJECT'", x=inner))
    )
    found: list[tuple[str, ...]] = []
    for (key,) in sorted(keys):
        path = (*above, key)
        is_object, is_other = staging.one(
            exp.select(
                fill("coalesce(bool_or(json_type(line, :p) = 'OBJECT'), FALSE)", p=_pointer(path)),
                fill("coalesce(bool_or(json_type(line, :p) <> 'OBJECT'), FALSE)", p=_pointer(path)),
            ).from_("objects")
        )
        if is_object and depth < DEEPEST:
            found += _paths(staging, path, depth + 1)
        if is_other or depth >= DEEPEST or not is_object:
            found.append(path)
    return found


def _at(path: tuple[str, ...]) -> exp.Expr:
    return call("json_extract_string", column("line"), _pointer(path))


def _pointer(path: tuple[str, ...]) -> exp.Expr:
    """A JSON pointer (RFC 6901)."""
    return literal("".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path))
