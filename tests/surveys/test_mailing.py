"""What a mail asks, and that nothing in it says more or less than its author meant."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from regard.channels import mime
from regard.surveys.mailing import Brand, Letter, Links, Recipient, Words
from regard.surveys.reading import read_questionnaire
from regard.surveys.terms import read_terms

WORDS = Words(
    subject="{company}: {survey}",
    reminder="Reminder: {subject}",
    opening="May we ask?",
    answer="Answer",
    yes="Yes",
    no="No",
    why="You know {company}.",
    leave="Unsubscribe",
    choose="Choose",
    privacy="Privacy",
    sms="{company}: {link} Stop: {leave}",
)
LINKS = Links("https://x.example/s/i/T/", "https://x.example/s/u/T/", "https://x.example/s/p/T/")
YES_NO = {"type": "boolean", "name": "ok", "title": "All well?"}


def letter(*elements: dict[str, Any], language: str = "en", brand: str = "Shop", **document: Any) -> Letter:
    pages = [{"name": "p", "elements": list(elements), **document.pop("page", {})}]
    asked = read_questionnaire({"title": "How was it?", "pages": pages, **document})
    terms = read_terms({"sms": "Hi {profile.name}"} if language == "own" else {"subject": "Hi {profile.name}"})
    return Letter(asked, terms, WORDS, Brand(brand), language, '"Shop" <cx@shop.example>')


def to(**traits: Any) -> Recipient:
    return Recipient("ann@example.org", traits, LINKS, "<1@shop.example>")


def picks(written: Letter, **traits: Any) -> list[str]:
    return re.findall(r"pick=([^\"&]+)", written.mail(to(**traits)).html)


CHOICES = {"type": "radiogroup", "name": "c", "choices": ["a b", {"value": 2, "text": "Two"}]}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"type": "rating", "name": "r", "rateMin": 1, "rateMax": 3}, ["1", "2", "3"]),
        ({"type": "rating", "name": "r", "rateMin": 1, "rateMax": 10**12}, []),
        (YES_NO, ["true", "false"]),
        (CHOICES, ["a+b", "2"]),
        ({**CHOICES, "choicesOrder": "random"}, []),
        ({**CHOICES, "showOtherItem": True}, []),
        ({**CHOICES, "choices": list(range(12))}, []),
        ({"type": "comment", "name": "why"}, []),
        ({"type": "checkbox", "name": "c", "choices": ["a", "b"]}, []),
    ],
)
def test_a_mail_asks_what_one_link_can_answer(question: dict[str, Any], expected: list[str]) -> None:
    assert picks(letter(question)) == expected


def test_a_mail_asks_only_what_everybody_sees_first() -> None:
    other = {"type": "comment", "name": "why"}
    assert picks(letter(YES_NO, other, page={"questionsOrder": "random"})) == []
    assert picks(letter(YES_NO, randomGroups=[{"pages": ["p"]}])) == []
    pro_only = letter({**YES_NO, "visibleIf": "{profile.plan} = 'pro'"}, other)
    assert (picks(pro_only, plan="pro"), picks(pro_only, plan="free")) == (["true", "false"], [])


def test_what_people_are_called_stays_text() -> None:
    greeting = letter({**YES_NO, "title": "All well, {profile.name}?"}, brand='A "<b>" & Co')
    mail = greeting.mail(to(name="<script>alert(1)</script>\r\nBcc: x@y.example"))
    assert "<script>" not in mail.html
    assert "&lt;b&gt;" in mail.html
    assert b"\nBcc:" not in mime(mail).partition(b"\r\n\r\n")[0]


def test_every_tag_of_the_mail_is_closed_and_every_picture_has_a_text() -> None:
    found = _Tags()
    found.feed(letter(YES_NO).mail(to()).html)
    assert found.open == []
    assert found.without_text == []


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.without_text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img" and dict(attrs).get("alt") is None:
            self.without_text.append(tag)
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_mail_in_a_script_from_the_right_says_so_and_emoji_stay_whole() -> None:
    mail = letter({**YES_NO, "title": "هل أنت راضٍ؟ 🙂"}, language="ar").mail(to())
    assert 'dir="rtl"' in mail.html
    assert "🙂" in mail.text
    assert mime(mail)


def test_what_a_trait_smuggles_into_the_subject_neither_turns_it_around_nor_stops_the_mail() -> None:
    assert letter(YES_NO).mail(to(name="A\x1bn\u202en\r\nBcc: x\ud800")).subject == "Hi A n n Bcc: x"


@pytest.mark.parametrize(
    ("subject", "language", "ours", "expected"),
    [
        ({"default": "Tell us", "pl": "Powiedz"}, "en", "en", "Tell us"),
        ({"default": "Tell us", "pl": "Powiedz"}, "pl", "pl", "Powiedz"),
        ({"default": "Tell us", "pl": "Powiedz"}, "ro", "ro", "Shop: How was it?"),
        ({"default": "Tell us", "pl": "Powiedz"}, "de", "en", "Tell us"),
        ("Tell us", "en", "en", "Tell us"),
        ("Tell us", "pl", "pl", "Shop: How was it?"),
    ],
)
def test_an_author_who_wrote_nothing_in_a_language_is_not_quoted_in_another(
    subject: Any, language: str, ours: str, expected: str
) -> None:
    terms = read_terms({"subject": subject})
    written = replace(letter(YES_NO, language=language), terms=terms, words=replace(WORDS, language=ours))
    assert written.mail(to()).subject == expected


def test_a_text_message_of_ones_own_still_has_the_link_and_the_way_out() -> None:
    text = letter(YES_NO, language="own").sms(Recipient("+48601234567", {"name": "Ann"}, LINKS)).text
    assert text == "Hi Ann https://x.example/s/i/T/ Unsubscribe: https://x.example/s/u/T/"


def test_what_is_known_of_somebody_is_no_link_to_elsewhere() -> None:
    written = letter(YES_NO | {"title": "Was it {profile.thing}?"})
    name = "Ann, win at https://evil.example/x or www.evil.example or evil\u3002example"
    mail = written.mail(to(name=name, thing="http://evil.example"))
    for text in (
        mail.subject,
        mail.text,
        mail.html,
        letter(language="own").sms(to(name=name)._replace(address="+48601234567")).text,
    ):
        assert not re.search(r"https?://evil|evil[.\u3002]example|www\\.", text)
    assert "Ann, win at" in mail.subject
    assert "Order A-17.5 of St. John" in written.mail(to(name="Order A-17.5 of St. John")).subject


def test_what_the_author_says_to_the_unknown_is_as_the_author_wrote_it() -> None:
    told = letter(YES_NO | {"title": "Hello {profile.name|friend of shop.example}!"}).mail(to()).html
    assert "Hello friend of shop.example!" in told
