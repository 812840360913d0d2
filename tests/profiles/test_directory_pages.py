"""The pages of people: found while typing, one timeline, merged and taken back exactly, companies, suggested pairs."""

from __future__ import annotations

import base64
import re
import threading
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from regard.accounts.site import AuditEntry, store_of
from regard.base import Invalid, RegardError, Unavailable
from regard.base.ids import profile_number
from regard.profiles import Likeness, Reason, link_suggestions, profile, refresh_profiles, resolve, timeline
from regard.profiles import tasks as jobs
from regard.profiles.directory.site import before_of, token_of
from regard.profiles.reviewing import KIND, Suggestion, measure_decisions
from regard.profiles.searching import strongest
from regard.stream import Record
from tests.profiles.evidence import seen, write
from tests.profiles.test_people import event, load
from tests.serving import PATIENCE_SECONDS

AT = "/w/harbour/people/"
ANNA, VISITOR, BEN = profile_number("1042"), profile_number("anonymous_id:a1"), profile_number("CUST-7")
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def shop(workspace, tmp_path: Path):
    """Anna, who buys and complains; a visitor; and Ben, of whom only a number is known."""
    named = {"name": "Anna Kowal", "email": "anna@shop.example", "plan": "gold"}
    answers = [
        event("1042", "Survey Answered", 20 + place, metric="nps", score=float(score), scale_min=0.0, scale_max=10.0)
        for place, score in enumerate((2, 7, 9))
    ]
    load(
        store_of(workspace),
        tmp_path,
        event("1042", "Profile Updated", properties=named),
        event("1042", "Order Completed", 1, amount=20.0, currency="EUR", subject="order-77", channel="web"),
        event("1042", "Ticket Opened", 3, subject="T-1", channel="email", text=HOSTILE),
        event("1042", "Account Joined", 4, subject="acme", properties={"name": "Acme"}),
        event("1042", "Consent Given", 5, properties={"purpose": "marketing"}),
        *answers,
        event("anonymous_id:a1", "Page Viewed", 6, touchpoint="prices"),
        event("CUST-7", "Page Viewed", 7),
    )
    return workspace


@pytest.fixture
def agent(shop, signed_in) -> Client:
    return signed_in("agent")


def page(client: Client, path: str, **more: str) -> str:
    answer = client.get(AT + path, **more)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


# --- finding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["anna kow", "ANNA@shop", "1042", "order-77", "T-1"])
def test_a_person_is_found_by_name_address_number_order_or_ticket(agent, text) -> None:
    page(agent, "")
    answer = agent.get(AT, {"q": text}, headers={"HX-Request": "true"}).content.decode()
    assert f"{AT}{ANNA}/" in answer
    assert f"{AT}{BEN}/" not in answer
    assert "<h1" not in answer


def test_that_nobody_fits_is_not_said_while_people_are_brought_up_to_date(
    agent, shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page(agent, "")
    load(store_of(shop), tmp_path, event("1043", "Profile Updated", properties={"name": "Zofia Nowak"}), first=50)
    let = threading.Event()
    refreshed = jobs.refresh_profiles
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(jobs, "refresh_profiles", lambda store: let.wait(PATIENCE_SECONDS) and refreshed(store))
    typed = {"HX-Request": "true"}
    for headers in ({}, typed):
        said = page(agent, "?q=zofia", headers=headers)
        assert "Nobody fits" not in said
        assert "are being sorted to their people" in said
        assert 'hx-trigger="load delay:2s"' in said
    told = page(agent, "?q=anna", headers=typed)
    assert "Anna Kowal" in told
    assert "are being sorted to their people" in told, "others who fit may be missing"
    let.set()
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 30)
    assert "Zofia Nowak" in page(agent, "?q=zofia", headers=typed)
    assert "Nobody fits" in page(agent, "?q=nobody-at-all", headers=typed)


def test_many_who_wait_at_once_have_the_table_brought_up_to_date_once_more_not_once_each(
    agent, shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, let = [], threading.Event()
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(jobs, "refresh_profiles", lambda _store: done.append(let.wait(PATIENCE_SECONDS)) or 0)
    for _ in range(10):
        page(agent, "")
    let.set()
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 30)
    page(agent, "")
    assert len(done) <= 3


