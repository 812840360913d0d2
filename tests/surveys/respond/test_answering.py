"""Answering a survey, page by page, without cookies and without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from regard.base.clock import now
from regard.surveys.models import Survey, SurveyVersion
from tests.surveys.respond.conftest import DOCUMENT, Person, publish


def test_answers_are_kept_page_by_page_and_sent_at_the_end(survey, person: Person, everything) -> None:
    person.open(f"/s/{survey.key}/")
    assert "Would you recommend us?" in person.text
    assert everything() == []
    person.send(nps="3")
    [kept] = everything()
    assert (kept.answers, kept.page, kept.completed_at) == ({"nps": 3}, "why", None)
    assert "You gave 3. Why?" in person.text
    person.send(sorry="Too slow", mail="ann@example.org")
    kept.refresh_from_db()
    assert kept.answers == {"nps": 3, "sorry": "Too slow", "mail": "ann@example.org"}
    assert (kept.ended_by, kept.recorded) == ("complete", ["nps", "sorry", "mail"])
    assert "Thank you" in person.text


def test_a_required_question_left_empty_is_said_at_the_top_and_at_the_question(survey, person: Person) -> None:
    person.open(f"/s/{survey.key}/").send()
    assert person.page.status_code == 422
    assert '<a href="#q1-0">Would you recommend us?</a>: Please answer this question.' in person.text
    assert 'aria-describedby="q1p"' in person.text
    assert 'id="q1p">Please answer this question.' in person.text


def test_what_cannot_be_used_is_shown_again_beside_what_is_wrong_with_it(survey, person: Person) -> None:
    person.open(f"/s/{survey.key}/").send(nps="9").send(mail="nonsense")
    assert person.page.status_code == 422
    assert 'value="nonsense"' in person.text
    assert 'aria-invalid="true"' in person.text
    assert "Thank you" in person.send(mail="ann@example.org").text


def test_a_form_that_is_sent_twice_makes_one_response(survey, person: Person, everything) -> None:
    person.open(f"/s/{survey.key}/")
    first = {**person.form, "a.nps": "9", "to": "next"}
    address = person.action
    for _ in range(3):
        person.post(address, first)
    [kept] = everything()
    assert kept.answers == {"nps": 9}
    last = {**person.form, "to": "next"}
    for _ in range(3):
        person.post(kept_address(person), last)
        assert "Thank you" in person.text
    assert len(everything()) == 1


def kept_address(person: Person) -> str:
    return person.page.request["PATH_INFO"]


def test_back_keeps_what_was_written_even_when_it_cannot_be_used_yet(survey, person: Person, everything) -> None:
    person.open(f"/s/{survey.key}/").send(nps="3").send(to="back", sorry="Too slow", mail="nonsense")
    assert "Would you recommend us?" in person.text
    assert 'id="q1-3" value="3" checked' in person.text
    assert everything()[0].answers == {"nps": 3, "sorry": "Too slow"}
    person.send(nps="3")
    assert "Too slow" in person.text


def test_an_answer_changed_on_the_way_back_takes_the_branch_that_it_leads_to(
    survey, person: Person, everything
) -> None:
    person.open(f"/s/{survey.key}/").send(nps="3").send(to="back", sorry="Too slow")
    person.send(nps="9")
    assert "Why?" not in person.text
    person.send()
    assert everything()[0].answers == {"nps": 9}


def test_the_back_button_after_sending_leads_to_the_end_and_changes_nothing(survey, person: Person, everything) -> None:
    person.open(f"/s/{survey.key}/").send(nps="9")
    before, old = person.action, {**person.form, "a.mail": "late@example.org", "to": "next"}
    person.send()
    assert "Thank you" in person.open(before).text
    assert "Thank you" in person.post(before, old).text
    assert everything()[0].answers == {"nps": 9}


def test_opening_links_records_nothing_even_one_that_picks_an_answer(survey, person: Person, everything) -> None:
    person.open(f"/s/{survey.key}/?pick=9")
    assert 'id="q1-9" value="9" checked' in person.text
    assert everything() == []
    person.send(nps="9")
    assert everything()[0].answers == {"nps": 9}


def test_the_pages_set_no_cookie_and_are_kept_by_nobody_on_the_way(survey) -> None:
    browser = Client()
    answer = browser.get(f"/s/{survey.key}/")
    assert not answer.cookies
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "<script" not in answer.content.decode()


def test_a_response_goes_on_with_the_version_that_it_began_with(survey: Survey, person: Person, everything) -> None:
    person.open(f"/s/{survey.key}/").send(nps="3")
    new = {**DOCUMENT, "pages": [DOCUMENT["pages"][0]]}
    SurveyVersion.objects.create(survey=survey, number=2, document=new)
    person.send(sorry="Too slow")
    assert everything()[0].version.number == 1
    assert everything()[0].answers["sorry"] == "Too slow"
    person.open(f"/s/{survey.key}/").send(nps="3")
    assert "Thank you" in person.text
    assert everything()[1].version.number == 2


def test_a_form_drawn_before_a_new_version_came_out_is_answered_in_the_old_one(
    survey: Survey, person: Person, everything
) -> None:
    person.open(f"/s/{survey.key}/")
    SurveyVersion.objects.create(survey=survey, number=2, document={"pages": [{"name": "other"}]})
    person.send(nps="3")
    assert everything()[0].version.number == 1


def test_a_closed_survey_says_so_and_what_was_answered_stays(survey: Survey, person: Person, everything) -> None:
    person.open(f"/s/{survey.key}/").send(nps="3")
    Survey.objects.of(survey.workspace).update(state=Survey.State.CLOSED)
    person.send(sorry="Too late")
    assert "This survey is closed" in person.text
    assert "has been kept" in person.text
    assert everything()[0].answers == {"nps": 3}
    assert "This survey is closed" in person.open(f"/s/{survey.key}/").text


def test_another_device_goes_on_where_the_first_stopped(survey, person: Person) -> None:
    person.open(f"/s/{survey.key}/").send(nps="3")
    elsewhere = person.action + "elsewhere/"
    assert person.action in person.open(elsewhere).text
    assert person.client.get(elsewhere + "qr.svg").headers["Content-Type"] == "image/svg+xml"
    other = Person().open(elsewhere.removesuffix("elsewhere/"))
    assert "You gave 3. Why?" in other.text


def test_nobody_jumps_over_a_required_question(survey, person: Person, everything) -> None:
    person.open(f"/s/{survey.key}/").send(nps="9")
    response = everything()[0]
    response.answers = {}
    response.save()
    person.send()
    assert "Would you recommend us?" in person.text
    assert everything()[0].completed_at is None


def test_a_page_that_an_answer_makes_longer_is_shown_once_more(workspace, person: Person, everything) -> None:
    one = {"type": "boolean", "name": "more", "title": "More?"}
    two = {"type": "comment", "name": "what", "title": "What?", "visibleIf": "{more} = true", "isRequired": True}
    survey = publish(workspace, {"pages": [{"name": "only", "elements": [one, two]}]})
    person.open(f"/s/{survey.key}/")
    assert "What?" not in person.text
    person.send(more="true")
    assert (person.page.status_code, "What?" in person.text) == (200, True)
    person.send(more="true")
    assert "Please answer this question" in person.text
    person.send(more="false")
    assert everything()[0].answers == {"more": False}


def test_the_order_that_chance_gave_is_kept_to(workspace, person: Person, everything) -> None:
    asked = {"type": "checkbox", "name": "some", "choices": list("abcdefgh"), "choicesOrder": "random"}
    survey = publish(workspace, {"pages": [{"name": "p", "elements": [asked]}, {"name": "q", "elements": []}]})
    person.open(f"/s/{survey.key}/")
    shown = person.text.split('name="a.some"')[1:]
    person.send(some=["a"])
    order = everything()[0].arrangement["choices"]["some"]
    assert [part.split('value="')[1][0] for part in shown] == order


def test_a_full_quota_ends_the_survey_politely_and_is_counted_exactly(workspace, everything) -> None:
    asked = {"type": "radiogroup", "name": "who", "choices": ["man", "woman"]}
    quotas = [{"name": "men", "expression": "{who} = 'man'", "limit": 1, "text": "We have heard enough men."}]
    document = {"pages": [{"name": "p", "elements": [asked]}], "quotas": quotas}
    survey = publish(workspace, document, is_once_each=False)
    texts = [Person().open(f"/s/{survey.key}/").send(who=who).text for who in ("man", "woman", "man", "woman")]
    assert [response.ended_by for response in everything()] == ["complete", "complete", "quota", "complete"]
    assert ["heard enough men" in text for text in texts] == [False, False, True, False]


def test_a_quota_that_fills_up_while_somebody_answers_takes_no_more(workspace, everything) -> None:
    asked = {"type": "radiogroup", "name": "who", "choices": ["man", "woman"]}
    quotas = [{"name": "men", "expression": "{who} = 'man'", "limit": 1, "text": "We have heard enough men."}]
    pages = [{"name": "p", "elements": [asked]}, {"name": "q", "elements": [{"type": "comment", "name": "c"}]}]
    survey = publish(workspace, {"pages": pages, "quotas": quotas}, is_once_each=False)
    under_way = [Person().open(f"/s/{survey.key}/").send(who="man") for _ in range(2)]
    texts = [person.send(c="well").text for person in under_way]
    assert [response.ended_by for response in everything()] == ["complete", "quota"]
    assert ["heard enough men" in text for text in texts] == [False, True]


def test_a_screen_out_ends_with_its_own_words(workspace, person: Person, everything) -> None:
    asked = {"type": "boolean", "name": "adult"}
    end = {"type": "complete", "expression": "{adult} = false", "text": "Come back later.", "isScreenOut": True}
    pages = [{"name": "p", "elements": [asked]}, {"name": "q", "elements": [{"type": "comment", "name": "c"}]}]
    survey = publish(workspace, {"pages": pages, "triggers": [end]})
    assert "Come back later." in person.open(f"/s/{survey.key}/").send(adult="false").text
    assert everything()[0].ended_by == "screen_out"


def test_a_spool_that_takes_nothing_keeps_the_answers_and_says_so(
    survey, person: Person, everything, monkeypatch
) -> None:
    from regard.base import Unavailable
    from regard.surveys import tasks

    def full(*_: object) -> None:
        raise Unavailable("the disk is full")

    person.open(f"/s/{survey.key}/").send(nps="9")
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "tell", full)
        person.send(mail="ann@example.org")
    assert person.page.status_code == 503
    kept = everything()[0]
    assert (kept.answers["mail"], kept.completed_at, kept.recorded) == ("ann@example.org", None, [])
    assert "Thank you" in person.send(mail="ann@example.org").text


@pytest.mark.parametrize("page", ["", "nowhere", "why"])
def test_a_page_that_is_not_there_or_not_reached_shows_where_it_goes_on(survey, person: Person, page: str) -> None:
    person.open(f"/s/{survey.key}/").send()
    person.open(f"{person.action}?page={page}")
    assert "Would you recommend us?" in person.text


def test_the_time_of_an_answer_is_that_of_the_form(survey, person: Person, everything) -> None:
    person.open(f"/s/{survey.key}/").send(nps="9").send()
    kept = everything()[0]
    assert timedelta(0) <= kept.completed_at - kept.started_at < timedelta(minutes=1)
    assert kept.started_at <= now()


def test_bytes_that_no_database_takes_and_emoji_are_no_trouble(survey, person: Person, everything) -> None:
    person.open(f"/s/{survey.key}/").send(nps="3").send(sorry="a\0b 👩‍👩‍👧 שלום")
    assert everything()[0].answers["sorry"].startswith("ab 👩‍👩‍👧")


def test_five_hundred_questions_are_drawn_sent_and_kept(workspace, person: Person, everything) -> None:
    elements = [
        {"type": "rating", "name": f"q{number}", "title": f"Question {number} 👍 שאלה", "rateMax": 10}
        for number in range(500)
    ]
    survey = publish(workspace, {"pages": [{"name": "p", "elements": elements}]})
    person.open(f"/s/{survey.key}/").send(**{f"q{number}": "5" for number in range(500)})
    assert "Thank you" in person.text
    assert len(everything()[0].recorded) == 500


def test_two_windows_that_send_at_once_lose_nothing_that_was_kept(survey, person: Person, everything) -> None:
    from django.test import RequestFactory

    from regard.surveys.respond.saving import Overtaken, Sent, send_page
    from regard.surveys.respond.visiting import visit_of

    person.open(f"/s/{survey.key}/").send(nps="3")
    request = RequestFactory().get("/")
    one, other = (visit_of(request, everything()[0].public_id) for _ in range(2))
    page = {"page": "why", "files": {}, "shown": frozenset({"sorry"}), "is_back": True}
    send_page(one, Sent(posted={"a.sorry": ["first"]}, **page))
    with pytest.raises(Overtaken):
        send_page(other, Sent(posted={"a.sorry": ["second"]}, **page))
    assert everything()[0].answers["sorry"] == "first"
