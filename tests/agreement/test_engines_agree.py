"""Every question, on every engine, with the same numbers to the last digit."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from regard import metrics, profiles
from regard.base import RegardError
from regard.base.ids import profile_number
from regard.metrics import CATALOGUE, Slice
from regard.metrics.asking import forget
from regard.profiles import condition_of, keep_segment
from regard.profiles.traits import traits_of
from regard.report.questions import suggestions
from regard.stream import Batch, Question, Record, Store, compose, open_store
from tests.agreement.company import interactions
from tests.agreement.recording import Recording
from tests.stream.rows import parquet

pytestmark = [pytest.mark.clickhouse, pytest.mark.long]

GAPS: dict[str, str] = {}
"""Questions on which an engine is known to differ, by name, with the reason. One that agrees after all fails the suite."""

SETTINGS = {"name": "Awkward", "time_zone": "America/New_York", "kind": "non_contractual", "minimum_n": 5}

FIRST = datetime.fromisoformat("2025-01-01T00:00:00+00:00")
EVIDENCE = [
    profiles.Evidence(
        profiles.Identifier("user_id", "it's"), profiles.Identifier(kind, value), "same_event", "web", FIRST
    )
    for kind, value in (("anonymous_id", "x"), ("anonymous_id", "żółć"), ("email", 'a"b@shop.example'))
]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return parquet(tmp_path_factory.mktemp("agreement") / "rows.parquet", interactions())


@pytest.fixture(scope="module")
def duck(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    with open_store(tmp_path_factory.mktemp("duck") / "company.duckdb") as store:
        yield Recording(filled(store, rows))


@pytest.fixture(scope="module")
def house(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    from regard.stream.engines.clickhouse import ClickHouseStore

    store = ClickHouseStore(str(tmp_path_factory.mktemp("clickhouse")))
    yield filled(store, rows)
    store.close()


def filled(store: Any, rows: Path) -> Any:
    properties = [Record("property", name, {}) for name in ("plan", "level", 'odd "name"', "expires_at")]
    store.append(Batch(rows, records=[Record("settings", "workspace", SETTINGS), *properties]))
    found = profiles.resolve(store, EVIDENCE)
    store.append(Batch(changes=found.changes, moves=found.moves))
    profiles.refresh_profiles(store)
    buyers = condition_of({"kind": "did", "name": "Order Completed", "times": {"at_least": 2}})
    keep_segment(store, "Buyers", buyers, key="buyers")
    return store


SLICES = [
    Slice(),
    Slice(every="month"),
    Slice(every="week", start=date(2025, 3, 1), end=date(2025, 6, 1)),
    Slice(every="day", start=date(2025, 10, 20), end=date(2025, 11, 5)),
    Slice(every="quarter", by="channel"),
    Slice(every="year"),
    Slice(by="plan"),
    Slice(by="level"),
    Slice(by='odd "name"'),
    Slice(by="language", where={"channel": ["web", "phone"]}),
    Slice(where={"plan": "it's", "agent": None}),
    Slice(as_of=datetime.fromisoformat("2025-07-01T00:00:00+00:00")),
    Slice(where={"segment": "buyers"}),
    Slice(every="quarter", where={"segment": "buyers", "channel": "web"}),
]


def ask_everything(store: Any) -> None:
    """Use every verb of the product that asks the store, over slices of every shape."""
    for name in CATALOGUE:
        for slice in SLICES:
            with contextlib.suppress(RegardError):  # some metrics refuse some break-downs, in words
                metrics.measure(store, name, slice)
                metrics.rows_behind(store, name, slice, limit=20)
        with contextlib.suppress(RegardError):
            metrics.compare(store, name, "2025-03", "2025-09", Slice(by="channel"))
        with contextlib.suppress(RegardError):
            metrics.explain(store, name, "2025-03", "2025-09", Slice(by="channel"))
    metrics.overview(store)
    suggestions(store, metrics.breakdowns(store))
    metrics.cohorts(store)
    metrics.cohorts(store, Slice(start=date(2025, 3, 10), where={"channel": ["web", "phone"]}))
    metrics.time_span(store)


def ask_about_contracts(store: Any) -> None:
    """The same company, were it to live by contracts."""
    store.keep(Record("settings", "workspace", {**SETTINGS, "kind": "contractual"}))
    for slice in SLICES:
        metrics.measure_many(store, ["retention", "churn"], slice)
    metrics.cohorts(store)
    store.keep(Record("settings", "workspace", SETTINGS))


def ask_about_people(store: Any) -> None:
    """Every verb about profiles that only reads."""
    for text in ("c7", "c7@shop.example", "name it's", "order", "ticket-3-1", "żółć", "\\", "%"):
        profiles.search_profiles(store, text)
    for customer in range(0, 120, 7):
        with contextlib.suppress(RegardError):  # somebody may have done nothing
            profiles.profile(store, customer)
            first = profiles.timeline(store, customer, limit=3)
            profiles.timeline(store, customer, before=first.following, where={"channel": "web"}, limit=3)
            profiles.kinds_of(store, customer)
            profiles.preview_merge(store, customer, customer + 1)
    with contextlib.suppress(RegardError):
        profiles.profile(store, profile_number("anonymous_id:x"))
    profiles.accounts(store)
    profiles.accounts(store, "T 3")
    profiles.account(store, "account 3")
    profiles.resolve(store, EVIDENCE)
    traits_of(store, list(range(120)))
    measured = Slice(where={"customer.account": ["account 1", "account 2"]})
    metrics.measure(store, "nps", measured)
    assert profiles.refresh_profiles(store) == 0


@pytest.fixture(scope="module")
def questions(duck: Recording) -> list[Question]:
    forget()
    ask_everything(duck)
    ask_about_contracts(duck)
    ask_about_people(duck)
    return list(duck.asked.values())


def plain(value: Any) -> Any:
    """One spelling for what engines return in different types; never a rounding."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value
    if isinstance(value, bool):
        return int(value)
    if type(value) is date:
        return datetime(value.year, value.month, value.day)
    return value