def test_without_a_text_those_seen_last_stand_first_and_nobody_is_called_by_a_machine_number(agent) -> None:
    shown = re.findall(r'<th scope="row"><a [^>]*>([^<]+)<', page(agent, ""))
    assert shown == ["Anna Kowal", "CUST-7", "a1"]


def test_a_search_that_finds_nobody_says_what_to_try(agent) -> None:
    assert "Nobody fits" in page(agent, "?q=zzz")


def test_an_empty_workspace_says_how_people_appear(workspace, signed_in) -> None:
    client = signed_in("agent")
    assert "Nobody is known yet" in page(client, "")
    assert "No companies yet" in page(client, "companies/")
    assert "No pairs wait" in page(client, "suggestions/")


def test_viewers_see_no_people(shop, signed_in) -> None:
    viewer = signed_in("viewer")
    for path in ("", f"{ANNA}/", f"{ANNA}/identity/", "companies/", "companies/acme/", "suggestions/"):
        assert viewer.get(AT + path).status_code == 403
    assert AT not in viewer.get("/w/harbour/").content.decode()


@pytest.mark.parametrize("path", ["", "companies/", "suggestions/"])
def test_a_list_asks_the_same_number_of_questions_however_many_it_shows(
    shop, agent, tmp_path, monkeypatch, path
) -> None:
    asked: list[str] = []
    store = store_of(shop)
    suggest(store, "1042", "anonymous_id:a1")

    def counted() -> int:
        refresh_profiles(store)
        page(agent, path)
        asked.clear()
        page(agent, path)
        return len(asked)

    plain = store.ask
    monkeypatch.setattr(store, "ask", lambda question: asked.append(question.name) or plain(question))
    few = counted()
    more = [event(f"{n}", "Account Joined", n, subject=f"firm-{n}") for n in range(200, 230)]
    load(store, tmp_path, *more, first=100)
    for n in range(200, 228):
        suggest(store, f"{n}", f"{n + 1}")
    assert counted() == few > 0, asked


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("\nann\ncust-7", "CUST-7", "CUST-7"),
        ("\nacme\na1", "anonymous_id:a1", "a1"),
        ("\nmixedcase", "MixedCase", "mixedcase"),
        ("", "1", None),
    ],
)
def test_the_strongest_identifier_is_read_from_what_is_searched(text, key, expected) -> None:
    assert strongest(text, profile_number(key)) == expected


# --- one person ----------------------------------------------------------------------------------------------------


def test_a_profile_tells_who_what_and_how_they_fare(agent) -> None:
    told = page(agent, f"{ANNA}/")
    for text in ("Anna Kowal", "anna@shop.example", "acme", "€20.00", "NPS 9 / 10", "marketing", "T-1", "gold"):
        assert text in told, text
    assert 'class="chip good">NPS 9 / 10' in told
    assert 'class="chip bad">NPS 2 / 10' in told
    assert told.count("<figure") == 1  # three answers are enough to draw


def test_what_customers_write_is_shown_as_they_wrote_it_and_never_run(agent) -> None:
    raw = agent.get(f"{AT}{ANNA}/").content.decode()
    assert HOSTILE not in raw
    assert HOSTILE in unescape(raw)


def test_a_timeline_is_narrowed_by_channel_kind_and_thread(agent) -> None:
    def shown(query: str) -> list[str]:
        return re.findall(r"<strong>([^<]+)</strong> <time", page(agent, f"{ANNA}/{query}"))

    assert shown("?channel=web") == ["Order Completed"]
    assert shown("?name=Ticket+Opened") == ["Ticket Opened"]
    assert shown("?subject=T-1") == ["Ticket Opened"]
    assert sorted(shown("?by=thread")) == sorted(shown(""))
    assert "Nothing fits these filters" in page(agent, f"{ANNA}/?channel=fax")


