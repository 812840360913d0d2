"""Who is invited: everybody's attention is one allowance, draws are known, and reasons are written down."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regard.accounts.site import store_of
from regard.base import Conflict, Invalid, NotFound
from regard.base.clock import frozen
from regard.profiles import condition_of, keep_segment, merge, refresh_memberships, refresh_profiles
from regard.surveys.budget import Allowance
from regard.surveys.distribution.running import invite_all
from regard.surveys.distribution.site import (
    Named,
    allowance_of,
    invite,
    keep_allowance,
    keep_list_of,
    make_link,
    preview_recipients,
    progress,
    start_programme,
    stop_programme,
)
from regard.surveys.inviting import Person as Customer
from regard.surveys.inviting import Rules, people_named
from regard.surveys.models import Invitation, Programme, Survey
from tests.channels.conftest import Post
from tests.surveys.distribution.conftest import NOON, Company, Pass, identify
from tests.surveys.respond.conftest import Person, publish

EVERYBODY = {"kind": "trait", "name": "plan", "is": "equals", "value": "pro"}


def segment(company: Company, title: str = "Pro") -> str:
    return keep_segment(store_of(company.workspace), title, condition_of(EVERYBODY)).key


def customers(company: Company, count: int, **traits: Any) -> None:
    with frozen(NOON - timedelta(days=1)):
        company.receive(*(identify(f"c{n}", plan="pro", **traits) for n in range(count)))


def started(company: Company, trigger: dict[str, Any], **values: Any) -> Programme:
    programme = company.programme(trigger, **values)
    with frozen(NOON):
        start_programme(programme)
    return programme


def test_everybody_of_a_segment_is_asked(company: Company, post: Post, minutes: Pass) -> None:
    customers(company, 12)
    with frozen(NOON - timedelta(days=1)):
        company.receive(identify("zed", plan="free"))
    programme = started(company, {"kind": "segment", "segment": segment(company)})
    minutes(3)
    assert len(post.recipients) == 12
    assert (progress(programme).sent, progress(programme).share) == (12, 1.0)


def test_a_draw_keeps_the_probability_that_each_had(company: Company, minutes: Pass) -> None:
    customers(company, 40)
    programme = company.programme({"kind": "segment", "segment": segment(company)}, at_most=10)
    with frozen(NOON):
        preview = preview_recipients(programme)
        assert (preview.considered, preview.invited, preview.probability) == (40, 10, 0.25)
        assert dict(preview.held) == {"not_drawn": 30}
        start_programme(programme)
    minutes()
    assert [one.selection_probability for one in company.invitations] == [0.25] * 10


def test_a_draw_that_is_cut_off_goes_on_where_it_was(company: Company, minutes: Pass) -> None:
    customers(company, 40)
    programme = started(company, {"kind": "segment", "segment": segment(company)}, share=0.5)
    run = NOON.isoformat()
    with frozen(NOON):
        invite_all(programme.pk, run)
        whole = {one.source_key for one in company.invitations}
        lost = [one.pk for one in company.invitations[5:]]
        Invitation.objects.of(company.workspace).filter(pk__in=lost).delete()
        invite_all(programme.pk, run)
        invite_all(programme.pk, run)
    assert {one.source_key for one in company.invitations} == whole
    assert len(company.invitations) == len(whole) == 20


def test_whoever_enters_a_segment_is_asked_and_those_in_it_are_not(company: Company, minutes: Pass) -> None:
    customers(company, 3)
    key = segment(company)
    started(company, {"kind": "segment", "segment": key, "when": "enter"})
    minutes(2)
    assert company.invitations == []
    for day in (1, 2):
        with frozen(NOON + timedelta(days=day)):
            company.receive(identify(f"new{day}", plan="pro"))
            refresh_profiles(store_of(company.workspace))
            refresh_memberships(store_of(company.workspace), company.workspace.slug)
        minutes(2, NOON + timedelta(days=day, minutes=1))
    assert [one.source_key for one in company.invitations] == ["new1", "new2"]


def test_a_standing_sample_is_drawn_anew_each_period(company: Company, minutes: Pass) -> None:
    customers(company, 60)
    started(
        company,
        {"kind": "segment", "segment": segment(company), "when": "every"},
        at_most=5,
        period_days=7,
        reminders=0,
    )
    minutes(2)
    assert len(company.invitations) == 5
    minutes(2, NOON + timedelta(days=6))
    assert len(company.invitations) == 5
    minutes(2, NOON + timedelta(days=7, minutes=1))
    asked = [one for one in company.invitations if one.state != "skipped"]
    assert len(asked) == 10
    assert len({one.source_key for one in asked}) == 10
    assert [one.selection_probability for one in asked[5:]] == [pytest.approx(5 / 55)] * 5


def test_a_list_brings_people_whom_nobody_knew_and_what_it_says_of_them(
    company: Company, post: Post, minutes: Pass, home: Path
) -> None:
    programme = company.programme({"kind": "list"}, subject="Hello {profile.first_name}")
    with frozen(NOON):
        with pytest.raises(NotFound):
            start_programme(programme)
        assert keep_list_of(programme, b"E-mail;first_name\nana@example.org;Ana\n;Nobody\n") == 1
        start_programme(programme)
    minutes()
    assert post.recipients == ["ana@example.org"]
    assert post.mails[0]["Subject"] == "Hello Ana"
    assert company.invitations[0].source_key == "email:ana@example.org"
    assert list((home / "lists").iterdir()) == []
    with frozen(NOON + timedelta(hours=1)):
        stop_programme(programme)
        start_programme(programme)
    minutes(2, NOON + timedelta(hours=1))
    assert len(post.recipients) == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "no column"), (b"a,b\n1,2\n", "no column"), (b"email\n\n", "nobody"), (b"\xff\xfe", "UTF-8")],
)
def test_a_list_that_names_nobody_says_so(company: Company, data: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        keep_list_of(company.programme({"kind": "list"}), data)


def test_nobody_is_asked_twice_within_the_gap_whichever_survey_asks(company: Company) -> None:
    other = publish(company.workspace)
    with frozen(NOON):
        invite(company.workspace, company.survey, [Named(user_id="ann", email="ann@example.org")])
        again = invite(company.workspace, other, [Named(user_id="ann", email="ann@example.org")])
        assert (again.invited, dict(again.held)) == (0, {"too_soon": 1})
    with frozen(NOON + timedelta(days=8)):
        assert invite(company.workspace, other, [Named(user_id="ann", email="ann@example.org")]).invited == 1
        same = invite(company.workspace, company.survey, [Named(user_id="ann", email="ann@example.org")])
        assert dict(same.held) == {"asked_before": 1}


def person_of(company: Company, name: str) -> Customer:
    return people_named(store_of(company.workspace), [Named(user_id=name)])[0]


def test_two_profiles_that_turn_out_to_be_one_person_share_their_allowance(company: Company) -> None:
    other = publish(company.workspace)
    with frozen(NOON):
        company.receive(identify("ann", email="ann@work.example"), identify("ann2", email="ann@home.example"))
        invite(company.workspace, company.survey, [Named(user_id="ann")])
        merge(
            store_of(company.workspace),
            *(one.customer for one in (person_of(company, "ann"), person_of(company, "ann2"))),
        )
        done = invite(company.workspace, other, [Named(user_id="ann2")])
    assert dict(done.held) == {"too_soon": 1}


def test_one_address_of_two_profiles_is_one_allowance(company: Company) -> None:
    with frozen(NOON):
        people = [Named(user_id=name, email="family@example.org") for name in ("mum", "dad")]
        done = invite(company.workspace, company.survey, people)
    assert (done.invited, dict(done.held)) == (1, {"asked_before": 1})


def test_who_did_not_stand_in_the_draw_is_not_let_in_behind_it(company: Company) -> None:
    """Of a family at one address one stands in the draw; when that one is not drawn, neither is the other asked."""
    names = [f"{who}{n}" for n in range(40) for who in ("mum", "dad")]
    programme = company.programme({"kind": "list"}, share=0.25)
    rows = "".join(f"{name},family{name[3:]}@example.org\n" for name in names)
    keep_list_of(programme, f"user_id,email\n{rows}".encode())
    with frozen(NOON):
        start_programme(programme)
        invite_all(programme.pk, NOON.isoformat())
    asked = [one for one in company.invitations if one.state == "waiting"]
    assert len(asked) == 10
    assert {one.selection_probability for one in asked} == {0.25}


def test_a_programme_that_is_active_without_having_been_started_begins_now_and_hinders_nobody(
    company: Company, post: Post, minutes: Pass
) -> None:
    bare = company.programme({"kind": "event", "event": "Order Delivered"}, priority=9)
    Programme.objects.of(company.workspace).filter(pk=bare.pk).update(is_active=True)
    broken = company.programme({"kind": "event", "event": "Order Delivered"}, at_least="many")
    Programme.objects.of(company.workspace).filter(pk=broken.pk).update(is_active=True)
    started(company, {"kind": "event", "event": "Ticket Resolved"})
    with frozen(NOON + timedelta(minutes=1)):
        company.knows("ann", "bo")
        company.happens("Ticket Resolved", "ann")
    minutes(3, NOON + timedelta(minutes=2))
    with frozen(NOON + timedelta(minutes=6)):
        company.happens("Order Delivered", "bo")
    minutes(3, NOON + timedelta(minutes=7))
    assert post.recipients == ["ann@example.org", "bo@example.org"]


def test_of_those_who_enter_a_segment_no_more_are_asked_than_a_period_may_see(company: Company, minutes: Pass) -> None:
    customers(company, 1)
    started(company, {"kind": "segment", "segment": segment(company), "when": "enter"}, at_most=3)
    with frozen(NOON + timedelta(days=1)):
        company.receive(*(identify(f"new{n}", plan="pro") for n in range(8)))
        refresh_profiles(store_of(company.workspace))
        refresh_memberships(store_of(company.workspace), company.workspace.slug)
    minutes(3, NOON + timedelta(days=1, minutes=1))
    assert len(company.invitations) == 3


def test_a_more_urgent_programme_takes_the_place_of_what_only_waits(company: Company) -> None:
    other = publish(company.workspace)
    ann = [Named(user_id="ann", email="ann@example.org")]
    with frozen(NOON.replace(hour=3)):
        lesser = company.programme({"kind": "call"})
        urgent = company.programme({"kind": "call"}, priority=5, survey=other)
        invite(company.workspace, company.survey, ann, programme=lesser, because="a")
        assert invite(company.workspace, other, ann, programme=urgent, because="b").invited == 1
        held = invite(company.workspace, company.survey, ann, programme=lesser, because="c").held
    assert dict(held) == {"outranked": 1}
    assert [(one.state, one.reason) for one in company.invitations] == [
        ("skipped", "outranked"),
        ("waiting", ""),
        ("skipped", "outranked"),
    ]


def test_what_was_sent_is_not_taken_back_for_a_more_urgent_programme(
    company: Company, post: Post, minutes: Pass
) -> None:
    other = publish(company.workspace)
    ann = [Named(user_id="ann", email="ann@example.org")]
    with frozen(NOON):
        invite(company.workspace, company.survey, ann)
    minutes()
    with frozen(NOON + timedelta(days=1)):
        urgent = company.programme({"kind": "call"}, priority=5, survey=other)
        assert dict(invite(company.workspace, other, ann, programme=urgent).held) == {"too_soon": 1}


def test_a_workspace_says_itself_how_often(company: Company) -> None:
    ann = [Named(user_id="ann", email="ann@example.org")]
    with frozen(NOON):
        assert allowance_of(company.workspace).allowance == Allowance()
        keep_allowance(company.workspace, Rules(allowance=Allowance(times=9, gap_days=0, rest_days=0)))
        for _ in range(9):
            assert invite(company.workspace, company.survey, ann).invited == 1
        assert dict(invite(company.workspace, company.survey, ann).held) == {"spent": 1}
        assert allowance_of(company.workspace).allowance.times == 9


def test_a_programme_starts_only_when_its_survey_is_open(company: Company) -> None:
    programme = company.programme({"kind": "segment", "segment": segment(company)})
    Survey.objects.of(company.workspace).update(state=Survey.State.CLOSED)
    programme.refresh_from_db()
    with pytest.raises(Conflict):
        start_programme(programme)
    Survey.objects.of(company.workspace).update(state=Survey.State.OPEN)
    programme.refresh_from_db()
    with pytest.raises(NotFound):
        start_programme(company.programme({"kind": "segment", "segment": "nothing"}))
    with pytest.raises(Invalid):
        start_programme(company.programme({"kind": "segment", "segment": "x"}, share=2))
    with pytest.raises(Invalid, match="SMS"):
        start_programme(company.programme({"kind": "call"}, channel="sms"))


def test_a_programme_that_goes_on_does_not_ask_about_what_happened_meanwhile(company: Company, minutes: Pass) -> None:
    programme = started(company, {"kind": "event", "event": "Order Delivered"})
    stop_programme(programme)
    with frozen(NOON + timedelta(hours=1)):
        company.knows("ann")
        company.happens("Order Delivered", "ann")
    with frozen(NOON + timedelta(hours=2)):
        start_programme(programme)
    minutes(2, NOON + timedelta(hours=2, minutes=1))
    assert company.invitations == []


def test_a_link_to_hand_out_is_personal_and_sends_nothing(
    company: Company, post: Post, minutes: Pass, person: Person
) -> None:
    with frozen(NOON):
        link = make_link(company.survey, Named(user_id="ann", traits={"plan": "pro"}))
    minutes(2)
    assert post.recipients == []
    with frozen(NOON):
        person.open(link).send(nps="9").send()
    assert company.states() == {"ann": "answered"}


def test_a_person_without_an_identifier_is_refused_with_their_place(company: Company) -> None:
    with frozen(NOON), pytest.raises(Invalid) as refused:
        invite(company.workspace, company.survey, [Named(email="ann@example.org"), Named(user_id="null")])
    assert refused.value.field == "people.1"
    assert company.invitations == []
