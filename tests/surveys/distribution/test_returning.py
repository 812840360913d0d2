"""What comes back stops what goes out; and nobody can make it stop for somebody else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from regard.base.clock import frozen
from regard.base.config import config
from regard.base.ids import new_id
from regard.jobs.site import failed_jobs
from regard.surveys.distribution.returning import take_report
from regard.surveys.distribution.site import Named, invite
from regard.surveys.models import Preference
from tests.channels.conftest import Post
from tests.surveys.distribution.conftest import NOON, Company, Pass
from tests.surveys.distribution.test_sending import ask
from tests.surveys.respond.conftest import publish


def bounce(message_id: str, recipient: str = "ann@example.org", status: str = "5.1.1") -> bytes:
    return f"""Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.org

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--b--
""".encode()


def complaint(message_id: str, recipient: str = "ann@example.org") -> bytes:
    return f"""Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Original-Rcpt-To: {recipient}

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--b--
""".encode()


def sent(company: Company, post: Post, minutes: Pass) -> str:
    ask(company, "ann")
    minutes()
    return str(post.mails[0]["Message-ID"])


def kept(company: Company) -> list[tuple[str, str, bool]]:
    return [(one.address, one.reason, one.is_unsubscribed) for one in Preference.objects.of(company.workspace)]


def test_a_mail_that_comes_back_ends_writing_there(company: Company, post: Post, minutes: Pass, home: Path) -> None:
    message_id = sent(company, post, minutes)
    (home / "inbox").mkdir(parents=True)
    (home / "inbox" / "1.eml").write_bytes(bounce(message_id))
    (home / "inbox" / "2.eml").write_bytes(b"Subject: I am away\n\nuntil Monday\n")
    minutes(1, NOON + timedelta(hours=1))
    assert company.states() == {"ann": "no_such_address"}
    assert kept(company) == [("ann@example.org", "bounced", False)]
    assert [path.relative_to(home).as_posix() for path in (home / "inbox").rglob("*.eml")] == ["inbox/others/2.eml"]
    assert [row["source_key"] for row in company.rows("Survey Bounced")] == ["ann"]
    post.taken.clear()
    minutes(1, NOON + timedelta(days=6))
    assert post.recipients == []


def test_a_mailbox_that_is_full_may_be_written_to_again(company: Company, post: Post, minutes: Pass) -> None:
    message_id = sent(company, post, minutes)
    with frozen(NOON):
        assert take_report(bounce(message_id, status="4.2.2")) == 1
        assert take_report(bounce(message_id, status="5.7.1")) == 1
    assert kept(company) == []


def test_whoever_complains_is_not_written_to_again(company: Company, post: Post, minutes: Pass) -> None:
    message_id = sent(company, post, minutes)
    with frozen(NOON):
        assert take_report(complaint(message_id)) == 1
    assert kept(company) == [("ann@example.org", "complained", True)]
    ask(company, "ann", at=NOON + timedelta(days=200))
    assert company.invitations[-1].reason == "unsubscribed"


def test_a_complaint_from_which_the_address_was_taken_out_counts_by_the_mails_id(
    company: Company, post: Post, minutes: Pass
) -> None:
    raw = complaint(sent(company, post, minutes)).replace(b"Original-Rcpt-To: ann@example.org\n", b"")
    with frozen(NOON):
        assert take_report(raw) == 1
        assert take_report(complaint(f"<{new_id()}.0@cx.example.org>", recipient="")) == 0
    assert kept(company) == [("ann@example.org", "complained", True)]


def test_a_report_names_an_international_domain_in_its_own_spelling(
    company: Company, post: Post, minutes: Pass
) -> None:
    with frozen(NOON):
        company.knows("ann", email="Ann@Bücher.example")
        invite(company.workspace, company.survey, [Named(user_id="ann")])
    minutes()
    assert post.recipients == ["ann@xn--bcher-kva.example"]
    with frozen(NOON):
        assert take_report(bounce(str(post.mails[0]["Message-ID"]), "ann@xn--bcher-kva.example")) == 1
        done = invite(company.workspace, publish(company.workspace), [Named(email="ann@bücher.example")])
    assert dict(done.held) == {"unreachable": 1}


def test_a_report_about_no_mail_of_ours_or_another_address_changes_nothing(
    company: Company, post: Post, minutes: Pass
) -> None:
    message_id = sent(company, post, minutes)
    with frozen(NOON):
        assert take_report(bounce(f"<{new_id()}.0@cx.example.org>")) == 0
        assert take_report(bounce(message_id, recipient="bo@example.org")) == 0
        assert take_report(complaint("<x@y>")) == 0
    assert kept(company) == []
    assert company.states() == {"ann": "sent"}


def test_who_had_left_stays_so_when_the_address_bounces_later(company: Company, post: Post, minutes: Pass) -> None:
    message_id = sent(company, post, minutes)
    with frozen(NOON):
        take_report(complaint(message_id))
        take_report(bounce(message_id))
    assert kept(company) == [("ann@example.org", "bounced", True)]


def test_a_file_in_the_inbox_that_nobody_may_read_does_not_keep_the_others_from_being_read(
    company: Company, post: Post, minutes: Pass, home: Path
) -> None:
    message_id = sent(company, post, minutes)
    (home / "inbox" / "a.eml").mkdir(parents=True)
    (home / "inbox" / "b.eml").symlink_to(home / "nowhere")
    (home / "inbox" / "c.eml").write_bytes(bounce(message_id))
    minutes(1, NOON + timedelta(minutes=5))
    assert company.states() == {"ann": "no_such_address"}
    assert not failed_jobs()


def test_a_report_that_cannot_be_read_is_put_aside(company: Company, minutes: Pass, home: Path) -> None:
    (home / "inbox").mkdir(parents=True)
    (home / "inbox" / "huge.eml").write_bytes(b"x" * (6 << 20))
    minutes(1)
    assert (home / "inbox" / "others" / "huge.eml").is_file()


@pytest.fixture
def returning(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator has an address where reports come to, with room for an id."""
    monkeypatch.setenv("REGARD_BOUNCE_ADDRESS", "bounces+{id}@cx.example.org")
    config.cache_clear()