def test_a_long_timeline_goes_on_page_by_page_and_shows_everything_once(shop, agent, tmp_path) -> None:
    load(store_of(shop), tmp_path, *(event("9", f"Event {n:03d}", n) for n in range(95)), first=200)
    path, seen_names = f"{profile_number('9')}/", []
    while path:
        told = page(agent, path)
        seen_names += re.findall(r"<strong>(Event \d+)</strong>", told)
        found = re.search(r'class="older"><a class="button" href="([^"]+)"', told)
        path = f"{profile_number('9')}/{found[1]}" if found else ""
    assert seen_names == [f"Event {n:03d}" for n in reversed(range(95))]
    part = agent.get(f"{AT}{profile_number('9')}/", headers={"HX-Request": "true"}).content.decode()
    assert "<h1" not in part
    assert part.count("<time") == 40


@pytest.mark.parametrize("token", ["x", "!!", base64.urlsafe_b64encode(b"2026-01-01T00:00:00 e1").decode(), "AAAA"])
def test_an_address_of_a_page_that_was_tampered_with_is_refused_plainly(agent, token) -> None:
    answer = agent.get(f"{AT}{ANNA}/", {"before": token})
    assert answer.status_code == 422
    assert "This page of the timeline does not exist" in answer.content.decode()
    with pytest.raises(Invalid):
        before_of(token)


def test_a_place_in_a_timeline_survives_its_address(shop) -> None:
    following = timeline(store_of(shop), ANNA, limit=2).following
    assert before_of(token_of(following)) == following
    assert before_of("") is None


def test_nobody_has_a_number_that_was_never_given(agent) -> None:
    assert agent.get(f"{AT}77/").status_code == 404


# --- merging -------------------------------------------------------------------------------------------------------


def test_the_evidence_seen_last_stands_first(shop, agent) -> None:
    for other in (VISITOR, BEN):
        agent.post(f"{AT}{ANNA}/merge/{other}/")
    seen_at = [line["link"].observed_at for line in agent.get(f"{AT}{ANNA}/identity/", follow=True).context["links"]]
    assert len(seen_at) > 1
    assert seen_at == sorted(seen_at, reverse=True)


def test_merging_and_taking_back_on_the_pages_returns_every_timeline_to_what_it_was(shop, agent) -> None:
    store = store_of(shop)

    def lives() -> list[list[str]]:
        return [[item.id for item in timeline(store, number).interactions] for number in (ANNA, VISITOR)]

    before = lives()
    preview = page(agent, f"{ANNA}/merge/{VISITOR}/")
    assert "1 interaction goes to the merged profile." in preview
    assert "Nothing has been changed yet" in preview
    assert lives() == before
    done = agent.post(f"{AT}{ANNA}/merge/{VISITOR}/")
    assert done.url == f"{AT}{ANNA}/"
    assert "They are one profile now" in page(agent, f"{ANNA}/")
    assert lives() == [sorted([*before[0], *before[1]], reverse=True, key=order(store)), []]
    assert agent.get(f"{AT}{VISITOR}/").url == f"{AT}{ANNA}/"
    assert agent.get(f"{AT}{VISITOR}/identity/").url == f"{AT}{ANNA}/identity/"

    assert "merged by hand" in page(agent, f"{ANNA}/identity/")
    [link] = profile(store, ANNA).evidence
    asked = page(agent, f"{ANNA}/links/{link.id}/")
    assert "1 identifier goes to another profile" in asked
    agent.post(f"{AT}{ANNA}/links/{link.id}/")
    assert lives() == before
    assert page(agent, f"{VISITOR}/")
    again = profile(store, ANNA).evidence
    if again:  # shown where it was taken back, to let it hold again
        agent.post(f"{AT}{ANNA}/links/{link.id}/")
        assert agent.get(f"{AT}{VISITOR}/").url == f"{AT}{ANNA}/"
    assert AuditEntry.objects.of(shop).filter(what="profiles merged").count() == 1


def order(store):
    at = {item.id: (item.occurred_at, item.id) for n in (ANNA, VISITOR) for item in timeline(store, n).interactions}
    return at.__getitem__


def test_a_profile_is_not_merged_with_itself(agent) -> None:
    answer = agent.get(f"{AT}{ANNA}/merge/{ANNA}/", follow=True)
    assert "a profile cannot be merged with itself" in unescape(answer.content.decode())


