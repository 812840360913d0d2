"""A company with customers, an open survey, and a mail server on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regard.accounts.site import store_of
from regard.base.clock import frozen, now
from regard.base.config import config
from regard.base.ids import new_id
from regard.collect.listening import Loader
from regard.collect.live.site import SourceTable
from regard.collect.site import Arrived, api_key, spool
from regard.jobs.site import run_due
from regard.stream import Question
from regard.stream.compose import sql
from regard.surveys.models import Invitation, Programme, Survey
from tests.channels.conftest import Post, free_port, mail_settings, opened, post  # noqa: F401 - fixtures
from tests.surveys.respond.conftest import person, publish  # noqa: F401 - fixtures

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)  # a Tuesday

Calls = list[dict[str, Any]]


class Company:
    """What the company's systems send, and what has become of it."""

    def __init__(self, workspace: Any) -> None:
        self.workspace = workspace
        self.survey: Survey = publish(workspace)

    def receive(self, *calls: dict[str, Any]) -> None:
        """Interactions arrive, and are in the stream."""
        body = json.dumps({"batch": [{"messageId": new_id(), **call} for call in calls]}).encode()
        spool().put(Arrived(api_key(self.workspace.slug), now(), "batch", body, id=new_id()))
        self.load()

    def load(self) -> None:
        loader = Loader(config().home / "spool", lambda _: store_of(self.workspace), SourceTable().find)
        while loader.step():
            pass
        loader.close()

    def knows(self, *names: str, **traits: Any) -> None:
        self.receive(*(identify(name, **traits) for name in names))

    def happens(self, event: str, name: str, **properties: Any) -> None:
        self.receive(track(event, name, **properties))

    def rows(self, name: str) -> list[dict[str, Any]]:
        self.load()
        text = "SELECT * FROM interactions WHERE name = :name ORDER BY occurred_at, id"
        return store_of(self.workspace).ask(Question("rows", sql(text), {"name": name})).rows()

    def programme(self, trigger: dict[str, Any], **values: Any) -> Programme:
        channel, priority = values.pop("channel", "email"), values.pop("priority", 0)
        return Programme.objects.create(
            workspace=self.workspace,
            survey=values.pop("survey", self.survey),
            name="After delivery",
            channel=channel,
            priority=priority,
            trigger=trigger,
            settings=values,
        )

    @property
    def invitations(self) -> list[Invitation]:
        return list(Invitation.objects.of(self.workspace).order_by("pk"))

    def states(self) -> dict[str, str]:
        return {one.source_key: one.reason or one.state for one in self.invitations}


def identify(name: str, **traits: Any) -> dict[str, Any]:
    given = {"email": f"{name}@example.org", **traits}
    return {"type": "identify", "userId": name, "timestamp": now().isoformat(), "traits": given}


def track(event: str, name: str, **properties: Any) -> dict[str, Any]:
    at = properties.pop("at", now())
    return {"type": "track", "event": event, "userId": name, "timestamp": at.isoformat(), "properties": properties}


@pytest.fixture
def company(workspace: Any, settings: Any) -> Iterator[Company]:
    settings.DEFAULT_FROM_EMAIL = "regard@cx.example.org"
    spool.cache_clear()
    yield Company(workspace)
    spool().close()
    spool.cache_clear()


Pass = Callable[..., None]


@pytest.fixture
def minutes() -> Pass:
    """``minutes(3, since=NOON)``: three minutes pass, and in each all that is due is done."""

    def passing(count: int = 1, since: datetime = NOON) -> None:
        for minute in range(count):
            with frozen(since + timedelta(minutes=minute)):
                while run_due():
                    pass

    return passing
