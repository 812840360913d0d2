"""Profiles, segments and what is sent, for programs."""

from __future__ import annotations

import threading

import pytest

from regard.accounts.site import store_of
from regard.base.config import config
from regard.collect.api.interactions import spool
from regard.collect.listening import Loader
from regard.collect.live.site import SourceTable
from regard.profiles import count_customers, get_segment, tasks
from tests.serving import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db
CALLS = [
    {
        "type": "identify",
        "userId": "1042",
        "messageId": "m1",
        "traits": {"name": "Ann Example", "email": "ann@example.org"},
    },
    {
        "type": "track",
        "event": "Order Completed",
        "userId": "1042",
        "messageId": "m2",
        "properties": {"revenue": 40, "currency": "EUR"},
    },
    {"type": "track", "userId": "1042", "messageId": "m3"},
]
BOUGHT = {"kind": "did", "name": "Order Completed"}


@pytest.fixture
def _fresh_spool(workspace):
    spool.cache_clear()
    yield
    spool().close()
    spool.cache_clear()


@pytest.fixture
def sent(workspace, program, _fresh_spool):
    """Ann's calls, sent and loaded; the answer to them."""
    answer = program().post("/api/v1/interactions", {"batch": CALLS}, content_type="application/json")
    loader = Loader(config().home / "spool", lambda _slug: store_of(workspace), SourceTable().find)
    while loader.step():
        pass
    loader.close()
    return answer


def ann(client) -> dict:
    return client.get("/api/v1/profiles", {"q": "ann"}).json()[0]


def test_what_is_sent_is_answered_one_by_one_and_reaches_the_stream(sent, program) -> None:
    told = sent.json()
    assert (sent.status_code, told["accepted"], told["refused"]) == (202, 2, 1)
    assert [(one["message_id"], one["is_accepted"], one["reason"]) for one in told["results"]] == [
        ("m1", True, None),
        ("m2", True, None),
        ("m3", False, "missing_event"),
    ]
    rows = program().get("/api/v1/interactions").json()["data"]
    assert {row["id"]: row["load"] for row in rows} == {"m1": "live/api", "m2": "live/api"}


def test_what_is_sent_twice_is_there_once(sent, workspace, program) -> None:
    program().post("/api/v1/interactions", {"batch": CALLS}, content_type="application/json")
    loader = Loader(config().home / "spool", lambda _slug: store_of(workspace), SourceTable().find)
    loader.step()
    loader.close()
    assert len(program().get("/api/v1/interactions").json()["data"]) == 2


@pytest.mark.usefixtures("_fresh_spool")
def test_too_much_at_once_is_refused_whole(workspace, program) -> None:
    calls = [{**CALLS[1], "properties": {"note": "x" * 30_000}}] * 20
    answer = program().post("/api/v1/interactions", {"batch": calls}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_person_is_found_by_name_and_told_whole(sent, program) -> None:
    client = program()
    found = ann(client)
    told = client.get(f"/api/v1/profiles/{found['customer']}").json()
    assert (told["name"], told["email"], told["value"]) == ("Ann Example", "ann@example.org", {"EUR": 40.0})
    assert {"kind": "user_id", "value": "1042"} in told["identifiers"]


def test_a_timeline_comes_in_pages_newest_first(sent, program) -> None:
    client = program()
    address = f"/api/v1/profiles/{ann(client)['customer']}/timeline"
    first = client.get(address, {"limit": 1}).json()
    second = client.get(address, {"limit": 1, "cursor": first["next"]}).json()
    assert [page["data"][0]["id"] for page in (first, second)] == ["m2", "m1"]
    assert second["next"] is None
    assert client.get(address, {"name": "Order Completed"}).json()["data"][0]["properties"] == {
        "revenue": 40,
        "currency": "EUR",
    }


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "-1", "ann", "²"])
def test_a_number_that_is_nobodys_finds_nobody(sent, program, number: str) -> None:
    answer = program().get(f"/api/v1/profiles/{number}")
    assert (answer.status_code, answer.json()["field"]) == (404, "customer")


def test_a_segment_is_made_counted_changed_and_removed(sent, workspace, program) -> None:
    client, kind = program(), "application/json"
    made = client.post("/api/v1/segments", {"title": "Buyers", "condition": BOUGHT}, content_type=kind)
    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/segments/buyers")
    assert client.get("/api/v1/segments/buyers/count").json() == {"customers": 1}
    members = client.get("/api/v1/segments/buyers/members").json()
    assert members == {"data": [{"customer": ann(client)["customer"]}], "next": None}
    other = {"title": "Buyers", "condition": {**BOUGHT, "times": {"at_least": 2}}}
    assert client.put("/api/v1/segments/buyers", other, content_type=kind).json()["version"] == 2
    assert count_customers(store_of(workspace), get_segment(store_of(workspace), "buyers").condition) == 0
    assert client.delete("/api/v1/segments/buyers").status_code == 204
    assert client.get("/api/v1/segments/buyers").status_code == 404


def test_a_segment_is_a_filter_of_figures(full, program) -> None:
    client = program()
    happy = {"kind": "score", "metric": "nps", "scale": [0, 10], "between": {"at_least": 9}}
    body = {"title": "Happy", "condition": happy}
    assert client.post("/api/v1/segments", body, content_type="application/json").status_code == 201
    figure = client.get("/api/v1/metrics/nps", {"where": "segment=happy"}).json()["figures"][0]
    assert 0 < figure["n"] < 240


def test_members_come_in_pages(full, program) -> None:
    client = program()
    body = {"title": "All", "condition": {"kind": "did", "name": "Survey Answered"}}
    client.post("/api/v1/segments", body, content_type="application/json")
    numbers, cursor = [], ""
    while cursor is not None:
        asked = {"limit": 50, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/v1/segments/all/members", asked).json()
        numbers += [int(one["customer"]) for one in page["data"]]
        cursor = page["next"]
    assert numbers == list(range(120))


@pytest.mark.parametrize(
    "condition", [{}, {"kind": "magic"}, {"kind": "segment", "key": "none"}, {"kind": "not", "of": []}]
)
def test_a_condition_that_cannot_be_read_is_refused(workspace, program, condition) -> None:
    for path in ("segments", "segments/count"):
        body = {"title": "T", "condition": condition} if path == "segments" else {"condition": condition}
        answer = program().post(f"/api/v1/{path}", body, content_type="application/json")
        assert answer.status_code in {404, 422}
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_search_says_when_people_may_be_missing(sent, program, monkeypatch: pytest.MonkeyPatch) -> None:
    client, let, refreshed = program(), threading.Event(), tasks.refresh_profiles
    monkeypatch.setattr(tasks, "PROGRAMS_PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(tasks, "refresh_profiles", lambda store: let.wait(PATIENCE_SECONDS) and refreshed(store))
    answer = client.get("/api/v1/profiles", {"q": "ann"})
    assert (answer.status_code, answer.headers["Regard-Behind"]) == (200, "true")
    let.set()
    monkeypatch.setattr(tasks, "PROGRAMS_PATIENCE_SECONDS", 30)
    answer = client.get("/api/v1/profiles", {"q": "ann"})
    assert "Regard-Behind" not in answer.headers
    assert [one["name"] for one in answer.json()] == ["Ann Example"]
