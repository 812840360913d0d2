"""A small company for tests of pages: two quarters of answers, orders and tickets, on two channels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from regard.stream import Batch, OpenedStore, Record, open_store
from tests.stream.rows import parquet, row

FIRST, SECOND = datetime(2026, 2, 2, 10), datetime(2026, 5, 4, 10)
SCORES = {"app": (10, 9, 9, 8, 10, 6), "email": (7, 3, 5, 6, 9, 2)}


def answers() -> list[dict[str, Any]]:
    """NPS and CSAT answers: the app does clearly better than e-mail, in both quarters."""
    found = []
    for start in (FIRST, SECOND):
        for number in range(120):
            channel = "app" if number % 2 else "email"
            score = SCORES[channel][number // 2 % 6]
            at = start + timedelta(hours=7 * number)
            common = {"occurred_at": at, "received_at": at, "channel": channel, "customer": number, "language": "en"}
            text = '=HYPERLINK("http://evil") says <b>bold</b>' if number == 118 else None
            found.append(row(len(found), metric="nps", score=score, scale_min=0, scale_max=10, text=text, **common))
            half = 1 + score // 2 if score < 9 else 5
            found.append(row(len(found), metric="csat", score=half, scale_min=1, scale_max=5, **common))
    return found


def filled(folder: Path, more: Callable[[OpenedStore], object] = lambda store: None) -> Path:
    """A store's file with the company's rows and the record of their load; ``more`` may add to it."""
    made, path = parquet(folder / "company.parquet", answers()), folder / "company.duckdb"
    with open_store(path) as store:
        store.append(
            Batch(accepted=made, records=[Record("load", "load-1", {"files": ["company.csv"], "status": "done"})])
        )
        more(store)
    return path
