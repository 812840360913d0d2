"""The collector answers as Segment does, says what it refuses, and has on disk what it takes."""

from __future__ import annotations

import asyncio
import base64
import errno
import gzip
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from regard.base import Unavailable
from regard.collect import spool as spool_module
from regard.collect.collector import Collector
from regard.collect.pixel import pixel_path
from regard.collect.protocol import RawEvent, Refusal, events_of
from regard.collect.sources import Source, Sources
from regard.collect.spool import Arrived, Spool, read_segment, segments
from tests.collect.asking import Answer, ask, asked, basic

SHOP = Source("shop-key", "shop", "Shop")
LOCKED = Source("locked-key", "shop", "One page", origins=("https://shop.example",))
OPEN_HANDED = Source("ip-key", "shop", "Keeps addresses", settings={"keeps_address": True})
TRACK = {"type": "track", "event": "Order Completed", "userId": "1042", "messageId": "m-1"}
KEY = basic("shop-key")
SECRET = b"a secret"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Collector]:
    made = Collector(Spool(tmp_path / "spool"), Sources(lambda: [SHOP, LOCKED, OPEN_HANDED]), SECRET)
    yield made
    made.spool.close()


def arrived(app: Collector) -> list[Arrived]:
    return [found for path in segments(app.spool.folder) for found, _ in read_segment(path)]


def events(app: Collector) -> list[RawEvent | Refusal]:
    return [event for each in arrived(app) for event in events_of(each)]


# --- who may send ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [KEY, {"x-write-key": "shop-key"}, {"authorization": "Bearer shop-key"}],
    ids=["basic", "header", "bearer"],
)
def test_the_write_key_comes_in_a_header(app: Collector, headers: dict[str, str]):
    answer = ask(app, "POST", "/v1/track", TRACK, headers)
    assert (answer.status, answer.json) == (200, {"success": True})
    assert arrived(app)[0].source == "shop-key"


def test_the_write_key_comes_in_the_body_or_the_address(app: Collector):
    assert ask(app, "POST", "/v1/t", {**TRACK, "writeKey": "shop-key"}).status == 200
    assert ask(app, "POST", "/v1/b", {"writeKey": "shop-key", "batch": [TRACK]}).status == 200
    assert ask(app, "POST", "/v1/batch", {"batch": [{**TRACK, "writeKey": "shop-key"}]}).status == 200
    assert ask(app, "POST", "/v1/track?writeKey=shop-key", TRACK).status == 200
    assert len(arrived(app)) == 4


def test_a_client_with_a_token_of_its_own_is_known_by_the_key_in_its_body(app: Collector):
    bearer = {"authorization": "Bearer an-oauth-token"}
    assert ask(app, "POST", "/v1/batch", {"writeKey": "shop-key", "batch": [TRACK]}, bearer).status == 200
    assert ask(app, "POST", "/v1/batch", {"writeKey": "other", "batch": [TRACK]}, bearer).status == 401
    assert ask(app, "POST", "/v1/batch", {"writeKey": "shop-key", "batch": [TRACK]}, basic("other")).status == 401


@pytest.mark.parametrize(
    "headers", [{}, basic("other"), basic(""), {"authorization": "Basic !"}, {"authorization": "x"}]
)
def test_a_key_that_nobody_knows_is_refused_and_nothing_is_kept(app: Collector, headers: dict[str, str]):
    answer = ask(app, "POST", "/v1/track", TRACK, headers)
    assert (answer.status, answer.json["code"]) == (401, "unknown_key")
    assert arrived(app) == []


def test_a_new_key_is_known_as_soon_as_it_is_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("regard.collect.sources.RETRY_SECONDS", 0)
    table: list[Source] = []
    sources = Sources(lambda: list(table))

    async def story() -> tuple[Source | None, Source | None]:
        before = await sources.find("shop-key")
        table.append(SHOP)
        return before, await sources.find("shop-key")

    assert asyncio.run(story()) == (None, SHOP)


def test_unknown_keys_do_not_ask_the_database_each_time():
    readings = []
    sources = Sources(lambda: readings.append(1) or [SHOP])

    async def story() -> None:
        for number in range(100):
            assert await sources.find(f"guess-{number}") is None

    asyncio.run(story())
    assert len(readings) == 1