def answer(store: Any, question: Question) -> list[tuple[Any, ...]]:
    """The rows in an order of their own: an engine promises none."""
    listed = Question(question.name, question.sql, question.parameters)
    columns = store.ask(listed).columns
    found = [tuple(map(plain, values)) for values in zip(*columns.values(), strict=True)]
    return sorted(found, key=repr)


def test_both_engines_hold_the_same_rows(duck, house):
    everything = Question("everything", compose.select("*").from_(compose.TABLE))
    assert answer(duck, everything) == answer(house, everything)
    for table in ("links", "identifiers", "profiles"):
        beside = Question(table, compose.select("*").from_(table))
        assert answer(duck, beside) == answer(house, beside)


def test_the_suite_sees_every_kind_of_question(questions):
    assert len({question.name for question in questions}) >= 8
    assert len(questions) > 100


def test_every_question_has_the_same_answer_on_every_engine(questions, duck, house):
    different = {}
    for question in questions:
        expected = answer(duck, question)
        try:
            found = answer(house, question)
        except RegardError as error:
            found = [(str(error),)]
        if found != expected:
            shown = [pair for pair in zip(expected, found, strict=False) if pair[0] != pair[1]][:2]
            different.setdefault(question.name, f"{len(expected)} rows / {len(found)}: {shown} {house.dialect}")
    assert different.keys() == GAPS.keys(), "\n\n".join(f"{name}: {text}" for name, text in different.items())


def test_a_second_arrival_changes_nothing_on_either_engine(duck, house, rows):
    assert duck.append(Batch(rows)).new == house.append(Batch(rows)).new == 0


def test_records_keep_their_versions_on_either_engine(duck, house):
    for store in (duck, house):
        store.keep(Record("note", "a", {"text": "it's"}))
        store.keep(Record("note", "a", {"text": "two"}, made_by="ann"))
        assert [item.version for item in store.kept("note", all_versions=True)] == [1, 2]
        assert (store.kept("note")[0].body, store.kept("note")[0].made_by) == ({"text": "two"}, "ann")
