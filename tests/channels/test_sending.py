"""Sending to a real mail server: each mail's fate is told, and none is sent twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail as django_mail

from regard.base import Unavailable
from regard.channels import Fate, Mail
from regard.channels.site import default_sender, send_mails
from tests.channels.conftest import Post

Opened = Callable[..., Post]


def to(address: str, **given: str) -> Mail:
    return Mail(address, "How was it?", "Tell us", "Shop <shop@example.org>", **given)


def fates(*addresses: str) -> list[tuple[str, str]]:
    return [(outcome.fate.value, outcome.reason) for _, outcome in send_mails([to(address) for address in addresses])]


def test_many_mails_go_over_one_connection(post: Post) -> None:
    addresses = [f"p{n}@example.org" for n in range(50)]
    assert set(fates(*addresses)) == {("sent", "")}
    assert post.recipients == addresses
    assert post.connections == 1


def test_a_mail_arrives_as_it_was_written(post: Post) -> None:
    sent = to("Ann <ann@example.org>", html="<p>Zażółć</p>", return_path="bounce+7@example.org")
    [(mail, outcome)] = send_mails([sent])
    [(back, recipient, raw)] = post.taken
    assert (back, recipient) == ("bounce+7@example.org", "ann@example.org")
    assert post.mails[0]["Message-ID"] == mail.message_id == outcome.reference
    assert post.mails[0].get_body(("html",)).get_content().strip() == "<p>Zażółć</p>"
    assert raw.count(b"From:") == 1


@pytest.mark.parametrize(
    ("answer", "fate", "reason"),
    [
        ("550 5.1.1 no such user ann@example.org", "bounced", "550 5.1.1"),
        ("553 mailbox name not allowed", "bounced", "553"),
        ("552 5.2.2 mailbox full", "bounced", "552 5.2.2"),
        ("550 5.7.1 relaying denied", "refused", "550 5.7.1"),
        ("554 your host is listed", "refused", "554"),
        ("450 4.7.1 greylisted, try again", "later", "450 4.7.1"),
        ("452 too many recipients", "later", "452"),
        ("421 too busy", "later", "421"),
    ],
)
def test_what_the_server_says_of_an_address_decides_its_fate(post: Post, answer: str, fate: str, reason: str) -> None:
    post.answers["b@example.org"] = answer
    assert fates("a@example.org", "b@example.org", "c@example.org") == [("sent", ""), (fate, reason), ("sent", "")]
    assert post.recipients == ["a@example.org", "c@example.org"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("554 5.6.0 looks like spam", ("refused", "554 5.6.0")), ("451 4.3.0 disk full", ("later", "451 4.3.0"))],
)
def test_a_refusal_of_the_mail_itself_says_nothing_against_the_address(
    post: Post, answer: str, expected: tuple
) -> None:
    post.data_answer = answer
    assert fates("a@example.org") == [expected]


def test_a_sender_that_the_server_does_not_take_is_nobodys_bounce(post: Post) -> None:
    post.sender_answer = "550 5.1.8 who are you"
    assert fates("a@example.org") == [("refused", "550 5.1.8")]


def test_a_connection_lost_before_the_mail_was_handed_over_is_for_later_and_the_next_mail_goes(post: Post) -> None:
    post.drops_at = "RCPT"
    assert fates("a@example.org", "b@example.org") == [("later", "connection lost"), ("sent", "")]
    assert post.recipients == ["b@example.org"]


def test_a_connection_lost_after_the_mail_was_handed_over_is_uncertain_and_not_for_later(post: Post) -> None:
    post.drops_at = "DATA"
    [(_, outcome)] = send_mails([to("a@example.org")])
    assert outcome.fate is Fate.UNCERTAIN
    assert outcome.fate.is_final
    assert post.recipients == ["a@example.org"]  # this server had taken it: to send again would be to send twice


def test_an_answer_that_is_none_is_uncertain_for_the_server_had_the_whole_mail(post: Post) -> None:
    post.data_answer = "as you like it"
    assert fates("a@example.org") == [("uncertain", "no answer")]


@pytest.mark.usefixtures("mail_settings")
def test_a_server_that_does_not_listen_is_unavailable_and_nothing_was_sent() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        fates("a@example.org")


def test_a_server_that_refuses_the_password_is_unavailable_without_saying_it(settings, post: Post) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "shop", "hunter2"
    with pytest.raises(Unavailable) as refused:
        fates("a@example.org")
    assert "hunter2" not in str(refused.value)
    assert post.taken == []


def test_outcomes_are_told_one_by_one_so_that_a_crash_leaves_one_in_doubt_at_most(post: Post) -> None:
    sending = send_mails(to(f"p{n}@example.org") for n in range(100))
    for _ in range(3):
        next(sending)
    sending.close()
    assert len(post.taken) == 3


def test_an_address_beyond_ascii_is_sent_where_the_server_can(post: Post) -> None:
    assert fates("用户@example.org") == [("sent", "")]
    assert post.recipients == ["用户@example.org"]


def test_an_address_beyond_ascii_is_refused_where_the_server_cannot(opened: Opened) -> None:
    post = opened(enable_SMTPUTF8=False)
    assert fates("用户@example.org", "ann@example.org") == [("refused", "server without SMTPUTF8"), ("sent", "")]
    assert post.recipients == ["ann@example.org"]


def test_the_address_in_the_settings_leads_to_the_server(settings, post: Post, free_port: int, tmp_path: Path) -> None:
    from regard.settings import mail

    for name, value in mail(f"smtp://127.0.0.1:{free_port}?from=cx@example.org", tmp_path).items():
        setattr(settings, name, value)
    assert fates("a@example.org") == [("sent", "")]
    assert default_sender() == "cx@example.org"
    assert post.connections == 1


def test_mails_of_the_site_itself_go_by_the_same_server(post: Post) -> None:
    django_mail.send_mail("Your password", "Here", "site@example.org", ["ann@example.org"])
    assert post.recipients == ["ann@example.org"]


def test_without_a_server_mails_lie_in_the_outbox(settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    assert fates("ann@example.org", "bob@example.org") == [("sent", ""), ("sent", "")]
    [file] = tmp_path.iterdir()
    assert "To: ann@example.org" in file.read_text()
    assert "To: bob@example.org" in file.read_text()


def test_the_outbox_shows_the_address_to_leave_by_as_a_server_gets_it(settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    leave = "https://cx.example.org/s/u/" + "k_" * 40 + "/"
    mail = Mail("ann@example.org", "How was it?", "Tell us", "s@shop.example", unsubscribe_url=leave)
    assert [outcome.fate for _, outcome in send_mails([mail])] == [Fate.SENT]
    [file] = tmp_path.iterdir()
    assert f"List-Unsubscribe: <{leave}>" in file.read_text()
