"""Writes happen once for an idempotency key; programs are told how fast they may ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regard.accounts.api import once
from regard.accounts.api.rates import buckets
from regard.accounts.keys.models import KeptAnswer, Key
from regard.accounts.site import AuditEntry, store_of
from regard.base import clock
from regard.base.clock import now
from regard.collect.models import Load
from regard.report import Workspace as Notebook

pytestmark = pytest.mark.django_db
ORDERS = """order,at,who,total
1,2026-01-05T10:00:00Z,ann,10.5
2,2026-01-06T10:00:00Z,bob,20
3,in spring,cy,30
"""
MAPPING = """
source = "orders"
id = ["order"]
time = "at"
customer = "who"

[[interactions]]
name = "Order Completed"
amount = "total"
currency = { constant = "EUR" }
"""
IMPORTS = "/api/v1/imports"


def hand_in(client: Client, text: str = ORDERS, mapping: str = MAPPING, **headers: str):
    files = SimpleUploadedFile("orders.csv", text.encode())
    return client.post(IMPORTS, {"files": [files], "mapping": mapping}, headers=headers)


def rows_in(workspace) -> int:
    return Notebook(store_of(workspace), "").size


def test_a_file_with_a_mapping_is_loaded(workspace, program) -> None:
    client = program()
    answer = hand_in(client)
    told = client.get(answer.headers["Location"]).json()
    assert (answer.status_code, told["state"], told["step"]) == (202, "ready", "load")
    assert (told["outcome"]["accepted"], told["outcome"]["refused"], rows_in(workspace)) == (2, 1, 2)
    load = client.get(f"/api/v1/loads/{told['outcome']['load']}").json()
    assert (load["files"], load["accepted"], load["refused"]) == (["orders.csv"], 2, 1)


def test_refused_rows_are_read_corrected_and_replayed(workspace, program) -> None:
    client = program()
    load = hand_in(client).json()["outcome"]["load"]
    refused = client.get(f"/api/v1/loads/{load}/refused").json()["data"]
    assert [(row["line"], row["reason"], row["raw"]["at"]) for row in refused] == [(3, "bad_time", "in spring")]
    rows = [{**row["raw"], "at": "2026-03-21T10:00:00Z"} for row in refused]
    again = client.post(f"/api/v1/loads/{load}/replay", {"rows": rows}, content_type="application/json")
    assert (again.status_code, again.json()["outcome"]["accepted"], rows_in(workspace)) == (202, 1, 3)


def test_rows_replayed_by_another_mapping_keep_their_source_and_so_their_ids(workspace, program) -> None:
    """Named after "file" instead of the load's source, they would come a second time with the file corrected."""
    client, anonymous = program(), MAPPING.replace('source = "orders"\n', "")
    load = hand_in(client, mapping=anonymous).json()["outcome"]["load"]
    body = {"rows": [{"order": "3", "at": "2026-01-07T10:00:00Z", "who": "cy", "total": "30"}], "mapping": anonymous}
    again = client.post(f"/api/v1/loads/{load}/replay", body, content_type="application/json").json()
    assert again["outcome"]["accepted"] == 1
    whole = hand_in(client, ORDERS.replace("in spring", "2026-01-07T10:00:00Z"), anonymous).json()
    assert (whole["outcome"]["accepted"], whole["outcome"]["known"], rows_in(workspace)) == (0, 3, 3)


def test_a_replay_that_failed_is_loaded_by_another_mapping(workspace, program) -> None:
    client = program()
    load = hand_in(client).json()["outcome"]["load"]
    wrong = MAPPING.replace('time = "at"', 'time = "when"')
    again = client.post(f"/api/v1/loads/{load}/replay", {"mapping": wrong}, content_type="application/json").json()
    assert (again["state"], again["files"]) == ("failed", [])
    at = MAPPING.replace('time = "at"', 'time = { column = "at", formats = ["in spring", "iso"] }')
    done = client.post(f"{IMPORTS}/{again['id']}/load", {"mapping": at}, content_type="application/json")
    assert (done.status_code, done.json()["state"]) == (202, "ready")


