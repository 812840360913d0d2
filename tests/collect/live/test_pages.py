"""Pages of what arrives live."""

from __future__ import annotations

import html
import re
from importlib.resources import files
from pathlib import Path

import pytest

from regard.accounts.site import AuditEntry, store_of
from regard.collect.listening import Loader
from regard.collect.live.site import SourceTable, open_workspace_store, read_sources, source_names
from regard.collect.models import Source
from regard.stream import Question
from regard.stream.compose import sql
from tests.collect.live.conftest import append, arrived, track

PLACE = "/w/harbour/sources/"
BOT = {"userAgent": "Googlebot/2.1"}


@pytest.fixture
def source(workspace) -> Source:
    return Source.objects.create(workspace=workspace, name="Web shop")


def listen(home: Path, source: Source, *events: dict) -> None:
    spool = home / "spool"
    spool.mkdir(parents=True, exist_ok=True)
    append(spool, arrived(*events, key=source.write_key))
    loader = Loader(spool, open_workspace_store, SourceTable().find)
    loader.step()
    loader.close()


def test_a_new_source_shows_what_to_copy_and_is_written_down(signed_in, workspace) -> None:
    client = signed_in("manager")
    answer = client.post(
        f"{PLACE}new/", {"name": "Shop", "kind": "web", "origins": "https://shop.example/"}, follow=True
    )
    [made] = Source.objects.of(workspace)
    assert made.origins == ["https://shop.example"]
    assert answer.content.decode().count(made.write_key) >= 4
    assert AuditEntry.objects.of(workspace).filter(what="source made").count() == 1
    assert [source.key for source in read_sources()] == [made.write_key]


def test_the_script_to_copy_is_the_one_that_the_script_reads(signed_in, source: Source) -> None:
    page = html.unescape(signed_in("manager").get(f"{PLACE}{source.key}/").content.decode())
    snippet = page.partition('id="js">')[2].partition("</pre>")[0]
    assert f'/v1/regard.js" data-key="{source.write_key}"></script>' in snippet
    script = files("regard.collect").joinpath("static/collect/regard.js").read_text()
    assert all(f"asked.{name}" in script for name in re.findall(r" data-([a-z-]+)=", snippet))
    assert "regard.push([call]" in snippet  # what is called before the script has come must not fail


def test_a_source_takes_the_write_key_that_its_senders_have_already(signed_in, workspace) -> None:
    client = signed_in("manager")
    given = {"name": "App", "kind": "app", "write_key": "testsecret"}
    client.post(f"{PLACE}new/", given)
    assert Source.objects.of(workspace).get().write_key == "testsecret"
    client.post(f"{PLACE}new/", {"name": "Another", "kind": "app"})
    assert Source.objects.of(workspace).count() == 2


@pytest.mark.parametrize("key", ["short", "with a space", "api/harbour", "x" * 65, "schlüssel"])
def test_a_write_key_that_cannot_be_one_is_said_on_the_page(signed_in, workspace, key: str) -> None:
    answer = signed_in("manager").post(f"{PLACE}new/", {"name": "App", "kind": "app", "write_key": key})
    assert answer.status_code == 422
    assert not Source.objects.of(workspace).exists()


def test_nobody_gets_a_write_key_that_another_source_has_or_had(signed_in, workspace, source: Source) -> None:
    old = source.write_key
    source.rotate()
    client = signed_in("manager")
    for key in (old, source.write_key):
        answer = client.post(f"{PLACE}new/", {"name": "App", "kind": "app", "write_key": key})
        assert answer.status_code == 422
    assert Source.objects.of(workspace).count() == 1


def test_a_replaced_key_is_refused_and_what_came_with_it_still_arrives(signed_in, source: Source) -> None:
    old = source.write_key
    signed_in("manager").post(f"{PLACE}{source.key}/rotate/")
    source.refresh_from_db()
    assert [known.key for known in read_sources()] == [source.write_key] != [old]
    assert SourceTable().find(old).id == source.key


def test_a_disabled_source_may_not_send(signed_in, source: Source) -> None:
    client = signed_in("manager")
    client.post(f"{PLACE}{source.key}/disable/")
    assert read_sources() == []
    client.post(f"{PLACE}{source.key}/disable/")
    assert len(read_sources()) == 1


def test_a_place_to_mask_that_is_none_is_said_on_the_page(signed_in, source: Source) -> None:
    given = {"name": "Web shop", "kind": "web", "masks": "card"}
    assert signed_in("manager").post(f"{PLACE}{source.key}/", given).status_code == 422


def test_what_arrived_is_listed_without_a_script_and_can_be_narrowed(signed_in, home: Path, source: Source) -> None:
    listen(home, source, track(message_id="1"), track("Tea Spilt", "2"), track("Tea Read", "3", context=BOT))
    client = signed_in("agent")
    page = client.get(f"{PLACE}live/").content.decode()
    assert all(name in page for name in ("Tea Poured", "Tea Spilt", "Tea Read", "Web shop"))
    assert re.search(r"<time [^>]*>[^<]*\d:\d\d:\d\d", page), "who integrates reads when, to the second"
    narrowed = client.get(f"{PLACE}live/?name=Tea+Spilt&outcome=accepted&source={source.key}").content.decode()
    assert "Tea Poured" not in narrowed


def test_refused_events_are_replayed_from_the_page(signed_in, home: Path, workspace, source: Source) -> None:
    listen(home, source, track(message_id="1", context=BOT), track(message_id="2", context=BOT))
    client = signed_in("manager")
    assert client.get(f"{PLACE}live/quarantine/").context["total"] == 2
    told = client.get(f"{PLACE}live/quarantine/").content.decode()
    assert re.search(r'<th scope="row">[^<]+</th>', told), "each says what it is"
    assert re.search(r'href="/w/harbour/sources/live/" aria-current="page"', told)
    source.settings = {"keeps_bots": True}
    source.save()
    client.post(f"{PLACE}live/quarantine/replay/", {"which": "all", "reason": "bot"})
    assert client.get(f"{PLACE}live/quarantine/").context["total"] == 0
    assert AuditEntry.objects.of(workspace).get(what="quarantine replayed").details == {"accepted": 2, "refused": 0}
    assert store_of(workspace) is not None


def test_the_list_of_sources_asks_as_often_however_many_there_are(signed_in, workspace, django_assert_max_num_queries):
    for number in range(20):
        Source.objects.create(workspace=workspace, name=f"Source {number}")
    client = signed_in("manager")
    with django_assert_max_num_queries(6):
        client.get(PLACE)


def test_what_a_source_tells_of_who_is_who_is_known_by_its_name(home: Path, workspace, source: Source) -> None:
    listen(home, source, track(message_id="1", anonymousId="cookie"))
    [link] = store_of(workspace).ask(Question("links", sql("SELECT source FROM links"))).rows()
    assert source_names(workspace)[link["source"]] == "Web shop"
