"""CloudEvents 1.0 come in as their senders send them: binary, structured and in batches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regard.collect.calls import RawEvent
from regard.collect.collector import Collector
from regard.collect.protocol import events_of
from regard.collect.sources import Source, Sources
from regard.collect.spool import Spool, read_segment, segments
from tests.collect.asking import Answer, ask, basic

KEY = basic("shop-key")
ATTRIBUTES = {
    "specversion": "1.0",
    "id": "7",
    "source": "/shop",
    "type": "com.example.order",
    "time": "2026-03-04T05:06:07Z",
    "userid": "1042",
    "subject": "zażółć 100%",
}
WHOLE = {"content-type": "application/cloudevents+json; charset=utf-8", **KEY}
BATCH = {"content-type": "application/cloudevents-batch+json", **KEY}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Collector]:
    made = Collector(Spool(tmp_path / "spool"), Sources(lambda: [Source("shop-key", "shop")]), b"a secret")
    yield made
    made.spool.close()


def events(app: Collector) -> list[Any]:
    every = [found for path in segments(app.spool.folder) for found, _ in read_segment(path)]
    return [event for arrived in every for event in events_of(arrived)]


def binary(app: Collector, body: bytes, content_type: str, **changed: str) -> Answer:
    """As the specification's HTTP binding writes it: attributes in headers, percent-encoded (section 3.1.3.2)."""
    told = {**ATTRIBUTES, "subject": "za%C5%BC%C3%B3%C5%82%C4%87%20100%25", **changed}
    headers = {f"ce-{name}": value for name, value in told.items()}
    return ask(app, "POST", "/v1/events", body, {**headers, **KEY, "content-type": content_type})


def read(event: RawEvent) -> tuple[Any, Any]:
    return json.loads(bytes(event.properties) or b"null"), json.loads(bytes(event.context))["cloudEvent"]


@pytest.mark.parametrize("mode", ["binary", "structured", "batch"])
def test_an_event_is_the_same_in_every_mode_and_every_attribute_arrives(app: Collector, mode: str):
    whole = {**ATTRIBUTES, "datacontenttype": "application/json", "data": {"total": 5}}
    if mode == "binary":
        answer = binary(app, b'{"total": 5}', "application/json")
    elif mode == "structured":
        answer = ask(app, "POST", "/v1/events", whole, WHOLE)
    else:
        answer = ask(app, "POST", "/v1/events", [whole, {**whole, "id": "8"}], BATCH)
    assert (answer.status, answer.json) == (200, {"success": True})
    event = events(app)[0]
    assert (event.event, event.message_id, event.user_id) == ("com.example.order", "/shop#7", "1042")
    assert event.timestamp == "2026-03-04T05:06:07Z"
    properties, about = read(event)
    assert properties == {"total": 5}
    assert about == {name: whole[name] for name in ("id", "source", "subject", "userid", "datacontenttype")}


@pytest.mark.parametrize(
    ("body", "content_type", "kept"),
    [
        ("zażółć".encode(), "text/plain", {"data": "zażółć"}),
        (b"\x01\xff", "application/octet-stream", {"data_base64": "Af8="}),
        (b"\xff", "text/plain", {"data_base64": "/w=="}),
        (b"[1, 2]", "application/problem+json", {"data": [1, 2]}),
        (b"", "", None),
    ],
    ids=["text", "bytes", "broken text", "a list", "nothing"],
)
def test_data_of_any_kind_arrives(app: Collector, body: bytes, content_type: str, kept: Any):
    assert binary(app, body, content_type).status == 200
    properties, about = read(events(app)[0])
    assert properties == kept
    assert about.get("datacontenttype", "") == content_type


def test_whose_it_is_may_stand_in_the_data(app: Collector):
    assert binary(app, b'{"anonymousId": "a-1"}', "application/json", userid="").status == 200
    event = events(app)[0]
    assert (event.user_id, event.anonymous_id) == (None, "a-1")


@pytest.mark.parametrize(
    "changed",
    [{"specversion": "0.3"}, {"id": ""}, {"source": 5}, {"type": None}, {"time": 5}],
    ids=lambda changed: next(iter(changed)),
)
def test_what_is_no_cloud_event_is_told_and_the_others_of_its_batch_are_taken(app: Collector, changed: dict):
    answer = ask(app, "POST", "/v1/events", [{**ATTRIBUTES, **changed}, ATTRIBUTES], BATCH)
    assert (answer.status, answer.json["accepted"]) == (200, 1)
    assert [(one["index"], one["reason"]) for one in answer.json["refused"]] == [(0, "not_a_cloud_event")]


def test_a_sender_may_ask_whether_it_may_send(app: Collector):
    answer = ask(app, "OPTIONS", "/v1/events", b"", {"webhook-request-origin": "shop.example"})
    assert (answer.status, answer.headers["webhook-allowed-origin"]) == (204, "shop.example")