def test_an_import_whose_mapping_was_wrong_is_loaded_by_another(workspace, program) -> None:
    client = program()
    told = hand_in(client, mapping=MAPPING.replace('time = "at"', 'time = "when"')).json()
    assert told["state"] == "failed"
    done = client.post(f"{IMPORTS}/{told['id']}/load", {"mapping": MAPPING}, content_type="application/json").json()
    assert (done["outcome"]["accepted"], rows_in(workspace)) == (2, 2)


def test_a_file_without_a_mapping_waits_for_it_with_a_proposal(workspace, program) -> None:
    client = program()
    told = client.post(IMPORTS, {"files": [SimpleUploadedFile("orders.csv", ORDERS.encode())]}).json()
    assert (told["step"], told["state"], rows_in(workspace)) == ("look", "ready", 0)
    assert "[[interactions]]" in told["mapping"]
    body = {"mapping": MAPPING}
    done = client.post(f"{IMPORTS}/{told['id']}/load", body, content_type="application/json").json()
    assert (done["outcome"]["accepted"], rows_in(workspace)) == (2, 2)


def test_a_mapping_that_cannot_be_used_keeps_nothing(workspace, program, home) -> None:
    answer = hand_in(program(), mapping="name = ")
    assert answer.status_code == 422
    assert not Load.objects.of(workspace).exists()
    assert not list((home / "uploads").glob("*")) if (home / "uploads").exists() else True


def test_what_a_key_brings_in_is_written_in_the_audit_log_under_its_name(workspace, program) -> None:
    hand_in(program())
    key = Key.objects.of(workspace).get()
    entry = AuditEntry.objects.of(workspace).get(what="import handed in")
    assert (entry.who, entry.details) == (None, {"key": key.prefix})


def test_an_import_is_discarded_with_its_files(workspace, program) -> None:
    client = program()
    told = client.post(IMPORTS, {"files": [SimpleUploadedFile("orders.csv", ORDERS.encode())]}).json()
    folder = Load.objects.of(workspace).get().folder
    assert folder.exists()
    assert client.delete(f"{IMPORTS}/{told['id']}").status_code == 204
    assert not folder.exists()
    assert client.get(f"{IMPORTS}/{told['id']}").status_code == 404


