"""Several files joined by their keys: rows of the first, each with what the others say about it."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch

from sqlglot import exp

from regard.base import Invalid
from regard.base.words import said
from regard.collect.mapping import NTH, File, Mapping
from regard.collect.reading import stage
from regard.collect.staging import ROWS, Staging
from regard.collect.syntax import DIALECT, column, every, fill, named
from regard.collect.unpacking import Plain


def stage_all(staging: Staging, files: Sequence[Plain], mapping: Mapping) -> None:
    """Lay the files out as one table: one below the other, or side by side where the mapping joins them."""
    if not mapping.files:
        stage(staging, files, mapping.format, wanted=mapping.columns())
        return
    for file in mapping.files:
        stage(staging, _matching(file, files), mapping.format, f"file {file.name}")
    _join(staging, mapping.files)


def _matching(file: File, files: Sequence[Plain]) -> list[Plain]:
    found = [plain for plain in files if fnmatch(plain.name.rsplit("/", 1)[-1], file.pattern)]
    if not found:
        names = ", ".join(plain.name for plain in files)
        raise Invalid(
            said(
                "none of the files ({names}) is {name}: its name should look like {pattern}",
                names=names,
                name=repr(file.name),
                pattern=repr(file.pattern),
            ),
            field="files",
            remedy=said("give all the files of the mapping at once"),
            code="missing_file",
        )
    return found


def _join(staging: Staging, files: Sequence[File]) -> None:
    first, *others = files
    own = staging.columns(f"file {first.name}")
    columns = [named(column(name, "first"), name) for name in own]
    select = exp.select().from_(exp.alias_(exp.to_table(f"file {first.name}", quoted=True), "first", table=True))
    if sum(other.is_many for other in others) > 1:
        raise Invalid(
            said("only one file may have several rows for a key"),
            field="files.many",
            remedy=said("load the other one on its own"),
        )
    for number, other in enumerate(others, 1):
        table, alias = f"file {other.name}", f"other{number}"
        present = staging.columns(table)
        _check_keys(staging, other, present, [item.alias for item in columns])
        target = {item.alias: item.this for item in columns}
        on = every(
            fill(":a = :b", a=target[left], b=column(right, alias))
            for left, right in zip(other.to, other.key, strict=True)
        )
        select = select.join(exp.alias_(exp.to_table(table, quoted=True), alias, table=True), on=on, join_type="left")
        columns += [named(column(name, alias), f"{other.name}.{name}") for name in present]
    if any(other.is_many for other in others):
        columns.append(named(fill("row_number() OVER (PARTITION BY first.rowid)"), NTH))
    select = select.select(*columns).order_by(fill("first.rowid"))
    staging.run(exp.Create(this=exp.to_table(ROWS), kind="TABLE", expression=select), stage="joining")
    for file in files:
        staging.run(f"DROP TABLE {column(f'file {file.name}').sql(DIALECT)}")


def _check_keys(staging: Staging, file: File, present: list[str], known: list[str]) -> None:
    for names, where, whose in ((file.key, present, file.name), (file.to, known, said("the files before it"))):
        if absent := [name for name in names if name not in where]:
            raise Invalid(
                said(
                    "{whose} has no column {absent} to join {name} by",
                    whose=whose,
                    absent=repr(absent[0]),
                    name=repr(file.name),
                ),
                field="files.key",
            )
    if not file.key or len(file.key) != len(file.to):
        raise Invalid(
            said("file {name} needs a 'key' (and a 'to' of the same length)", name=repr(file.name)), field="files.key"
        )
    if file.is_many:
        return
    keys = [column(name) for name in file.key]
    doubled = staging.run(
        exp.select(*keys)
        .from_(exp.to_table(f"file {file.name}", quoted=True))
        .group_by(*keys)
        .having(fill("count(*) > 1"))
        .limit(1)
    )
    if doubled and all(value is not None for value in doubled[0]):
        shown = ", ".join(str(value) for value in doubled[0])
        raise Invalid(
            said(
                "{name} has several rows for {shown}: rows would be counted more than once",
                name=repr(file.name),
                shown=shown,
            ),
            field="files.many",
            remedy=said("write many = true for this file if that is meant"),
            code="many_rows",
        )
