"""The table of profiles, search, timelines and accounts, held against what the rows say."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from regard import metrics
from regard.base import NotFound
from regard.base.ids import profile_number
from regard.metrics import Slice
from regard.profiles import (
    FoundBy,
    account,
    accounts,
    kinds_of,
    merge,
    profile,
    refresh_profiles,
    resolve,
    search_profiles,
    timeline,
    unmerge,
)
from regard.stream import IN_MEMORY, Batch, Question, Record, open_store
from regard.stream.compose import sql
from tests.profiles.evidence import links_in, lives, seen, write
from tests.stream.rows import parquet

NOON = datetime(2026, 3, 1, 12)


@pytest.fixture
def store():
    with open_store(IN_MEMORY) as opened:
        yield opened


def event(key, name, minutes=0, **given):
    at = NOON + timedelta(minutes=minutes)
    properties = given.pop("properties", None)
    text = properties if isinstance(properties, str) else properties and json.dumps(properties)
    whose = {"source_key": key, "customer": profile_number(key), "properties": text}
    return {"occurred_at": at, "received_at": at, "name": name, **whose, **given}


def load(store, folder, *events, first=0):
    rows = [{"id": f"e{first + place:03d}", **row} for place, row in enumerate(events)]
    store.append(Batch(parquet(folder / f"{first}.parquet", rows)))


def table(store):
    """The table of profiles as it is, and as the rows say that it should be."""
    kept = store.ask(Question("p", sql("SELECT customer, interactions, traits FROM profiles"))).rows()
    assert len(kept) == len({row["customer"] for row in kept})
    text = "SELECT customer, name, properties FROM interactions WHERE NOT customer IS NULL ORDER BY occurred_at, id"
    counts, traits = defaultdict(int), defaultdict(dict)
    for row in store.ask(Question("i", sql(text))).rows():
        counts[row["customer"]] += 1
        if row["name"] == "Profile Updated":
            traits[row["customer"]] |= json.loads(row["properties"])
    found = {row["customer"]: (row["interactions"], json.loads(row["traits"] or "{}")) for row in kept}
    return found, {number: (count, traits[number]) for number, count in counts.items()}


def people(store, folder):
    load(
        store,
        folder,
        event(
            "1042", "Profile Updated", properties={"name": "Anna Kowal", "email": "Anna@shop.example", "phone": "+48 5"}
        ),
        event("1042", "Order Completed", 1, amount=20.0, currency="EUR", subject="order-77"),
        event("1042", "Order Refunded", 2, amount=5.0, currency="EUR", subject="order-77"),
        event("1042", "Ticket Opened", 3, subject="T1"),
        event("1042", "Survey Answered", 4, metric="nps", score=9.0, scale_min=0.0, scale_max=10.0, channel="email"),
        event("1042", "Consent Given", 5, properties={"purpose": "marketing"}),
        event("1042", "Consent Withdrawn", 6, properties={"purpose": "marketing"}),
        event("1042", "Account Joined", 7, subject="acme", properties={"name": "Acme"}),
        event("2077", "Profile Updated", properties={"name": "Joanna Nowak", "email": "jo@shop.example"}),
        event("2077", "Account Joined", 1, subject="acme"),
        event("2077", "Survey Answered", 2, metric="nps", score=3.0, scale_min=0.0, scale_max=10.0),
        event("3", "Profile Updated", properties="not JSON"),
        event("3", "Survey Answered", 2, metric="nps", score=6.0, scale_min=0.0, scale_max=10.0),
    )
    refresh_profiles(store)


def found(store, text):
    return [(item.customer, item.by) for item in search_profiles(store, text)]


# --- the table -----------------------------------------------------------------------------------------------------


def test_the_table_follows_rows_merges_late_rows_and_erasure(store, tmp_path):
    store.append(Batch(lives(tmp_path)))
    assert refresh_profiles(store) == 18
    steps = [
        lambda: write(store, resolve(store, [seen("u0", "anonymous_id:a0"), seen("u1", "email:e1")])),
        lambda: load(store, tmp_path, event("u0", "Profile Updated", properties={"plan": "late"}), first=1),
        lambda: load(store, tmp_path, event("new", "Page Viewed", -90 * 1440), first=2),
        lambda: merge(store, profile_number("u2"), profile_number("u3")),
        lambda: unmerge(store, next(link.id for link in links_in(store) if link.rule == "merge")),
    ]
    for step in steps:
        step()
        assert refresh_profiles(store) > 0
        kept, said = table(store)
        assert kept == said
        assert refresh_profiles(store) == 0
    store.erase([profile_number("u1")])  # takes the profile with it
    kept, said = table(store)
    assert kept == said
    assert refresh_profiles(store) == 0


def test_a_small_addition_touches_only_its_own_profiles(store, tmp_path):
    store.append(Batch(lives(tmp_path)))
    refresh_profiles(store)
    load(store, tmp_path, event("u0", "Page Viewed", 1), event("fresh", "Page Viewed", 2), first=9)
    assert refresh_profiles(store) == 2


# --- search --------------------------------------------------------------------------------------------------------


def test_people_are_found_by_name_address_phone_identifier_and_order(store, tmp_path):
    people(store, tmp_path)
    anna, joanna = profile_number("1042"), profile_number("2077")
    assert found(store, "1042") == [(anna, FoundBy.IDENTIFIER)]
    assert found(store, "order-77") == [(anna, FoundBy.SUBJECT)]
    assert found(store, "anna") == [(anna, FoundBy.BEGINNING), (joanna, FoundBy.INSIDE)]
    assert found(store, "NOWAK jo") == [(joanna, FoundBy.INSIDE)]
    assert found(store, "anna@SHOP") == [(anna, FoundBy.BEGINNING)]
    assert found(store, "+48") == [(anna, FoundBy.BEGINNING)]
    assert found(store, "104")[0] == (anna, FoundBy.BEGINNING)


@pytest.mark.parametrize("text", ["", "   ", "nobody at all", "%", "'", "_", "\\", "x" * 5000, "\n"])
def test_what_nobody_is_called_finds_nobody(store, tmp_path, text):
    people(store, tmp_path)
    assert search_profiles(store, text) == []


# --- one person ----------------------------------------------------------------------------------------------------


def test_a_profile_tells_the_whole_person(store, tmp_path):
    people(store, tmp_path)
    whole = profile(store, profile_number("1042"))
    assert (whole.name, whole.email, whole.phone, whole.account) == ("Anna Kowal", "Anna@shop.example", "+48 5", "acme")
    assert (whole.interactions, whole.value) == (8, {"EUR": 15.0})
    assert [ticket.subject for ticket in whole.open_tickets] == ["T1"]
    assert [(answer.metric, answer.score) for answer in whole.scores] == [("nps", 9.0)]
    assert [(consent.purpose, consent.is_given) for consent in whole.consents] == [("marketing", False)]
    assert [identifier.key for identifier in whole.identifiers] == ["1042"]


def test_a_number_that_was_merged_away_leads_to_the_profile_it_is_part_of(store, tmp_path):
    people(store, tmp_path)
    merge(store, profile_number("1042"), profile_number("2077"), "ann")
    whole = profile(store, profile_number("2077"))
    assert whole.number == profile_number("1042")
    assert (whole.interactions, [link.rule for link in whole.evidence]) == (11, ["merge"])
    with pytest.raises(NotFound):
        profile(store, 12345)


def test_a_timeline_is_read_page_by_page_without_gap_or_repetition(store, tmp_path):
    events = [event("1", "Page Viewed", place // 3, channel="web" if place % 2 else "app") for place in range(25)]
    load(store, tmp_path, *events, event("2", "Page Viewed"))
    whole, pages, before = timeline(store, profile_number("1")), [], None
    while True:
        page = timeline(store, profile_number("1"), before=before, limit=4)
        pages += page.interactions
        before = page.following
        if before is None:
            break
    assert [item.id for item in pages] == [item.id for item in whole.interactions]
    assert [item.id for item in pages] == [f"e{place:03d}" for place in reversed(range(25))]
    assert {item.channel for item in timeline(store, profile_number("1"), where={"channel": "app"}).interactions} == {
        "app"
    }
    assert kinds_of(store, profile_number("1")) == {"name": {"Page Viewed": 25}, "channel": {"app": 13, "web": 12}}


def test_what_belongs_to_one_order_stands_together(store, tmp_path):
    people(store, tmp_path)
    page = timeline(store, profile_number("1042"))
    threads = {thread.subject: len(thread.interactions) for thread in page.threads() if thread.subject}
    assert threads == {"acme": 1, "T1": 1, "order-77": 2}
    assert page.interactions[0].occurred_at.tzinfo is UTC


# --- accounts ------------------------------------------------------------------------------------------------------


def test_an_account_has_its_people_and_its_own_figures(store, tmp_path):
    people(store, tmp_path)
    assert [(item.key, item.people, item.interactions) for item in accounts(store)] == [("acme", 2, 11)]
    acme = account(store, "acme")
    assert (acme.name, {item.name for item in acme.some_people}) == ("Acme", {"Anna Kowal", "Joanna Nowak"})
    store.keep(
        Record("settings", "workspace", {"name": "Shop", "time_zone": "UTC", "kind": "contractual", "minimum_n": 1})
    )
    whole = metrics.measure(store, "nps").figures[0].estimate
    rolled = metrics.measure(store, "nps", Slice(where={"customer.account": "acme"})).figures[0].estimate
    assert (whole.n, rolled.n) == (3, 2)
    with pytest.raises(NotFound):
        account(store, "nobody")
