"""What is refused waits, is counted, and can be replayed."""

from __future__ import annotations

from pathlib import Path

import pytest

from regard.base import NotFound
from regard.collect import arriving
from regard.collect.listening import Loader
from regard.collect.quarantine import counts, quarantined, replay
from regard.collect.recent import recent
from regard.collect.sources import Source
from regard.collect.spool import Arrived
from regard.stream import Store
from tests.collect.live.conftest import AT, WEB, append, arrived, ids, rows, track

BOT = {"userAgent": "Googlebot/2.1"}
KEEPS_BOTS = Source(WEB.key, "harbour", id="web", settings={"keeps_bots": True})


def fill(spool: Path, loader: Loader) -> None:
    append(
        spool,
        arrived(track(message_id="1"), track(message_id="2", context=BOT), sent_at="2026-05-04T12:00:00Z"),
        arrived(track(message_id="3", context=BOT, timestamp="2026-05-04T11:00:00Z"), {"type": "nothing"}),
        Arrived(WEB.key, AT, "batch", b"{not json", id="x"),
    )
    loader.step()


def test_refused_events_are_counted_by_reason_and_listed_newest_first(spool: Path, store: Store, loader: Loader):
    fill(spool, loader)
    assert counts(store) == {"bot": 2, "malformed": 1, "unknown_type": 1}
    found = quarantined(store)
    assert sorted(item.reason for item in found) == ["bot", "bot", "malformed", "unknown_type"]
    assert [item.id for item in found] == sorted((item.id for item in found), reverse=True)
    assert [item.id for item in quarantined(store, before=found[1].id)] == [item.id for item in found[2:]]
    assert {item.reason for item in quarantined(store, "bot")} == {"bot"}


def test_what_did_not_consent_is_not_even_in_the_quarantine(spool: Path, store: Store):
    careful = Source(WEB.key, "harbour", settings={"consent": ["analytics"], "silence_is_consent": False})
    loader = Loader(spool, lambda _: store, {WEB.key: careful}.get)
    append(spool, arrived(track(message_id="1")))
    assert loader.step() == 1
    assert (rows(store), rows(store, table="refused")) == ([], [])
    loader.close()


def test_a_replay_after_the_cause_is_put_right_moves_events_into_the_stream(spool, store: Store, loader: Loader):
    fill(spool, loader)
    done = replay("harbour", store, {WEB.key: KEEPS_BOTS}.get, reason="bot")
    assert (done.accepted, done.refused) == (2, 0)
    assert ids(store) == ["1", "2", "3"]
    assert counts(store) == {"malformed": 1, "unknown_type": 1}
    [third] = [row for row in rows(store) if row["id"] == "3"]
    assert (third["occurred_at"].hour, third["received_at"]) == (11, AT.replace(tzinfo=None))


def test_a_replay_of_chosen_events_leaves_the_others(spool, store: Store, loader: Loader):
    fill(spool, loader)
    [first, _] = quarantined(store, "bot")
    done = replay("harbour", store, {WEB.key: KEEPS_BOTS}.get, ids=[first.id])
    assert done.accepted == 1
    assert counts(store)["bot"] == 1


def test_what_is_refused_again_stays_once(spool, store: Store, loader: Loader):
    fill(spool, loader)
    for _ in range(2):
        done = replay("harbour", store, {WEB.key: WEB}.get)
        assert (done.accepted, done.refused) == (0, 4)
    assert counts(store) == {"bot": 2, "malformed": 1, "unknown_type": 1}
    with pytest.raises(NotFound):
        replay("harbour", store, {WEB.key: WEB}.get, reason="no_such_reason")


def test_a_replay_counts_the_events_of_a_body_that_was_refused_whole(
    spool, store: Store, loader: Loader, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as fault:
        fault.setattr(arriving, "events_of", lambda _: 1 // 0)
        append(spool, arrived(track(message_id="1"), track(message_id="2"), track(message_id="3", context=BOT)))
        loader.step()
    assert counts(store) == {"unforeseen": 1}
    done = replay("harbour", store, {WEB.key: WEB}.get)
    assert (done.accepted, done.refused) == (2, 1)
    assert (ids(store), counts(store)) == (["1", "2"], {"bot": 1})


def test_a_replay_of_what_must_be_forgotten_counts_it_as_neither(spool, store: Store, loader: Loader):
    append(spool, arrived(track(message_id="1", context=BOT)))
    loader.step()
    careful = Source(WEB.key, "harbour", settings={"consent": ["analytics"], "silence_is_consent": False})
    done = replay("harbour", store, {WEB.key: careful}.get)
    assert (done.accepted, done.refused) == (0, 0)
    assert (ids(store), counts(store)) == ([], {})


def test_an_event_that_is_there_already_leaves_the_quarantine_all_the_same(spool, store: Store, loader: Loader):
    append(spool, arrived(track(message_id="1", context=BOT)), arrived(track(message_id="1")))
    loader.step()
    replay("harbour", store, {WEB.key: KEEPS_BOTS}.get)
    assert (ids(store), counts(store)) == (["1"], {})


def test_the_live_view_shows_what_came_last_accepted_or_refused(spool, store: Store, loader: Loader):
    fill(spool, loader)
    append(spool, arrived(track("Tea Spilt", "9")))
    loader.step()
    seen = recent(store)
    assert len(seen) == 6
    assert {item.name for item in recent(store, outcome="accepted")} == {"Tea Poured", "Tea Spilt"}
    assert [item.id for item in recent(store, name="Tea Spilt")] == ["9"]
    assert len(recent(store, key=WEB.key, outcome="refused")) == 4
    assert recent(store, source_id="other", key="other") == []