def test_a_database_that_cannot_be_read_leaves_known_sources_working(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("regard.collect.sources.REFRESH_SECONDS", -1)
    monkeypatch.setattr("regard.collect.sources.RETRY_SECONDS", -1)
    works = [True]

    def read() -> list[Source]:
        if works:
            return [SHOP]
        raise Unavailable("the database is away")

    sources = Sources(read)

    async def story() -> None:
        assert await sources.find("shop-key") == SHOP
        works.clear()
        for _ in range(3):
            assert await sources.find("shop-key") == SHOP
            await asyncio.sleep(0.01)
        with pytest.raises(Unavailable):
            await sources.find("another")

    asyncio.run(story())


def test_a_source_that_names_its_pages_takes_from_no_others(app: Collector):
    key = basic("locked-key")
    assert ask(app, "POST", "/v1/track", TRACK, {**key, "origin": "https://shop.example"}).status == 200
    assert ask(app, "POST", "/v1/track", TRACK, {**key, "origin": "https://other.example"}).status == 403
    assert len(arrived(app)) == 1


# --- what is taken -----------------------------------------------------------------------------------------------------


def test_every_published_fixture_is_taken(app: Collector, shared_data: Path):
    found = sorted((shared_data / "segment").rglob("*.json"))
    assert found
    for path in found:
        answer = ask(app, "POST", f"/v1/{path.parent.name}", path.read_bytes(), KEY)
        assert (answer.status, answer.json) == (200, {"success": True}), path.name
    assert not [each for each in events(app) if isinstance(each, Refusal)]


def test_a_batch_is_taken_in_one_piece_and_its_bad_events_are_told_one_by_one(app: Collector):
    batch = [
        TRACK,
        {**TRACK, "event": None, "messageId": "no-event"},
        {**TRACK, "userId": None},
        {**TRACK, "type": "guess"},
        "text",
        {**TRACK, "properties": {"text": "x" * 33_000}, "messageId": "large"},
        {**TRACK, "properties": [1]},
        {"type": "alias", "userId": "1"},
        {"type": "group", "userId": "1"},
        {**TRACK, "userId": "u" * 1001},
        {**TRACK, "messageId": "m-2"},
    ]
    answer = ask(app, "POST", "/v1/batch", {"batch": batch}, KEY)
    assert answer.status == 200
    assert answer.json["success"] is True
    assert answer.json["accepted"] == 2
    assert [(each["index"], each["reason"]) for each in answer.json["refused"]] == [
        (1, "missing_event"),
        (2, "missing_user"),
        (3, "unknown_type"),
        (4, "malformed"),
        (5, "too_large"),
        (6, "malformed"),
        (7, "missing_previous"),
        (8, "missing_group"),
        (9, "too_long"),
    ]
    assert answer.json["refused"][0]["messageId"] == "no-event"


def test_the_loader_finds_what_the_sender_was_told(app: Collector):
    batch = [TRACK, {**TRACK, "userId": ""}, {**TRACK, "messageId": "m-2", "userId": 7}]
    told = ask(app, "POST", "/v1/batch", {"batch": batch, "sentAt": "2026-05-01T12:00:00Z"}, KEY).json
    first, refused, last = events(app)
    assert isinstance(refused, Refusal)
    assert told["refused"][0]["reason"] == refused.reason == "missing_user"
    assert (first.message_id, first.sent_at) == ("m-1", "2026-05-01T12:00:00Z")
    assert last.user_id == "7"


def test_events_without_an_id_get_one_that_stays_and_is_their_own(app: Collector):
    bare = {"type": "track", "event": "Seen", "userId": "1"}
    ask(app, "POST", "/v1/batch", {"batch": [bare, bare]}, KEY)
    ask(app, "POST", "/v1/batch", {"batch": [bare, bare]}, KEY)
    once, again = [each.message_id for each in events(app)], [each.message_id for each in events(app)]
    assert once == again
    assert len(set(once)) == 4


def test_what_a_batch_says_of_its_context_holds_for_events_that_say_nothing(app: Collector):
    own = {**TRACK, "context": {"locale": "pl"}}
    ask(app, "POST", "/v1/batch", {"batch": [TRACK, own], "context": {"locale": "en"}}, KEY)
    assert [json.loads(bytes(each.context))["locale"] for each in events(app)] == ["en", "pl"]


def test_the_context_of_a_batch_and_of_its_event_are_put_together_and_the_event_wins(app: Collector):
    own = {"locale": "pl", "campaign": {"name": "spring"}}
    shared = {"locale": "en", "campaign": {"name": "winter", "source": "mail"}, "library": {"name": "mine"}}
    for said in (own, {"locale": None}, {}):
        event = {**TRACK, "context": said}
        ask(app, "POST", "/v1/batch", {"batch": [event], "context": shared}, KEY)
        assert json.loads(bytes(events(app)[-1].context)) == {**shared, **said}


@pytest.mark.parametrize("sent_at", [1700000000, 1.5, None, "soon", [], True], ids=str)
def test_a_batch_whose_time_of_sending_cannot_be_read_is_taken_without_it(app: Collector, sent_at: object):
    answer = ask(app, "POST", "/v1/batch", {"batch": [TRACK, {}], "sentAt": sent_at}, KEY)
    assert (answer.status, answer.json["accepted"]) == (200, 1)
    assert [event.message_id for event in events(app) if isinstance(event, RawEvent)] == ["m-1"]


def test_an_empty_batch_is_well_and_leaves_nothing(app: Collector):
    assert ask(app, "POST", "/v1/batch", {"batch": []}, KEY).status == 200
    assert arrived(app) == []


def test_a_body_in_many_parts_is_one_body(app: Collector):
    assert ask(app, "POST", "/v1/track", TRACK, KEY, parts=20).status == 200
    assert json.loads(arrived(app)[0].body) == TRACK


def test_a_beacon_of_plain_text_is_read_as_json(app: Collector):
    headers = {"content-type": "text/plain;charset=UTF-8", "origin": "https://shop.example"}
    answer = ask(app, "POST", "/v1/batch", {"batch": [TRACK], "writeKey": "shop-key"}, headers)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


def test_addresses_are_kept_only_for_sources_that_want_them(app: Collector):
    ask(app, "POST", "/v1/track", TRACK, {**KEY, "user-agent": "Browser/1"})
    ask(app, "POST", "/v1/track", TRACK, basic("ip-key"))
    assert [each.ip for each in arrived(app)] == [None, "203.0.113.9"]
    assert arrived(app)[0].agent == "Browser/1"


# --- what is packed ----------------------------------------------------------------------------------------------------


def test_a_gzip_body_is_unpacked(app: Collector):
    packed = gzip.compress(json.dumps({"batch": [TRACK]}).encode())
    assert ask(app, "POST", "/v1/batch", packed, {**KEY, "content-encoding": "gzip"}).status == 200
    assert len(events(app)) == 1


@pytest.mark.parametrize(
    "body, status",
    [
        (gzip.compress(bytes(10**8)), 413),
        (gzip.compress(json.dumps({"batch": [TRACK]}).encode())[:-9], 400),
        (gzip.compress(b"{}") + b"more", 400),
        (b"not packed at all", 400),
    ],
    ids=["bomb", "cut short", "followed", "not gzip"],
)
def test_a_gzip_body_that_cannot_be_used_is_refused_whole(app: Collector, body: bytes, status: int):
    assert ask(app, "POST", "/v1/batch", body, {**KEY, "content-encoding": "gzip"}).status == status
    assert arrived(app) == []


def test_other_codings_are_refused(app: Collector):
    assert ask(app, "POST", "/v1/batch", b"x", {**KEY, "content-encoding": "br"}).status == 400


# --- what is refused whole ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\x00\x01\x02\xff",
        b'{"batch": [}',
        b'{"batch": 1}',
        b'{"batch": null}',
        b"[]",
        b'{"batch":[{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}]}",
        b'{"batch": []} {}',
        b'{"batch": [{"userId": NaN}]}',
        '{"batch": []}'.encode("utf-16"),
    ],
    ids=range(11),
)
def test_what_is_not_json_or_no_batch_is_refused_in_words(app: Collector, body: bytes):
    answer = ask(app, "POST", "/v1/batch", body, KEY)
    assert answer.status == 400
    assert answer.json["success"] is False
    assert "Traceback" not in answer.body.decode()
    assert arrived(app) == []


