"""Where respondents go on after the last answer."""

from __future__ import annotations

import pytest

from tests.surveys.respond.conftest import Person, publish

PAGE = {"name": "p", "elements": [{"type": "text", "name": "order"}]}


def asked(workspace, **more):
    return publish(workspace, {"title": "Visit", "pages": [PAGE], **more}, is_once_each=False)


def last(person: Person, **answers: str):
    """The answer to the last page that is sent, not followed."""
    return person.client.post(person.action, {**person.form, **{f"a.{k}": v for k, v in answers.items()}})


def test_without_words_the_last_answer_leads_there_at_once(workspace, person, everything) -> None:
    survey = asked(workspace, navigateToUrl="https://shop.example.org/thanks?order={order}")
    person.open(f"/s/{survey.key}/")
    assert "form-action 'self' https://shop.example.org;" in person.page["Content-Security-Policy"]
    answer = last(person, order="A&7")
    assert (answer.status_code, answer.url) == (303, "https://shop.example.org/thanks?order=A%267")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert everything()[0].ended_by == "complete"


def test_whoever_comes_back_finds_a_link(workspace, person, everything) -> None:
    survey = asked(workspace, navigateToUrl="https://shop.example.org/thanks")
    last(person.open(f"/s/{survey.key}/"))
    answer = last(person)
    assert answer.url.startswith("/s/r/"), "sent twice, it only says so"
    assert '<a class="button" href="https://shop.example.org/thanks"' in person.open(answer.url).text


def test_with_words_a_button_stands_below_the_thanks(workspace, person) -> None:
    survey = asked(workspace, navigateToUrl="https://shop.example.org/", navigateText="Back to {order}")
    person.open(f"/s/{survey.key}/").send(order="A7")
    assert "Thank you" in person.text
    assert '<a class="button" href="https://shop.example.org/" rel="noopener noreferrer">Back to A7</a>' in person.text


def test_in_a_frame_the_link_opens_on_top(workspace, person) -> None:
    survey = asked(workspace, navigateToUrl="https://shop.example.org/")
    person.open(f"/s/{survey.key}/embed/").send()
    assert "Thank you" in person.text
    assert 'href="https://shop.example.org/" rel="noopener noreferrer" target="_top">' in person.text


def test_an_end_of_its_own_leads_to_its_own_address(workspace, person) -> None:
    trigger = {"type": "complete", "expression": "{order} = 'none'", "isScreenOut": True}
    survey = asked(
        workspace,
        navigateToUrl="https://shop.example.org/",
        triggers=[{**trigger, "navigateToUrl": "https://panel.example.net/out"}],
    )
    assert last(person.open(f"/s/{survey.key}/"), order="none").url == "https://panel.example.net/out"
    assert last(Person().open(f"/s/{survey.key}/"), order="some").url == "https://shop.example.org/"


def test_a_full_quota_leads_to_its_own_address(workspace, person) -> None:
    quota = {
        "name": "few",
        "expression": "{order} notempty",
        "limit": 0,
        "navigateToUrl": "https://panel.example.net/full",
    }
    survey = asked(workspace, quotas=[quota])
    assert last(person.open(f"/s/{survey.key}/"), order="1").url == "https://panel.example.net/full"


@pytest.mark.parametrize("address", ["http://shop.example.org/", "https://{order}/", "javascript:alert(1)"])
def test_an_unsafe_address_leads_nowhere(workspace, person, address) -> None:
    survey = asked(workspace, navigateToUrl=address)
    assert last(person.open(f"/s/{survey.key}/"), order="evil.example").url.startswith("/s/r/")


def test_nothing_in_a_surveys_address_says_where_it_leads(workspace, person) -> None:
    survey = asked(workspace)
    person.open(f"/s/{survey.key}/?navigateToUrl=https://evil.example&next=https://evil.example")
    answer = last(person)
    assert "evil" not in answer.url
    assert "evil" not in person.open(answer.url).text


def test_an_address_too_long_for_a_header_is_led_to_by_a_link(workspace, person, everything) -> None:
    survey = asked(workspace, navigateToUrl="https://shop.example.org/?why={order}")
    answer = last(person.open(f"/s/{survey.key}/"), order="ł" * 5_000)
    assert answer.url.startswith("/s/r/")
    assert everything()[0].ended_by == "complete"
    assert f'href="https://shop.example.org/?why={"%C5%82" * 5_000}"' in person.open(answer.url).text
