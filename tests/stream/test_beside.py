"""Tables beside the stream, and identifiers that move to another profile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regard.base import Invalid
from regard.base.ids import profile_number
from regard.stream import Batch, Change, Question, Record, open_store
from regard.stream.compose import select, sql


def some_rows(path, *keys):
    at = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    rows = [
        {"id": f"{key}-{place}", "occurred_at": at, "received_at": at, "source_key": key,
         "customer": profile_number(key), "name": "Page Viewed"}
        for place, key in enumerate(keys)
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def customers(store):
    rows = store.ask(Question("all", select("source_key", "customer").from_("interactions").order_by("source_key")))
    return [(row["source_key"], row["customer"]) for row in rows.rows()]


def question(text, **given):
    return Question("rows", sql(text), given)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "w.duckdb") as opened:
        yield opened


def test_an_identifier_moves_with_all_its_rows_and_back_again(store, tmp_path):
    store.append(Batch(some_rows(tmp_path / "a.parquet", "a", "b", "c")))
    before = customers(store)
    identity = question("SELECT 'a' AS key, 'user_id' AS kind, 'a' AS value, 7 AS customer")
    store.append(Batch(moves={"a": 7}, changes=[Change("identifiers", identity, ("key",))]))
    assert customers(store) == [("a", 7), *before[1:]]
    store.append(Batch(moves={"a": profile_number("a")}))
    assert customers(store) == before


def test_rows_of_the_same_batch_follow_the_move(store, tmp_path):
    store.append(Batch(some_rows(tmp_path / "a.parquet", "a"), moves={"a": 7}))
    assert customers(store) == [("a", 7)]


def test_a_change_replaces_rows_with_the_same_key_and_only_those(store):
    for name, position in (("s1", 10), ("s2", 20), ("s1", 30)):
        rows = question(
            "SELECT CAST(:name AS VARCHAR) AS name, CAST(:position AS BIGINT) AS position", name=name, position=position
        )
        store.append(Batch(changes=[Change("positions", rows, ("name",))]))
    found = store.ask(question("SELECT name, position FROM positions ORDER BY name")).rows()
    assert found == [{"name": "s1", "position": 30}, {"name": "s2", "position": 20}]


def test_a_batch_with_an_impossible_change_writes_nothing(store, tmp_path):
    bad = Change("interactions", question("SELECT 1 AS id"))
    with pytest.raises(Invalid, match="not a table beside the stream"):
        store.append(Batch(some_rows(tmp_path / "a.parquet", "a"), changes=[bad]))
    assert customers(store) == []


def test_a_row_of_a_linked_identifier_arrives_at_its_profile_whichever_way_it_comes(store, tmp_path):
    identity = question("SELECT 'a' AS key, 'user_id' AS kind, 'a' AS value, 7 AS customer")
    store.append(Batch(changes=[Change("identifiers", identity, ("key",))]))
    store.append(Batch(some_rows(tmp_path / "a.parquet", "a", "b")))
    store.append(Batch(some_rows(tmp_path / "b.parquet", "b", "a")))
    assert customers(store) == [("a", 7), ("a", 7), ("b", profile_number("b")), ("b", profile_number("b"))]


def test_an_id_is_looked_for_only_as_far_back_as_a_batch_asks(store, tmp_path):
    rows = some_rows(tmp_path / "a.parquet", "a")
    store.append(Batch(rows))
    received = datetime(2026, 1, 1, tzinfo=UTC)
    assert store.append(Batch(rows, known_since=received)).known == 1
    assert store.append(Batch(rows, known_since=received + timedelta(seconds=1))).new == 1


def test_erasing_somebody_leaves_nothing_of_them_beside_the_stream_either(store, tmp_path):
    number = profile_number("a")
    link = "SELECT 'l' AS id, 'a' AS a, 'email:a@example.org' AS b, 'trait_email' AS rule"
    person = "SELECT CAST(:customer AS BIGINT) AS customer, 'A' AS name"
    listed = "SELECT 'loyal' AS segment, 'email:a@example.org' AS key"
    known = "SELECT 'email:a@example.org' AS key, CAST(:customer AS BIGINT) AS customer"
    store.append(
        Batch(
            some_rows(tmp_path / "a.parquet", "a", "b"),
            records=[Record("identity_decision", "l", {"a": "a", "b": "email:a@example.org"}), Record("kind", "k", {})],
            changes=[
                Change("links", question(link)),
                Change("profiles", question(person, customer=number)),
                Change("identifiers", question(known, customer=number)),
                Change("segment_keys", question(listed)),
            ],
        )
    )
    assert store.erase([number]) == 1
    assert [key for key, _ in customers(store)] == ["b"]
    for table in ("links", "profiles", "identifiers", "segment_keys"):
        assert store.ask(question(f"SELECT count(*) AS n FROM {table}"))["n"][0] == 0, table
    assert store.kept("identity_decision") == []
    assert len(store.kept("kind")) == 1