@pytest.mark.parametrize(
    "event, reason",
    [
        (b'{"type":"track","event":"a","userId":"\xff\xfe"}', "bad_text"),
        (b'{"type":"track","event":"a","userId":"1","properties":{"a":"\xff"}}', "bad_text"),
        (rb'{"type":"track","event":"a","userId":"a\u0000b"}', "bad_text"),
        (rb'{"type":"track","event":"a","userId":"1","properties":{"\u0000":1}}', "bad_text"),
        (b'{"type":"track","event":"a","userId":' + b"9" * 400 + b"}", "too_long"),
        (b'{"type":"track","event":"a","userId":1.5}', "malformed"),
        (b'{"type":"track","event":"a","userId":true}', "malformed"),
        (b'{"type":"track","event":{"a":1},"userId":"1"}', "malformed"),
        (b'{"type":"track","event":"a","userId":"1","context":"x"}', "malformed"),
        (b'{"type":"track","event":"a","userId":"1","timestamp":12}', "malformed"),
    ],
)
def test_an_event_of_broken_text_or_types_does_not_spoil_its_batch(app: Collector, event: bytes, reason: str):
    good = json.dumps(TRACK).encode()
    told = ask(app, "POST", "/v1/batch", b'{"batch":[%b,%b,%b]}' % (good, event, good), KEY).json
    assert [(each["index"], each["reason"]) for each in told["refused"]] == [(1, reason)]
    assert told["accepted"] == 2