def test_a_link_that_is_not_this_persons_is_not_shown(shop, agent) -> None:
    store = store_of(shop)
    write(store, resolve(store, [seen("CUST-7", "anonymous_id:a9")]))
    [link] = profile(store, BEN).evidence
    assert agent.get(f"{AT}{BEN}/links/{link.id}/").status_code == 200
    assert agent.get(f"{AT}{ANNA}/links/{link.id}/").status_code == 404


def test_threads_are_called_what_people_call_them(shop, agent, tmp_path: Path) -> None:
    machine = "01a20351-b9ba-7ec8-a10b-b40f25865754"
    load(
        store_of(shop),
        tmp_path,
        event("CUST-7", "Survey Sent", 40, subject="s-1", properties={"survey": "Relationship"}),
        event("CUST-7", "Survey Sent", 41, subject="s-2"),
        event("CUST-7", "Ticket Opened", 42, subject=machine),
        first=60,
    )
    for told in (page(agent, f"{BEN}/"), page(agent, f"{BEN}/?by=thread")):
        assert re.findall(r'href="\?subject=[^"]+">([^<]+)<', told) == ["Ticket", "Ticket", "Survey", "Relationship"]
    told = page(agent, f"{BEN}/?subject=s-1")
    assert re.search(r'<option value="s-1" selected>\s*Relationship', told)
    assert "order-77" in page(agent, f"{ANNA}/")


# --- companies -----------------------------------------------------------------------------------------------------


def test_a_company_shows_its_people_and_leads_to_their_figures(agent) -> None:
    assert "acme" in page(agent, "companies/")
    told = page(agent, "companies/acme/")
    assert "Acme" in told
    assert f"{AT}{ANNA}/" in told
    assert f"{AT}{BEN}/" not in told
    figures = agent.get("/w/harbour/", {"where": "customer.account=acme", "period": "all"})
    assert figures.status_code == 200
    assert "There is no column or property" not in figures.content.decode()
    assert agent.get(AT + "companies/nobody/").status_code == 404


def test_companies_are_listed_and_found_by_what_they_are_called(shop, agent, tmp_path: Path) -> None:
    load(
        store_of(shop),
        tmp_path,
        event("CUST-7", "Account Joined", 9, subject="k-1", properties={"name": "Zenith"}),
        first=60,
    )
    assert re.findall(r'companies/[^/]+/">([^<]+)<', page(agent, "companies/")) == ["Acme", "Zenith"]
    assert re.findall(r'companies/[^/]+/">([^<]+)<', page(agent, "companies/?q=zeni")) == ["Zenith"]
    assert re.findall(r'companies/[^/]+/">([^<]+)<', page(agent, "companies/?q=k-1")) == ["Zenith"]


def test_a_company_whose_people_are_still_being_sorted_is_being_prepared(
    agent, shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page(agent, "")
    load(store_of(shop), tmp_path, event("1043", "Account Joined", subject="zenith"), first=50)
    let, refreshed = threading.Event(), jobs.refresh_profiles
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(jobs, "refresh_profiles", lambda store: let.wait(PATIENCE_SECONDS) and refreshed(store))
    assert "This company is being prepared" in page(agent, "companies/zenith/")
    assert agent.get(AT + "companies/nobody/").status_code == 404
    assert "are being sorted to their people" in page(agent, "companies/acme/")
    let.set()
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 30)
    assert "being prepared" not in page(agent, "companies/zenith/")


# --- suggestions ---------------------------------------------------------------------------------------------------


def suggest(store, a: str, b: str, probability: float = 0.93) -> str:
    """Put a pair into the queue."""
    name = f"pair-{a}-{b}"
    reason = {"field": "name", "weight": 5.25, "values": ["anna", HOSTILE]}
    body = {"a": a, "b": b, "probability": probability, "weight": 4.0, "state": "open", "reasons": [reason]}
    store.keep(Record(KIND, name, body))
    return name


