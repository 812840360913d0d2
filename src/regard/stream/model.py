"""The nouns of the stream: an interaction, a question asked of many, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from sqlglot import exp

Scalar = str | int | float | bool | datetime | None
Orientation = Literal["higher", "lower"]
Table: TypeAlias = Any
"""Rows at hand: an Arrow table."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One thing that happened between a customer and the company. Append-only; nothing else is the truth.

    ``occurred_at`` and ``received_at`` are instants in UTC; ``score`` lies on ``scale_min``…``scale_max`` and
    ``orientation`` says which end is good. ``source_key`` and ``customer`` are None when nobody knows whose it was:
    such rows count in answers and tickets, never among customers. ``properties`` and ``context`` hold everything
    else, as JSON objects.
    """

    id: str
    occurred_at: datetime
    received_at: datetime
    source_key: str | None
    customer: int | None
    name: str
    channel: str | None = None
    touchpoint: str | None = None
    subject: str | None = None
    metric: str | None = None
    score: float | None = None
    scale_min: float | None = None
    scale_max: float | None = None
    orientation: Orientation | None = None
    weight: float | None = None
    text: str | None = None
    language: str | None = None
    amount: float | None = None
    currency: str | None = None
    agent: str | None = None
    properties: Mapping[str, Any] | None = None
    context: Mapping[str, Any] | None = None
    load: str | None = None


COLUMNS: tuple[str, ...] = tuple(item.name for item in fields(Interaction))
"""The stream's columns, in the order every engine stores them. ``load`` names the import a row came with."""


@dataclass(frozen=True)
class Question:
    """A question for the event store: SQL in DuckDB's dialect as a syntax tree, and its bound parameters.

    ``is_bulk`` asks for the answer as NumPy arrays: for questions that answer with one row per ticket.
    """

    name: str
    sql: exp.Expr
    parameters: Mapping[str, Any] = field(default_factory=dict)
    is_bulk: bool = False


@dataclass(frozen=True)
class Answer:
    """What the store said: named columns of equal length (lists, or NumPy arrays for a bulk question), and the SQL,
    parameters filled in, that made them."""

    columns: Mapping[str, Any]
    sql: str

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    def rows(self) -> list[dict[str, Any]]:
        """The answer row by row."""
        return [dict(zip(self.columns, values, strict=True)) for values in zip(*self.columns.values(), strict=True)]


@dataclass(frozen=True)
class Record:
    """A small versioned fact kept beside the stream: a definition, a load, a setting, a known property.

    Never changed, only followed by a newer version of the same ``kind`` and ``key``; version 0 means "not kept yet".
    """

    kind: str
    key: str
    body: Mapping[str, Any]
    version: int = 0
    made_at: datetime | None = None
    made_by: str | None = None


@dataclass(frozen=True)
class Change:
    """Rows of one of the tables kept beside the stream (``schema.BESIDE``): those with the same ``key`` are replaced.

    ``rows`` is a parquet file, a table, or the question whose answer they are. An empty ``key`` replaces nothing;
    ``only_removes`` takes away and puts nothing in its place.
    """

    table: str
    rows: Path | Table | Question
    key: tuple[str, ...] = ()
    only_removes: bool = False


@dataclass(frozen=True)
class Batch:
    """What to write in one step: interactions, what was refused, records, and changes beside the stream.

    All of it is kept, or none of it. ``accepted`` is a parquet file or a table with some of :data:`COLUMNS` (those it
    leaves out are empty), ``refused`` one with some of :data:`REFUSED_COLUMNS`. ``moves`` says which profile an
    identifier (``source_key``) stands for from now on: rows there already and rows of this batch follow it. With
    ``known_since`` (UTC), ids are looked for only among the rows received from then on, so that what arrives all day
    costs the same however long the stream has grown.
    """

    accepted: Path | Table | None = None
    refused: Path | Table | None = None
    records: Sequence[Record] = ()
    changes: Sequence[Change] = ()
    moves: Mapping[str, int] = field(default_factory=dict)
    known_since: datetime | None = None


REFUSED_COLUMNS: tuple[str, ...] = ("load", "line", "reason", "column", "message", "raw")
"""A refused row: its load, its place (1-based data row), a stable reason code, the column, a sentence, the row."""

QUARANTINE_COLUMNS: tuple[str, ...] = (*REFUSED_COLUMNS, "id", "received_at")
"""A refused event that arrived live (its load is :data:`LIVE`): also an id of its own, and when it arrived."""

LIVE = "live"
"""Stands for the load of what arrives by itself, not with a file."""


@dataclass(frozen=True)
class Appended:
    """How many rows were new, and how many were there already (their ids were known)."""

    new: int
    known: int
    refused: int = 0