FORWARDED = """From: MAILER-DAEMON@relay.example.net
To: <{to}>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.net

Final-Recipient: rfc822; somewhere.else@example.net
Action: failed
Status: 5.1.1

--b--
"""
IN_WORDS = """From: MAILER-DAEMON@relay.example.net
Delivered-To: {to}
To: <{to}>

Hi. This is the program at relay.example.net. I could not deliver your message:
<somewhere.else@example.net>: 192.0.2.7 said: 550 5.1.1 no such user
"""
AWAY = """From: Ann <ann@example.org>
To: <{to}>
Auto-Submitted: auto-replied

I am away. Error 5.1.1 is what my mailbox calls a holiday.
"""


def test_each_mail_has_a_return_path_of_its_own_and_is_still_from_the_site(
    company: Company, post: Post, minutes: Pass, returning: None
) -> None:
    ask(company, "ann")
    ask(company, "bo")
    minutes()
    paths = [back for back, *_ in post.taken]
    assert len(set(paths)) == 2
    assert all(path.startswith("bounces+") and len(path.partition("@")[0]) <= 64 for path in paths)
    assert not any("bounces" in str(mail["From"]) for mail in post.mails)


@pytest.mark.parametrize("report", [FORWARDED, IN_WORDS, FORWARDED.upper()])
def test_a_report_counts_by_the_address_it_came_to_however_little_it_says(
    report: str, company: Company, post: Post, minutes: Pass, returning: None
) -> None:
    sent(company, post, minutes)
    with frozen(NOON):
        assert take_report(report.replace("{TO}", "{to}").format(to=post.taken[0][0]).encode()) == 1
    assert kept(company) == [("ann@example.org", "bounced", False)]


def test_nobody_makes_up_a_return_path_and_who_is_away_has_not_bounced(
    company: Company, post: Post, minutes: Pass, returning: None
) -> None:
    sent(company, post, minutes)
    path = post.taken[0][0]
    with frozen(NOON):
        assert take_report(AWAY.format(to=path).encode()) == 0
        for wrong in (path.replace("bounces+", "bounces+a"), path[:10] + "aaaa" + path[14:], "bounces+@cx.example.org"):
            assert take_report(FORWARDED.format(to=wrong).encode()) == 0
    assert kept(company) == []
