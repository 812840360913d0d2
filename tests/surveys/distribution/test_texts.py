"""Invitations by text message, through the provider that the operator's file describes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from pathlib import Path

import pytest
from django.test import Client

from regard.base import Unavailable
from regard.base.clock import frozen
from regard.base.config import config
from regard.channels import Answer, Request, wants_to_stop
from regard.surveys.distribution import sending
from regard.surveys.distribution.site import Named, invite
from regard.surveys.models import Preference
from tests.surveys.distribution.conftest import NOON, Company, Pass
from tests.surveys.respond.conftest import publish

PROVIDER = {
    "url": "https://sms.example.org/send",
    "template": {"to": "{to}", "body": "{text}"},
    "headers": {"Authorization": "Bearer very-secret"},
}


class Provider:
    """What the provider gets, and what it answers."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, str]] = []
        self.status = 200
        self.is_away = False

    def __call__(self, request: Request) -> Answer:
        if self.is_away:
            raise Unavailable("away", code="unreachable")
        self.bodies.append(json.loads(request.body))
        return Answer(self.status, {}, b"{}")


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Provider:
    file = tmp_path / "sms.json"
    file.write_text(json.dumps(PROVIDER))
    monkeypatch.setenv("REGARD_SMS_PROVIDER", str(file))
    config.cache_clear()
    found, send = Provider(), sending.send_text
    monkeypatch.setattr(sending, "send_text", lambda provider, text: send(provider, text, fetch=found))
    return found


def ask(company: Company, *phones: str) -> None:
    with frozen(NOON):
        invite(company.workspace, company.survey, [Named(phone=phone) for phone in phones], channel="sms")


def test_a_text_message_holds_the_link_and_the_way_out(company: Company, provider: Provider, minutes: Pass) -> None:
    ask(company, "+48 601-234-567")
    minutes(2)
    [body] = provider.bodies
    assert body["to"] == "+48601234567"
    assert "/s/i/" in body["body"]
    assert "/s/u/" in body["body"]
    assert [one.state for one in company.invitations] == ["sent"]


def test_a_provider_that_is_away_gets_each_message_once_when_it_is_back(
    company: Company, provider: Provider, minutes: Pass, caplog: pytest.LogCaptureFixture
) -> None:
    provider.is_away = True
    ask(company, "+48601234567", "+48601234568", "12")
    with caplog.at_level(logging.DEBUG, "regard"):
        minutes(5)
        provider.is_away = False
        minutes(5, NOON.replace(hour=13))
    assert sorted(body["to"] for body in provider.bodies) == ["+48601234567", "+48601234568"]
    assert [one.reason or one.state for one in company.invitations] == ["sent", "sent", "unreachable"]
    assert "very-secret" not in caplog.text
    assert "+48601234567" not in caplog.text


def test_a_file_of_a_provider_that_cannot_be_used_is_not_repeated(
    company: Company, provider: Provider, minutes: Pass, caplog: pytest.LogCaptureFixture
) -> None:
    Path(config().sms_provider).write_text('{"url": "https://x.example", "secret": "very-secret"}')
    ask(company, "+48601234567")
    minutes(2)
    assert [one.state for one in company.invitations] == ["waiting"]
    assert "very-secret" not in caplog.text


# --- what people answer ----------------------------------------------------------------------------------------------

SECRET = "a secret of some length"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def replying(provider: Provider, company: Company, minutes: Pass) -> Provider:
    """The provider also posts what people answer to the messages that have gone to them, as a form."""
    listens(secret=SECRET)
    ask(company, "+48601234567", "+48601234568")
    minutes(2)
    return provider


def listens(**replies: str) -> None:
    Path(config().sms_provider).write_text(json.dumps({**PROVIDER, "replies": replies}))


def reply(text: str, sender: str = "48601234567", **headers: str) -> int:
    headers = headers or {"Authorization": f"Bearer {SECRET}"}
    body = f"from={sender}&text={text}"
    with frozen(NOON):
        return Client().post("/s/sms/replies/", body, content_type=FORM, headers=headers).status_code


