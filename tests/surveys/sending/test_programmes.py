"""Programmes are made, looked at, started, followed and stopped on pages that work without scripts."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regard.accounts.models import AuditEntry
from regard.accounts.site import store_of
from regard.base.clock import now
from regard.jobs.site import Job, run_due
from regard.profiles import condition_of, keep_segment
from regard.surveys.distribution.site import allowance_of
from regard.surveys.models import Invitation, Programme, Survey
from tests.surveys.sending.conftest import LIST, csv_upload, filled

State = Invitation.State
EVERYBODY = {"kind": "trait", "name": "plan", "is": "equals", "value": "pro"}


def only(survey: Survey) -> Programme:
    return Programme.objects.of(survey.workspace).get(survey=survey)


@pytest.fixture
def here(at, programme) -> str:
    return f"{at}programmes/{programme.pk}/"


@pytest.mark.parametrize(
    "place", ["", "edit/", "recipients/", "invitations/", "mail/", "mail/html/?lang=pl", "mail/?reminder=1"]
)
def test_every_page_of_a_programme_opens(analyst, here, place) -> None:
    assert analyst.get(here + place).status_code == 200


@pytest.mark.parametrize("place", ["", "edit/", "recipients/", "invitations/", "mail/html/"])
def test_a_viewer_sees_none_of_them(signed_in, here, place) -> None:
    assert signed_in("viewer").get(here + place).status_code == 403


def test_a_programme_of_another_survey_is_not_found_under_this_one(analyst, programme, workspace) -> None:
    from regard.surveys import read_questionnaire
    from regard.surveys.builder.site import make_survey
    from tests.surveys.sending.conftest import ASKS

    other = make_survey(workspace, read_questionnaire(ASKS))
    assert analyst.get(f"/w/harbour/surveys/{other.key}/send/programmes/{programme.pk}/").status_code == 404


def test_a_form_becomes_a_programme_and_comes_back_as_it_was_filled_in(analyst, at, survey) -> None:
    analyst.post(at + "programmes/new/", filled())
    made = only(survey)
    assert made.trigger == {"kind": "event", "event": "Order Delivered", "after_hours": 48.0}
    assert made.settings["share"] == 0.2
    assert made.settings["days"] == [0, 1, 2]
    assert made.settings["subject"] == {"default": "How was it, {profile.first_name}?", "pl": "Jak było?"}
    page = analyst.get(f"{at}programmes/{made.pk}/edit/").content.decode()
    assert 'value="Jak było?"' in page
    assert re.search(r'name="after" value="2(\.0)?"', page)


def test_a_programme_in_a_page_has_no_message_and_leads_to_the_code_for_it(analyst, at, survey) -> None:
    analyst.post(at + "programmes/new/", filled(channel="app"))
    made = only(survey)
    assert (made.channel, made.trigger["event"]) == ("app", "Order Delivered")
    here = f"{at}programmes/{made.pk}/"
    page = analyst.get(here).content.decode()
    assert ("See the message" in page, f"{at}#site" in page) == (False, True)
    assert "See the message" not in analyst.get(here + "recipients/").content.decode()
    assert [analyst.get(here + one).status_code for one in ("mail/", "mail/html/", "edit/")] == [404, 404, 200]
    assert analyst.post(here + "mail/test/").status_code == 404
    assert "/s/widget.js&quot; data-write-key=&quot;" in analyst.get(at).content.decode()


def test_text_messages_are_offered_only_where_they_can_be_sent(analyst, at, survey) -> None:
    assert analyst.post(at + "programmes/new/", filled(channel="sms")).status_code == 422


def test_a_programme_calls_its_segment_as_people_do(analyst, at, survey, workspace) -> None:
    key = keep_segment(store_of(workspace), "Großkunden", condition_of(EVERYBODY)).key
    analyst.post(at + "programmes/new/", filled(trigger="segment", segment=key, when="enter"))
    for page in (at, f"{at}programmes/{only(survey).pk}/"):
        assert "Whoever enters segment Großkunden" in analyst.get(page).content.decode()


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"event": ""}, "say after which interaction"),
        ({"trigger": "segment"}, "choose a segment"),
        ({"condition": "{amount} > "}, "condition"),
        ({"opens": "20:00", "closes": "09:00"}, "end after they begin"),
        ({"at_least": "50", "at_most": "10"}, "cannot both be"),
        ({"days": []}, "required"),
        ({"share": "0"}, "0.01"),
        ({"name": ""}, "required"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_kept(analyst, at, survey, changed, words) -> None:
    answer = analyst.post(at + "programmes/new/", filled(**changed))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Programme.objects.of(survey.workspace).exists()


def test_while_it_runs_a_form_cannot_change_whom_it_asks(analyst, here, programme) -> None:
    Programme.objects.of(programme.workspace).update(is_active=True)
    analyst.post(here + "edit/", filled(name="Renamed"))
    kept = only(programme.survey)
    assert (kept.name, kept.trigger) == ("Renamed", {"kind": "list"})


# --- lists, recipients, starting -------------------------------------------------------------------------------------


def test_a_list_is_taken_in_previewed_and_asked(analyst, here, programme) -> None:
    answer = analyst.post(here + "list/", csv_upload(LIST))
    assert "2 people are in the list" in answer.content.decode()
    page = analyst.get(here + "recipients/").content.decode()
    assert "ann@example.org" in page
    assert not Invitation.objects.of(programme.workspace).exists()
    analyst.post(here + "state/", {"do": "start"})
    assert only(programme.survey).is_active
    assert AuditEntry.objects.of(programme.workspace).filter(what="programme started").exists()


def test_rows_that_cannot_be_used_are_named_and_come_back_as_a_file(analyst, here, programme) -> None:
    junk = b"email,first_name\nann@example.org,Ann\nnot an address,Ben\nANN@example.org,Ann again\n,Nobody\n"
    page = analyst.post(here + "list/", csv_upload(junk)).content.decode()
    assert "1 person is in the list" in page
    assert "3 rows cannot be used" in page
    assert "the same person stands in row 2" in page
    rejected = analyst.get(here + "list/rejected.csv").content.decode("utf-8-sig").splitlines()
    assert rejected[0] == "email,first_name,row,problem"
    assert [line.split(",")[2] for line in rejected[1:]] == ["3", "4", "5"]


def test_a_large_list_is_read_and_counted_while_the_page_looks_again(analyst, here, programme) -> None:
    rows = "".join(f"p{n}@example.org,{'x' * 50}\n" if n % 100 else f"junk {n},\n" for n in range(10_000))
    answer = analyst.post(here + "list/", csv_upload(f"email,note\n{rows}".encode()))
    assert (answer.status_code, answer.headers["Location"]) == (302, here + "list/")
    assert "it is being read" in analyst.get(here + "list/").content.decode()
    run_due()
    page = analyst.get(here + "list/").content.decode()
    assert ("9900 people are in the list" in page, "100 rows cannot be used" in page) == (True, True)
    for _ in range(2):
        assert "they are being counted" in analyst.get(here + "recipients/").content.decode()
    assert run_due() == 1
    page = analyst.get(here + "recipients/").content.decode()
    assert ("9,900" in page, "p1@example.org" in page, "every 2s" in page) == (True, True, False)
    assert not Job.objects.exists()
    analyst.post(here + "edit/", filled(trigger="list", share="10"))
    assert "they are being counted" in analyst.get(here + "recipients/").content.decode()
    run_due()
    assert "990" in analyst.get(here + "recipients/").content.decode()
    assert not Invitation.objects.of(programme.workspace).exists()


def test_a_large_file_that_is_no_list_says_so_afterwards(analyst, here, programme) -> None:
    analyst.post(here + "list/", csv_upload(LIST))
    analyst.post(here + "list/", csv_upload(b"name\n" + b"Ann\n" * 200_000))
    run_due()
    assert "no column says who is meant" in analyst.get(here + "list/").content.decode()
    assert "ben@example.org" in analyst.get(here + "recipients/").content.decode()


def test_a_list_that_was_uploaded_just_before_the_start_does_not_change_what_runs(analyst, here, programme) -> None:
    analyst.post(here + "list/", csv_upload(LIST))
    analyst.post(here + "list/", csv_upload(b"email\n" + b"".join(b"p%d@example.org\n" % n for n in range(50_000))))
    Programme.objects.of(programme.workspace).update(is_active=True)
    run_due()
    assert "stop it first" in analyst.get(here + "list/").content.decode()


def test_a_file_that_is_no_list_leaves_the_list_as_it_was(analyst, here) -> None:
    analyst.post(here + "list/", csv_upload(LIST))
    for junk in (b"\x89PNG\r\n\x1a\n\xff\xfe", b"name\nAnn\n", b"", b'email\n"ann@example.org' + b"x" * 200_000):
        answer = analyst.post(here + "list/", csv_upload(junk))
        assert answer.status_code == 422
    assert "ben@example.org" in analyst.get(here + "recipients/").content.decode()


def test_a_programme_without_its_list_does_not_start_and_says_why(analyst, here, programme) -> None:
    page = analyst.post(here + "state/", {"do": "start"}, follow=True).content.decode()
    assert "no list yet" in page
    assert not only(programme.survey).is_active


def test_one_that_runs_is_stopped_then_removed_with_what_waits(analyst, here, programme) -> None:
    analyst.post(here + "list/", csv_upload(LIST))
    analyst.post(here + "state/", {"do": "start"})
    assert "Stop the programme first" in analyst.post(here + "state/", {"do": "remove"}, follow=True).content.decode()
    invited(programme, 1, state=State.WAITING)
    analyst.post(here + "state/", {"do": "stop"})
    analyst.post(here + "state/", {"do": "remove"})
    assert not Programme.objects.of(programme.workspace).exists()
    assert not Invitation.objects.of(programme.workspace).filter(state=State.WAITING).exists()


# --- following --------------------------------------------------------------------------------------------------------


def invited(programme: Programme, many: int, **values) -> None:
    Invitation.objects.of(programme.workspace).bulk_create(
        Invitation(
            workspace=programme.workspace, survey=programme.survey, programme=programme, source_key=f"k{n}", customer=n,
            address=f"person{n}@example.org", channel="email", because=f"b{n} {values}", **values,
        )
        for n in range(many)
    )  # fmt: skip


def test_progress_tells_states_and_reasons(analyst, here, programme) -> None:
    invited(programme, 3, state=State.SENT, sent_at=now())
    invited(programme, 2, state=State.WAITING)
    invited(programme, 4, state=State.SKIPPED, reason="too_soon")
    page = analyst.get(here).content.decode()
    assert "3 of 5 sent" in page
    assert "Asked a short time ago" in page


def test_invitations_come_piece_by_piece_in_the_same_queries(
    analyst, here, programme, django_assert_num_queries
) -> None:
    invited(programme, 3, state=State.SENT, sent_at=now())
    with CaptureQueriesContext(connection) as few:
        analyst.get(here + "invitations/")
    invited(programme, 120, state=State.WAITING)
    with django_assert_num_queries(len(few)):
        page = analyst.get(here + "invitations/").content.decode()
    seen = re.findall(r"person\d+@", page)
    while following := re.search(r'href="(\?[^"]*before=\d+[^"]*)"', page):
        page = analyst.get(here + "invitations/" + following[1].replace("&amp;", "&")).content.decode()
        seen += re.findall(r"person\d+@", page)
    assert len(seen) == 123
    assert len(re.findall(r"person\d+@", analyst.get(here + "invitations/?state=sent").content.decode())) == 3


# --- the mail ---------------------------------------------------------------------------------------------------------


def test_the_mail_is_shown_as_people_get_it_and_may_run_nothing(analyst, here, survey) -> None:
    answer = analyst.get(here + "mail/html/?lang=pl")
    assert "Czy jesteś zadowolony?" in answer.content.decode()
    assert "pick=5" in answer.content.decode()
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert f"/surveys/{survey.key}/preview/" in answer.content.decode()


def test_a_mail_is_shown_with_the_names_of_traits_and_as_the_unknown_get_it(analyst, here, programme) -> None:
    programme.settings = {"subject": "How was it, {profile.first_name}?", "opening": "Dear {profile.title|customer},"}
    programme.save()
    shown = analyst.get(here + "mail/").content.decode()
    assert "How was it, [first_name]?" in shown
    assert "Dear [title]," in shown
    assert "{profile.first_name|…}" in shown, "whoever has no first name reads a gap"
    assert "{profile.title|…}" not in shown
    unknown = analyst.get(here + "mail/?unknown=1").content.decode()
    assert "How was it, ?" in unknown
    assert "Dear customer," in unknown
    assert "Dear customer," in analyst.get(here + "mail/html/?unknown=1").content.decode()


def test_a_test_mail_goes_to_whoever_asks_for_it_and_to_nobody_else(analyst, here, programme) -> None:
    analyst.post(here + "mail/test/?lang=pl")
    assert [one.to for one in mail.outbox] == [["analyst@example.org"]]
    assert not Invitation.objects.of(programme.workspace).exists()


def test_an_unpublished_survey_has_no_mail_yet_and_says_so(analyst, here, survey) -> None:
    survey.versions.all().delete()
    assert "not published" in analyst.get(here + "mail/").content.decode()


# --- attention --------------------------------------------------------------------------------------------------------

ATTENTION = "/w/harbour/surveys/attention/"


def test_the_allowance_is_kept_and_written_down(analyst, workspace) -> None:
    given = {"times": "2", "days": "60", "gap_days": "10", "rest_days": "80", "consent_for": "research"}
    assert analyst.post(ATTENTION, given).status_code == 302
    rules = allowance_of(workspace)
    assert (rules.allowance.times, rules.allowance.gap_days, rules.consent_for) == (2, 10, "research")
    assert 'value="60"' in analyst.get(ATTENTION).content.decode()
    assert analyst.post(ATTENTION, {**given, "days": "9999"}).status_code == 422


def test_who_was_held_back_is_counted_by_reason(analyst, programme) -> None:
    invited(programme, 4, state=State.SKIPPED, reason="unsubscribed")
    page = analyst.get(ATTENTION).content.decode()
    assert "Unsubscribed" in page
    assert re.search(r'data-label="People">4<', page)


def test_one_that_was_stopped_after_its_list_was_asked_can_go_on(analyst, here, programme) -> None:
    invited(programme, 1, state=State.WAITING)
    Programme.objects.of(programme.workspace).update(started_at=now())
    assert not re.search(r'value="start" disabled', analyst.get(here + "recipients/").content.decode())
    Programme.objects.of(programme.workspace).update(started_at=None)
    assert re.search(r'value="start" disabled', analyst.get(here + "recipients/").content.decode())
