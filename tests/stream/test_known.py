"""However a batch comes, what is there already does not come in again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.stream import Batch, Question, open_store
from regard.stream.compose import sql
from regard.stream.engines import known, seen
from regard.stream.engines.seen import Seen
from tests.stream.rows import parquet, row

START = datetime(2026, 3, 1)
Steps = list[tuple[str, set[int], bool]]
STEPS: st.SearchStrategy[Steps] = st.lists(
    st.tuples(st.sampled_from(["live", "file", "reopen", "erase"]), st.sets(st.integers(0, 30), min_size=1), st.booleans()),
    max_size=8,
)  # fmt: skip


def ids(store) -> list[str]:
    rows = store.ask(Question("ids", sql("SELECT id FROM interactions ORDER BY id"))).rows()
    return [each["id"] for each in rows]


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Filters that are full at once, read in several portions."""
    monkeypatch.setattr(seen, "FEWEST", 4)
    monkeypatch.setattr(known, "ROWS_AT_ONCE", 3)


@pytest.mark.usefixtures("_small")
@given(steps=STEPS)
@settings(deadline=None, max_examples=60)
def test_live_batches_files_erasures_and_restarts_in_any_order_keep_one_of_each_id(steps: Steps) -> None:
    there: set[int] = set()
    with TemporaryDirectory() as folder:
        path, rows = Path(folder) / "w.duckdb", Path(folder) / "rows.parquet"
        store = open_store(path)
        for kind, numbers, is_older in steps:
            if kind == "reopen":
                store.close()
                store = open_store(path)
            elif kind == "erase":
                store.erase([min(numbers)])
                there.discard(min(numbers))
            else:
                since = None if kind == "file" else START - timedelta(days=40 if is_older else 30)
                parquet(rows, [row(number, received_at=START) for number in sorted(numbers)])
                told = store.append(Batch(rows, known_since=since and since.replace(tzinfo=UTC)))
                assert (told.new, told.known) == (len(numbers - there), len(numbers & there))
                there |= numbers
        assert ids(store) == sorted(f"row-{number}" for number in there)
        store.close()


def test_a_stream_too_large_for_a_filter_is_asked_itself(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MOST_SEEN", 0)
    with open_store(tmp_path / "w.duckdb") as store:
        batch = Batch(parquet(tmp_path / "a.parquet", [row(1), row(2)]), known_since=START.replace(tzinfo=UTC))
        assert store.append(batch).new == 2
        assert store.append(batch).known == 2


def test_a_filter_forgets_nothing_and_is_seldom_wrong() -> None:
    hashes = np.random.default_rng(7).integers(0, 2**64, 400_000, dtype=np.uint64)
    kept, others = hashes[:200_000], hashes[200_000:]
    filled = Seen(len(kept))
    filled.add(kept)
    assert not filled.is_full
    assert all(filled.may_have_any(kept[place : place + 1]) for place in range(0, len(kept), 997))
    wrong = sum(filled.may_have_any(others[place : place + 10]) for place in range(0, len(others), 10))
    assert wrong < 20