def left(company: Company) -> list[tuple[str, str]]:
    return [(one.address, one.reason) for one in Preference.objects.of(company.workspace).filter(is_unsubscribed=True)]


def test_whoever_answers_stop_gets_no_more_messages_and_the_stream_knows(company: Company, replying: Provider) -> None:
    assert [reply("8"), reply("Great%2C+non-stop+fun")] == [204, 204]
    assert left(company) == []
    assert [reply("Stop%21"), reply("STOP"), reply("stop", sender="0048000000000")] == [204, 204, 204]
    assert left(company) == [("+48601234567", "asked")]
    assert [row["source_key"] for row in company.rows("Unsubscribed")] == ["phone:+48601234567"]
    with frozen(NOON):
        done = invite(company.workspace, publish(company.workspace), [Named(phone="+48601234567")], channel="sms")
    assert dict(done.held) == {"unsubscribed": 1}


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer another secret of some length"},
        {"Authorization": "Basic " + base64.b64encode(b"regard:wrong").decode()},
        {"Authorization": "Basic %%%"},
        {"X-Nothing": "1"},
    ],
)
def test_nobody_but_the_provider_says_stop_for_others(
    company: Company, replying: Provider, headers: dict[str, str]
) -> None:
    assert reply("STOP", **headers) == 401
    assert left(company) == []


def test_a_password_in_the_address_is_enough_where_a_provider_offers_nothing_else(
    company: Company, replying: Provider
) -> None:
    assert reply("STOP", Authorization="Basic " + base64.b64encode(f"regard:{SECRET}".encode()).decode()) == 204
    assert left(company) == [("+48601234567", "asked")]


def test_a_signature_is_over_the_message_and_a_secret_alone_does_not_do_then(
    company: Company, replying: Provider
) -> None:
    listens(secret=SECRET, signature_header="X-Signature")
    mac = hmac.new(SECRET.encode(), b"from=48601234567&text=STOP", hashlib.sha256)
    signature = f"sha256={mac.hexdigest()}"
    assert [reply("STOP"), reply("STOP", sender="48601234568", **{"X-Signature": signature})] == [401, 401]
    assert left(company) == []
    assert reply("STOP", **{"X-Signature": base64.b64encode(mac.digest()).decode()}) == 204
    assert reply("STOP", **{"x-signature": signature}) == 204
    assert left(company) == [("+48601234567", "asked")]


def test_without_a_secret_or_a_provider_there_is_nothing_to_post_to(company: Company, provider: Provider) -> None:
    assert reply("STOP") == 404
    assert Client().get("/s/sms/replies/").status_code == 405
    listens(secret="short")
    assert reply("STOP") in (404, 422)


@pytest.mark.parametrize("body", [b"\xff", b"from=1", b"text=STOP&from=" + b"1" * 50, b"{"])
def test_what_the_provider_sends_garbled_is_said_to_be_so(company: Company, replying: Provider, body: bytes) -> None:
    for kind in (FORM, "application/json"):
        headers = {"Authorization": f"Bearer {SECRET}"}
        assert Client().post("/s/sms/replies/", body, content_type=kind, headers=headers).status_code == 422


@pytest.mark.parametrize(
    "text", ["ARRÊT", "стоп", "Отписаться", "rezygnuję", "Dezabonare", "退订", "退订，谢谢", "TD", "Koniec."]
)
def test_stop_is_understood_in_the_languages_of_the_product(text: str) -> None:
    assert wants_to_stop(text)


@pytest.mark.parametrize(
    "text", ["", "👍", "No problem at all", "нет проблем", "Nie mam uwag", "9 - the end", "T-shirt"]
)
def test_an_answer_that_only_has_such_a_word_in_it_leaves_nobody_out(text: str) -> None:
    assert not wants_to_stop(text)
