"""Whoever is erased is gone from what was refused as well; others stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regard.accounts.site import store_of
from regard.base.ids import profile_number
from regard.collect import load, parse_mapping
from regard.collect.batching import Kept, table_of_refused
from regard.collect.events import Refused
from regard.collect.forgetting import forget_refused, names_one, pattern_of, readable
from regard.collect.listening import Loader
from regard.collect.quarantine import counts
from regard.collect.spool import Arrived
from regard.profiles import identifier_of
from regard.profiles.site import erase_profile
from regard.stream import Batch, Store
from tests.collect.live.conftest import AT, WEB, append, arrived, rows, track
from tests.stream.rows import parquet

BOT = {"userAgent": "Googlebot/2.1"}
MAPPING = """
id = "id"
time = { column = "when", format = "iso" }
[customer]
column = "who"
anonymous = "refuse"
[[interactions]]
name = "Order Completed"
"""
ANN = ["email:ann@example.org", "phone:+48601234567", "7", "anonymous_id:0f8fad5b-d9cb-469f-a165-70867728950e"]


def found(text: str) -> bool:
    return names_one(readable(text), [identifier_of(key) for key in ANN])


@pytest.mark.parametrize(
    "event",
    [
        '{"userId": "7"}',
        '{"properties": {"customer_no": 7}}',
        '{"context": {"traits": {"email": "ANN@Example.org"}}}',
        r'{"email": "ann\u0040example.org"}',
        '{"url": "https://shop.example/?who=ann%40example.org"}',
        '{"note": "write to Ann <ann@example.org>, please"}',
        '{"phone": "+48 601-234-567"}',
        '{"anonymousId": "0f8fad5b-d9cb-469f-a165-70867728950e"}',
        '{"deep": {"json": "{\\"email\\": \\"ann@example.org\\"}"}}',
        '{not json, "userId":"7"',
        r"{not json ann\u0040example.org",
    ],
)
def test_an_identifier_is_found_however_it_is_written(event: str) -> None:
    assert found(json.dumps({"source": "k", "kind": "track", "event": event}))


@pytest.mark.parametrize(
    "event",
    [
        '{"userId": "77", "properties": {"total": 7}}',
        '{"email": "joann@example.org"}',
        '{"email": "ann@example.org.uk"}',
        '{"phone": "+486012345678"}',
        '{"properties": {"amount_paid": 7, "bid": 7, "max_bid": 7, "width": 7}}',
        '{"anonymousId": "0f8fad5b-d9cb-469f-a165-70867728950e0"}',
        "7",
        "",
        "[" * 100_000,
    ],
)
def test_somebody_else_is_not_taken_for_them(event: str) -> None:
    assert not found(json.dumps({"source": "k", "kind": "track", "event": event}))


def test_nobody_is_found_by_no_identifier() -> None:
    assert not pattern_of([]).search("anything")


def test_refused_events_and_rows_of_a_person_go_and_those_of_others_stay(
    spool: Path, store: Store, loader: Loader, tmp_path: Path
) -> None:
    append(
        spool,
        arrived(track(message_id="1", userId="7", context=BOT), track(message_id="2", userId="8", context=BOT)),
        Arrived(WEB.key, AT, "batch", b"\xff{not json ann@example.org", id="x"),
        Arrived(WEB.key, AT, "batch", b"{not json ben@example.org", id="y"),
    )
    loader.step()
    path = tmp_path / "orders.csv"
    path.write_text("id,who,when\n1,ann@example.org,never\n2,ben@example.org,never\n3,ben@example.org,2026-05-04\n")
    load(store, path, parse_mapping(MAPPING))
    assert counts(store) == {"bot": 2, "malformed": 2}
    assert forget_refused(store, ANN) == 3
    kept = [row["raw"] for row in rows(store, table="refused")]
    assert len(kept) == 3
    assert not any("ann@" in raw or '\\"7\\"' in raw for raw in kept)
    assert forget_refused(store, ANN) == 0


def test_a_row_of_a_file_is_looked_at_in_all_its_columns(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("id,source,event,base64,who,when\n1,shop,Bought,abc,ann@example.org,never\n")
    load(store, path, parse_mapping(MAPPING))
    assert forget_refused(store, ANN) == 1


def test_a_text_that_is_nothing_but_names_holds_nothing_up() -> None:
    assert not found('{"note": "' + "id user " * 50_000 + '"}')


def test_somebody_of_thousands_of_identifiers_is_found_in_a_long_text() -> None:
    known = [identifier_of(f"anonymous_id:browser-{number}") for number in range(5_000)]
    text = '{"note": "' + "nobody of us, " * 5_000 + '", "anonymousId": "%s"}'
    assert [names_one(text % one, known) for one in ("browser-4999", "browser-49999")] == [True, False]


def test_erasing_somebody_reaches_the_quarantine(workspace, tmp_path: Path) -> None:
    store, known = store_of(workspace), {"occurred_at": AT, "received_at": AT, "name": "Page Viewed"}
    people = [{**known, "id": key, "source_key": key, "customer": profile_number(key)} for key in ("ada", "ben")]
    refused = [
        Kept(Refused("bot", "a bot"), json.dumps({"source": "k", "event": track(userId=who)}), AT)
        for who in ("ada", "ben")
    ]
    store.append(Batch(parquet(tmp_path / "rows.parquet", people), table_of_refused(refused)))
    erase_profile(workspace, profile_number("ada"))
    assert [json.loads(row["raw"])["event"]["userId"] for row in rows(store, table="refused")] == ["ben"]