def test_a_suggestion_shows_its_reasons_and_accepting_it_merges(shop, agent) -> None:
    name = suggest(store_of(shop), "1042", "anonymous_id:a1")
    told = page(agent, "suggestions/")
    assert "+5.3" in told or "+5.2" in told
    assert "Anna Kowal" in told
    assert HOSTILE not in agent.get(AT + "suggestions/").content.decode()
    assert '<span class="chip">1</span>' in page(agent, "")
    agent.post(f"{AT}suggestions/{name}/", {"decision": "accept"})
    assert agent.get(f"{AT}{VISITOR}/").url == f"{AT}{ANNA}/"
    assert "a suggestion was accepted" in page(agent, f"{ANNA}/identity/")
    assert "No pairs wait" in page(agent, "suggestions/")
    assert agent.post(f"{AT}suggestions/{name}/", {"decision": "refuse"}).status_code == 409


def test_a_refused_pair_stays_two_people_and_does_not_come_back(shop, agent) -> None:
    name = suggest(store_of(shop), "1042", "anonymous_id:a1")
    agent.post(f"{AT}suggestions/{name}/", {"decision": "refuse"})
    assert "No pairs wait" in page(agent, "suggestions/")
    assert [one.id for one in link_suggestions(store_of(shop), "refused")] == [name]
    assert agent.get(f"{AT}{VISITOR}/").status_code == 200
    assert agent.post(f"{AT}suggestions/{name}/", {"decision": "perhaps"}).status_code == 422


def test_the_queue_is_shown_from_a_probability_upwards(shop, agent) -> None:
    suggest(store_of(shop), "1042", "anonymous_id:a1", 0.6)
    assert "One person" in page(agent, "suggestions/")
    assert "One person" not in page(agent, "suggestions/?from=0.9")
    assert agent.get(AT + "suggestions/", {"from": "often"}).status_code == 422


def test_precision_and_recall_follow_from_what_was_decided() -> None:
    decided = [
        Suggestion(str(n), "a", "b", probability, 1.0, [], state)
        for n, (probability, state) in enumerate([(0.99, "accepted"), (0.92, "refused"), (0.6, "accepted")])
    ]
    found = {one.probability: (one.precision, one.recall, one.suggested) for one in measure_decisions(decided)}
    assert found[0.5] == (2 / 3, 1.0, 3)
    assert found[0.9] == (1 / 2, 0.5, 2)
    assert found[0.99] == (1.0, 0.5, 1)
    assert found[0.999] == (None, 0.0, 0)


def compared(monkeypatch, outcome) -> None:
    def search(store) -> list[Likeness]:
        if isinstance(outcome, RegardError):
            raise outcome
        return outcome

    monkeypatch.setattr(jobs, "suggest_links", search)
    monkeypatch.setattr(jobs, "_comparisons", {})


def test_comparing_people_runs_beside_the_request_and_says_what_it_found(agent, monkeypatch) -> None:
    compared(monkeypatch, [Likeness("a", "b", 0.9, 3.0, [Reason("name", 3.0, ("a", "a"))])])
    assert agent.post(AT + "suggestions/").url == AT + "suggestions/"
    assert "1 new pair was found" in page(agent, "suggestions/")


def test_without_the_extra_the_page_says_what_to_install(agent, monkeypatch) -> None:
    compared(monkeypatch, Unavailable("Splink is not installed", remedy="pip install 'regard[linkage]'"))
    agent.post(AT + "suggestions/")
    assert "pip install 'regard[linkage]'" in page(agent, "suggestions/")


def test_evidence_names_its_source_as_people_do(shop, agent) -> None:
    from django.apps import apps

    source = apps.get_model("collect", "Source").objects.create(workspace=shop, name="Web shop")
    store, at = store_of(shop), f"live/{source.key}"
    write(store, resolve(store, [replace(seen("1042", "anonymous_id:a1"), source=at)]))
    told = page(agent, f"{ANNA}/identity/")
    assert source.name in told
    assert source.key not in told


def test_many_interactions_are_told_with_a_thousands_mark(shop, agent, tmp_path: Path) -> None:
    viewed = [event("busy", "Page Viewed", place) for place in range(1200)]
    load(
        store_of(shop),
        tmp_path,
        event("busy", "Account Joined", subject="busy-ltd", properties={"name": "Busy"}),
        *viewed,
        first=50,
    )
    page(agent, "companies/")
    for path in (f"{profile_number('busy')}/", "companies/busy-ltd/"):
        assert "1,201 interactions" in page(agent, path)
