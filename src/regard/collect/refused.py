"""Refused rows: look at them, take them away as CSV, put them right and load them again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any

from regard.base import Invalid, NotFound
from regard.base.clock import now
from regard.base.words import said
from regard.collect.loading import load
from regard.collect.mapping import Format, Mapping
from regard.collect.model import LoadResult
from regard.collect.parsing import parse_mapping
from regard.collect.work import workshop
from regard.stream import Question, Store
from regard.stream.compose import sql

Row = Dictionary[str, Any]
ABOUT = ("_line", "_reason", "_column", "_message")


def refused_rows(store: Store, load_id: str) -> list[dict[str, Any]]:
    """The refused rows of a load: ``line``, ``reason``, ``column``, ``message`` and ``raw`` (the row as it came)."""
    question = Question(
        "refused_rows",
        sql('SELECT line, reason, "column", message, raw FROM refused WHERE "load" = :load ORDER BY line, reason'),
        {"load": load_id},
    )
    return [{**row, "raw": json.loads(row["raw"])} for row in store.ask(question).rows()]


def refused_csv(rows: Iterable[Row]) -> str:
    """Refused rows as CSV for a spreadsheet: reason first, then the row, ready to be corrected and replayed.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front, which :func:`corrected` takes away.
    """
    found = list(rows)
    names = list(dict.fromkeys(name for row in found for name in row["raw"]))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*ABOUT, *names])
    for row in found:
        about = [row["line"], row["reason"], row["column"], row["message"]]
        writer.writerow([safe(cell) for cell in (*about, *(row["raw"].get(name) for name in names))])
    return out.getvalue()


def safe(cell: Any) -> str:
    """A cell that no spreadsheet runs (OWASP, CSV injection).

    >>> safe("=1+1"), safe(-5), safe("-5"), safe("-2+3|cmd"), safe("+nan"), safe(None)
    ("'=1+1", '-5', '-5', "'-2+3|cmd", "'+nan", '')
    """
    text = "" if cell is None else str(cell)
    if text[:1] in "=+-@\t\r" and text and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    """Whether a spreadsheet, too, takes it for a number: -inf and +nan are names to it."""
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def corrected(given: str | bytes) -> list[dict[str, str]]:
    """The rows of a corrected CSV, without what was written about them.

    Raises :class:`~regard.base.Invalid` for anything that :func:`refused_csv` did not write.
    """
    try:
        text = given if isinstance(given, str) else given.decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text))
        if not {"_line", "_reason"} <= set(rows.fieldnames or ()):
            raise _no_refusals()
        return [
            {name: _plain(cell) for name, cell in row.items() if name not in ABOUT and name is not None} for row in rows
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise _no_refusals() from error


def _no_refusals() -> Invalid:
    return Invalid(
        said("these are not refused rows: the columns _line and _reason are missing"),
        field="rows",
        code="not_refused_rows",
        remedy=said("correct the CSV of refused rows as it was downloaded, and keep it a CSV in UTF-8"),
    )


def _plain(cell: str | None) -> str:
    text = cell or ""
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@\t\r") else text


def replay(
    store: Store,
    load_id: str,
    rows: Sequence[Row] | None = None,
    *,
    mapping: Mapping | None = None,
    made_by: str | None = None,
) -> LoadResult:
    """Load refused rows again: as corrected by ``rows``, or as they were; by their own or another mapping."""
    mapping = mapping or mapping_of_load(store, load_id)
    given = [row["raw"] for row in refused_rows(store, load_id)] if rows is None else rows
    usable = [row for row in given if "_line" not in row]
    if not usable:
        raise NotFound(said("there is no refused row that can be replayed"), code="nothing_to_replay")
    names = list(dict.fromkeys(name for row in usable for name in row))
    with workshop() as folder:
        path = Path(folder) / f"replay of {load_id} at {now():%Y%m%dT%H%M%S}.jsonl"
        lines = {json.dumps({name: row.get(name) for name in names}, ensure_ascii=False): None for row in usable}
        path.write_text("\n".join(lines), encoding="utf-8")
        return load(store, path, flat(mapping), made_by=made_by)


def flat(mapping: Mapping) -> Mapping:
    """The mapping for rows that have been read and joined already."""
    return replace(mapping, format=Format(kind="jsonl"), files=())


def mapping_of_load(store: Store, load_id: str, text: str = "") -> Mapping:
    """The mapping of a load, or another text that reads its rows: of the same source, unless the text names one, so
    that a row keeps its id."""
    found = store.kept("load", load_id)
    if not found:
        raise NotFound(said("there is no load {load_id}", load_id=load_id))
    body = found[-1].body
    return parse_mapping(text or body["mapping"], default_source=body.get("source", "file"))
