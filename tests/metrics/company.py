"""A small company for tests of the metrics: a store in memory, filled from short dictionaries."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from regard.stream import Batch, OpenedStore, Record, open_store
from tests.stream.rows import parquet, row

JANUARY = datetime(2026, 1, 1, 12)
_numbers = count(1)


def store_of(*rows: dict[str, Any], **settings: Any) -> OpenedStore:
    """A store in memory with these interactions, and these settings of the workspace."""
    store = open_store(":memory:")
    append(store, *rows)
    if settings:
        store.keep(Record("settings", "workspace", settings))
    return store


def append(store: OpenedStore, *rows: dict[str, Any]) -> None:
    """Load more interactions."""
    with tempfile.TemporaryDirectory() as folder:
        store.append(Batch(parquet(Path(folder) / "rows.parquet", list(rows))))


def happened(name: str, at: datetime = JANUARY, **given: Any) -> dict[str, Any]:
    """Something that happened; received at once unless said otherwise."""
    return row(next(_numbers), name=name, occurred_at=at, **{"received_at": at, **given})


def answered(metric: str, score: float | None, low: float, high: float, **given: Any) -> dict[str, Any]:
    """An answer on a scale."""
    return happened("Survey Answered", metric=metric, score=score, scale_min=low, scale_max=high, **given)


def bought(customer: int, at: datetime, amount: float | None = None, **given: Any) -> dict[str, Any]:
    """An order."""
    return happened("Order Completed", at, customer=customer, amount=amount, **given)


def ticket(
    number: int, opened: datetime, hours: float | None, customer: int | None = None, **given: Any
) -> list[dict[str, Any]]:
    """A ticket, resolved after so many hours; None: still open."""
    same = {"subject": f"ticket-{number}", "customer": customer, **given}
    rows = [happened("Ticket Opened", opened, **same)]
    if hours is not None:
        rows.append(happened("Ticket Resolved", opened + timedelta(hours=hours), **same))
    return rows
