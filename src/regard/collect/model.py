"""The nouns of importing: what a load came to, what a preview shows, what is proposed."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from regard.collect.mapping import Mapping

REASONS: dict[str, str] = {
    "missing_time": "The row has no time.",
    "bad_time": "The time cannot be read, or lies before 1900 or in the future.",
    "negative_duration": "It ended before it began.",
    "missing_id": "The row has no id.",
    "duplicate_id": "Another row of the file has the same id and says something else.",
    "missing_customer": "The row does not say whose it is.",
    "bad_number": "Something that should be a number is not.",
    "bad_weight": "A weight is not above 0, or is absurdly large.",
    "score_off_scale": "The score does not lie on its scale.",
    "text_too_long": "The text is too long.",
    "malformed_line": "The line is broken: it cannot be split into the columns of the file.",
}
"""Every reason for which a row is refused."""


@dataclass(frozen=True)
class LoadResult:
    """What a load came to: rows that are new, that were known, that were refused (and why), and notes."""

    load_id: str
    accepted: int
    known: int
    refused: int
    reasons: Dictionary[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Preview:
    """What a mapping would make of files: counts, the first interactions, the first refused rows."""

    result: LoadResult
    rows: Sequence[Dictionary[str, Any]]
    refused: Sequence[Dictionary[str, Any]]
    mapping: Mapping


@dataclass(frozen=True)
class ColumnSketch:
    """A column at a glance: what it seems to hold, why we think so, and some of what stands there."""

    name: str
    kind: str
    reason: str
    filled: int
    distinct: int
    samples: Sequence[str] = ()


@dataclass(frozen=True)
class Proposal:
    """A mapping for a file nobody has described: as TOML with comments, and how sure we are (0-1)."""

    mapping: Mapping
    toml: str
    columns: Sequence[ColumnSketch]
    notes: Sequence[str]
    confidence: float
    rows: Sequence[Dictionary[str, str | None]] = ()
