"""Merging and identity rules for programs: tried first, done once for an idempotency key, taken back exactly."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from regard.accounts.site import AuditEntry, store_of
from regard.base.ids import profile_number
from regard.profiles import DEFAULT_RULES, resolve, rules_of
from regard.profiles.rules import as_body, rules_from
from regard.stream import Batch
from tests.profiles.evidence import lives, owners_in, seen, write

pytestmark = pytest.mark.django_db
FIRST, SECOND = str(profile_number("u0")), str(profile_number("u1"))
AT = f"/api/v1/profiles/{FIRST}"
RULES = "/api/v1/identity/rules"


@pytest.fixture
def shop(workspace, tmp_path: Path):
    store_of(workspace).append(Batch(lives(tmp_path)))
    return workspace


def post(client: Client, path: str, body: object, **headers: str):
    return client.post(path, body, content_type="application/json", headers=headers)


def test_a_merge_is_tried_made_and_taken_back_exactly(shop, program) -> None:
    client, before = program(), owners_in(store_of(shop))
    tried = post(client, f"{AT}/merge/preview", {"other": SECOND}).json()
    assert (tried["customer"], tried["moved"], len(tried["sides"])) == (FIRST, 7, 2)
    assert tried["metrics"]["nps"] == 2
    assert owners_in(store_of(shop)) == before
    made = post(client, f"{AT}/merge", {"other": SECOND}).json()
    assert (made["customer"], made["merged"], made["identifiers"]) == (FIRST, [SECOND], 1)
    assert client.get(f"/api/v1/profiles/{SECOND}").json()["customer"] == FIRST
    link = {"link": made["link"]}
    assert post(client, f"{AT}/unmerge/preview", link).json()["split"] == sorted([FIRST, SECOND], key=int)
    taken = post(client, f"{AT}/unmerge", link).json()
    assert (taken["customer"], set(taken["split"])) == (FIRST, {FIRST, SECOND})
    assert owners_in(store_of(shop)) == before
    assert post(client, f"{AT}/restore", link).json()["merged"] == [SECOND]
    whats = set(AuditEntry.objects.of(shop).values_list("what", flat=True))
    assert {"profiles merged", "link taken back", "link restored"} <= whats


def test_a_merge_that_is_sent_again_happens_once(shop, program) -> None:
    client = program()
    first, again = (post(client, f"{AT}/merge", {"other": SECOND}, **{"Idempotency-Key": "m-1"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert AuditEntry.objects.of(shop).filter(what="profiles merged").count() == 1


@pytest.mark.parametrize("other", [FIRST, "12", "ann", "9" * 30])
def test_what_cannot_be_merged_is_a_problem(shop, program, other: str) -> None:
    answer = post(program(), f"{AT}/merge", {"other": other})
    assert answer.status_code in {404, 422}
    assert answer.json()["field"] in {"other", "b", "customer"}


def test_evidence_of_another_profile_is_not_taken_back(shop, program) -> None:
    write(store_of(shop), resolve(store_of(shop), [seen("u2", "email:e2")]))
    link = program().get(f"/api/v1/profiles/{profile_number('u2')}").json()["evidence"][0]["id"]
    assert post(program(), f"{AT}/unmerge", {"link": link}).status_code == 404


def test_whoever_only_reads_profiles_tries_and_does_not_decide(shop, program) -> None:
    reader = program("profiles:read")
    assert post(reader, f"{AT}/merge/preview", {"other": SECOND}).status_code == 200
    assert post(reader, f"{AT}/merge", {"other": SECOND}).status_code == 403
    assert reader.put(RULES, as_body(DEFAULT_RULES), content_type="application/json").status_code == 403


def test_identity_rules_are_read_tried_and_replaced(shop, program) -> None:
    store, client = store_of(shop), program()
    write(store, resolve(store, [seen("u0", "anonymous_id:tablet"), seen("u1", "anonymous_id:tablet", 1)]))
    rules = client.get(RULES).json()
    assert as_body(rules_from(rules)) == as_body(DEFAULT_RULES)
    rules["identifiers"][0]["limit"] = 2
    tried = post(client, f"{RULES}/preview", rules).json()
    assert tried == {"profiles": 2, "merged": 1, "split": 0, "identifiers": 1, "links": {"accepted": 1}}
    assert rules_of(store) == DEFAULT_RULES
    assert client.put(RULES, rules, content_type="application/json").json() == tried
    assert client.get(RULES).json() == rules
    entry = AuditEntry.objects.of(shop).get(what="identity rules kept")
    assert (entry.details["profiles"], entry.details["moved"]) == (2, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"blocked": ["("]}, "blocked"),
        ({"blocked": ["(a+)+"]}, "blocked"),
        ({"identifiers": [{"kind": "E-Mail", "priority": 1, "limit": 1}]}, "given.identifiers.0.kind"),
        ({"identifiers": [{"kind": "email", "priority": 0, "limit": 1}]}, "given.identifiers.0.priority"),
        ({"identifiers": [{"kind": "email", "priority": 1, "limit": 1}] * 2}, "identifiers"),
    ],
)
def test_rules_that_cannot_be_used_are_refused_by_field(shop, program, change, field) -> None:
    body = {**as_body(DEFAULT_RULES), **change}
    for answer in (
        post(program(), f"{RULES}/preview", body),
        program().put(RULES, body, content_type="application/json"),
    ):
        assert (answer.status_code, answer.json()["field"]) == (422, field)
