"""Invitations by text message, through the provider that the operator's file describes."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from regard.base import Unavailable
from regard.base.clock import frozen
from regard.base.config import config
from regard.channels import Answer, Request
from regard.surveys.distribution import sending
from regard.surveys.distribution.site import Named, invite
from tests.surveys.distribution.conftest import NOON, Company, Pass

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
