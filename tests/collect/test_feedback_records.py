"""Feedback records in the shape of Formbricks Hub become answers, as their senders send them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regard.collect.arriving import Arriving
from regard.collect.batching import Rows
from regard.collect.collector import Collector
from regard.collect.events import Event
from regard.collect.sources import Source, Sources
from regard.collect.spool import Spool, read_segment, segments
from tests.collect.asking import Answer, ask

SHOP = Source("shop-key", "shop")
KEY = {"authorization": "Bearer shop-key"}
RECORD = {
    "source_type": "survey",
    "source_id": "s-1",
    "source_name": "After a purchase",
    "submission_id": "r-1",
    "tenant_id": "t-1",
    "field_id": "q-1",
    "field_type": "nps",
    "field_label": "Would you recommend us?",
    "value_number": 9,
    "user_id": "1042",
    "language": "pl",
    "collected_at": "2026-03-04T05:06:07Z",
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Collector]:
    made = Collector(Spool(tmp_path / "spool"), Sources(lambda: [SHOP]), b"a secret")
    yield made
    made.spool.close()


def send(app: Collector, **changed: Any) -> Answer:
    record = {name: value for name, value in {**RECORD, **changed}.items() if value is not ...}
    return ask(app, "POST", "/v1/feedback-records", record, KEY)


def rows(app: Collector) -> Rows:
    found, arriving = Rows(), Arriving({SHOP.key: SHOP}.get)
    for path in segments(app.spool.folder):
        for arrived, _ in read_segment(path):
            arriving.take(arrived, SHOP, found)
    return found


def only(app: Collector) -> Event:
    [event] = rows(app).events
    return event


def test_a_score_becomes_an_answer_and_its_sender_reads_the_record_back(app: Collector):
    answer = send(app)
    assert answer.status == 201
    assert answer.json.items() >= RECORD.items()
    event = only(app)
    assert (event.id, event.name, event.user_id) == (answer.json["id"], "Survey Answered", "1042")
    assert (event.metric, event.score, event.scale_min, event.scale_max) == ("nps", 9.0, 0.0, 10.0)
    assert (event.subject, event.touchpoint, event.language) == ("r-1", "After a purchase", "pl")
    assert event.occurred_at is not None
    assert event.occurred_at.isoformat() == "2026-03-04T05:06:07+00:00"
    told = json.loads(event.properties or "")
    assert told["question"] == "Would you recommend us?"
    assert (told["question_id"], told["survey_id"], told["tenant_id"]) == ("q-1", "s-1", "t-1")


@pytest.mark.parametrize(
    ("kind", "value", "metadata", "scale"),
    [
        ("csat", 4, None, (1.0, 5.0)),
        ("ces", 7, None, (1.0, 7.0)),
        ("csat", 9, {"scale_min": 0, "scale_max": 10}, (0.0, 10.0)),
    ],
)
def test_a_score_has_the_scale_of_its_record_or_its_metric(app: Collector, kind, value, metadata, scale):
    send(app, field_type=kind, value_number=value, metadata=metadata)
    event = only(app)
    assert (event.metric, event.score, event.scale_min, event.scale_max) == (kind, float(value), *scale)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("categorical", {"value_text": "Blue"}, "Blue"),
        ("boolean", {"value_boolean": False}, False),
        ("date", {"value_date": "2026-01-02"}, "2026-01-02"),
        ("rating", {"value_number": 4}, 4.0),
        ("number", {"value_number": 1.5}, 1.5),
    ],
)
def test_other_answers_keep_their_value_and_are_nobodys_words(app: Collector, kind: str, given: dict, value: Any):
    send(app, field_type=kind, **{"value_number": ..., **given})
    event = only(app)
    told = json.loads(event.properties or "")
    assert (told["value"], told["field_type"]) == (value, kind)
    assert (event.metric, event.score, event.text) == (None, None, None)


def test_an_open_answer_is_the_customers_own_words(app: Collector):
    send(app, field_type="text", value_number=..., value_text="Szybko i miło")
    assert only(app).text == "Szybko i miło"


def test_the_same_answer_sent_again_is_one_and_another_field_is_another(app: Collector):
    first, again, other = send(app), send(app), send(app, field_id="q-2")
    assert (first.json["id"], again.status) == (again.json["id"], 201)
    assert [event.id for event in rows(app).events] == [first.json["id"], other.json["id"]]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"field_type": "stars"}, "field_type"),
        ({"value_number": "9"}, "value_number"),
        ({"value_number": 1e308}, "value_number"),
        ({"collected_at": 5}, "collected_at"),
        ({"submission_id": ""}, "submission_id"),
    ],
)
def test_a_record_that_cannot_be_used_is_refused_at_once_and_names_its_field(app: Collector, changed, field):
    answer = send(app, **changed)
    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json["invalid_params"][0]["name"] == field
    assert rows(app).events == []


def test_a_record_without_what_it_needs_is_refused(app: Collector):
    answer = send(app, tenant_id=...)
    assert answer.status == 400
    assert "tenant_id" in answer.json["detail"]


def test_a_key_that_nobody_knows_is_told_as_a_problem(app: Collector):
    answer = ask(app, "POST", "/v1/feedback-records", RECORD, {"authorization": "Bearer nobody"})
    assert (answer.status, answer.headers["content-type"]) == (401, "application/problem+json")


def test_a_score_off_its_scale_waits_in_the_quarantine(app: Collector):
    assert send(app, value_number=11).status == 201
    assert [kept.refusal.reason for kept in rows(app).refused] == ["score_off_scale"]
