"""Segments: kept as versions, counted, listed by upload, and their comings and goings told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from regard.base import Conflict, Invalid, NotFound, clock, events
from regard.base.ids import profile_number
from regard.profiles.conditions import Condition, condition_of
from regard.profiles.listing import upload_list
from regard.profiles.membership import refresh_memberships, segments_of
from regard.profiles.model import SegmentEntered, SegmentLeft
from regard.profiles.segments import (
    count_customers,
    find_segment,
    get_segment,
    keep_segment,
    known_segments,
    moment_of,
    remove_segment,
    sample_customers,
)
from regard.stream import IN_MEMORY, Batch, Store, open_store
from tests.stream.rows import NOON, parquet, row

RETURNS = condition_of({"kind": "did", "name": "Order Refunded", "times": {"at_least": 2}})


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store(IN_MEMORY) as found:
        yield found


@pytest.fixture
def told() -> Iterator[list[Any]]:
    heard: list[Any] = []
    for kind in (SegmentEntered, SegmentLeft):
        events.subscribe(kind, heard.append)
    yield heard
    for kind in (SegmentEntered, SegmentLeft):
        events.unsubscribe(kind, heard.append)


def load(store: Store, folder: Path, *rows: dict[str, Any]) -> None:
    store.append(Batch(parquet(folder / "rows.parquet", list(rows))))


def event(number: int, key: str, name: str = "Order Refunded", **given: Any) -> dict[str, Any]:
    return row(number, source_key=key, customer=profile_number(key), name=name, **given)


def of(key: str) -> Condition:
    return condition_of({"kind": "segment", "key": key})


def test_a_segment_is_kept_as_versions_under_a_key_made_of_its_name(store) -> None:
    first = keep_segment(store, " Many  returns ", RETURNS, made_by="ann")
    assert (first.key, first.title, first.version, first.made_by) == ("many-returns", "Many returns", 1, "ann")
    second = keep_segment(store, "Returns", RETURNS, key=first.key)
    assert (second.key, second.version) == ("many-returns", 2)
    assert keep_segment(store, "Many returns", RETURNS).key == "many-returns-2"
    assert [one.title for one in known_segments(store)] == ["Many returns", "Returns"]


def test_a_segment_without_a_usable_name_or_of_itself_is_refused(store) -> None:
    with pytest.raises(Invalid, match="name"):
        keep_segment(store, "  ", RETURNS)
    with pytest.raises(Invalid, match="name"):
        keep_segment(store, "a\0b", RETURNS)
    with pytest.raises(Invalid, match="depend on itself"):
        keep_segment(store, "A", of("a"), key="a")
    with pytest.raises(Invalid, match="no segment"):
        keep_segment(store, "A", of("nobody"))
    keep_segment(store, "A", RETURNS, key="a")
    keep_segment(store, "B", of("a"), key="b")
    with pytest.raises(Invalid, match="a → b → a"):
        keep_segment(store, "A", of("b"), key="a")


def test_a_segment_that_others_name_is_not_removed(store) -> None:
    keep_segment(store, "A", RETURNS, key="a")
    keep_segment(store, "B", of("a"), key="b")
    with pytest.raises(Conflict, match="B"):
        remove_segment(store, "a")
    remove_segment(store, "b")
    remove_segment(store, "a")
    assert known_segments(store) == []
    assert find_segment(store, "a") is None
    with pytest.raises(NotFound):
        get_segment(store, "a")


def test_a_segment_is_counted_and_sampled_with_the_names_that_are_known(store, tmp_path) -> None:
    traits = json.dumps({"firstName": "Ada", "lastName": "King"})
    returns = [event(number, key) for number, key in enumerate(["1", "1", "2", "2", "3"])]
    load(store, tmp_path, *returns, event(9, "1", "Profile Updated", properties=traits))
    assert count_customers(store, RETURNS) == 2
    assert {one.source_key: one.name for one in sample_customers(store, RETURNS)} == {"1": "Ada King", "2": None}


def test_the_last_days_end_where_the_data_end_and_never_in_the_future(store, tmp_path) -> None:
    load(store, tmp_path, event(1, "1"), event(2, "1", occurred_at=NOON + timedelta(days=400)))
    with clock.frozen(datetime(2030, 1, 1, tzinfo=UTC)):
        assert moment_of(store).at.replace(tzinfo=None) == NOON + timedelta(days=400, microseconds=1)
    with clock.frozen(datetime(2026, 3, 2, 9, 30, 5, tzinfo=UTC)):
        assert moment_of(store).at == datetime(2026, 3, 2, 9, 31, 0, 1, tzinfo=UTC)
        assert count_customers(store, RETURNS) == 0
    as_of = datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert moment_of(store, as_of).at == as_of + timedelta(microseconds=1)


def test_null_takes_a_trait_away_until_it_is_said_again(store, tmp_path) -> None:
    said = [{"plan": "pro"}, {"city": "Lyon"}, {"plan": None}, {"plan": "free"}]
    rows = [
        event(place, "1", "Profile Updated", properties=json.dumps(traits), occurred_at=NOON + timedelta(hours=place))
        for place, traits in enumerate(said)
    ]
    plans = []
    for place in range(4):
        load(store, tmp_path, rows[place])
        tests = {"pro": {"value": "pro"}, "free": {"value": "free"}, None: {"is": "missing"}}
        plans += [
            plan
            for plan, test in tests.items()
            if count_customers(store, condition_of({"kind": "trait", "name": "plan", **test}))
        ]
    assert plans == ["pro", "pro", None, "free"]


# --- memberships ---------------------------------------------------------------------------------------------------


def test_entering_and_leaving_are_told_once(store, told, tmp_path) -> None:
    one, two = profile_number("1"), profile_number("2")
    keep_segment(store, "Returns", RETURNS, key="returns")
    load(store, tmp_path, *(event(number, key) for number, key in enumerate(["1", "1", "2"])))
    assert refresh_memberships(store, "harbour")
    assert told == [SegmentEntered("harbour", "returns", [one])]
    assert not refresh_memberships(store, "harbour")
    load(store, tmp_path, event(9, "2"))
    refresh_memberships(store, "harbour")
    assert told[1:] == [SegmentEntered("harbour", "returns", [two])]
    assert (segments_of(store, one), segments_of(store, two)) == (["returns"], ["returns"])
    store.append(Batch(moves={"2": one}))
    refresh_memberships(store, "harbour")
    assert told[2:] == [SegmentLeft("harbour", "returns", [two])]
    remove_segment(store, "returns")
    refresh_memberships(store, "harbour")
    assert told[3:] == [SegmentLeft("harbour", "returns", [one])]
    assert segments_of(store, one) == []


# --- lists ---------------------------------------------------------------------------------------------------------


def test_a_list_finds_people_by_id_by_address_and_by_what_their_traits_say(store, tmp_path) -> None:
    mail = json.dumps({"email": "Ann@Example.org"})
    load(
        store,
        tmp_path,
        event(1, "1042"),
        event(2, "email:bo@example.org"),
        event(3, "7", "Profile Updated", properties=mail),
        event(4, "8"),
    )
    data = b"name;E-mail\nA;1042\nB;BO@example.org\nC;ann@example.org\nD;nobody@example.org\nD;nobody@example.org\n"
    found = upload_list(store, "Guests", data)
    assert found.identifiers == 4
    assert found.unknown == ["email:nobody@example.org"]
    assert {one.source_key for one in sample_customers(store, of("guests"))} == {"1042", "email:bo@example.org", "7"}


def test_whoever_turns_up_under_a_listed_identifier_belongs_to_the_list(store, tmp_path) -> None:
    load(store, tmp_path, event(1, "1"))
    upload_list(store, "Guests", b"1\n2\n")
    assert count_customers(store, of("guests")) == 1
    load(store, tmp_path, event(2, "2"))
    assert count_customers(store, of("guests")) == 2


def test_a_list_is_replaced_whole_and_follows_merges(store, tmp_path) -> None:
    load(store, tmp_path, event(1, "1"), event(2, "2"), event(3, "3"))
    upload_list(store, "Guests", b"id\n1\n2\n")
    upload_list(store, "Guests", b"id\n3\n", key="guests")
    assert [one.source_key for one in sample_customers(store, of("guests"))] == ["3"]
    assert get_segment(store, "guests").is_list


@pytest.mark.parametrize("data", [b"", b"\n \n", b"email\n", b"id\nnull\n-1\n", "Łódź".encode("utf-16")])
def test_a_file_that_names_nobody_is_refused_and_makes_no_list(store, data) -> None:
    with pytest.raises(Invalid):
        upload_list(store, "Guests", data)
    assert known_segments(store) == []
