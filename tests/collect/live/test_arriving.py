"""What a call brings: properties, traits wherever they stand, and the category beside a page's properties."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from regard.collect.arriving import event_of
from regard.collect.calls import read_call
from regard.collect.spool import Arrived

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def brought(call: dict | str) -> object:
    text = call if isinstance(call, str) else json.dumps(call)
    event = event_of(read_call(text.encode()), Arrived("key", AT, "batch", b"", None, None, "1"))
    return event.properties and json.loads(event.properties)


@pytest.mark.parametrize(
    ("call", "properties"),
    [
        ({"type": "identify", "userId": "a", "traits": {"plan": "pro"}}, {"plan": "pro"}),
        ({"type": "identify", "userId": "a", "context": {"traits": {"plan": "pro"}}}, {"plan": "pro"}),
        ({"type": "identify", "userId": "a", "traits": {"plan": "pro"}, "context": {"traits": {"plan": "no"}}}, {"plan": "pro"}),
        ({"type": "identify", "userId": "a"}, None),
        ({"type": "page", "userId": "a", "category": "Docs"}, {"category": "Docs"}),
        ({"type": "page", "userId": "a", "category": "Docs", "properties": {"path": "/"}}, {"category": "Docs", "path": "/"}),
        ({"type": "page", "userId": "a", "category": "Docs", "properties": {"category": "Own"}}, {"category": "Own"}),
        ({"type": "track", "userId": "a", "event": "X", "category": "Docs", "properties": {"a": 1}}, {"a": 1}),
    ],
)  # fmt: skip
def test_every_field_of_a_call_arrives(call: dict, properties: object) -> None:
    assert brought(call) == properties


def test_properties_that_cannot_be_taken_apart_arrive_as_they_are_to_be_refused() -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    found = read_call(f'{{"type":"page","userId":"a","category":"Docs","properties":{deep}}}'.encode())
    event = event_of(found, Arrived("key", AT, "batch", b"", None, None, "1"))
    assert event.properties is not None
    assert '"a"' in event.properties
