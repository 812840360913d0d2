"""Text messages: what they cost, what a provider is sent, and what its answer means."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from regard.base import Invalid, Unavailable
from regard.channels import Answer, Encoding, Fate, Provider, Request, Text, segments, send_text
from regard.channels.outgoing import UNANSWERED, UNREACHABLE

URL = "https://sms.example.org/v1/send"
HELLO = Text("+48601234567", 'Cześć {to} & "all" {sender}\n😀', sender="Shop")


def sent(provider: Provider, text: Text = HELLO) -> Request:
    seen: list[Request] = []

    def fetch(request: Request) -> Answer:
        seen.append(request)
        return Answer(200, {}, b"{}")

    assert send_text(provider, text, fetch=fetch).fate is Fate.SENT
    return seen[0]


def outcome(status: int, body: object = None, **given: object):
    provider = Provider(URL, {"to": "{to}", "text": "{text}"}, **given)
    return send_text(provider, HELLO, fetch=lambda _: Answer(status, {}, json.dumps(body).encode()))


def test_json_is_filled_wherever_the_template_says_and_text_stays_text() -> None:
    template = {"messages": [{"from": "{sender}", "to": ["{to}"], "text": "{text}", "flash": False}], "v": 2}
    request = sent(Provider(URL, template, headers={"Authorization": "Bearer x"}))
    assert json.loads(request.body) == {
        "messages": [{"from": "Shop", "to": [HELLO.to], "text": HELLO.text, "flash": False}],
        "v": 2,
    }
    assert request.headers == {"Content-Type": "application/json", "Authorization": "Bearer x"}


@pytest.mark.parametrize("encoding", Encoding)
def test_half_a_letter_in_a_text_holds_nothing_up(encoding: Encoding) -> None:
    request = sent(Provider(URL, {"to": "{to}", "text": "{text}"}, encoding=encoding), Text("+48601234567", "a\ud83d"))
    assert "a?" in request.body.decode() or "a%3F" in request.url + request.body.decode()


def test_a_form_is_filled() -> None:
    request = sent(Provider(URL, {"To": "{to}", "Body": "{text}", "From": "{sender}"}, encoding=Encoding.FORM))
    assert parse_qs(request.body.decode()) == {"To": [HELLO.to], "Body": [HELLO.text], "From": ["Shop"]}
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_an_address_is_filled() -> None:
    request = sent(Provider(f"{URL}?key=1", {"to": "{to}", "msg": "{text}"}, method="GET", encoding=Encoding.QUERY))
    assert parse_qs(urlsplit(request.url).query) == {"key": ["1"], "to": [HELLO.to], "msg": [HELLO.text]}
    assert (request.method, request.body) == ("GET", b"")


def test_the_providers_sender_stands_where_the_message_names_none() -> None:
    provider = Provider(URL, {"to": "{to}", "text": "{text}", "from": "{sender}"}, sender="Regard")
    assert json.loads(sent(provider, Text("+48601234567", "Hi")).body)["from"] == "Regard"


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (200, "sent"),
        (202, "sent"),
        (302, "refused"),
        (400, "refused"),
        (404, "refused"),
        (429, "later"),
        (503, "later"),
    ],
)
def test_the_status_says_what_became_of_it(status: int, fate: str) -> None:
    assert outcome(status).fate == fate


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_fault_of_the_provider_may_come_after_the_message_went_so_it_is_not_sent_again(status: int) -> None:
    assert outcome(status).fate is Fate.UNCERTAIN


@pytest.mark.parametrize("status", [401, 403])
def test_a_provider_that_does_not_know_us_holds_every_message_instead_of_losing_it(status: int) -> None:
    with pytest.raises(Unavailable, match="credentials"):
        outcome(status)


def test_a_provider_that_says_no_with_200_is_understood() -> None:
    how = {"success_path": "messages.0.status", "success_values": ("0",), "reference_path": "messages.0.message-id"}
    fine = outcome(200, {"messages": [{"status": "0", "message-id": "A1"}]}, **how)
    assert (fine.fate, fine.reference) == (Fate.SENT, "A1")
    assert outcome(200, {"messages": [{"status": "4"}]}, **how).fate is Fate.REFUSED
    assert outcome(200, {"messages": []}, **how).fate is Fate.REFUSED
    assert outcome(200, "broken", **how).fate is Fate.REFUSED


def test_whether_anything_was_sent_decides_whether_it_is_sent_again() -> None:
    def failing(code: str):
        def fetch(_: Request) -> Answer:
            raise Unavailable("no answer", code=code)

        return send_text(Provider(URL, {"to": "{to}", "text": "{text}"}), HELLO, fetch=fetch)

    assert failing(UNANSWERED).fate is Fate.UNCERTAIN
    with pytest.raises(Unavailable):
        failing(UNREACHABLE)


@pytest.mark.parametrize(
    "number", ["", "601234567", "+0601234567", "+48 601 234 567", "+4860123456789012", "tel:+48601"]
)
def test_a_number_without_its_country_is_refused(number: str) -> None:
    with pytest.raises(Invalid, match="not a telephone number"):
        Text(number, "Hi")


@pytest.mark.parametrize("template", [{}, {"to": "{to}"}, {"text": "{text}"}])
def test_a_template_that_forgets_the_number_or_the_text_is_refused(template: dict) -> None:
    with pytest.raises(Invalid):
        Provider(URL, template)


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "count"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 164, 2),
        ("a" * 152 + "€" + "a" * 151, "GSM-7", 305, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("ą" * 70, "UCS-2", 70, 1),
        ("ą" * 71, "UCS-2", 71, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("😀" * 66, "UCS-2", 132, 2),
        ("😀" * 67, "UCS-2", 134, 3),
    ],
)
def test_a_text_is_billed_as_the_standard_says(text: str, alphabet: str, units: int, count: int) -> None:
    got = segments(text)
    assert (got.alphabet, got.units, got.count) == (alphabet, units, count)
