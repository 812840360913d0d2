"""The store keeps what it is given, once, whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from regard.base import Conflict, Invalid
from regard.base.errors import RegardError
from regard.stream import BESIDE, Batch, Change, Question, Record, compose, open_store, table_of
from regard.stream.engines.duckdb import DuckStore
from tests.serving import PATIENCE_SECONDS
from tests.stream.rows import NOON, parquet, refused, row

PLACES = table_of({"name": ["spool/a"], "position": [7], "read_at": [NOON]}, BESIDE["positions"])
COUNT = Question("count", compose.select("count(*) AS n").from_("interactions"))


def count(store) -> int:
    return store.ask(COUNT)["n"][0]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "company.duckdb"


@pytest.fixture
def store(path: Path):
    with open_store(path) as store:
        yield store


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    return Batch(parquet(tmp_path / "batch.parquet", [row(1), row(2, score=9.0), row(3, score=3.0)]))


def test_a_second_arrival_changes_nothing(store, batch):
    assert (store.append(batch).new, store.append(batch).known) == (3, 3)
    assert count(store) == 3


def test_a_longer_file_adds_only_what_is_new(store, batch, tmp_path):
    store.append(batch)
    longer = parquet(tmp_path / "longer.parquet", [row(number) for number in range(1, 6)])
    done = store.append(Batch(longer))
    assert (done.new, done.known, count(store)) == (2, 3, 5)


def test_a_batch_is_kept_whole_or_not_at_all(store, batch, tmp_path):
    broken = tmp_path / "refused.parquet"
    broken.write_bytes(b"not parquet")
    with pytest.raises(Invalid, match="nothing was written"):
        store.append(Batch(batch.accepted, broken, [Record("load", "one", {})]))
    assert count(store) == 0
    assert store.kept("load") == []


def test_the_load_record_says_what_the_store_found(store, batch, tmp_path):
    bad = refused(tmp_path / "refused.parquet", [{"load": "one", "line": 4, "reason": "bad_time", "message": "no"}])
    store.append(Batch(batch.accepted, bad, [Record("load", "one", {"file": "a.csv"})]))
    assert store.kept("load")[0].body == {"file": "a.csv", "new": 3, "known": 0, "refused": 1}


def test_a_record_is_followed_and_never_changed(store):
    store.keep(Record("definition", "nps", {"confidence": 0.95}, made_by="ann"))
    store.keep(Record("definition", "nps", {"confidence": 0.9}))
    assert [item.version for item in store.kept("definition", all_versions=True)] == [1, 2]
    assert store.kept("definition", "nps")[0].body == {"confidence": 0.9}


def test_parameters_are_bound_and_the_shown_query_can_be_run_as_it_is(store, batch, path, tmp_path):
    store.append(batch)
    wanted = "'; DROP TABLE interactions; --"
    question = Question(
        "by name",
        compose.select("count(*) AS n").from_("interactions").where(compose.sql("name = :name")),
        {"name": wanted},
    )
    answer = store.ask(question)
    assert answer["n"] == [0]
    store.copy_to(tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as copy:
        assert copy.execute(answer.sql).fetchall() == [(0,)]


def test_a_question_that_cannot_be_run_names_the_fault_in_one_line(store):
    with pytest.raises(Invalid, match="nonsense") as caught:
        store.ask(Question("bad", compose.select("nonsense").from_("interactions")))
    assert "\n" not in str(caught.value)


def test_the_stamp_changes_with_every_write_and_only_then(store, batch):
    before = store.stamp()
    count(store)
    assert store.stamp() == before
    store.append(batch)
    assert store.stamp() != before


def test_erasing_a_customer_leaves_the_others(store, batch):
    store.append(batch)
    assert store.erase([2]) == 1
    assert count(store) == 2


def test_retention_removes_what_is_older(store, tmp_path):
    rows = [row(1, occurred_at=datetime(2020, 1, 1)), row(2)]
    store.append(Batch(parquet(tmp_path / "old.parquet", rows)))
    assert store.retain(datetime(2025, 1, 1, tzinfo=UTC)) == 1
    assert count(store) == 1


def test_a_file_of_a_newer_regard_is_refused(path):
    open_store(path).close()
    with duckdb.connect(str(path)) as raw:
        raw.execute("INSERT INTO schema_migrations VALUES (999, now()::TIMESTAMP)")
    with pytest.raises(Conflict, match="newer"):
        open_store(path)


def test_a_file_that_is_no_workspace_is_refused_in_one_sentence(tmp_path):
    other = tmp_path / "notes.duckdb"
    other.write_text("this is not a database " * 1000)
    with pytest.raises(Invalid, match="cannot be opened"):
        open_store(other)


def test_a_copy_made_while_rows_arrive_is_of_one_moment(store, batch, tmp_path):
    store.append(batch)
    stop = threading.Event()
    files = [parquet(tmp_path / f"{n}.parquet", [row(10 * n), row(10 * n + 1)]) for n in range(1, 30)]

    def write() -> None:
        for file in files:
            if stop.is_set():
                return
            store.append(Batch(file, records=[Record("load", file.stem, {})]))

    writer = threading.Thread(target=write)
    writer.start()
    store.copy_to(tmp_path / "copy.duckdb")
    stop.set()
    writer.join()
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as copy:
        rows, loads = copy.execute(
            "SELECT (SELECT count(*) FROM interactions), (SELECT count(*) FROM records)"
        ).fetchone()
    assert rows == 3 + 2 * loads


def test_a_store_is_not_closed_under_a_thread_that_is_about_to_read(path):
    store, begun, go_on, closed = DuckStore(str(path)), threading.Event(), threading.Event(), []

    class Slow:
        """The store's connection; whoever asks it for a cursor waits."""

        def __init__(self, real):
            self.real = real

        def cursor(self):
            begun.set()
            assert go_on.wait(PATIENCE_SECONDS)
            closed.append("after a reader")
            return self.real.cursor()

        def close(self):
            closed.append("closed")
            self.real.close()

    def read() -> None:
        with suppress(RegardError):  # closed by then, it may be
            store.kept("load")

    store._connection = Slow(store._connection)
    reader, closer = threading.Thread(target=read), threading.Thread(target=store.close)
    reader.start()
    assert begun.wait(PATIENCE_SECONDS)
    closer.start()
    closer.join(0.1)
    go_on.set()
    reader.join()
    closer.join()
    assert closed[0] == "after a reader"
    assert set(closed[1:]) == {"closed"}