def test_half_characters_are_marked_and_the_batch_goes_on(app: Collector):
    half = rb'{"type":"track","event":"a","userId":"1","properties":{"text":"cut \ud83d off"}}'
    assert ask(app, "POST", "/v1/batch", b'{"batch":[%b]}' % half, KEY).json == {"success": True}
    assert json.loads(bytes(events(app)[0].properties)) == {"text": "cut \ufffd off"}


def test_an_escaped_backslash_before_u0000_is_no_nul(app: Collector):
    text = rb'{"type":"track","event":"a","userId":"C:\\u0000"}'
    assert ask(app, "POST", "/v1/track", text, KEY).json == {"success": True}
    assert events(app)[0].user_id == "C:\\u0000"


def test_of_a_key_that_stands_twice_the_last_counts(app: Collector):
    ask(app, "POST", "/v1/track", b'{"type":"track","event":"a","event":"b","userId":"1","userId":"2"}', KEY)
    assert (events(app)[0].event, events(app)[0].user_id) == ("b", "2")


def test_too_much_is_refused_before_it_is_read(app: Collector):
    large = {"batch": [{**TRACK, "properties": {"x": "y" * 30_000}}] * 20}
    assert ask(app, "POST", "/v1/batch", large, KEY).status == 413
    assert ask(app, "POST", "/v1/batch", large, KEY, parts=9).status == 413
    answer = ask(app, "POST", "/v1/batch", b"", {**KEY, "content-length": "10000000"})
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert ask(app, "POST", "/v1/track", {**TRACK, "properties": {"x": "y" * 33_000}}, KEY).status == 413
    assert arrived(app) == []


def test_ways_and_places_that_there_are_not(app: Collector):
    refused = ask(app, "GET", "/v1/track")
    assert (refused.status, refused.headers["allow"]) == (405, "POST, OPTIONS")
    assert ask(app, "DELETE", "/v1/nothing").status == 404
    assert ask(app, "POST", "/v1/projects/shop-key/settings").status == 404


# --- faults ------------------------------------------------------------------------------------------------------------


def test_a_full_disk_is_503_with_a_time_to_come_back_and_all_is_well_after(
    app: Collector, monkeypatch: pytest.MonkeyPatch
):
    def full(file: int, parts: Sequence[bytes]) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(spool_module.os, "writev", full)
        answer = ask(app, "POST", "/v1/track", TRACK, KEY)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert ask(app, "POST", "/v1/track", TRACK, KEY).status == 200
    assert len(arrived(app)) == 1


def test_a_spool_full_of_what_is_not_loaded_is_429_with_a_time_to_come_back(app: Collector):
    app.spool.limit = -1
    answer = ask(app, "POST", "/v1/track", TRACK, KEY)
    assert (answer.status, answer.headers["retry-after"]) == (429, "10")


