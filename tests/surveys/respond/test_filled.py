"""Answers that are filled in beforehand, as respondents meet them."""

from __future__ import annotations

import pytest

from tests.surveys.respond.conftest import Person, publish

DOCUMENT = {
    "title": "Visit",
    "pages": [
        {
            "name": "first",
            "elements": [
                {"type": "radiogroup", "name": "plan", "choices": ["free", "pro"], "defaultValue": "pro"},
                {"type": "checkbox", "name": "uses", "choices": ["a", "b", "c"], "defaultValue": ["a", "c"]},
                {"type": "text", "name": "city", "defaultValue": "Oslo"},
                {"type": "comment", "name": "gain", "visibleIf": "{plan} = 'pro'"},
            ],
        },
        {
            "name": "second",
            "elements": [
                {"type": "boolean", "name": "again", "defaultValue": True, "visibleIf": "{city} = 'Oslo'"},
                {"type": "rating", "name": "score", "defaultValue": 3},
            ],
        },
    ],
}


@pytest.fixture
def survey(workspace):
    return publish(workspace, DOCUMENT, is_once_each=False)


def checked(person: Person) -> list[str]:
    import re

    inputs = re.findall(r"<input[^>]*checked[^>]*>", person.text)
    return [re.search(r'value="([^"]*)"', one)[1] for one in inputs]


def test_the_page_shows_it_and_what_rests_on_it_and_nothing_is_kept_until_it_is_sent(
    survey, person, everything
) -> None:
    person.open(f"/s/{survey.key}/")
    assert checked(person) == ["pro", "a", "c"]
    assert 'value="Oslo"' in person.text
    assert 'name="a.gain"' in person.text
    assert everything() == []


def test_what_is_left_as_it_was_is_an_answer(survey, person, everything) -> None:
    person.open(f"/s/{survey.key}/").send(plan="pro", uses=["a", "c"], city="Oslo")
    assert checked(person) == ["true", "3"]
    [kept] = everything()
    assert kept.answers == {"plan": "pro", "uses": ["a", "c"], "city": "Oslo"}
    person.send(again="true", score="3")
    kept.refresh_from_db()
    assert kept.answers == {"plan": "pro", "uses": ["a", "c"], "city": "Oslo", "again": True, "score": 3}


def test_what_was_emptied_stays_empty(survey, person, everything) -> None:
    person.open(f"/s/{survey.key}/").send(plan="free")
    assert checked(person) == ["3"], "no city: not asked whether again"
    person.send(to="back")
    assert checked(person) == ["free"]
    assert 'value="Oslo"' not in person.text
    person.send(plan="free").send()
    [kept] = everything()
    assert kept.answers == {"plan": "free"}
    assert kept.ended_by == "complete"


def test_a_page_with_something_wrong_shows_what_was_sent_not_what_was_filled_in(workspace, person) -> None:
    document = {
        "pages": [
            {
                "name": "p",
                "elements": [
                    {"type": "text", "name": "mail", "inputType": "email", "defaultValue": "a@b.example"},
                    {"type": "text", "name": "who", "isRequired": True},
                ],
            }
        ]
    }
    person.open(f"/s/{publish(workspace, document, is_once_each=False).key}/").send(mail="")
    assert person.page.status_code == 422
    assert "a@b.example" not in person.text
    person.send(mail="", who="Ann")
    assert "Thank you" in person.text
