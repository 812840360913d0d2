"""A collector that is killed under load has on disk whatever it acknowledged; a slow client is cut off."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict

from bench.collecting import kill_rounds
from regard.cli.patience import Patience
from regard.collect.calls import PlainCall
from regard.collect.protocol import EVENT_LIMIT, Refusal, events_of, judged, opened
from regard.collect.screening import screened
from regard.collect.spool import Arrived

ROUNDS = int(os.environ.get("REGARD_KILL_ROUNDS", "2"))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def test_kill_9_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path):
    found = kill_rounds(ROUNDS, str(tmp_path), free_port())
    assert found["acknowledged"] > 0
    assert found["lost"] == 0


def test_a_client_that_sends_its_head_byte_by_byte_is_cut_off_and_others_are_served(monkeypatch: pytest.MonkeyPatch):
    import asyncio

    import uvicorn

    monkeypatch.setattr(Patience, "head_seconds", 0.1)

    async def app(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def story() -> tuple[bytes, bytes]:
        port = free_port()
        server = uvicorn.Server(uvicorn.Config(app, port=port, http=Patience, lifespan="off", log_level="error"))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        slow_reader, slow_writer = await asyncio.open_connection("127.0.0.1", port)
        slow_writer.write(b"POST /v1/tr")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        served, cut = await reader.readline(), await slow_reader.read()
        writer.close()
        slow_writer.close()
        server.should_exit = True
        await serving
        return served, cut

    served, cut = asyncio.run(story())
    assert served.startswith(b"HTTP/1.1 200")
    assert cut == b""


texts = st.one_of(st.none(), st.just(""), st.text(max_size=5), st.integers(), st.just("x" * 1001))
details = st.one_of(st.none(), st.just({}), st.just([]), st.just("a"), st.just({"a": "\0"}))
calls = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "identify", "page", "screen", "group", "alias", "other", None])},
    optional={
        "userId": texts,
        "anonymousId": texts,
        "messageId": texts,
        "event": texts,
        "groupId": texts,
        "previousId": texts,
        "name": texts,
        "category": texts,
        "timestamp": st.one_of(st.none(), st.text(max_size=3), st.integers()),
        "properties": details,
        "traits": details,
        "context": details,
    },
)


@settings(max_examples=500, deadline=None)
@given(st.lists(calls, max_size=4))
def test_the_quick_look_never_vouches_for_an_event_that_is_refused(batch: list[dict]):
    body = json.dumps({"batch": batch}).encode()
    refused = [found for found in judged("batch", opened("batch", body)) if isinstance(found, Refusal)]
    assert not (screened(body, EVENT_LIMIT) and refused)


fine_calls = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["track", "identify", "page"]),
        "userId": st.text("ab\u00fc", min_size=1),
        "event": st.just("a"),
    },
    optional={
        "messageId": st.text(min_size=1, max_size=5).filter(lambda text: "\0" not in text),
        "name": st.just("Home"),
        "category": st.just("Shop"),
        "timestamp": st.just("2026-05-01"),
        "sentAt": st.just("2026-05-02"),
        "anonymousId": st.sampled_from([None, "b"]),
        "properties": st.sampled_from([None, {}, {"a": "b"}, {"a": None}]),
        "traits": st.sampled_from([None, {}, {"plan": "pro"}]),
        "context": st.sampled_from([None, {}, {"locale": "pl"}]),
    },
)
ODD = {"type": "track", "event": "a", "userId": 7}
"""A number for an identifier is a reason to look closer."""


@settings(max_examples=200, deadline=None)
@given(st.lists(fine_calls, min_size=1, max_size=4))
def test_a_batch_read_at_once_gives_the_events_that_each_alone_would(batch: list[dict]):
    for number, call in enumerate(batch):
        call.setdefault("messageId", str(number))
    at_once, closely = (
        events_of(Arrived("key", datetime(2026, 5, 4, tzinfo=UTC), "batch", json.dumps(told).encode()))
        for told in ({"batch": calls, "sentAt": "2026-05-03"} for calls in (batch, [*batch, ODD]))
    )
    assert {type(event) for event in at_once} == {PlainCall}
    assert len(at_once) == len(batch)
    assert list(map(asdict, at_once)) == list(map(asdict, closely[:-1]))


def test_the_quick_look_does_not_vouch_for_an_event_that_is_too_large():
    body = b'{"batch":[{"type":"track","event":"a","userId":"1","other":"%b"}]}' % (b"x" * EVENT_LIMIT)
    assert screened(body, EVENT_LIMIT) is None


def event(size: int, nested: int = 0) -> dict[str, object]:
    """About ``size`` bytes, partly as objects in an array, which end and begin as events do."""
    products = [{"sku": "x" * (size // (2 * nested))}] * nested if nested else []
    return {
        "type": "track",
        "event": "a",
        "userId": "1",
        "properties": {"text": "x" * (size // 2), "products": products},
    }


@pytest.mark.parametrize("nested", [0, 50])
@pytest.mark.parametrize("large_at", [0, 1, 40, 79])
def test_the_quick_look_finds_an_event_that_is_too_large_wherever_it_stands(large_at: int, nested: int):
    batch = [event(1000, nested) for _ in range(80)]
    assert screened(json.dumps({"batch": batch}).encode(), EVENT_LIMIT) is not None
    batch[large_at] = event(3 * EVENT_LIMIT, nested)
    for separators in ((",", ":"), (" ,\n", ": ")):
        body = json.dumps({"batch": batch, "sentAt": "x" * 10}, separators=separators).encode()
        assert screened(body, EVENT_LIMIT) is None