@pytest.mark.parametrize("address", ["/api/v1/interactions", "/api/v1/segments", "/api/v1/segments/count"])
@pytest.mark.parametrize("once_more", [{}, {"Idempotency-Key": "large"}])
def test_a_body_over_the_sites_limit_is_told_as_such(program, settings, address: str, once_more: dict) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = program().post(address, {"batch": ["x" * 2000]}, content_type="application/json", headers=once_more)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("kind", "status"), [("application/xml", 415), ("text/csv", 415), ("application/json", 400), ("text/json", 400)]
)
def test_a_body_that_is_no_json_is_told_what_is_read_here(program, kind: str, status: int) -> None:
    answer = program().post("/api/v1/segments/count", "<segment/>", content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (status, "unreadable")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_name_of_a_write_holds_no_spaces(program) -> None:
    answer = program().post(IMPORTS, {}, headers={"Idempotency-Key": "a b"})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


# --- once


def test_a_write_sent_again_is_answered_alike_and_changes_nothing(workspace, program) -> None:
    client = program()
    first, second = (hand_in(client, **{"Idempotency-Key": "orders-of-march"}) for _ in range(2))
    assert second.content == first.content
    assert (second.status_code, second.headers["Location"]) == (202, first.headers["Location"])
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Load.objects.of(workspace).count() == 1


def test_an_idempotency_key_is_not_used_for_two_requests(workspace, program) -> None:
    client = program()
    hand_in(client, **{"Idempotency-Key": "one"})
    for change in ({"text": ORDERS + "4,2026-01-07T10:00:00Z,di,5\n"}, {"mapping": MAPPING + "# other"}):
        answer = hand_in(client, **change, **{"Idempotency-Key": "one"})
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_a_write_that_is_being_worked_on_is_not_begun_again(workspace, program) -> None:
    client = program()
    hand_in(client, **{"Idempotency-Key": "one"})
    KeptAnswer.objects.update(status=None)
    answer = hand_in(client, **{"Idempotency-Key": "one"})
    assert (answer.status_code, answer.json()["code"]) == (409, "in_progress")
    with clock.frozen(now() + 2 * once.GIVEN_UP):
        assert hand_in(client, **{"Idempotency-Key": "one"}).status_code == 202


def test_idempotency_keys_are_each_keys_own_and_live_a_day(workspace, program) -> None:
    client = program()
    for other in (client, program()):
        assert "Idempotent-Replayed" not in hand_in(other, **{"Idempotency-Key": "one"}).headers
    with clock.frozen(now() + once.KEPT + timedelta(minutes=1)):
        assert "Idempotent-Replayed" not in hand_in(client, **{"Idempotency-Key": "one"}).headers


def test_a_refusal_for_want_of_a_scope_is_not_kept(workspace, program) -> None:
    assert hand_in(program("metrics:read"), **{"Idempotency-Key": "one"}).status_code == 403
    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize("name", ["", "x" * 256, "tab\there"])
def test_an_idempotency_key_is_printable_and_short(workspace, program, name: str) -> None:
    answer = hand_in(program(), **{"Idempotency-Key": name})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


# --- how fast


def test_a_key_that_asks_too_fast_is_told_to_wait_and_then_let_in(workspace, program, monkeypatch) -> None:
    monkeypatch.setenv("REGARD_API_RATE", "3")
    from regard.base.config import config

    config.cache_clear()
    client, other = program(), program()
    with clock.frozen(now()) as _:
        statuses = [client.get("/api/v1/metrics").status_code for _number in range(4)]
        late = client.get("/api/v1/metrics")
        assert statuses == [200, 200, 200, 429]
        assert (late.headers["Retry-After"], late.json()["code"]) == ("20", "too_many")
        assert other.get("/api/v1/metrics").headers["RateLimit"] == '"key";r=2;t=0'
    with clock.frozen(now() + timedelta(seconds=21)):
        assert client.get("/api/v1/metrics").status_code == 200


def test_buckets_of_keys_that_rest_are_forgotten(workspace, monkeypatch) -> None:
    monkeypatch.setattr("regard.accounts.api.rates.MOST_BUCKETS", 10)
    start = now()
    with clock.frozen(start):
        for key in range(10):
            buckets.take(key)
    with clock.frozen(start + timedelta(minutes=2)):
        buckets.take(99)
    assert set(buckets._left) == {99}


# --- what cannot be read


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b'{"a":', b"[" * 100_000, b'{"mapping": "\\ud800"}', b'{"mapping": NaN}', b"null"]
)
def test_a_body_that_cannot_be_read_is_a_problem(workspace, program, body: bytes) -> None:
    client = program()
    load = Load.objects.create(workspace=workspace, files=[{"name": "a.csv", "stored": "a.csv", "size": 1}])
    answer = client.generic("POST", f"{IMPORTS}/{load.key}/load", body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/nowhere",
        "/api/v1/",
        "/api/v1/metrics/",
        "/api/v1/metrics/nps/rows?limit=0",
        "/api/v1/loads/%00",
        "/api/v1/interactions?name=%00",
    ],
)
def test_an_address_that_leads_nowhere_is_a_problem(workspace, program, address: str) -> None:
    answer = program().get(address)
    assert answer.status_code in {404, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_parameter_that_is_given_twice_is_refused_where_it_can_be_said_once(workspace, program) -> None:
    twice = program().get("/api/v1/interactions?channel=web&channel=email")
    assert (twice.status_code, twice.json()["field"]) == (422, "channel")
    assert program().get("/api/v1/metrics/nps?where=channel=web&where=channel=email").status_code == 200


def test_a_fault_of_ours_is_told_without_its_trace(workspace, program, monkeypatch) -> None:
    def broken(*_given: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("regard.collect.api.loads.load_record", broken)
    answer = program().get("/api/v1/loads/1")
    assert (answer.status_code, answer.json()["code"]) == (500, "error")
    assert "hunter2" not in answer.content.decode()
