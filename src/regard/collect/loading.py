"""Load files into a store: all of it in one step, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Dictionary
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from functools import reduce
from pathlib import Path
from typing import Any

from sqlglot import exp

from regard.base import Invalid
from regard.base.clock import now
from regard.base.ids import new_id
from regard.base.words import kept, said
from regard.collect import audit, joining, repair
from regard.collect.compiling import KEY, NUMBERS, Compiler, Layout
from regard.collect.encodings import MIXED
from regard.collect.mapping import NTH, Mapping
from regard.collect.model import LoadResult, Preview
from regard.collect.parsing import read_mapping
from regard.collect.reading import MALFORMED
from regard.collect.staging import ROWS, Staging
from regard.collect.syntax import DIALECT, column, fill, literal, named
from regard.collect.unpacking import Plain, check_unchanged, unpack
from regard.collect.work import Cancel, Progress, Watch, workshop
from regard.stream import COLUMNS, REFUSED_COLUMNS, Batch, Record, Store

Paths = Sequence[Path | str] | Path | str
Given = Mapping | Path | str | None

# Fast to write and to read once; the file lives for seconds.
PARQUET = "(FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 1000, WRITE_BLOOM_FILTER false)"
SHOWN = 20
SEVERAL = 3
"""From so many rows a customer on, looking its number up is cheaper than hashing its key again."""


@dataclass(frozen=True)
class Written:
    """What the files came to on disk, before the store has seen it."""

    mapping: Mapping
    files: Sequence[Plain]
    accepted: Path
    refused: Path
    accepted_count: int
    repeated: int
    reasons: Dictionary[str, int]
    notes: Sequence[str]

    @property
    def refused_count(self) -> int:
        return sum(self.reasons.values())


def load(
    store: Store,
    paths: Paths,
    mapping: Given = None,
    *,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    dry_run: bool = False,
    made_by: str | None = None,
) -> LoadResult:
    """Load files into a store by a mapping (or by the one that is proposed for them).

    Rows that cannot be used are refused and kept with their reason; rows that are in the store already change nothing.
    Raises :class:`~regard.base.Invalid` (or another of Regard's errors) when a file or the mapping cannot be used at
    all; then, or when it is cancelled or killed, nothing of the load is kept.
    """
    load_id, started = new_id(), now()
    watch = Watch(progress, cancel)
    with workshop() as folder:
        with staged(folder, paths, mapping, watch) as (staging, files, found, notes):
            written = write(staging, folder, files, found, load_id, started, notes)
        if dry_run:
            return _result(load_id, written, written.accepted_count, 0)
        watch.tell("storing")
        return _append(store, written, load_id, started, made_by)


def preview(
    paths: Paths, mapping: Given = None, *, progress: Progress | None = None, cancel: Cancel | None = None
) -> Preview:
    """What a load would do, with the first rows of it; keeps nothing."""
    load_id, started = new_id(), now()
    with (
        workshop() as folder,
        staged(folder, paths, mapping, Watch(progress, cancel)) as (staging, files, found, notes),
    ):
        written = write(staging, folder, files, found, load_id, started, notes)
        return Preview(
            _result(load_id, written, written.accepted_count, 0),
            _head(staging, written.accepted, COLUMNS),
            _head(staging, written.refused, REFUSED_COLUMNS),
            written.mapping,
        )


@contextmanager
def staged(
    folder: Path, paths: Paths, given: Given, watch: Watch
) -> Iterator[tuple[Staging, list[Plain], Mapping, list[str]]]:
    """The files as rows of text in a private engine, and the mapping to read them by."""
    mapping = read_mapping(Path(given)) if isinstance(given, str | Path) else given
    how = mapping.format if mapping else None
    files = unpack(
        as_paths(paths),
        folder,
        watch,
        kind=how.kind if how else None,
        encoding=how.encoding if how else None,
        member=how.member if how else None,
    )
    staging = Staging(folder, watch)
    try:
        notes: list[str] = []
        if mapping is None:
            from regard.collect.proposing import BLANK, propose_staged

            joining.stage_all(staging, files, BLANK)
            proposal = propose_staged(staging, files[0].name)
            mapping, notes = proposal.mapping, [said("the mapping was proposed, not given"), *proposal.notes]
        else:
            joining.stage_all(staging, files, mapping)
        check_unchanged(files)
        yield staging, files, mapping, notes
    finally:
        staging.close()


def as_paths(paths: Paths) -> list[Path]:
    """One path or several, as a list."""
    found = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not found:
        raise Invalid(said("no file was given"), field="file")
    return found


def write(
    staging: Staging,
    folder: Path,
    files: list[Plain],
    mapping: Mapping,
    load_id: str,
    at: datetime,
    notes: Sequence[str],
) -> Written:
    """Write what is accepted and what is refused as two parquet files."""
    check_columns(mapping, staging.columns())
    if not staging.count() and not staging.count(MALFORMED):
        raise Invalid(said("{name} has a header but no rows", name=files[0].name), field="file", code="no_rows")
    texts = dict.fromkeys(rule.text for rule in mapping.rules if rule.text)
    repairs = repair.repair(staging, texts)
    audit.tell(staging, mapping)
    layout, repeated = _repeats(staging, mapping, load_id, at)
    layout = _numbered(staging, Compiler(mapping, layout, load_id, at))
    compiler = Compiler(mapping, layout, load_id, at)
    counts = [staging.one(compiler.counts(rule), stage="checking") for rule in mapping.rules]
    applied, failed = sum(row[0] for row in counts), sum(row[1] for row in counts)
    accepted, refused = folder / "accepted.parquet", folder / "refused.parquet"
    _copy(staging, compiler.accepted(has_refused=failed > 0), accepted, "mapping")
    reasons = _write_refused(staging, compiler.refused() if failed else None, refused, load_id)
    found = [
        *notes,
        *mapping.notes,
        *_file_notes(files),
        *_repair_notes(repairs),
        *_scale_notes(staging, mapping, accepted),
    ]
    return Written(mapping, files, accepted, refused, applied - failed, repeated, reasons, found)


def check_columns(mapping: Mapping, present: Sequence[str]) -> None:
    """Raise when the mapping names columns that the files do not have."""
    absent = [name for name in mapping.columns() if name not in present]
    if not absent:
        return
    shown = reduce(lambda first, then: said("{first}, {then}", first=first, then=then), map(_named(present), absent))
    raise Invalid(
        said("the file has no column {shown}", shown=shown),
        field="mapping",
        code="unknown_column",
        remedy=said("its columns are: {columns}", columns=", ".join(present[:60])),
    )


def _named(present: Sequence[str]) -> Callable[[str], str]:
    """A column that is not there, with those that it may be."""

    def words(name: str) -> str:
        near = get_close_matches(name, present, 2, 0.6) or [other for other in present if other.lower() == name.lower()]
        if not near:
            return repr(name)
        said_near = reduce(lambda first, then: said("{first} or {then}", first=first, then=then), map(repr, near))
        return said("{name} (did you mean {near}?)", name=repr(name), near=said_near)

    return words


def untidy(staging: Staging, mapping: Mapping) -> frozenset[str]:
    """The columns with blanks around a value, or with empty texts. Most files have none, and need no trimming."""
    return _holding(staging, _read(staging, mapping), "coalesce(bool_or(:x < '!' OR ends_with(:x, ' ')), FALSE)")


def _filled(staging: Staging, mapping: Mapping) -> frozenset[str]:
    """The columns that no row leaves out."""
    return _holding(staging, _read(staging, mapping), "count(:x) = count(*)")


def _read(staging: Staging, mapping: Mapping) -> list[str]:
    """The columns that the mapping reads."""
    rest = staging.columns() if any(rule.has_rest for rule in mapping.rules) else []
    return list(dict.fromkeys([*mapping.columns(), *rest]))


def _holding(staging: Staging, names: list[str], test: str) -> frozenset[str]:
    """The columns of which a test over all rows is true."""
    if not names:
        return frozenset()
    found = staging.one(exp.select(*(fill(test, x=column(name)) for name in names)).from_(ROWS), stage="checking")
    return frozenset(name for name, is_so in zip(names, found, strict=True) if is_so)


def _repeats(staging: Staging, mapping: Mapping, load_id: str, at: datetime) -> tuple[Layout, int]:
    """Look for rows that repeat others, cheaply; only when there are some, note which."""
    layout = Layout(tuple(staging.columns()), untidy(staging, mapping), _filled(staging, mapping))
    if KEY in layout.columns:
        return layout, 0
    compiler = Compiler(mapping, layout, load_id, at)
    key, content = compiler.plain_key() if mapping.id else compiler.content(), compiler.content()
    firsts = exp.column(NTH).eq(exp.Literal.number(1)) if NTH in layout.columns else exp.true()
    doubled = exp.select(fill("count(:k) <> count(DISTINCT hash(:k))", k=key)).from_(ROWS).where(firsts)
    if not staging.one(doubled, stage="checking")[0]:
        return layout, 0
    keyed = (
        exp.select(named(fill("rows.rowid"), "row"), named(key, "key"), named(fill("hash(:x)", x=content), "content"))
        .from_(ROWS)
        .where(firsts)
    )
    numbered = fill(
        "SELECT row AS _row, CASE WHEN NOT :has_id THEN 'again' WHEN content = first(content) OVER keys THEN 'known' "
        "ELSE 'duplicate' END AS _kind, row_number() OVER keys AS _number FROM keyed WHERE NOT key IS NULL "
        "WINDOW keys AS (PARTITION BY key ORDER BY row)",
        has_id=exp.true() if mapping.id else exp.false(),
    )
    staging.run(exp.Create(this=exp.to_table("keyed"), kind="TABLE", expression=keyed), stage="checking")
    repeats = (
        exp.select("*").from_(exp.Subquery(this=numbered, alias=exp.to_identifier("numbered"))).where("_number > 1")
    )
    staging.run(exp.Create(this=exp.to_table("repeats"), kind="TABLE", expression=repeats), stage="checking")
    staging.run("DROP TABLE keyed")
    known = staging.one("SELECT count(*) FROM repeats WHERE _kind = 'known'")[0]
    return replace(layout, has_repeats=True), int(known)


def _numbered(staging: Staging, compiler: Compiler) -> Layout:
    """Work out the customers' numbers beforehand where customers have several rows each, or rows several rules."""
    rules = len(compiler.mapping.rules)
    key = named(compiler.source_key(), "key")
    keys = compiler.rows(exp.select(key)).subquery("keys")
    count, customers = staging.one(exp.select("count(key)", "approx_count_distinct(key)").from_(keys), stage="checking")
    if count * rules < SEVERAL * customers:
        return compiler.layout
    staging.run(exp.Create(this=exp.to_table(NUMBERS), kind="TABLE", expression=compiler.numbers()), stage="checking")
    return replace(compiler.layout, has_numbers=True)


def _copy(staging: Staging, query: exp.Expr, target: Path, stage: str) -> None:
    staging.run(f"COPY ({query.sql(DIALECT)}) TO {literal(str(target)).sql(DIALECT)} {PARQUET}", stage=stage)


def _write_refused(staging: Staging, query: exp.Expr | None, target: Path, load_id: str) -> dict[str, int]:
    broken = exp.select(
        named(literal(load_id), "load"),
        "line",
        named(literal("malformed_line"), "reason"),
        exp.column("column", quoted=True),
        "message",
        named(fill("to_json({'_line': raw})::VARCHAR"), "raw"),
    ).from_(MALFORMED)
    whole = exp.Union(this=query, expression=broken, distinct=False) if query is not None else broken
    _copy(staging, whole, target, "mapping")
    rows = staging.run(
        "SELECT reason, count(*) FROM read_parquet(?) GROUP BY reason ORDER BY count(*) DESC, reason", [str(target)]
    )
    return dict(rows)


def _file_notes(files: Sequence[Plain]) -> list[str]:
    odd = [(plain.name, plain.encoding) for plain in files if plain.encoding not in (None, "utf-8", "utf-8-sig")]
    return [
        said("{name} mixes encodings: lines that are not UTF-8 were read as {encoding}", name=name, encoding=rest)
        if (rest := str(encoding).removeprefix(MIXED)) != encoding
        else said("{name} was read as {encoding}", name=name, encoding=encoding)
        for name, encoding in odd
    ]


def _repair_notes(repairs: Dictionary[str, int]) -> list[str]:
    return [
        said(
            "{count} texts in {name} arrived broken and were repaired; the originals are kept as original_text",
            count=count,
            name=repr(name),
        )
        for name, count in repairs.items()
    ]


def _scale_notes(staging: Staging, mapping: Mapping, accepted: Path) -> list[str]:
    """Say where one metric was asked about one thing on several scales."""
    scales = {(rule.score.metric, rule.score.low, rule.score.high) for rule in mapping.rules if rule.score}
    if len(scales) == len({metric for metric, *_ in scales}):
        return []
    touchpoint = "touchpoint" if any("touchpoint" in rule.fields for rule in mapping.rules) else "NULL"
    rows = staging.run(
        f"SELECT metric, {touchpoint} AS touchpoint, "  # noqa: S608 - one of two constants
        "string_agg(DISTINCT scale_min::INT || '-' || scale_max::INT, ' and ') "
        "FROM read_parquet(?) WHERE score IS NOT NULL GROUP BY ALL "
        "HAVING count(DISTINCT (scale_min, scale_max)) > 1 ORDER BY ALL",
        [str(accepted)],
    )
    return [
        said(
            "{metric} about {touchpoint} was asked on {scales}: raw answers are never averaged together (mixed_scale)",
            metric=metric,
            touchpoint=touchpoint or said("the whole"),
            scales=scales,
        )
        for metric, touchpoint, scales in rows
    ]


def _append(store: Store, written: Written, load_id: str, started: datetime, made_by: str | None) -> LoadResult:
    is_again = _was_loaded(store, written)
    record = Record("load", load_id, _body(written, started), made_by=made_by)
    refused = written.refused if written.refused_count and not is_again else None
    appended = store.append(
        Batch(
            written.accepted if written.accepted_count else None,
            refused,
            [record, *_settings(store, written.mapping, made_by), *_properties(store, written.mapping)],
        )
    )
    return _result(load_id, written, appended.new, appended.known)


def _settings(store: Store, mapping: Mapping, made_by: str | None) -> list[Record]:
    """A workspace that nobody has set up counts its days by the clocks of its first file, if they are of one zone."""
    zones = {time.time_zone for time in (mapping.time, *(rule.time for rule in mapping.rules)) if time}
    if store.kept("settings", "workspace") or len(zones) != 1 or zones == {"UTC"}:
        return []
    return [Record("settings", "workspace", {"time_zone": zones.pop()}, made_by=made_by)]


def _result(load_id: str, written: Written, new: int, known: int) -> LoadResult:
    return LoadResult(load_id, new, known + written.repeated, written.refused_count, written.reasons, written.notes)


def _was_loaded(store: Store, written: Written) -> bool:
    """Whether the very same files came by the very same mapping before: then their refused rows are kept already."""
    prints = [plain.sha256 for plain in written.files]
    return any(
        [file["sha256"] for file in record.body.get("files", ())] == prints
        and record.body.get("mapping") == written.mapping.text
        for record in store.kept("load")
    )


def _body(written: Written, started: datetime) -> dict[str, Any]:
    files = [
        {"name": plain.name, "sha256": plain.sha256, "size": plain.size, "encoding": plain.encoding}
        for plain in written.files
    ]
    return {
        "status": "done",
        "source": written.mapping.source,
        "files": files,
        "mapping": written.mapping.text,
        "read": written.accepted_count + written.repeated,
        "repeated": written.repeated,
        "refused": written.refused_count,
        "reasons": dict(written.reasons),
        "notes": [kept(note) for note in written.notes],
        "started_at": started.isoformat(),
        "finished_at": now().isoformat(),
    }


def _properties(store: Store, mapping: Mapping) -> list[Record]:
    """The properties that this mapping brings and the store has not heard of."""
    known = {record.key for record in store.kept("property")}
    named_here = {name: value.column for rule in mapping.rules for name, value in rule.properties.items()}
    return [
        Record("property", name, {"column": origin, "source": mapping.source})
        for name, origin in named_here.items()
        if name not in known
    ]


def _head(staging: Staging, path: Path, columns: Sequence[str]) -> list[dict[str, Any]]:
    cursor = staging.engine.execute("SELECT * FROM read_parquet(?) LIMIT ?", [str(path), SHOWN])
    names = [item[0] for item in cursor.description or ()]
    return [dict.fromkeys(columns) | dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