def test_a_store_is_closed_once_what_is_asked_is_answered(path):
    store, still = DuckStore(str(path)), [1, 2, 3]

    class Busy:
        """The store's connection while others are being answered: it refuses to be closed."""

        def __init__(self, real):
            self.real = real

        def close(self):
            if still:
                still.pop()
                raise duckdb.ResourceInUseException
            self.real.close()

    store._connection = Busy(store._connection)
    store.close()
    assert not still
    DuckStore(str(path)).close()


def test_threads_read_while_one_writes(store, batch, tmp_path):
    store.append(batch)
    seen: list[int] = []
    readers = [threading.Thread(target=lambda: seen.extend(count(store) for _ in range(20))) for _ in range(4)]
    for reader in readers:
        reader.start()
    store.append(Batch(parquet(tmp_path / "more.parquet", [row(7), row(8)])))
    for reader in readers:
        reader.join()
    assert set(seen) <= {3, 5}
    assert len(seen) == 80


# --- one owner, many who ask -------------------------------------------------------------------------------------

OWNER = """
import sys, time
from regard.stream import open_store
store = open_store(sys.argv[1])
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def owner(path: Path):
    process = subprocess.Popen([sys.executable, "-c", OWNER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.wait()


def test_another_process_asks_the_owner_and_notices_no_difference(owner, path, batch):
    with open_store(path) as store:
        assert not store.is_owner
        assert store.append(Batch(batch.accepted, records=[Record("load", "one", {})])).new == 3
        assert count(store) == 3
        rows = pq.read_table(batch.accepted)
        assert store.append(Batch(rows, changes=[Change("positions", PLACES, ("name",))])).known == 3
        assert store.ask(Question("places", compose.select("name", "position").from_("positions"))).rows() == [
            {"name": "spool/a", "position": 7}
        ]
        assert store.kept("load")[0].body["new"] == 3
        grouped = compose.select("score", "occurred_at").from_("interactions").order_by("score NULLS LAST")
        assert store.ask(Question("scores", grouped))["score"] == [3.0, 9.0, None]
        assert store.ask(Question("times", grouped))["occurred_at"][0] == NOON
        bulk = store.ask(Question("scores", grouped, is_bulk=True))
        assert bulk["score"].mask.tolist() == [False, False, True]
        with pytest.raises(Invalid, match="nonsense"):
            store.ask(Question("bad", compose.select("nonsense").from_("interactions")))
        assert store.erase([1]) == 1


def test_when_the_owner_is_killed_the_next_to_open_takes_over(owner, path, batch):
    with open_store(path) as store:
        store.append(batch)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    with open_store(path) as store:
        assert store.is_owner
        assert count(store) == 3


def test_whoever_asked_an_owner_that_goes_away_owns_the_file_next(owner, path):
    store = open_store(path)
    assert not store.is_owner
    owner.kill()
    owner.wait()
    store.kept("load")
    assert store.is_owner
    store.close()


def test_only_the_same_user_can_reach_the_owner(owner, path):
    from regard.stream.engines.remote import address_of

    address = address_of(str(path))
    assert address.stat().st_mode & 0o077 == 0
    assert address.parent.stat().st_mode & 0o077 == 0
    assert address.parent.stat().st_uid == os.getuid()


def test_a_kill_in_the_middle_of_a_write_leaves_all_or_nothing(path, tmp_path):
    file = parquet(tmp_path / "many.parquet", [row(number) for number in range(50_000)])
    writing = f"""
from pathlib import Path
from regard.stream import open_store, Batch, Record
store = open_store({str(path)!r})
print("ready", flush=True)
store.append(Batch(Path({str(file)!r}), records=[Record("load", "one", {{}})]))
print("done", flush=True)
"""
    for pause in (0.0, 0.02, 0.05, 0.1):
        process = subprocess.Popen([sys.executable, "-c", writing], stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        time.sleep(pause)
        process.kill()
        process.wait()
        with open_store(path) as store:
            assert (count(store), len(store.kept("load"))) in {(0, 0), (50_000, 1)}
            if count(store):
                return
