"""JSON Lines, an array of objects, or objects written over several lines, as a table: every key a column, keys of
nested objects by their dotted path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as Dictionary
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO

from sqlglot import exp

from regard.base import Invalid
from regard.base.words import said
from regard.collect.mapping import Format
from regard.collect.staging import Staging
from regard.collect.syntax import call, column, fill, literal, named
from regard.collect.unpacking import Plain

DEEPEST = 5
LONGEST_LINE = 16 << 20
CHUNK = 1 << 20
BLANK = " \t\r\n"
SIGN = re.compile(r"[^ \t\r\n]")


@dataclass(frozen=True)
class Shape:
    """How objects follow each other: what may stand first, after an object, and after any other sign."""

    first: str
    after_object: str
    after: Dictionary[str, str]
    ends_with: str


ARRAY = Shape("{]", ",]", {",": "{", "]": ""}, "")
ONE_BY_ONE = Shape("{", "{", {}, "{")


def read_jsonl(staging: Staging, plain: Plain, how: Format, table: str) -> None:
    """One JSON object a line. Lines that are not one are kept apart; any other shape is laid out as lines first."""
    staging.run(
        "CREATE TABLE lines AS SELECT trim(line, chr(13) || ' ' || chr(9)) AS line FROM read_csv($1, "
        "columns = {'line': 'VARCHAR'}, auto_detect = false, delim = chr(1), quote = '', escape = '', header = false, "
        "max_line_size = $2, strict_mode = false)",
        [str(_as_lines(plain, staging.folder)), LONGEST_LINE],
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
        raise Invalid(
            said("{name} holds no JSON object", name=plain.name),
            field="file",
            code="unreadable",
            remedy=said("write one object on each line, or one array of objects"),
        )
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


def _as_lines(plain: Plain, folder: Path) -> Path:
    """The file itself, or its objects one a line. Raises when an array is broken or holds anything else."""
    target = folder / f"{plain.sha256}.lines"
    with plain.path.open(encoding="utf-8-sig", newline="") as source:
        first = _first(source)
        if first == "[":
            try:
                _lay_out(source, ARRAY, target)
            except (ValueError, RecursionError) as error:
                raise Invalid(
                    said("{name} holds a JSON array that is broken, or not one of objects", name=plain.name),
                    field="file",
                    code="unreadable",
                    remedy=said("export it again"),
                ) from error
            return target
        if first == "{" and _is_cut(source.readline(LONGEST_LINE)):
            source.seek(0)
            with suppress(ValueError, RecursionError):  # then these are lines, of which the first is broken
                _lay_out(source, ONE_BY_ONE, target)
                return target
    return plain.path


def _lay_out(source: IO[str], shape: Shape, target: Path) -> None:
    with target.open("w", encoding="utf-8") as out:
        out.writelines(chain.from_iterable((item, "\n") for item in _objects(source, shape)))


def _is_cut(rest: str) -> bool:
    """Whether a line that began with a brace holds no whole object: more of it may follow on the next."""
    try:
        json.loads("{" + rest)
    except (ValueError, RecursionError):
        return True
    return False


def _first(source: IO[str]) -> str:
    """The first character that is not blank."""
    while (char := source.read(1)) and char in BLANK:
        pass
    return char


def _objects(source: IO[str], shape: Shape) -> Iterator[str]:
    """The objects from here on, each as it is written, on one line. Raises ValueError where the shape is another."""
    buffer, place, awaited = "", 0, shape.first
    for more in chain(iter(lambda: source.read(CHUNK), ""), ("",)):
        buffer, place = buffer[place:] + more, 0
        while found := SIGN.search(buffer, place):
            place, sign = found.start(), found[0]
            if sign not in awaited:
                raise ValueError(sign)
            if sign != "{":
                place, awaited = place + 1, shape.after[sign]
                continue
            end = _end_of_object(buffer, place, is_last=not more)
            if end is None:
                break
            yield buffer[place:end].replace("\r", " ").replace("\n", " ")
            place, awaited = end, shape.after_object
    if awaited != shape.ends_with:
        raise ValueError(awaited)


def _end_of_object(buffer: str, place: int, *, is_last: bool) -> int | None:
    """Where an object ends; None where more must be read first. Raises ValueError when it never ends."""
    try:
        return json.JSONDecoder().raw_decode(buffer, place)[1]
    except ValueError:
        if is_last or len(buffer) - place > LONGEST_LINE:
            raise
        return None
