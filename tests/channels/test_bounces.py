"""Reports that come back by mail: what they say, and what they cannot make anybody believe."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.base import Invalid, TooLarge
from regard.channels import Kind, Reason, Report, read_reports

REPORTS = Path(__file__).parent / "reports"


def read(name: str) -> tuple[Report, ...]:
    return read_reports((REPORTS / f"{name}.eml").read_bytes())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "postfix_no_such_user",
            [
                (
                    "bounced",
                    "<0196e1c0-7a10-7000-8000-000000000001@shop.example>",
                    "ann@example.org",
                    True,
                    "no_such_address",
                    "5.1.1",
                )
            ],
        ),
        (
            "two_recipients_headers_only",
            [
                (
                    "delayed",
                    "<0196e1c0-7a10-7000-8000-000000000002@shop.example>",
                    "bob@example.net",
                    False,
                    "unreachable",
                    "4.4.7",
                ),
                (
                    "bounced",
                    "<0196e1c0-7a10-7000-8000-000000000002@shop.example>",
                    "carol@example.net",
                    True,
                    "mailbox_full",
                    "5.2.2",
                ),
            ],
        ),
        ("queue_expired", [("bounced", "<3@shop.example>", "ann@nowhere.example", False, "unreachable", "4.4.1")]),
        ("smtputf8", [("bounced", "<4@shop.example>", "用户@example.org", True, "policy", "5.7.1")]),
        ("complaint", [("complained", "<5@shop.example>", "ann@example.org", True, "complaint", "")]),
        ("complaint_without_recipient", [("complained", "<6@shop.example>", "ann@example.org", True, "complaint", "")]),
        ("not_spam", []),
        (
            "header_only",
            [
                ("bounced", "", "ann@example.org", True, "other", ""),
                ("bounced", "", "bob@example.org", True, "other", ""),
            ],
        ),
        ("away", []),
    ],
)
def test_a_report_is_read_as_the_facts_it_states(name: str, expected: list[tuple]) -> None:
    assert read(name) == tuple(Report(Kind(kind), *rest[:3], Reason(rest[3]), rest[4]) for kind, *rest in expected)


def test_the_id_of_the_report_itself_is_never_taken_for_the_originals() -> None:
    raw = (REPORTS / "postfix_no_such_user.eml").read_bytes()
    start = raw.index(b"--8A2F.1/relay.example.org\r\nContent-Description: Undelivered Message")
    [report] = read_reports(raw[:start] + b"--8A2F.1/relay.example.org--\r\n")
    assert report.message_id == ""


@pytest.mark.parametrize("cut", range(0, 2000, 97))
def test_a_report_that_is_cut_off_says_what_is_there_or_nothing(cut: int) -> None:
    whole = (REPORTS / "postfix_no_such_user.eml").read_bytes()
    named = {"ann@example.org", ""}  # what is cut off before its fields is a report in words alone
    assert {report.recipient for report in read_reports(whole[:cut])} <= named


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("connect to mx.example.org[10.5.1.20]: timed out, trying again", []),
        ("connect to mx.example.org[5.1.20.30]: timed out, trying again", []),
        ("host 10.5.1.20 said: 451-4.7.1 try again", [(False, "4.7.1")]),
        ("550 5.1.1. Nobody is called so", [(True, "5.1.1")]),
    ],
)
def test_a_machines_address_is_no_code_of_a_report_in_words(words: str, said: list) -> None:
    raw = f"From: MAILER-DAEMON@mx.example.org\r\n\r\n{words}\r\n".encode()
    assert [(report.is_permanent, report.status) for report in read_reports(raw)] == said


FIELDS = """From: mailer-daemon@relay.example.org
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary=b

--b
Content-Type: message/{kind}

{fields}

--b--
"""


@pytest.mark.parametrize(
    ("status", "told", "expected"),
    [
        ("5.0.0", "smtp; 550 5.7.1 Message rejected as spam", (True, Reason.POLICY, "5.7.1")),
        ("5.0.0", "smtp; 552-5.2.2 The mailbox is over quota", (True, Reason.MAILBOX_FULL, "5.2.2")),
        ("5.0.0", "smtp; 450 4.2.1 retry timeout exceeded", (False, Reason.MAILBOX_DISABLED, "4.2.1")),
        ("5.0.0", "smtp; 550 User unknown", (True, Reason.OTHER, "5.0.0")),
        ("5.1.10", "smtp;550 5.7.1 x", (True, Reason.NO_SUCH_ADDRESS, "5.1.10")),
    ],
)
def test_a_code_that_says_nothing_gives_way_to_what_the_other_side_said(
    status: str, told: str, expected: tuple
) -> None:
    fields = f"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; ann@example.org\nAction: failed\nStatus: {status}\n"
    raw = FIELDS.format(kind="delivery-status", fields=f"{fields}Diagnostic-Code: {told}")
    [report] = read_reports(raw.encode())
    assert (report.is_permanent, report.reason, report.status) == expected


@pytest.mark.parametrize(("kind", "count"), [("abuse", 1), ("other", 1), ("auth-failure", 0), ("Virus", 0)])
def test_a_machine_that_reports_a_signature_or_a_virus_is_nobodys_complaint(kind: str, count: int) -> None:
    fields = f"Feedback-Type: {kind}\nUser-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: <ann@example.org>"
    assert len(read_reports(FIELDS.format(kind="feedback-report", fields=fields).encode())) == count


def test_a_report_that_is_too_large_is_refused() -> None:
    with pytest.raises(TooLarge):
        read_reports(b"x" * (6 << 20))


def test_parts_within_parts_without_end_are_no_way_in() -> None:
    raw = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth) for depth in range(20_000)
    )
    with suppress(Invalid):
        assert read_reports(raw) == ()


@given(st.binary(max_size=2000))
def test_no_bytes_are_more_than_it_can_take(junk: bytes) -> None:
    whole = (REPORTS / "two_recipients_headers_only.eml").read_bytes()
    for raw in (junk, whole[:700] + junk + whole[700:], junk + whole):
        assert isinstance(read_reports(raw), tuple)
