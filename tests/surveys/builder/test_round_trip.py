"""A form that is sent back as it was drawn changes nothing, whatever the survey holds."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.test import Client

from regard.surveys import read_questionnaire
from regard.surveys.builder.site import draft_of, make_survey
from regard.surveys.editing import questions_of
from regard.surveys.models import Survey
from regard.surveys.ready_made import READY_MADE, get_ready_made

CHOICES = ["Ship", {"value": "none2", "text": "None | of it", "isExclusive": True, "isFixed": True}, 3]
BRANCHED = [*CHOICES, {"value": "pro", "visibleIf": "{nps} > 6 and ({nps} < 8 or {nps} = 9)"}]
EVERYTHING = {
    "title": {"default": "Everything 🙂", "ar": "كل شيء"},
    "pages": [
        {
            "name": "one",
            "elements": [
                {"type": "rating", "name": "nps", "title": "Would you?\nReally?", "rateMax": 10, "metric": "nps"},
                {
                    "type": "checkbox",
                    "name": "what",
                    "choices": BRANCHED,
                    "choicesOrder": "random",
                    "take": 2,
                    "validators": [{"type": "answercount", "minCount": 1, "text": {"default": "One", "pl": "Jeden"}}],
                },
                {
                    "type": "multipletext",
                    "name": "mt",
                    "items": [{"name": "age", "inputType": "number", "min": 18, "max": 99.5, "isRequired": True}],
                },
            ],
        },
        {
            "name": "two words/and ? more",
            "visibleIf": "{nps} <= 6 or {what} anyof ['Ship', '3']",
            "elements": [
                {
                    "type": "text",
                    "name": "a name/with ? marks & 🙂",
                    "inputType": "date",
                    "min": "2026-01-01",
                    "validators": [
                        {"type": "regex", "regex": "^ [A-Z]{2}\\\\d$ "},
                        {"type": "expression", "expression": "{nps} > 0"},
                    ],
                },
                {"type": "comment", "name": "لماذا", "requiredIf": "not ({nps} = 3)", "rows": 9, "maxLength": 10},
                {
                    "type": "matrix",
                    "name": "m",
                    "rows": ["a", {"value": "b", "isFixed": True, "visibleIf": "{nps} = 1"}],
                    "columns": [1, {"value": 2, "text": "Two"}],
                    "rowsVisibleIf": "{item} <> 'c'",
                },
            ],
        },
        {"name": "three, four", "elements": [{"type": "html", "name": "h", "html": "<p>Bye</p>"}]},
    ],
    "triggers": [
        {"type": "complete", "expression": "{nps} = 10", "text": {"default": "Thanks", "pl": "Dzięki"}},
        {"type": "skip", "expression": "not ({nps} = 3)", "gotoName": "three, four", "after": "nps"},
    ],
    "quotas": [{"name": "low", "expression": "{nps} < 7", "limit": 50, "text": "Full"}],
    "calculatedValues": [{"name": "double", "expression": "{nps} * 2"}],
    "randomGroups": [
        {
            "pages": ["two words/and ? more", "three, four"],
            "blocks": [["two words/and ? more", "three, four"]],
            "take": 1,
        }
    ],
}


class Drawn(HTMLParser):
    """The fields of the largest form of a page, as a browser would send them."""

    def __init__(self, page: str):
        super().__init__()
        self.forms: list[list[list[str]]] = []
        self.area: list[str] | None = None
        self.chosen: list[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append([])
        elif tag == "input" and given.get("name"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                nothing = "on" if given.get("type") == "checkbox" else ""
                self.forms[-1].append([given["name"], given.get("value", nothing)])
        elif tag == "textarea":
            self.area = [given["name"], ""]
        elif tag == "select":
            self.chosen = [given["name"], ""]
            self.is_first = True
        elif tag == "option" and self.chosen and ("selected" in given or self.is_first):
            self.chosen[1], self.is_first = given["value"], False

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area[1] = self.area[1].removeprefix("\n").replace("\n", "\r\n")
            self.forms[-1].append(self.area)
            self.area = None
        elif tag == "select" and self.chosen:
            self.forms[-1].append(self.chosen)
            self.chosen = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.area[1] += data

    @property
    def sent(self) -> str:
        return urlencode([*map(tuple, max(self.forms, key=len)), ("do", "stay")])


def send_back(client: Client, address: str) -> int:
    page = client.get(address).content.decode()
    return client.post(address, Drawn(page).sent, content_type="application/x-www-form-urlencoded").status_code


@pytest.fixture(params=["everything", *(one.key for one in READY_MADE)])
def survey(request, workspace) -> Survey:
    key = request.param
    asked = read_questionnaire(EVERYTHING) if key == "everything" else get_ready_made(key).questionnaire
    return make_survey(workspace, asked)


def test_every_form_that_is_sent_back_changes_nothing(analyst, workspace, survey) -> None:
    from django.urls import reverse

    before, where = draft_of(survey), ["harbour", survey.key]
    forms = [("question", one.name) for one in questions_of(before)]
    forms += [("page", page.name) for page in before.pages]
    forms += [("logic",), ("settings",), ("translation", "pl")]
    for name, *more in forms:
        assert send_back(analyst, reverse(f"surveys:{name}", args=[*where, *more])) == 302, (name, more)
    assert draft_of(Survey.objects.get_of(workspace, survey.key)) == before
