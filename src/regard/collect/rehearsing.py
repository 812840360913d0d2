"""Go through all of a load except keeping it: what would be new, what is there already, what would be refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from regard.base.ids import new_id
from regard.base.words import said
from regard.collect.loading import SHOWN, Paths, load
from regard.collect.mapping import Mapping
from regard.collect.model import Preview
from regard.collect.work import Cancel, Progress
from regard.stream import COLUMNS, Appended, Batch, Question, Record, Store
from regard.stream.compose import sql

AT_ONCE = 20_000
MOST_LOOKED_UP = 400_000
"""More ids than this are not looked up before they are loaded: a rehearsal should cost less than the load."""


@dataclass
class Rehearsal:
    """Stands in for a store while a load is tried: remembers, keeps nothing."""

    store: Store
    notes: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def append(self, batch: Batch) -> Appended:
        import pyarrow.parquet as parquet

        if batch.refused:
            self.refused = _head(batch.refused)
        if not batch.accepted:
            return Appended(0, 0)
        self.rows = [dict.fromkeys(COLUMNS) | row for row in _head(batch.accepted)]
        total = parquet.read_metadata(batch.accepted).num_rows
        if total > MOST_LOOKED_UP:
            self.notes.append(said("so many rows are not compared with those that are here: known ones count as new"))
            return Appended(total, 0)
        known = known_already(self.store, batch.accepted)
        return Appended(total - known, known)

    def kept(self, kind: str, key: str | None = None, *, all_versions: bool = False) -> list[Record]:
        return [] if kind == "load" else self.store.kept(kind, key, all_versions=all_versions)


def rehearse(
    store: Store, paths: Paths, mapping: Mapping, *, progress: Progress | None = None, cancel: Cancel | None = None
) -> Preview:
    """What loading these files by this mapping would come to."""
    stage: Any = Rehearsal(store)
    result = load(stage, paths, mapping, progress=progress, cancel=cancel)
    told = replace(result, load_id=new_id(), notes=(*result.notes, *stage.notes))
    return Preview(told, stage.rows, stage.refused, mapping)


def known_already(store: Store, accepted: Path) -> int:
    """How many of these rows the store has already, by their ids."""
    import pyarrow.parquet as parquet

    question = sql("SELECT count(*) AS n FROM interactions WHERE id IN (SELECT unnest(:ids))")
    file = parquet.ParquetFile(accepted)
    return sum(
        int(store.ask(Question("known_ids", question, {"ids": batch.column(0).to_pylist()}))["n"][0])
        for batch in file.iter_batches(AT_ONCE, columns=["id"])
    )


def _head(path: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as parquet

    batch = next(parquet.ParquetFile(path).iter_batches(SHOWN), None)
    rows: Sequence[dict[str, Any]] = batch.to_pylist() if batch is not None else []
    return list(rows)
