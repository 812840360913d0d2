"""Pages of what arrives live."""

from __future__ import annotations

from pathlib import Path

import pytest

from regard.accounts.site import AuditEntry, store_of
from regard.collect.listening import Loader
from regard.collect.live.site import SourceTable, open_workspace_store, read_sources
from regard.collect.models import Source
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
    assert AuditEntry.objects.of(workspace).filter(what="source.made").count() == 1
    assert [source.key for source in read_sources()] == [made.write_key]


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
    narrowed = client.get(f"{PLACE}live/?name=Tea+Spilt&outcome=accepted&source={source.key}").content.decode()
    assert "Tea Poured" not in narrowed


def test_refused_events_are_replayed_from_the_page(signed_in, home: Path, workspace, source: Source) -> None:
    listen(home, source, track(message_id="1", context=BOT), track(message_id="2", context=BOT))
    client = signed_in("manager")
    assert client.get(f"{PLACE}quarantine/").context["total"] == 2
    source.settings = {"keeps_bots": True}
    source.save()
    client.post(f"{PLACE}quarantine/replay/", {"which": "all", "reason": "bot"})
    assert client.get(f"{PLACE}quarantine/").context["total"] == 0
    assert AuditEntry.objects.of(workspace).get(what="quarantine.replayed").details == {"accepted": 2, "refused": 0}
    assert store_of(workspace) is not None


def test_the_list_of_sources_asks_as_often_however_many_there_are(signed_in, workspace, django_assert_max_num_queries):
    for number in range(20):
        Source.objects.create(workspace=workspace, name=f"Source {number}")
    client = signed_in("manager")
    with django_assert_max_num_queries(6):
        client.get(PLACE)