def test_a_client_that_sends_nothing_more_is_cut_off_while_others_are_served(app: Collector):
    app.deadline.seconds = 3600
    sent: list[dict] = []

    async def slow() -> None:
        async def receive() -> dict:
            await asyncio.sleep(0.02)
            return {"type": "http.request", "body": b"x", "more_body": True}

        async def send(message: dict) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/v1/track", "headers": [], "query_string": b""}
        await app(scope, receive, send)

    async def story() -> list[Answer]:
        waiting = asyncio.gather(*(slow() for _ in range(50)))
        served = [await asked(app, "POST", "/v1/track", TRACK, KEY) for _ in range(5)]
        assert not waiting.done()
        app.deadline._ends = dict.fromkeys(app.deadline._ends, 0.0)  # an hour later
        app.deadline._cut(asyncio.get_running_loop())
        await waiting
        return served

    assert {answer.status for answer in asyncio.run(story())} == {200}
    starts = [message for message in sent if message["type"] == "http.response.start"]
    assert {message["status"] for message in starts} == {408}
    assert len(starts) == 50


def test_a_client_that_leaves_leaves_nothing(app: Collector):
    async def story() -> None:
        async def receive() -> dict:
            return {"type": "http.disconnect"}

        async def send(_: dict) -> None:
            pytest.fail("nobody is there to be answered")

        await app({"type": "http", "method": "POST", "path": "/v1/track", "headers": []}, receive, send)

    asyncio.run(story())
    assert arrived(app) == []


# --- browsers, mails, published clients --------------------------------------------------------------------------------


def test_a_page_may_ask_before_it_sends(app: Collector):
    asked_headers = {"origin": "https://shop.example", "access-control-request-headers": "authorization,content-type"}
    answer = ask(app, "OPTIONS", "/v1/batch", b"", asked_headers)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type"


def test_errors_can_be_read_by_the_page_too(app: Collector):
    answer = ask(app, "POST", "/v1/batch", b"{", {**KEY, "origin": "https://shop.example"})
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (400, "https://shop.example")


def test_a_page_that_sends_too_much_can_read_when_to_come_back(app: Collector):
    app.spool.limit = -1
    answer = ask(app, "POST", "/v1/track", TRACK, {**KEY, "origin": "https://shop.example"})
    assert (answer.status, answer.headers["access-control-expose-headers"]) == (429, "retry-after")


def test_a_pixel_of_ours_tells_that_a_mail_was_opened(app: Collector):
    answer = ask(app, "GET", pixel_path(SECRET, "shop-key", "1042", {"email_id": "mail-7"}))
    assert (answer.status, answer.headers["content-type"]) == (200, "image/gif")
    (event,) = events(app)
    assert (event.event, event.user_id) == ("Email Opened", "1042")
    assert json.loads(bytes(event.properties)) == {"email_id": "mail-7"}


def test_a_pixel_that_somebody_made_up_shows_and_tells_nothing(app: Collector):
    path = pixel_path(b"another secret", "shop-key", "1042", {})
    for made_up in (path, path[:-9] + ".gif", "/v1/pixel/.gif", "/v1/pixel/x", "/v1/pixel/track?data=%00"):
        assert ask(app, "GET", made_up).headers["content-type"] == "image/gif"
    assert arrived(app) == []


def test_a_pixel_as_segment_has_it_carries_its_call(app: Collector):
    data = base64.b64encode(json.dumps({**TRACK, "writeKey": "shop-key", "event": "Email Opened"}).encode()).decode()
    assert ask(app, "GET", f"/v1/pixel/track?data={data}").status == 200
    assert events(app)[0].event == "Email Opened"


def test_a_full_disk_does_not_break_the_picture(app: Collector):
    app.spool.limit = -1
    assert ask(app, "GET", pixel_path(SECRET, "shop-key", "1", {})).status == 200


def test_published_browser_clients_find_their_settings(app: Collector):
    answer = ask(app, "GET", "/v1/projects/shop-key/settings", b"", {"host": "cx.example.org"})
    found = answer.json["integrations"]["Segment.io"]
    assert (found["apiHost"], found["protocol"]) == ("cx.example.org/v1", "http")
    assert ask(app, "GET", "/v1/projects/other/settings").status == 401


def test_what_clients_tell_of_themselves_is_dropped(app: Collector):
    assert ask(app, "POST", "/v1/m", {"series": []}).status == 200
    assert arrived(app) == []
