"""Mails go out once each, say what they should, and nothing that opens links answers for anybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from itertools import pairwise

import pytest
from django.test import Client

from regard.base.clock import frozen
from regard.jobs.site import backlog, run_due
from regard.surveys.distribution import sending
from regard.surveys.distribution.leaving import leave
from regard.surveys.distribution.site import (
    Named,
    allowance_of,
    invite,
    keep_allowance,
    progress,
    start_programme,
)
from regard.surveys.inviting import Rules
from regard.surveys.models import Invitation, Preference, Response, Survey, Theme
from tests.channels.conftest import Post
from tests.surveys.distribution.conftest import NOON, Company, Pass
from tests.surveys.respond.conftest import Person


def ask(company: Company, *names: str, at=NOON, **traits: object) -> None:
    with frozen(at):
        people = [Named(user_id=name, email=f"{name}@example.org", traits=dict(traits)) for name in names]
        invite(company.workspace, company.survey, people)


def body(mail: EmailMessage, kind: str) -> str:
    return mail.get_body((kind,)).get_content()


def links(mail: EmailMessage) -> list[str]:
    """Every address in the mail, as a program would find it that looks at mails before people do."""
    text = body(mail, "plain") + body(mail, "html").replace("&amp;", "&") + str(mail["List-Unsubscribe"])
    return sorted(set(re.findall(r"https?://[^\s\"<>]+", text)))


def local(link: str) -> str:
    return re.sub(r"^https?://[^/]+", "", link)


def test_the_mail_asks_the_first_question_in_the_persons_language(company: Company, post: Post, minutes: Pass) -> None:
    ask(company, "ann", language="pl")
    minutes()
    [mail] = post.mails
    html = body(mail, "html")
    assert "Czy polecisz nas?" in html
    assert 'lang="pl"' in html
    picks = {link.rpartition("=")[2] for link in links(mail) if "pick=" in link}
    assert picks == {str(number) for number in range(11)}
    assert "Czy polecisz nas?" in body(mail, "plain")
    assert mail["Subject"].endswith("Jak nam poszło?")


def test_a_link_of_the_mail_preselects_and_sending_the_page_answers(
    company: Company, post: Post, minutes: Pass, person: Person
) -> None:
    ask(company, "ann")
    minutes()
    nine = next(link for link in links(post.mails[0]) if link.endswith("pick=9"))
    with frozen(NOON):
        person.open(local(nine))
        assert re.search(r'value="9"[^>]* checked', person.text)
        assert Response.objects.of(company.workspace).count() == 0
        person.send(nps="9").send()
    assert company.states() == {"ann": "answered"}


def test_a_program_that_opens_every_link_answers_nothing_and_unsubscribes_nobody(
    company: Company, post: Post, minutes: Pass
) -> None:
    ask(company, "ann")
    minutes()
    found = links(post.mails[0])
    assert len(found) >= 14
    with frozen(NOON):
        scanner = Client()
        for link in found:
            assert scanner.get(local(link), follow=True).status_code == 200
            assert scanner.head(local(link)).status_code == 200
    assert Response.objects.of(company.workspace).count() == 0
    assert Preference.objects.of(company.workspace).count() == 0
    assert company.invitations[0].opened_at is None
    assert company.rows("Survey Opened") == []


def test_one_click_in_the_mailbox_unsubscribes(company: Company, post: Post, minutes: Pass, monkeypatch) -> None:
    from regard.base.config import config

    monkeypatch.setenv("REGARD_BASE_URL", "https://cx.example.org")
    config.cache_clear()
    ask(company, "ann")
    minutes()
    mail = post.mails[0]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(mail["List-Unsubscribe"]).strip("<>")
    with frozen(NOON + timedelta(hours=1)):
        answer = Client(enforce_csrf_checks=True).post(local(link), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    [kept] = Preference.objects.of(company.workspace)
    assert (kept.address, kept.is_unsubscribed, kept.reason) == ("ann@example.org", True, "asked")
    assert [row["source_key"] for row in company.rows("Unsubscribed")] == ["ann"]
    ask(company, "ann", at=NOON + timedelta(days=200))
    assert company.invitations[-1].reason == "unsubscribed"


def test_whoever_leaves_while_a_mail_waits_does_not_get_it(company: Company, post: Post, minutes: Pass) -> None:
    ask(company, "ann")
    Preference.objects.create(
        workspace=company.workspace, channel="email", address="ann@example.org", is_unsubscribed=True
    )
    minutes(2)
    assert post.recipients == []
    assert company.states() == {"ann": "unsubscribed"}


def test_a_server_that_is_away_for_an_hour_loses_nothing_and_nothing_goes_twice(
    company: Company, opened: Callable[..., Post], minutes: Pass
) -> None:
    names = [f"p{n}" for n in range(30)]
    ask(company, *names)
    minutes(60)
    assert progress_of(company) == {"waiting": 30}
    assert backlog().failed == 0
    post = opened()
    post.answers["p3@example.org"] = "450 4.7.1 not yet"
    post.drops_at = "RCPT"
    minutes(30, NOON + timedelta(minutes=60))
    post.answers.clear()
    minutes(30, NOON + timedelta(minutes=90))
    assert sorted(post.recipients) == sorted(f"{name}@example.org" for name in names)
    assert progress_of(company) == {"sent": 30}


def progress_of(company: Company) -> dict[str, int]:
    states = [one.state for one in company.invitations]
    return {state: states.count(state) for state in sorted(set(states))}


def test_an_answer_that_gets_lost_counts_as_sent(company: Company, post: Post, minutes: Pass) -> None:
    ask(company, "ann", "bo")
    post.drops_at = "DATA"
    minutes(20)
    assert sorted(post.recipients) == ["ann@example.org", "bo@example.org"]
    assert progress_of(company) == {"sent": 2}
    assert len(company.rows("Survey Sent")) == 2
    assert len(company.rows("Survey Delivered")) == 1


def test_a_process_that_is_killed_while_it_sends_sends_nothing_twice(
    company: Company, post: Post, minutes: Pass, monkeypatch
) -> None:
    class Killed(BaseException):
        pass

    names = [f"p{n}" for n in range(6)]
    ask(company, *names)
    settled = sending.settle

    def killed_at_the_third(one: Invitation, *rest: object) -> None:
        if one.source_key == "p2":
            raise Killed
        settled(one, *rest)

    monkeypatch.setattr(sending, "settle", killed_at_the_third)
    with frozen(NOON), pytest.raises(Killed):
        run_due()
    monkeypatch.setattr(sending, "settle", settled)
    minutes(20, NOON + timedelta(minutes=2))
    assert sorted(post.recipients) == sorted(f"{name}@example.org" for name in names)
    assert progress_of(company) == {"sent": 6}
    assert len(company.rows("Survey Sent")) == 6


def test_whoever_was_cut_off_in_the_middle_gets_the_reminder_at_least(
    company: Company, post: Post, minutes: Pass
) -> None:
    programme = company.programme({"kind": "event", "event": "Order Delivered"}, reminders=1, reminder_days=2)
    with frozen(NOON):
        invite(company.workspace, company.survey, [Named(email="ann@example.org")], programme=programme)
        start_programme(programme)
        rows = Invitation.objects.of(company.workspace)
        rows.update(state="sending", sent_at=NOON)
    minutes(1, NOON + timedelta(minutes=16))
    assert (post.recipients, progress_of(company)) == ([], {"sent": 1})
    minutes(2, NOON + timedelta(days=2, minutes=17))
    assert [mail["Subject"][:9] for mail in post.mails] == ["Reminder:"]


def test_a_name_of_the_company_that_mail_has_a_meaning_for_is_sent_as_it_is(
    company: Company, post: Post, minutes: Pass
) -> None:
    type(company.workspace).objects.filter(pk=company.workspace.pk).update(name='Ann & Bo "A,B" <c@d> \\')
    ask(company, "ann")
    minutes()
    [address] = post.mails[0]["From"].addresses
    assert (address.display_name, address.addr_spec) == ('Ann & Bo "A,B" <c@d> \\', "regard@cx.example.org")


def test_a_fault_of_ours_leaves_nobody_out(company: Company, post: Post, minutes: Pass) -> None:
    programme = company.programme({"kind": "call"}, reply_to="nobody at all")
    with frozen(NOON):
        invite(company.workspace, company.survey, [Named(email="ann@example.org")], programme=programme)
        start_programme(programme)
    minutes(3)
    assert (post.recipients, company.states()) == ([], {"email:ann@example.org": "waiting"})
    type(programme).objects.of(company.workspace).update(settings={})
    minutes(3, NOON + timedelta(minutes=30))
    assert post.recipients == ["ann@example.org"]


def test_two_workers_that_send_the_same_invitation_send_it_once(company: Company, post: Post) -> None:
    ask(company, "ann")
    with frozen(NOON):
        one, same = Invitation.objects.of(company.workspace).get(), Invitation.objects.of(company.workspace).get()
        assert sending.claim(one)
        assert not sending.claim(same)


def test_no_minute_sees_more_mails_than_the_programme_may_send(company: Company, post: Post, minutes: Pass) -> None:
    programme = company.programme({"kind": "call"}, per_minute=10)
    programme.is_active = True
    programme.save()
    with frozen(NOON):
        people = [Named(email=f"p{n}@example.org") for n in range(25)]
        invite(company.workspace, company.survey, people, programme=programme)
    seen = []
    for minute in range(5):
        minutes(1, NOON + timedelta(minutes=minute, seconds=minute))
        seen.append(len(post.recipients))
    assert seen[0] <= 10
    assert all(later - earlier <= 10 for earlier, later in pairwise(seen))
    assert seen[-1] == 25
    assert progress(programme).share == 1.0


def test_nobody_is_written_to_at_night(company: Company, post: Post, minutes: Pass) -> None:
    night = NOON.replace(hour=2)
    ask(company, "ann", at=night)
    ask(company, "yuki", at=night, timezone="Asia/Tokyo")
    minutes(1, night)
    assert post.recipients == ["yuki@example.org"]
    minutes(1, NOON.replace(hour=9))
    assert post.recipients == ["yuki@example.org", "ann@example.org"]


def test_a_mail_that_waited_into_the_night_waits_for_the_morning(company: Company, opened, minutes: Pass) -> None:
    evening = NOON.replace(hour=19, minute=58)
    ask(company, "ann", at=evening)
    minutes(3, evening)
    post = opened()
    minutes(3, evening + timedelta(minutes=5))
    assert post.recipients == []
    minutes(2, NOON.replace(day=13, hour=9))
    assert post.recipients == ["ann@example.org"]


def test_those_who_do_not_answer_are_reminded_and_others_are_not(company: Company, post: Post, minutes: Pass) -> None:
    ask(company, "ann", "bo", "cy")
    minutes()
    Invitation.objects.of(company.workspace).filter(source_key="bo").update(state="answered")
    Preference.objects.create(
        workspace=company.workspace, channel="email", address="cy@example.org", kinds={"reminders": False}
    )
    post.taken.clear()
    minutes(2, NOON + timedelta(days=4))
    assert post.recipients == []
    minutes(3, NOON + timedelta(days=5, minutes=1))
    assert post.recipients == ["ann@example.org"]
    [mail] = post.mails
    assert mail["Subject"].startswith("Reminder:")
    minutes(2, NOON + timedelta(days=12))
    assert len(post.recipients) == 1


def test_a_reminder_under_way_is_not_taken_for_one_that_was_cut_off(
    company: Company, post: Post, minutes: Pass
) -> None:
    ask(company, "ann")
    minutes()
    one = Invitation.objects.of(company.workspace).get()
    with frozen(NOON + timedelta(days=5)):
        assert sending.claim(one)
        sending.enqueue_due()
    assert company.states() == {"ann": "sending"}
    with frozen(NOON + timedelta(days=5, hours=1)):
        sending.enqueue_due()
    one.refresh_from_db()
    assert (one.state, one.reason, one.remind_at) == ("sent", "uncertain", None)


def test_a_link_that_has_ended_is_not_sent_any_more(company: Company, opened, minutes: Pass) -> None:
    ask(company, "ann")
    minutes(2)
    post = opened()
    minutes(2, NOON + timedelta(days=31))
    assert post.recipients == []
    assert company.states() == {"ann": "expired"}


def test_a_survey_that_is_closed_is_not_sent(company: Company, post: Post, minutes: Pass) -> None:
    ask(company, "ann")
    Survey.objects.of(company.workspace).update(state=Survey.State.CLOSED)
    minutes(2)
    assert post.recipients == []


def test_an_address_that_the_server_does_not_know_is_not_written_to_again(
    company: Company, post: Post, minutes: Pass
) -> None:
    post.answers["ann@example.org"] = "550 5.1.1 no such user"
    ask(company, "ann")
    minutes(2)
    assert company.states() == {"ann": "550 5.1.1"}
    ask(company, "ann", at=NOON + timedelta(days=1))
    assert company.invitations[-1].reason == "unreachable"


def test_an_address_whose_mailbox_is_full_may_be_written_to_another_time(
    company: Company, post: Post, minutes: Pass
) -> None:
    post.answers["ann@example.org"] = "552 5.2.2 mailbox full"
    ask(company, "ann")
    minutes(2)
    assert company.states() == {"ann": "552 5.2.2"}
    post.answers.clear()
    ask(company, "ann", at=NOON + timedelta(days=1))
    assert company.invitations[-1].state == "waiting"


def test_a_server_that_refuses_us_does_not_use_everybody_up(company: Company, post: Post, minutes: Pass) -> None:
    post.sender_answer = "550 5.7.1 not you"
    ask(company, *(f"p{n}" for n in range(20)))
    minutes(3)
    assert progress_of(company) == {"waiting": 20}
    post.sender_answer = ""
    minutes(70, NOON + timedelta(minutes=60))
    assert len(set(post.recipients)) == len(post.recipients) == 20


def test_an_address_that_is_none_is_left_out(company: Company, post: Post, minutes: Pass) -> None:
    with frozen(NOON):
        invite(company.workspace, company.survey, [Named(user_id="ann", email="ann at home")])
    ask(company, "bo")
    minutes(2)
    assert post.recipients == ["bo@example.org"]
    assert company.states()["ann"] == "unreachable"


def test_the_stream_is_told_what_was_sent_once(company: Company, post: Post, minutes: Pass) -> None:
    ask(company, "ann")
    minutes(3)
    [sent], [delivered] = company.rows("Survey Sent"), company.rows("Survey Delivered")
    assert (sent["source_key"], sent["subject"]) == ("ann", company.invitations[0].public_id)
    assert delivered["subject"] == sent["subject"]


def test_openings_are_counted_only_where_the_programme_says_so(company: Company, post: Post, minutes: Pass) -> None:
    programme = company.programme({"kind": "call"}, is_opening_tracked=True)
    programme.is_active = True
    programme.save()
    with frozen(NOON):
        invite(company.workspace, company.survey, [Named(email="ann@example.org")], programme=programme)
    minutes()
    picture = re.search(r'<img src="([^"]+)" alt="" width="1"', body(post.mails[0], "html"))[1]
    for _ in range(2):
        with frozen(NOON + timedelta(hours=1)):
            answer = Client().get(local(picture))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/gif")
    assert len(company.rows("Survey Opened")) == 1
    assert company.invitations[0].opened_at is not None


def test_the_brand_is_on_the_mail(company: Company, post: Post, minutes: Pass) -> None:
    theme = Theme.objects.create(
        workspace=company.workspace,
        name="Blue",
        colour="#0b5cad",
        logo_text="Harbour & Sons",
        privacy_url="https://h.example/p",
    )
    Survey.objects.of(company.workspace).update(theme=theme)
    ask(company, "ann")
    minutes()
    html = body(post.mails[0], "html")
    assert "#0b5cad" in html
    assert "Harbour &amp; Sons" in html
    assert "https://h.example/p" in html


def test_without_consent_nobody_is_asked_where_it_is_needed(company: Company) -> None:
    with frozen(NOON):
        keep_allowance(company.workspace, Rules(consent_for="surveys"))
        assert allowance_of(company.workspace).consent_for == "surveys"
        company.knows("ann", "bo", "cy")
        company.happens("Consent Given", "ann", purpose="surveys")
        company.happens("Consent Given", "bo", purpose="surveys")
    with frozen(NOON + timedelta(minutes=1)):
        company.happens("Consent Withdrawn", "bo", purpose="surveys")
    ask(company, "ann", "bo", "cy")
    assert company.states() == {"ann": "waiting", "bo": "no_consent", "cy": "no_consent"}


def test_a_choice_of_kinds_is_kept_and_can_be_taken_back(company: Company, post: Post, minutes: Pass) -> None:
    ask(company, "ann", language="pl")
    minutes()
    link = next(local(one) for one in links(post.mails[0]) if "/s/p/" in one)
    with frozen(NOON):
        client = Client(enforce_csrf_checks=True)
        page = client.get(link)
        assert 'lang="pl"' in page.content.decode()
        assert "ann@example.org" not in page.content.decode()
        assert client.post(link, {"kind": ["support"]}).status_code == 303
        [kept] = Preference.objects.of(company.workspace)
        assert kept.kinds == {
            "relationship": False,
            "purchase": False,
            "support": True,
            "other": False,
            "reminders": False,
        }
        assert not kept.is_unsubscribed
        client.post(link, {"nothing": "1"})
        assert Preference.objects.of(company.workspace).get().is_unsubscribed
        client.post(link, {"kind": ["other", "reminders"]})
        assert not Preference.objects.of(company.workspace).get().is_unsubscribed


def test_addresses_that_are_nobodys_are_told_apart_by_nothing(company: Company, post: Post, minutes: Pass) -> None:
    ask(company, "ann")
    minutes()
    with frozen(NOON):
        token = next(local(one) for one in links(post.mails[0]) if "/s/i/" in one).split("/")[3]
        answers = [Client().get(f"/s/{kind}/{word}/") for kind in "upo" for word in ("nonsense", token)]
    assert {answer.status_code for answer in answers} == {404}


def while_the_first_is_under_way(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """A server that takes its time: meanwhile something happens."""
    claim, seen = sending.claim, []

    def taking(one: Invitation) -> bool:
        is_taken = claim(one)
        if not seen:
            seen.append(one)
            happens()
        return is_taken

    monkeypatch.setattr(sending, "LOOKED_SECONDS", 0.0)
    monkeypatch.setattr(sending, "claim", taking)


def test_who_leaves_while_a_batch_is_under_way_gets_nothing_of_it(
    company: Company, post: Post, minutes: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(company, "ann", "bo", "cy")
    while_the_first_is_under_way(monkeypatch, lambda: leave(company.invitations[1]))
    minutes()
    assert post.recipients == ["ann@example.org", "cy@example.org"]
    assert company.states() == {"ann": "sent", "bo": "unsubscribed", "cy": "sent"}


def test_a_survey_that_is_closed_while_a_batch_is_under_way_sends_no_more_of_it(
    company: Company, post: Post, minutes: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(company, "ann", "bo")
    surveys = Survey.objects.of(company.workspace)
    while_the_first_is_under_way(monkeypatch, lambda: surveys.update(state=Survey.State.CLOSED))
    minutes()
    assert post.recipients == ["ann@example.org"]
    surveys.update(state=Survey.State.OPEN)
    minutes(2)
    assert post.recipients == ["ann@example.org", "bo@example.org"]
