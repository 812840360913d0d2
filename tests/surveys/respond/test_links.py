"""Personal links, kiosks, frames; and what those learn who try addresses that are not theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory

from regard.base.clock import frozen, now
from regard.surveys.models import Invitation, Response, Survey, Theme
from regard.surveys.respond import limits
from regard.surveys.respond.visiting import kiosk_address, personal_address
from tests.surveys.respond.conftest import DOCUMENT, Person, publish


@pytest.fixture
def invitation(survey: Survey) -> Invitation:
    return invite(survey)


def invite(survey: Survey, **values: object) -> Invitation:
    given = {"source_key": "1042", "customer": 7, "channel": "email", "selection_probability": 0.25, **values}
    return Invitation.objects.create(workspace=survey.workspace, survey=survey, state="sent", **given)


def test_a_personal_link_knows_who_answers_and_counts_them_by_their_weight(
    invitation, person: Person, everything
) -> None:
    person.open(personal_address(invitation)).send(nps="9").send()
    [kept] = everything()
    assert (kept.source_key, kept.weight, kept.way) == ("1042", 4.0, "email")
    invitation.refresh_from_db()
    assert invitation.state == "answered"


def test_a_personal_link_for_one_answer_takes_one(invitation, person: Person, everything) -> None:
    link = personal_address(invitation)
    person.open(link).send(nps="9").send()
    assert "You have answered this survey already" in person.open(link).text
    assert len(everything()) == 1


def test_two_windows_of_one_personal_link_fill_one_response(invitation, everything) -> None:
    one, other = Person().open(personal_address(invitation)), Person().open(personal_address(invitation))
    one.send(nps="9")
    other.send(nps="8")
    assert [kept.answers for kept in everything()] == [{"nps": 8}]


def test_a_personal_link_goes_on_where_somebody_stopped(invitation, person: Person) -> None:
    person.open(personal_address(invitation)).send(nps="3")
    assert "You gave 3. Why?" in Person().open(personal_address(invitation)).text


def test_a_personal_link_for_several_answers_takes_another_each_time(survey, person: Person, everything) -> None:
    link = personal_address(invite(survey, is_single_use=False))
    for score in ("9", "8"):
        person.open(link).send(nps=score).send()
    assert [kept.answers["nps"] for kept in everything()] == [9, 8]


def test_texts_and_branches_know_the_traits_of_who_was_invited(workspace, person: Person) -> None:
    asked = {
        "type": "comment",
        "name": "c",
        "title": "Well, {profile.first_name}?",
        "visibleIf": "{profile.plan}='pro'",
    }
    survey = publish(workspace, {"pages": [{"name": "p", "elements": [asked, {"type": "comment", "name": "d"}]}]})
    person.open(personal_address(invite(survey, traits={"first_name": "Zoë", "plan": "pro"})))
    assert "Well, Zoë?" in person.text
    assert "Well" not in Person().open(personal_address(invite(survey, traits={}, customer=8))).text


def test_links_that_ended_that_were_changed_and_that_never_were_get_one_answer(survey, invitation) -> None:
    ended = invite(survey, expires_at=now() - timedelta(days=1), customer=8)
    link = personal_address(invitation)
    changed = link[:-3] + ("AA/" if not link.endswith("AA/") else "BB/")
    wrong_kind = link.replace("/s/i/", "/s/r/")
    got = [Client().get(path) for path in (personal_address(ended), changed, wrong_kind, "/s/i/x/", "/s/none/")]
    assert {answer.status_code for answer in got} == {404}
    assert len({answer.content for answer in got}) == 1


def test_a_link_ends_when_its_invitation_does(survey) -> None:
    invitation = invite(survey, expires_at=now() + timedelta(days=7))
    link = personal_address(invitation)
    assert Client().get(link).status_code == 200
    with frozen(now() + timedelta(days=8)):
        assert Client().get(link).status_code == 404


def test_a_draft_has_no_page(workspace) -> None:
    survey = publish(workspace)
    Survey.objects.of(workspace).update(state=Survey.State.DRAFT)
    assert Client().get(f"/s/{survey.key}/").status_code == 404


def test_whoever_tries_one_address_after_another_is_told_to_wait(survey, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MISSES", 3)
    got = [Client().get(f"/s/guess{number}/").status_code for number in range(5)]
    assert got == [404, 404, 404, 429, 429]
    assert Client().get(f"/s/{survey.key}/").status_code == 200


def test_one_address_does_not_send_without_end(survey, monkeypatch, everything) -> None:
    monkeypatch.setattr(limits, "BEGINNINGS", 2)
    pages = [Person().open(f"/s/{survey.key}/").send(nps="9").page.status_code for _ in range(4)]
    assert pages == [200, 200, 429, 429]
    assert len(everything()) == 2


def test_one_device_answers_once_where_the_survey_says_so(workspace, everything) -> None:
    survey = publish(workspace, {**DOCUMENT, "pages": DOCUMENT["pages"][:1]})
    first = Person().open(f"/s/{survey.key}/", **{"User-Agent": "A"})
    first.post(first.action, {**first.form, "a.nps": "9"})
    again = Person()
    again.open(f"/s/{survey.key}/").send(nps="1")
    [kept] = everything() if len(everything()) == 1 else everything()[:1]
    assert kept.answers == {"nps": 9}
    assert "already" in again.text


def test_a_second_answer_from_one_device_is_flagged_where_it_is_allowed(survey, everything) -> None:
    for score in ("9", "8"):
        Person().open(f"/s/{survey.key}/").send(nps=score).send()
    assert ["duplicate" in kept.flags for kept in everything()] == [False, True]
    assert len({kept.device for kept in everything()}) == 1
    assert "127.0.0.1" not in everything()[0].device


def test_a_kiosk_goes_back_to_the_start_and_takes_one_answer_after_another(workspace, everything) -> None:
    survey = publish(workspace)
    kiosk = kiosk_address(survey)
    for score in ("9", "9"):
        person = Person().open(kiosk).send(nps=score)
        assert f'<noscript><meta http-equiv="refresh" content="120; url={kiosk}"></noscript>' in person.text
        assert "another device" not in person.text
        person.send()
        assert person.page.headers["Refresh"] == f"10; url={kiosk}"
        assert f'href="{kiosk}"' in person.text
    assert [(kept.way, kept.device, kept.flags.count("duplicate")) for kept in everything()] == [("kiosk", "", 0)] * 2


def test_a_kiosks_browser_suggests_to_nobody_what_others_typed(workspace) -> None:
    asked = [{"type": "text", "name": "mail", "inputType": "email"}]
    survey = publish(workspace, {"title": "T", "pages": [{"name": "p", "elements": asked}]})
    shared, own = (Person().open(address).text for address in (kiosk_address(survey), f"/s/{survey.key}/"))
    assert ('autocomplete="email"' in own, 'autocomplete="email"' in shared) == (True, False)
    assert shared.count('autocomplete="off"') == own.count('autocomplete="off"') + 2  # the form and the field


def test_only_the_embedded_pages_may_stand_in_a_frame(survey) -> None:
    person = Person().open(f"/s/{survey.key}/embed/")
    for _ in range(2):
        assert "X-Frame-Options" not in person.page.headers
        assert "frame-ancestors *" in person.page.headers["Content-Security-Policy"]
        person.send(nps="9")
    plain = Person().open(f"/s/{survey.key}/").page
    assert plain.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in plain.headers["Content-Security-Policy"]
    assert Response.objects.of(survey.workspace).get().way == "widget"


def test_the_whole_of_an_embedded_survey_stands_only_in_the_frames_of_its_sites(workspace) -> None:
    survey = publish(workspace, sites=["https://shop.example.org"])
    person = Person().open(f"/s/{survey.key}/embed/")
    for score in ("nonsense", "9"):
        policy = person.page.headers["Content-Security-Policy"]
        assert "frame-ancestors https://shop.example.org;" in policy
        person.send(nps=score)
    Survey.objects.of(workspace).update(state=Survey.State.CLOSED)
    closed = Client().get(person.action).headers["Content-Security-Policy"]
    assert "frame-ancestors https://shop.example.org;" in closed


def test_a_hidden_field_that_was_filled_in_keeps_the_response_out_of_the_figures(survey, everything) -> None:
    person = Person().open(f"/s/{survey.key}/")
    person.post(person.action, {**person.form, "a.nps": "9", "website": "http://spam.example"})
    person.send()
    assert "robot" in everything()[0].flags


def test_a_theme_is_legible_whatever_its_colour(workspace) -> None:
    theme = Theme.objects.create(workspace=workspace, name="Sun", colour="#ffff00", logo_text="Sun & Co")
    survey = publish(workspace, theme=theme)
    text = Person().open(f"/s/{survey.key}/").text
    assert "Sun & Co" in text
    css = Client().get(f"/s/{survey.key}/theme.css")
    assert css.headers["Content-Type"] == "text/css"
    assert "--fill:#ffff00" not in css.content.decode()
    assert f"/s/{survey.key}/theme.css?" in text


@pytest.mark.parametrize(
    ("accepted", "wished", "expected"),
    [
        ("pl, en;q=0.5", "", "pl"),
        ("pl-PL", "", "pl"),
        ("fr", "", "en"),
        ("fr", "pl", "pl"),
        ("pl", "xx", "pl"),
    ],
)
def test_the_language_of_the_browser_is_chosen_unless_another_is_asked_for(
    survey, accepted: str, wished: str, expected: str
) -> None:
    page = Person().open(f"/s/{survey.key}/?lang={wished}", **{"Accept-Language": accepted}).page
    assert page.headers["Content-Language"] == expected
    assert f'<html lang="{expected}" dir="ltr">' in page.content.decode()


@pytest.mark.parametrize(
    ("code", "wished", "accepted"),
    [("zh-CN", "zh-CN", ""), ("zh-cn", "", "zh-CN"), ("zh-CN", "zh-hans", ""), ("zh-hans", "", "zh-Hans-CN"), ("iw", "", "he-IL")],
)  # fmt: skip
def test_a_language_is_found_however_its_code_is_spelled(workspace, code: str, wished: str, accepted: str) -> None:
    pages = [{"name": name, "title": {code: "…"}, "elements": [{"type": "comment", "name": name}]} for name in "ab"]
    survey = publish(workspace, {"title": "T", "pages": pages})
    person = Person().open(f"/s/{survey.key}/?lang={wished}", **{"Accept-Language": accepted})
    assert person.page.headers["Content-Language"] == code


def test_a_language_goes_on_to_the_next_page_however_its_code_is_spelled(workspace) -> None:
    pages = [{"name": name, "title": {"zh-CN": "…"}, "elements": [{"type": "comment", "name": name}]} for name in "ab"]
    person = Person().open(f"/s/{publish(workspace, {'title': 'T', 'pages': pages}).key}/?lang=zh-cn").send(a="1")
    assert person.page.headers["Content-Language"] == "zh-CN"


def test_a_chosen_language_stays_with_the_response(survey, everything) -> None:
    person = Person().open(f"/s/{survey.key}/?lang=pl")
    assert "Czy polecisz nas?" in person.text
    person.send(nps="9")
    assert person.page.headers["Content-Language"] == "pl"
    assert everything()[0].language == "pl"


def test_a_language_of_the_authors_own_falls_back_for_our_words_only(workspace) -> None:
    title = {"default": "How?", "ar": "كيف؟"}
    survey = publish(
        workspace, {"title": title, "pages": [{"name": "p", "elements": [{"type": "comment", "name": "c"}]}]}
    )
    text = Person().open(f"/s/{survey.key}/", **{"Accept-Language": "ar"}).text
    assert '<html lang="ar" dir="rtl">' in text
    assert "كيف؟" in text
    assert '<button name="to" value="next" lang="en" dir="ltr">Send</button>' in text


WRITTEN = {
    "locale": "ar",
    "title": "كيف؟",
    "startSurveyText": "ابدأ",
    "pageNextText": {"default": "التالي", "fr": "Suivant"},
    "pagePrevText": "رجوع",
    "completeText": "إرسال",
    "requiredWord": "مطلوب",
    "missingText": "يرجى الإجابة",
    "checkText": "يرجى المراجعة",
    "completedTitle": "شكرا",
}


def test_an_author_writes_the_words_of_the_page_in_a_language_of_their_own(workspace, person: Person) -> None:
    pages = [{"name": name, "elements": [{"type": "comment", "name": name, "isRequired": True}]} for name in "ab"]
    survey = publish(workspace, {**WRITTEN, "pages": pages})
    person.open(f"/s/{survey.key}/")
    assert '<button name="to" value="next">التالي</button>' in person.text
    assert '<span class="vh"> (مطلوب)</span>' in person.text
    person.send()
    assert "<h2>يرجى المراجعة</h2>" in person.text
    assert "a</a>: يرجى الإجابة" in person.text
    person.send(a="x")
    assert '<button name="to" value="next">إرسال</button>' in person.text
    assert "formnovalidate>رجوع</button>" in person.text
    assert "<h1>شكرا</h1>" in person.send(b="x").text


@pytest.mark.parametrize(("language", "expected"), [("fr", "Suivant"), ("pl", "Dalej"), ("de", "التالي")])
def test_a_word_that_the_author_has_not_in_a_language_is_ours_where_we_have_it(workspace, language, expected) -> None:
    pages = [{"name": name, "title": {language: "…"}, "elements": [{"type": "comment", "name": name}]} for name in "ab"]
    survey = publish(workspace, {**WRITTEN, "pages": pages})
    text = Person().open(f"/s/{survey.key}/?lang={language}").text
    assert f'<button name="to" value="next">{expected}</button>' in text


def test_the_public_link_does_not_lead_to_the_kiosk(workspace) -> None:
    survey = publish(workspace)
    assert survey.key not in kiosk_address(survey)
    for guess in (f"/s/{survey.key}/kiosk/", f"/s/k/{survey.key}/"):
        assert Client().get(guess).status_code == 404


def test_the_next_person_at_a_kiosk_cannot_go_back_to_anothers_answers(workspace) -> None:
    survey = publish(workspace)
    person = Person().open(kiosk_address(survey)).send(nps="3")
    with frozen(now() + timedelta(minutes=3)):
        assert person.client.get(person.action).url == kiosk_address(survey)
    assert person.client.get(person.action + "elsewhere/").status_code == 404


def test_an_empty_sending_makes_no_response(survey, everything) -> None:
    assert "Would you recommend us?" in Client().post(f"/s/{survey.key}/").content.decode()
    assert everything() == []


def test_a_page_that_was_open_when_its_link_ended_can_be_sent_for_a_day(survey, everything) -> None:
    link = personal_address(invite(survey, expires_at=now() + timedelta(hours=1)))
    in_time, much_later = Person().open(link), Person().open(link)
    with frozen(now() + timedelta(hours=26)):
        assert "does not work" in much_later.send(nps="1").text
    with frozen(now() + timedelta(hours=23)):
        assert Person().open(link).page.status_code == 404
        assert "Why?" in in_time.send(nps="3").text
        assert "Thank you" in in_time.send(sorry="slow").text
    assert [kept.answers["nps"] for kept in everything()] == [3]


def test_who_began_before_a_link_ended_goes_on_by_it_for_as_long_as_the_survey_is_open(survey, everything) -> None:
    link = personal_address(invite(survey, expires_at=now() + timedelta(hours=1)))
    Person().open(link).send(nps="3")
    with frozen(now() + timedelta(days=9)):
        again = Person().open(link)
        assert "You gave 3. Why?" in again.text
        assert "Thank you" in again.send(sorry="slow").text
        assert "You have answered this survey already" in Person().open(link).text
    assert len(everything()) == 1


def test_a_link_for_several_answers_that_has_ended_takes_no_other(survey, everything) -> None:
    link = personal_address(invite(survey, is_single_use=False, expires_at=now() + timedelta(hours=1)))
    Person().open(link).send(nps="3").send()
    with frozen(now() + timedelta(hours=2)):
        assert Person().open(link).page.status_code == 404
    assert len(everything()) == 1


def test_a_page_of_another_link_opens_none_that_has_ended(survey, everything) -> None:
    ended = personal_address(invite(survey, expires_at=now() + timedelta(hours=1)))
    other = invite(survey, expires_at=now() + timedelta(days=9), customer=8)
    for link in (personal_address(other), f"/s/{survey.key}/"):
        person = Person().open(link)
        with frozen(now() + timedelta(hours=2)):
            assert person.post(ended, {**person.form, "a.nps": "3"}).page.status_code == 404
    assert everything() == []


def test_a_page_that_an_ended_link_takes_may_be_as_long_as_ever(survey) -> None:
    from regard.surveys.respond.bodies import WORDS_LIMIT, _limit_at

    link = personal_address(invite(survey, expires_at=now() + timedelta(hours=1)))
    with frozen(now() + timedelta(hours=2)):
        assert _limit_at(link) == WORDS_LIMIT


def test_a_form_of_another_survey_begins_nothing_of_that_survey(workspace, survey, everything) -> None:
    other = publish(workspace, is_once_each=False)
    person = Person().open(f"/s/{other.key}/").send(nps="2")
    form = Person().open(f"/s/{other.key}/").form
    for start in (form, {**form, "start": person.form.get("start", form["start"])}):
        Person().post(f"/s/{survey.key}/", {**start, "a.nps": "9"})
    assert [(kept.survey_id, kept.answers["nps"]) for kept in everything()] == [
        (other.pk, 2), (survey.pk, 9), (survey.pk, 9),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "not an address", False),
    ],
)
def test_who_has_a_network_of_addresses_is_one_address(one: str, other: str, is_same: bool) -> None:
    seen = [limits.address_of(RequestFactory().get("/", REMOTE_ADDR=address)) for address in (one, other)]
    assert (seen[0] == seen[1]) is is_same


@pytest.mark.parametrize("method", ["head", "options", "put", "delete", "patch", "trace"])
def test_nothing_but_sending_a_page_records_anything(survey, invitation, everything, method: str) -> None:
    begun = Person().open(personal_address(invitation)).send(nps="3")
    before = [kept.answers for kept in everything()]
    places = (f"/s/{survey.key}/", f"/s/{survey.key}/embed/", kiosk_address(survey), begun.action)
    for place in (*places, personal_address(invitation), begun.action + "elsewhere/", "/s/app/"):
        answer = getattr(Client(), method)(f"{place}?pick=9&page=why")
        assert answer.status_code in ((200, 303) if method == "head" and place != "/s/app/" else (204, 405)), place
        assert method != "head" or not answer.content
    assert [kept.answers for kept in everything()] == before
