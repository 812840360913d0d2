"""A mail as bytes: what is in it, and what cannot be put into it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest

from regard.base import Invalid
from regard.base.clock import frozen
from regard.channels import Mail, ascii_domain, mime

LEAVE = "https://cx.example.org/leave/" + "k" * 180 + "?survey=9f1c&language=zh-hans"


def mail(**given: object) -> Mail:
    return Mail(
        **{"to": "ann@example.org", "subject": "How was it?", "text": "Tell us", "sender": "s@shop.example", **given}
    )


def written(**given: object) -> bytes:
    with frozen(datetime(2026, 5, 18, 12, tzinfo=UTC)):
        return mime(mail(**given))


def read(raw: bytes):
    return message_from_bytes(raw, policy=policy.default)


def test_a_mail_says_who_what_when_and_that_a_machine_wrote_it() -> None:
    got = read(written(sender="Łódź Shop <s@shop.example>", reply_to="help@shop.example", feedback_id="may:nps:regard"))
    assert got["From"].addresses[0].display_name == "Łódź Shop"
    assert got["To"] == "ann@example.org"
    assert got["Date"].datetime == datetime(2026, 5, 18, 12, tzinfo=UTC)
    assert got["Reply-To"] == "help@shop.example"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Feedback-ID"] == "may:nps:regard"
    assert re.fullmatch(r"<[0-9a-f-]{36}@shop\.example>", got["Message-ID"])


def test_text_comes_first_and_html_beside_it() -> None:
    got = read(written(text="Zażółć 😀\n", html="<p>你好</p>"))
    assert got.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in got.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content().split() for part in got.iter_parts()] == [["Zażółć", "😀"], ["<p>你好</p>"]]
    assert b"=0D" not in written(text="two\nlines\n", html="<p>\n</p>")


def test_the_bytes_are_what_every_server_takes() -> None:
    raw = written(
        subject="مرحبا 😀 " * 40, text="ą" * 5000 + "\n.\n.hidden\nlone\rreturn", html="<p>" + "x" * 5000 + "</p>"
    )
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert not re.search(rb"[^\r]\n|\r[^\n]", raw)
    assert read(raw)["Subject"].strip() == ("مرحبا 😀 " * 40).strip()


def test_a_long_name_of_a_sender_keeps_its_spaces() -> None:
    name = "Zażółć gęślą jaźń " * 8
    raw = message_from_bytes(written(sender=f'"{name.strip()}" <s@shop.example>'), policy=policy.compat32)["From"]
    assert str(make_header(decode_header(raw))) == f"{name.strip()} <s@shop.example>"


def test_one_click_unsubscribing_is_offered_and_its_address_stays_whole() -> None:
    raw = written(unsubscribe_url=LEAVE)
    assert f"\r\nList-Unsubscribe: <{LEAVE}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_without_https_there_is_no_one_click() -> None:
    got = read(written(unsubscribe_url="http://localhost:8000/leave/1"))
    assert got["List-Unsubscribe"] == "<http://localhost:8000/leave/1>"
    assert got["List-Unsubscribe-Post"] is None


def test_a_subject_that_cannot_be_folded_or_looks_encoded_arrives_as_it_was_written() -> None:
    for subject in ("x" * 3000, "=?utf-8?q?Free?= money", "a " * 2000, ""):
        raw = written(subject=subject)
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert str(read(raw)["Subject"]).split() == subject.split()


@pytest.mark.parametrize("name", ["unsubscribe_url", "message_id"])
@pytest.mark.parametrize("value", ["<a b@c>", "https://cx.example.org/żegnaj", "a>b"])
def test_ids_and_addresses_of_pages_are_what_they_say(name: str, value: str) -> None:
    with pytest.raises(Invalid):
        mail(**{name: value})


def test_an_international_domain_is_written_in_ascii() -> None:
    raw = written(to="Ann <ann@bücher.example>")
    assert b"xn--bcher-kva.example" in raw
    assert raw.isascii()


@pytest.mark.parametrize(
    ("domain", "ascii_only"),
    [
        ("straße.example", "xn--strae-oqa.example"),
        ("ΣΊΣΥΦΟς.example", "xn--kxa6ajbbmh.example"),
        ("Ü.Straße", "xn--tda.xn--strae-oqa"),
    ],
)
def test_a_domain_with_letters_that_were_once_written_as_others_stays_its_own(domain: str, ascii_only: str) -> None:
    assert ascii_domain(domain) == ascii_only


def test_letters_beyond_ascii_before_the_at_sign_stay_as_they_are() -> None:
    assert "用户@example.org".encode() in written(to="用户@example.org")


@pytest.mark.parametrize("line", ["\n", "\r", "\r\n", "\x00", "\x0b", "\u2028", "\x85", "\ud800"])
@pytest.mark.parametrize(
    "name", ["to", "subject", "sender", "reply_to", "return_path", "unsubscribe_url", "feedback_id", "message_id"]
)
def test_no_field_can_begin_a_header_of_its_own(name: str, line: str) -> None:
    value = f"ann@example.org{line}Bcc: everybody@example.org"
    with pytest.raises(Invalid) as refused:
        mail(**{name: value})
    assert refused.value.field == name


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Note": "a\r\nBcc: b@example.org"},
        {"X-Note\r\nBcc": "b@example.org"},
        {"Bcc": "b@example.org"},
        {"Content-Type": "text/html"},
        {"X Note": "a"},
        {"From": "c@example.org"},
    ],
)
def test_added_headers_can_neither_split_nor_replace(headers: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        mail(headers=headers)


def test_half_a_letter_in_a_text_holds_nothing_up() -> None:
    assert b"before ? after" in written(text="before \ud83d after")


def test_other_headers_can_be_added() -> None:
    assert read(written(headers={"X-Survey": "nps 2026"}))["X-Survey"] == "nps 2026"


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ann",
        "@example.org",
        "ann@",
        "a@b.example, c@d.example",
        "a b@example.org",
        f"{'a' * 300}@b.example",
        "a@b..example",
    ],
)
def test_what_is_no_address_is_refused(to: str) -> None:
    with pytest.raises(Invalid, match="not an e-mail address"):
        mail(to=to)
