"""What happens seldom, and to those who try: one page, two windows, one device, an invitation that is gone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from regard.surveys.models import Invitation
from regard.surveys.respond.saving import Overtaken, Sent, send_page
from regard.surveys.respond.visiting import begun, personal_address, survey_of
from tests.surveys.respond.conftest import Person, publish
from tests.surveys.respond.test_links import invite

WORDS = {"type": "text", "name": "words"}
NUMBER = {"type": "text", "name": "number", "inputType": "number"}
MORE = {"name": "more", "elements": [{"type": "text", "name": "more"}]}


def one_page(*elements: Any, **values: Any) -> dict[str, Any]:
    return {"pages": [{"name": "one", "elements": list(elements)}], **values}


def test_a_survey_of_one_page_can_be_answered_by_invitation(workspace, everything) -> None:
    invitation = invite(publish(workspace, one_page(WORDS)))
    person = Person().open(personal_address(invitation)).send(words="Fine")
    assert "Thank you" in person.text
    assert [(kept.ended_by, kept.source_key) for kept in everything()] == [("complete", "1042")]


def test_of_two_windows_that_begin_at_the_same_instant_one_makes_the_response(survey, everything) -> None:
    invitation: Invitation = invite(survey)
    opened = RequestFactory().get("/")
    one, other = (begun(opened, survey_of(invitation), "link", invitation) for _ in range(2))
    sent = Sent("score", {"a.nps": ["9"]}, {}, frozenset(["nps"]))
    send_page(one, sent)
    with pytest.raises(Overtaken):
        send_page(other, sent)
    assert len(everything()) == 1


def test_what_a_respondent_wrote_is_text_inside_a_statement(workspace) -> None:
    statement = {"type": "html", "name": "told", "html": "<p>You said: {words}</p><p>Thanks</p>"}
    survey = publish(workspace, {"pages": [*one_page(WORDS)["pages"], {"name": "two", "elements": [statement]}]})
    person = Person().open(f"/s/{survey.key}/").send(words="a <b <textarea> c & d")
    page = person.page.content.decode()
    assert "<p>You said: a &lt;b &lt;textarea&gt; c &amp; d</p><p>Thanks</p>" in page


@pytest.mark.parametrize("sends", [False, True])
def test_a_response_whose_invitation_is_deleted_has_no_questions_left(workspace, sends: bool) -> None:
    first = {"name": "one", "visibleIf": "{profile.plan} = 'pro'", "elements": [WORDS]}
    survey = publish(workspace, {"pages": [first, {**MORE, "visibleIf": "{words} notempty"}]})
    invitation = invite(survey, traits={"plan": "pro"})
    person = Person().open(personal_address(invitation)).send(words="Fine")
    address, form = person.action, person.form
    invitation.delete()
    answer = Client().post(address, form) if sends else Client().get(address)
    assert (answer.status_code, b"no questions for you" in answer.content) == (200, True)


@pytest.mark.parametrize("place", ["?touchpoint=%00shop", "?lang=%00", "?pick=%00%ff"])
def test_letters_that_no_database_takes_are_left_out_of_an_address(survey, everything, place: str) -> None:
    Person().open(f"/s/{survey.key}/{place}").send(nps="9").send()
    assert [kept.touchpoint in ("", "shop") for kept in everything()] == [True]
    assert Client().get("/s/a%00b/").status_code == 404


def test_a_page_says_little_of_what_an_address_says_at_length(workspace) -> None:
    pages = one_page({**NUMBER, "title": {"default": "How many?", "pl": "Ile?"}})
    survey = publish(workspace, pages)
    page = Client().get(f"/s/{survey.key}/?utm={'u' * 9000}&pick={'p' * 9000}&touchpoint={'t' * 9000}").content
    assert len(page) < 15_000
    assert b"uuu" not in page


def test_a_trigger_may_ask_for_traits_and_for_what_is_worked_out_of_answers(workspace, everything) -> None:
    ended_by = ["{profile.plan} = 'free'", "{double} > 5"]
    for customer, condition in enumerate(ended_by):
        document = {
            "pages": [{"name": "one", "elements": [NUMBER]}, MORE],
            "calculatedValues": [{"name": "double", "expression": "{number} * 2"}],
            "triggers": [{"type": "complete", "expression": condition}],
        }
        invitation = invite(publish(workspace, document), customer=customer, traits={"plan": "free"})
        Person().open(personal_address(invitation)).send(number="4")
    assert [kept.ended_by for kept in everything()] == ["complete", "complete"]


@pytest.mark.parametrize("condition", ["{profile.plan} = 'free'", "{double} > 5"])
def test_a_quota_may_count_people_by_traits_and_by_what_is_worked_out(workspace, everything, condition: str) -> None:
    document = one_page(
        NUMBER,
        calculatedValues=[{"name": "double", "expression": "{number} * 2"}],
        quotas=[{"name": "few", "expression": condition, "limit": 1}],
    )
    survey = publish(workspace, document)
    for customer in (1, 2):
        link = personal_address(invite(survey, customer=customer, traits={"plan": "free"}))
        Person().open(link).send(number="4")
    assert [kept.ended_by for kept in everything()] == ["complete", "quota"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="turns are files beside SQLite only")
def test_a_disk_that_takes_no_turn_says_so_and_keeps_nothing(workspace, home, everything) -> None:
    person = Person().open(f"/s/{publish(workspace).key}/")
    home.mkdir(parents=True, exist_ok=True)
    (home / "turns").write_text("in the way")
    assert person.send(nps="9").page.status_code == 503
    assert everything() == []
