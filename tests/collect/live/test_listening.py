"""From the spool into the stream, each event exactly once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from regard.base import Invalid, Unavailable
from regard.base.ids import profile_number
from regard.collect import arriving as reading
from regard.collect.listening import Loader
from regard.collect.protocol import EVENT_LIMIT, checked
from regard.collect.quarantine import replay
from regard.collect.sources import Source
from regard.collect.spool import Arrived, read_segment, segments
from regard.profiles import DEFAULT_RULES, change_rules
from regard.stream import Batch, Store, open_store
from tests.collect.live.conftest import AT, WEB, append, arrived, ids, rows, track
from tests.serving import PATIENCE_SECONDS


class Breaking:
    """A store whose writes fail before (or after) they are done, as often as told."""

    def __init__(self, store: Store, fails: int, *, is_after: bool = False):
        self._store, self.fails, self._is_after = store, fails, is_after

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def append(self, batch: Batch):
        if self.fails and not self._is_after:
            self.fails -= 1
            raise Unavailable("the disk is full", code="disk_full")
        done = self._store.append(batch)
        if self.fails:
            self.fails -= 1
            raise Unavailable("the owner has gone", code="owner_gone")
        return done


def test_what_arrived_is_in_the_stream_with_its_source_and_its_person(spool: Path, store: Store, loader: Loader):
    append(spool, arrived(track(message_id="1", properties={"cup": "blue"}, context={"locale": "pl-PL"})))
    assert loader.step() == 1
    [row] = rows(store)
    assert (row["id"], row["name"], row["source_key"], row["load"]) == ("1", "Tea Poured", "ada", "live/web")
    assert (row["customer"], row["language"]) == (profile_number("ada"), "pl")
    assert (row["properties"], row["context"]) == ('{"cup": "blue"}', '{"locale": "pl-PL"}')
    assert row["occurred_at"] == row["received_at"] == AT.replace(tzinfo=None)


def test_a_segment_is_deleted_once_it_is_finished_and_read(spool: Path, store: Store, loader: Loader):
    open_one = append(spool, arrived(track(message_id="1")), is_finished=False)
    assert loader.step() == 1
    assert segments(spool) == [open_one.path]
    open_one.close()
    assert loader.step() == 0
    assert segments(spool) == []
    append(spool, arrived(track(message_id="2")))
    loader.step()
    assert len(rows(store, table="positions")) == 1  # the deleted one's place went with the next transaction


def test_a_message_sent_again_changes_nothing(spool: Path, store: Store, loader: Loader):
    first = arrived(track(message_id="1"), track("Tea Spilt", "1"), track(message_id="2"))
    append(spool, first, arrived(track(message_id="2", userId="bob")))
    loader.step()
    append(spool, first)
    loader.step()
    assert [(row["id"], row["name"], row["source_key"]) for row in rows(store)] == [
        ("1", "Tea Poured", "ada"),
        ("2", "Tea Poured", "ada"),
    ]


@pytest.mark.parametrize("is_after", [False, True], ids=["before it was written", "after it was written"])
def test_a_failing_store_loses_nothing_and_doubles_nothing(spool: Path, store: Store, is_after: bool, monkeypatch):
    monkeypatch.setattr("regard.collect.settling.FIRST_WAIT_SECONDS", 0.0)
    monkeypatch.setattr("regard.collect.settling.Waiting.is_over", True)
    breaking = Breaking(store, fails=3, is_after=is_after)
    loader = Loader(spool, lambda _: breaking, {WEB.key: WEB}.get, most_events=2)
    append(spool, *(arrived(track(message_id=str(n)), {"type": "nothing"}) for n in range(7)))
    for _ in range(5):
        loader.step()
    assert ids(store) == [str(n) for n in range(7)]
    assert len(rows(store, table="refused")) == 7
    assert segments(spool) == []


def test_a_loader_that_begins_anew_goes_on_where_the_last_one_stopped(spool: Path, store: Store, loader: Loader):
    segment = append(spool, arrived(track(message_id="1"), {"type": "nothing"}), is_finished=False)
    loader.step()
    loader.close()
    again = Loader(spool, lambda _: store, {WEB.key: WEB}.get)
    segment.close()
    assert again.step() == 0
    assert (ids(store), len(rows(store, table="refused"))) == (["1"], 1)
    assert segments(spool) == []
    again.close()


def test_of_two_loaders_one_works_and_the_other_takes_over(spool: Path, store: Store, loader: Loader):
    other = Loader(spool, lambda _: store, {WEB.key: WEB}.get)
    append(spool, arrived(track(message_id="1")))
    assert loader.step() == 1
    append(spool, arrived(track(message_id="2")))
    assert other.step() == 0
    loader.close()
    assert other.step() == 1
    other.close()
    assert ids(store) == ["1", "2"]


def test_a_workspace_that_cannot_be_written_to_does_not_hold_up_the_others(spool: Path, store: Store, tmp_path: Path):
    quay = Source("key-quay", "quay", id="quay")
    with open_store(tmp_path / "quay.duckdb") as second:
        breaking = Breaking(store, fails=1)
        loader = Loader(spool, {"harbour": breaking, "quay": second}.__getitem__, {WEB.key: WEB, quay.key: quay}.get)
        append(spool, arrived(track(message_id="1")), arrived(track(message_id="2"), key=quay.key))
        loader.step()
        assert (ids(store), ids(second)) == ([], ["2"])
        assert len(segments(spool)) == 1
        loader._waiting["harbour"].until = 0.0
        loader.step()
        assert (ids(store), ids(second)) == (["1"], ["2"])
        assert segments(spool) == []
        loader.close()


def test_what_no_source_claims_waits_beside_the_spool_and_comes_back(spool: Path, store: Store):
    known: dict[str, Source] = {}
    loader = Loader(spool, lambda _: store, known.get)
    append(spool, arrived(track(message_id="1")))
    loader.step()
    [aside] = segments(spool / "unclaimed")
    assert [record.source for record, _ in read_segment(aside)] == [WEB.key]
    assert segments(spool) == []
    known[WEB.key] = WEB
    loader._claimed_at = float("-inf")
    loader.claim_again()
    loader.step()
    assert ids(store) == ["1"]
    loader.close()


def test_a_torn_end_is_kept_aside_and_what_is_whole_is_loaded(spool: Path, store: Store, loader: Loader):
    segment = append(spool, arrived(track(message_id="1")), is_finished=False)
    segment.append(b"\0\0\1\0half of a rec")
    segment.close()
    loader.step()
    assert ids(store) == ["1"]
    assert [path.suffix for path in spool.iterdir() if path.name != ".turn"] == [".torn"]


def test_a_clock_that_goes_backwards_loses_nothing(spool: Path, store: Store, loader: Loader):
    for number, hours in enumerate((0, -3, 1, -2)):
        append(spool, arrived(track(message_id=str(number)), at=AT + timedelta(hours=hours)))
        loader.step()
    assert ids(store) == ["0", "1", "2", "3"]


def test_names_in_one_event_become_one_person_in_the_same_step(spool: Path, store: Store, loader: Loader):
    append(spool, arrived(track(message_id="1", userId=None, anonymousId="cookie")))
    loader.step()
    append(spool, arrived(track(message_id="2", anonymousId="cookie")))
    append(spool, arrived(track(message_id="3", userId=None, anonymousId="cookie")))
    loader.step()
    append(spool, arrived(track(message_id="4", userId=None, anonymousId="cookie")))
    loader.step()
    assert {row["customer"] for row in rows(store)} == {profile_number("ada")}
    assert len(rows(store, table="links")) == 1


def test_an_invited_persons_address_is_not_the_inviters(spool: Path, store: Store, loader: Loader):
    append(spool, arrived(track("Invite Sent", "1", properties={"email": "bob@example.org"})))
    append(spool, arrived(track("Signed In", "2", properties={"email": "ada@example.org"})))
    loader.step()
    assert [row["key"] for row in rows(store, "key", "identifiers")] == ["ada", "email:ada@example.org"]


def test_someone_elses_merge_is_noticed(spool: Path, store: Store, loader: Loader):
    from regard.profiles import Evidence, Identifier, resolve

    append(spool, arrived(track(message_id="1"), track(message_id="2", userId="eda")))
    loader.step()
    same = Evidence(Identifier("user_id", "ada"), Identifier("user_id", "eda"), "merge", "test", AT)
    found = resolve(store, [same])
    store.append(Batch(changes=found.changes, moves=found.moves))
    append(spool, arrived(track(message_id="3", userId="eda"), track(message_id="4")))
    loader.step()
    assert len({row["customer"] for row in rows(store)}) == 1


def test_rules_that_changed_hold_for_names_the_loader_knows_already(spool: Path, store: Store, loader: Loader):
    append(spool, arrived(track(message_id="1", userId="desk")))
    loader.step()
    change_rules(store, replace(DEFAULT_RULES, blocked=(*DEFAULT_RULES.blocked, "desk")))
    append(spool, arrived(track(message_id="2", userId="desk"), track(message_id="3")))
    loader.step()
    assert [row["source_key"] for row in rows(store, "id, source_key")] == ["desk", None, "ada"]


def test_the_loader_stops_when_told(spool: Path, store: Store, loader: Loader):
    stop = threading.Event()
    append(spool, arrived(track(message_id="1")))
    thread = threading.Thread(target=loader.run, args=(stop,))
    thread.start()
    while segments(spool):
        pass
    stop.set()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    assert ids(store) == ["1"]


class Trickle:
    """Tells a loader when to stop: after so many rests, in each of which a little more arrives."""

    def __init__(self, spool: Path, rests: int):
        self.spool, self.rests = spool, rests

    def is_set(self) -> bool:
        return not self.rests

    def wait(self, _: float) -> None:
        self.rests -= 1
        append(self.spool, *(arrived(track(message_id=f"{self.rests}-{number}")) for number in range(3)))


class Counted(Loader):
    steps = 0

    def step(self) -> int:
        self.steps += 1
        return super().step()


@pytest.mark.parametrize(("most", "steps"), [(100, 4), (3, 7)], ids=["caught up", "behind"])
def test_what_trickles_in_while_the_loader_rests_shares_a_transaction(spool: Path, store: Store, most: int, steps: int):
    loader = Counted(spool, lambda _: store, {WEB.key: WEB}.get, most_events=most)
    loader.run(Trickle(spool, rests=4))
    assert loader.steps == steps
    assert len(ids(store)) == 9


class Picky:
    """A store that does not take events of certain ids, for what is in them."""

    def __init__(self, store: Store, *unfit: str):
        self._store, self._unfit = store, unfit

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def append(self, batch: Batch):
        if batch.accepted and {*batch.accepted["id"].to_pylist()} & {*self._unfit}:
            raise Invalid("nothing was written: it is too odd", code="engine")
        return self._store.append(batch)


def test_what_the_store_does_not_take_is_refused_alone_and_can_be_replayed(spool: Path, store: Store):
    picky = Picky(store, "3", "4")
    loader = Loader(spool, lambda _: picky, {WEB.key: WEB}.get)
    sent = [track(message_id=str(n), anonymousId=f"cookie-{n}", properties={"cup": n}) for n in range(7)]
    append(spool, arrived(*sent, {"type": "nothing"}))
    assert loader.step() == 8
    assert (ids(store), segments(spool)) == (["0", "1", "2", "5", "6"], [])
    assert sorted(row["reason"] for row in rows(store, table="refused")) == ["not_stored", "not_stored", "unknown_type"]
    assert len(rows(store, table="links")) == 5
    assert replay("harbour", store, {WEB.key: WEB}.get, reason="not_stored").accepted == 2
    assert [row["properties"] for row in rows(store, "id, properties")] == [f'{{"cup": {n}}}' for n in range(7)]
    assert len(rows(store, table="links")) == 7
    loader.close()


def test_a_store_that_is_broken_refuses_nothing_for_what_is_in_it(spool: Path, store: Store):
    class Broken(Breaking):
        def append(self, batch: Batch):
            raise Invalid("nothing was written: the file is damaged", code="engine")

    loader = Loader(spool, lambda _: Broken(store, 0), {WEB.key: WEB}.get)
    append(spool, arrived(track(message_id="1"), track(message_id="2")))
    assert loader.step() == 0
    assert len(segments(spool)) == 1
    assert rows(store, table="refused") == []
    loader.close()


def test_what_no_check_foresaw_holds_up_nothing_and_can_be_replayed(spool: Path, store: Store, monkeypatch):
    real = reading.event_of

    def failing(call, record):
        if call.user_id == "eda":
            raise ZeroDivisionError
        return real(call, record)

    loader = Loader(spool, lambda _: store, {WEB.key: WEB}.get)
    append(spool, arrived(track(), track(userId="eda")), arrived(track(message_id="after")))
    with monkeypatch.context() as broken:
        broken.setattr(reading, "event_of", failing)
        loader.step()
    assert segments(spool) == []
    assert [row["reason"] for row in rows(store, table="refused")] == ["unforeseen"]
    replay("harbour", store, {WEB.key: WEB}.get)
    assert sorted(row["source_key"] for row in rows(store)) == ["ada", "ada", "eda"]
    assert rows(store, table="refused") == []
    loader.close()


@pytest.mark.parametrize("context", [b'{"a":"\xff"}', b'{"a":"\\u0000"}', b"5", b'{"a":"%b"}' % (b"x" * EVENT_LIMIT)])
def test_a_batchs_context_that_cannot_be_used_is_told_at_once_and_stops_no_loader(spool: Path, store: Store, context):
    body = b'{"batch":[{"type":"track","event":"a","userId":"u"}],"context":%b}' % context
    with pytest.raises(Invalid, match="context"):
        checked("batch", body)
    loader = Loader(spool, lambda _: store, {WEB.key: WEB}.get)
    append(spool, Arrived(WEB.key, AT, "batch", body), arrived(track(message_id="after")))
    assert loader.step() == 2
    assert (ids(store), segments(spool)) == (["after"], [])
    loader.close()


@pytest.mark.parametrize("call", [b"{}", b'{"type":"track","event":"a","userId":"u"}'], ids=["empty", "fine"])
def test_a_body_of_very_many_events_is_not_looked_at_one_by_one(call: bytes):
    with pytest.raises(Invalid, match="more than 10000 events"):
        checked("batch", b'{"batch":[%b]}' % b",".join([call] * 10_001))


def test_a_batchs_context_is_not_multiplied_without_end():
    call = b'{"type":"track","event":"a","userId":"u"}'
    body = b'{"batch":[%b],"context":{"a":"%b"}}' % (b",".join([call] * 1000), b"x" * 30_000)
    with pytest.raises(Invalid, match="too large for so many events"):
        checked("batch", body)
