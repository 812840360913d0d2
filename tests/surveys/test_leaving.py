"""Where it goes on after a survey: a safe address, with values that stay within their place."""

from __future__ import annotations

import pytest

from regard.surveys import read_questionnaire
from regard.surveys.checking import check
from regard.surveys.leaving import destination, is_safe, sites
from regard.surveys.model import Complete, Questionnaire, Quota, UrlCondition


@pytest.mark.parametrize(
    "address",
    ["https://shop.example.org", "https://a.example/x?y={q}#z", "http://localhost:3000/", "https://a.example:8443/{q}"],
)
def test_addresses_of_one_site_are_safe(address) -> None:
    assert is_safe(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://shop.example.org/", "javascript:alert(1)", "//evil.example", "https://{site}/", "https://a.example{tail}",
        "https://user@evil.example/", "https://a.example\\@evil.example/", "https://a.example/ b", "data:text/html,x",
        "https://a.example:{port}/", "https://a_b.example/", "http://localhost.evil.example/", "https://", "/thanks", "ftp://a.example/",
    ],
)  # fmt: skip
def test_any_other_is_not(address) -> None:
    assert not is_safe(address)
    assert destination(Questionnaire(navigate_to_url=address), None, {}, "en") is None


def test_values_cannot_leave_their_place() -> None:
    poll = Questionnaire(navigate_to_url="https://a.example/{where}?ids={ids}&ok={ok}&n={n}&m={m}&gone={gone}")
    values = {"where": "../../@evil.example/?", "ids": ["a b", 2], "ok": True, "n": 4.0, "m": {"row": 1}}
    assert destination(poll, None, values, "en").address == (
        "https://a.example/..%2F..%2F%40evil.example%2F%3F?ids=a%20b%2C2&ok=true&n=4&m=&gone="
    )


def test_a_host_of_other_letters_is_written_as_it_goes_over_the_wire() -> None:
    poll = Questionnaire(navigate_to_url=" https://łódź.example/dziękuję ")
    assert sites(poll) == ["https://xn--d-uga0v4h.example"]
    assert destination(poll, None, {}, "en").address == "https://xn--d-uga0v4h.example/dzi%C4%99kuj%C4%99"


def test_an_end_of_its_own_goes_its_own_way_and_any_other_the_surveys() -> None:
    poll = Questionnaire(
        navigate_to_url={"default": "https://a.example/en", "pl": "https://a.example/pl"},
        navigate_to_url_on_condition=[UrlCondition(expression="{nps} = 10", url="https://a.example/fan")],
        navigate_text="On",
    )

    def leads(end, values=None, language="en"):
        found = destination(poll, end, values or {}, language)
        return found and (found.address, found.words)

    assert leads(None) == ("https://a.example/en", "On")
    assert leads(None, {"nps": 10}) == ("https://a.example/fan", "On")
    assert leads(None, language="pl") == ("https://a.example/pl", "On")
    assert leads(Complete(expression="true")) == ("https://a.example/en", "On")
    assert leads(Complete(expression="true", text="Not you")) is None
    assert leads(Quota(name="q", expression="true", limit=1, navigate_to_url="https://b.example")) == (
        "https://b.example", None,
    )  # fmt: skip


def test_an_unsafe_address_keeps_a_survey_from_being_published() -> None:
    document = {"pages": [{"name": "p", "elements": [{"type": "comment", "name": "why"}]}]}
    quota = {"name": "n", "expression": "{why} notempty", "limit": 1, "navigateToUrl": "javascript:x"}
    assert "unsafe_address" in {one.code for one in check(read_questionnaire({**document, "quotas": [quota]}))}
    safe = read_questionnaire({**document, "navigateToUrl": "https://a.example/x?y={why}"})
    assert "unsafe_address" not in {one.code for one in check(safe)}
    assert sites(safe) == ["https://a.example"]


def test_numbers_are_put_in_whole() -> None:
    survey = Questionnaire(navigate_to_url="https://a.example/?spent={spent}")
    assert destination(survey, None, {"spent": 1234567.25}, "en").address == "https://a.example/?spent=1234567.25"
