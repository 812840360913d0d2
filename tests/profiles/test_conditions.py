"""A condition has two readers, and they agree: about everybody, at every moment, on every engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from regard.base import Invalid
from regard.base.ids import profile_number
from regard.profiles.conditions import Condition, Moment, as_json, condition_of, resolved
from regard.profiles.matching import ProfileView, matches
from regard.profiles.selecting import select_customers
from regard.profiles.traits import traits_of
from regard.stream import COLUMNS, IN_MEMORY, Batch, Change, Question, Store, open_store
from tests.profiles.people import CONDITIONS, MOMENTS, NOW, TRAITS, VALUES, population, population_file
from tests.stream.rows import NOON, parquet, row

LISTED = [f"customer-{number}" for number in range(0, 300, 3)]


def filled(store: Any, rows: Path, folder: Path) -> Any:
    keys = {"segment": ["vip"] * len(LISTED), "key": LISTED, "number": [profile_number(key) for key in LISTED]}
    pq.write_table(pa.table(keys), folder / "keys.parquet")
    store.append(Batch(rows, changes=[Change("segment_keys", folder / "keys.parquet")]))
    return store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("people")
    with open_store(IN_MEMORY) as found:
        yield filled(found, population_file(folder, 1), folder)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    pytest.importorskip("chdb")
    from regard.stream.engines.clickhouse import ClickHouseStore

    folder = tmp_path_factory.mktemp("people")
    found = ClickHouseStore(str(tmp_path_factory.mktemp("clickhouse")))
    yield filled(found, population_file(folder, 1), folder)
    found.close()


def lives(rows: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    empty = dict.fromkeys(COLUMNS)
    found: dict[int, list[dict[str, Any]]] = {}
    for one in rows:
        found.setdefault(one["customer"], []).append({**empty, **one})
    return found


LIVES = lives(population(1))
LISTS = {profile_number(key): frozenset({"vip"}) for key in LISTED}


def selected(store: Store, condition: Condition, moment: Moment) -> list[int]:
    return store.ask(Question("members", select_customers(condition, moment)))["customer"]


def matching(condition: Condition, moment: Moment) -> set[int]:
    views = {who: ProfileView(rows, moment, LISTS.get(who, frozenset())) for who, rows in LIVES.items()}
    return {who for who, view in views.items() if matches(condition, view)}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONDITIONS, MOMENTS)
def test_both_readers_of_a_condition_find_the_same_customers(store, condition, moment) -> None:
    found = selected(store, condition, moment)
    assert set(found) == matching(condition, moment)
    assert len(found) == len(set(found))


@pytest.mark.clickhouse
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONDITIONS, MOMENTS)
def test_every_engine_selects_the_same_customers(store, house, condition, moment) -> None:
    assert sorted(selected(house, condition, moment)) == sorted(selected(store, condition, moment))


def test_a_profile_shows_the_traits_by_which_segments_choose(store) -> None:
    shown = traits_of(store, list(LIVES))
    afterwards = Moment(at=NOW + timedelta(days=30))
    for name in TRAITS:
        for value in [one for one in VALUES if isinstance(one, str) and one]:
            having = {who for who, traits in shown.items() if as_text(traits.get(name)) == value}
            test = {"kind": "trait", "name": name, "value": value}
            assert set(selected(store, condition_of(test), afterwards)) == having


@pytest.mark.parametrize("odd", ["9" * 5000, "[" * 980 + "]" * 980, "1e400"], ids=["endless", "deep", "infinite"])
def test_properties_that_cannot_be_read_stop_no_match(odd: str) -> None:
    told = f'{{"plan": "pro", "odd": {odd}}}'
    seen = dict.fromkeys(COLUMNS) | {"name": "Profile Updated", "occurred_at": NOON, "received_at": NOON}
    view = ProfileView([{**seen, "properties": told}], Moment(at=NOW + timedelta(days=1)))
    for name in ("plan", "odd"):
        having = matches(condition_of({"kind": "trait", "name": name, "is": "exists"}), view)
        assert having == (not odd.startswith("["))  # nested too deeply: nothing of it is known


def as_text(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else json.dumps(value, separators=(",", ":"))


@given(CONDITIONS)
def test_a_condition_survives_being_kept(condition) -> None:
    assert condition_of(json.loads(json.dumps(as_json(condition)))) == condition


@given(CONDITIONS, MOMENTS)
@settings(max_examples=30, deadline=None)
def test_a_condition_and_its_opposite_divide_the_customers(store, condition, moment) -> None:
    inside = set(selected(store, condition, moment))
    opposite = condition_of({"kind": "not", "of": as_json(condition)})
    outside = set(selected(store, opposite, moment))
    everybody = condition_of({"kind": "any", "of": [as_json(condition), {"kind": "not", "of": as_json(condition)}]})
    assert not inside & outside
    assert inside | outside == set(selected(store, everybody, moment))


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"kind": "all", "of": []}, "condition"),
        ({"kind": "all", "of": [{"kind": "trait", "name": "age", "is": "above", "value": "ten"}]}, "of[0]"),
        ({"kind": "trait", "name": "age", "is": "like", "value": "x"}, "is"),
        ({"kind": "trait", "name": "born", "is": "before", "value": "31.12.2026"}, "condition"),
        ({"kind": "did", "name": "Order Completed", "during": {"within_days": 0}}, "during"),
        ({"kind": "did", "name": "Order Completed", "times": {"at_least": 1.5}}, "condition"),
        ({"kind": "did", "name": "Order Completed", "times": {"at_most": 0}, "amount": {"at_least": 1}}, "condition"),
        ({"kind": "did", "name": "Order Completed", "where": [{"column": "id", "value": "x"}]}, "where[0]"),
        ({"kind": "score", "metric": "nps", "scale": [10, 0], "between": {"at_least": 1}}, "condition"),
        ({"kind": "not", "of": {"kind": "nobody"}}, "of.kind"),
        ({"kind": "trait", "name": "plan", "value": "a", "extra": 1}, "condition"),
        ({"kind": "trait", "name": "half \ud800", "is": "exists"}, "condition"),
        ({"kind": "trait", "name": "plan", "value": "half \ud800"}, "condition"),
        ({"kind": "list", "key": "half \ud800"}, "condition"),
        ({"kind": "segment", "key": "a\0"}, "condition"),
        ("everybody", "condition"),
        (None, "condition"),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused_by_the_path_of_what_is_wrong(given: Any, path: str) -> None:
    with pytest.raises(Invalid) as refusal:
        condition_of(given)
    assert refusal.value.field == path


def test_a_condition_nested_beyond_measure_is_refused() -> None:
    deep: Any = {"kind": "trait", "name": "plan", "is": "exists"}
    for _ in range(2000):
        deep = {"kind": "not", "of": deep}
    with pytest.raises(Invalid):
        condition_of(deep)


def test_a_segment_that_depends_on_itself_is_refused_with_the_way_around() -> None:
    known = {
        "a": condition_of({"kind": "segment", "key": "b"}),
        "b": condition_of({"kind": "not", "of": {"kind": "segment", "key": "a"}}),
    }
    with pytest.raises(Invalid, match="a → b → a"):
        resolved(condition_of({"kind": "segment", "key": "a"}), known)


def test_two_returns_in_ninety_days_are_counted_to_the_instant(tmp_path: Path) -> None:
    from datetime import timedelta

    condition = condition_of(
        {"kind": "did", "name": "Order Refunded", "times": {"at_least": 2}, "during": {"within_days": 90}}
    )
    edge = (NOW - timedelta(days=90)).replace(tzinfo=None)
    at = {"at the edge": (edge, edge), "before it": (edge, edge - timedelta(microseconds=1))}
    rows = [
        row(2 * number + place, customer=number, name="Order Refunded", occurred_at=instant)
        for number, pair in enumerate(at.values())
        for place, instant in enumerate(pair)
    ]
    with open_store(IN_MEMORY) as store:
        store.append(Batch(parquet(tmp_path / "rows.parquet", rows)))
        assert selected(store, condition, Moment(at=NOW)) == [0]


def test_a_kind_that_is_half_a_letter_is_refused() -> None:
    with pytest.raises(Invalid):
        condition_of({"kind": "\ud800"})
