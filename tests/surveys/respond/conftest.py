"""Surveys that are open, and people who answer them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from regard.surveys.models import Response, Survey, SurveyVersion

DOCUMENT = {
    "title": {"default": "How did we do?", "pl": "Jak nam poszło?"},
    "pages": [
        {
            "name": "score",
            "elements": [
                {
                    "type": "rating",
                    "name": "nps",
                    "title": {"default": "Would you recommend us?", "pl": "Czy polecisz nas?"},
                    "rateMin": 0,
                    "rateMax": 10,
                    "metric": "nps",
                    "isRequired": True,
                }
            ],
        },
        {
            "name": "why",
            "elements": [
                {"type": "comment", "name": "sorry", "title": "You gave {nps}. Why?", "visibleIf": "{nps} <= 6"},
                {"type": "text", "name": "mail", "title": "Your address", "inputType": "email"},
            ],
        },
    ],
}


def publish(workspace: Any, document: dict[str, Any] = DOCUMENT, **values: Any) -> Survey:
    survey = Survey.objects.create(workspace=workspace, name="Relationship", state=Survey.State.OPEN, **values)
    SurveyVersion.objects.create(survey=survey, number=1, document=document)
    return survey


@pytest.fixture
def survey(workspace: Any) -> Survey:
    return publish(workspace, is_once_each=False)


@pytest.fixture
def everything(workspace: Any) -> Callable[[], list[Response]]:
    return lambda: list(Response.objects.of(workspace).order_by("pk"))


@dataclass
class Person:
    """Somebody with a browser without JavaScript and cookies: opens pages, fills fields, presses buttons."""

    client: Client = field(default_factory=Client)
    page: HttpResponse | None = None
    address: str = ""

    def open(self, address: str, **headers: str) -> Person:
        self.page = self.client.get(address, follow=True, headers=headers)
        self.address = address
        return self

    @property
    def text(self) -> str:
        return unescape(self.page.content.decode())

    @property
    def form(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.text):
            found.setdefault(name, []).append(value)
        return found

    @property
    def action(self) -> str:
        return re.search(r'<form method="post" action="([^"]+)"', self.text)[1]

    def send(self, to: str = "next", **answers: Any) -> Person:
        fields = {f"a.{name}": value for name, value in answers.items()}
        return self.post(self.action, {**self.form, "to": to, **fields})

    def post(self, address: str, given: dict[str, Any]) -> Person:
        answer = self.client.post(address, given)
        assert not answer.cookies
        self.page = self.client.get(answer.url) if answer.status_code == 303 else answer
        return self


@pytest.fixture
def person() -> Person:
    return Person()
