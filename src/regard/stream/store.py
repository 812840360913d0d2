"""The store: a narrow protocol that every engine keeps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from regard.stream.model import Answer, Appended, Batch, Question, Record


class Store(Protocol):
    """One workspace's stream. Threads may share a store; one process owns its file and others ask that process."""

    dialect: str

    def append(self, batch: Batch) -> Appended:
        """Add rows whose ids are not known yet, with all else that the batch holds, in one transaction."""

    def ask(self, question: Question) -> Answer:
        """Answer a question. Raises :class:`~regard.base.Invalid` when the SQL cannot be run."""

    def keep(self, *records: Record) -> list[Record]:
        """Keep small facts, each as the next version of its kind and key; returns them as kept."""

    def kept(self, kind: str, key: str | None = None, *, all_versions: bool = False) -> list[Record]:
        """The newest version of each record of a kind (or all versions, oldest first)."""

    def erase(self, customers: Sequence[int]) -> int:
        """Remove every row of these customers; returns how many went."""

    def retain(self, before: datetime) -> int:
        """Remove rows that occurred before an instant; returns how many went."""

    def stamp(self) -> str:
        """Changes whenever anything in the store changes: the key under which answers may be cached."""

    def copy_to(self, target: Path) -> None:
        """Write a consistent copy while others go on reading and writing."""

    def close(self) -> None:
        """Let go of the file."""
