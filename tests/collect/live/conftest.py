"""A spool that is filled on the spot, and a loader that empties it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from regard.collect.listening import Loader
from regard.collect.sources import Source
from regard.collect.spool import Arrived, Segment, framed
from regard.stream import Question, Store, open_store
from regard.stream.compose import sql

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
WEB = Source("key-web", "harbour", "Web shop", id="web")


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "harbour.duckdb")
    yield opened
    opened.close()


@pytest.fixture
def loader(spool: Path, store: Store) -> Iterator[Loader]:
    made = Loader(spool, lambda _: store, {WEB.key: WEB}.get)
    yield made
    made.close()


def track(name: str = "Tea Poured", message_id: str | None = None, **fields: Any) -> dict[str, Any]:
    """A track call of somebody."""
    found = {"type": "track", "event": name, "userId": "ada", **fields}
    return found if message_id is None else {**found, "messageId": message_id}


def arrived(*events: dict[str, Any], key: str = WEB.key, at: datetime = AT, sent_at: str | None = None) -> Arrived:
    """A batch of events, as a collector takes it in."""
    body = json.dumps({"batch": list(events), "sentAt": sent_at}).encode()
    return Arrived(key, at, "batch", body, id=str(hash(body)))


def append(spool: Path, *records: Arrived, is_finished: bool = True) -> Segment:
    """A segment of the spool that holds these records."""
    segment = Segment(spool)
    for record in records:
        segment.append(framed(record))
    if is_finished:
        segment.close()
    return segment


def rows(store: Store, what: str = "*", table: str = "interactions") -> list[dict[str, Any]]:
    return store.ask(Question("rows", sql(f"SELECT {what} FROM {table} ORDER BY 1"))).rows()


def ids(store: Store) -> list[str]:
    return [row["id"] for row in rows(store, "id")]


Fill = Callable[..., None]
