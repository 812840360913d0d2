"""Countries of addresses: two letters where a source asks for them, never the address, and no event is lost over it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from msgspec import structs

from regard.base.config import config
from regard.collect.arriving import Arriving
from regard.collect.batching import Rows
from regard.collect.events import Event
from regard.collect.pipeline import Settings, run, steps_for
from regard.collect.sources import Source
from tests.collect.live.conftest import AT, track
from tests.collect.mmdb import database

POLISH, ROMANIAN, SWISS, ODD = "192.0.2.7", "198.51.100.9", "203.0.113.4", "203.0.113.200"
NETWORKS = {
    "192.0.2.0/24": {"country": {"iso_code": "PL"}},
    "198.51.100.0/24": {"country_code": "ro"},
    "203.0.113.0/25": {"country": "CH"},
    "203.0.113.128/25": {"country": {"names": {}}},
}
ASKED = Settings(keeps_country=True)
BROWSER = {"userAgent": "Mozilla/5.0"}


@pytest.fixture
def countries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of four networks, named to the operator's settings."""
    path = tmp_path / "countries.mmdb"
    path.write_bytes(database(NETWORKS))
    monkeypatch.setenv("REGARD_GEO_DATABASE", str(path))
    config.cache_clear()
    return path


def told(context: dict | None, settings: Settings = ASKED, address: str | None = None) -> dict:
    """The context of an event after the pipeline."""
    text = None if context is None else json.dumps(context)
    event = Event("1", "track", "Seen", AT, user_id="u", context=text, address=address)
    assert run(event, steps_for(settings)) is None
    return json.loads(event.context or "{}")


@pytest.mark.parametrize(("address", "country"), [(POLISH, "PL"), (ROMANIAN, "RO"), (SWISS, "CH")])
def test_the_country_is_kept_and_the_address_is_not(countries, address: str, country: str) -> None:
    assert told({"ip": address}) == {"location": {"country": country}}


@pytest.mark.parametrize("address", [ODD, "8.8.8.8", "2001:db8::1", "no address", "", 7, None])
def test_an_address_that_says_no_country_adds_nothing(countries, address: object) -> None:
    assert told({"ip": address}) == {}


def test_no_source_has_its_countries_worked_out_unless_it_asks(countries) -> None:
    assert told({"ip": POLISH}, Settings()) == {}


def test_the_machine_that_sent_counts_only_where_it_is_the_persons_own(countries) -> None:
    assert told(BROWSER, address=POLISH) == {**BROWSER, "location": {"country": "PL"}}
    server = {"library": {"name": "analytics-python"}}
    assert told(server, address=POLISH) == server
    assert told({**server, "ip": ROMANIAN}, address=POLISH) == {**server, "location": {"country": "RO"}}


def test_what_the_sender_says_of_the_place_stays(countries) -> None:
    said = {"location": {"country": "Germany", "city": "Kiel"}}
    assert told({**said, "ip": POLISH}) == said
    assert told({"location": {"city": "Kiel"}, "ip": POLISH}) == {"location": {"city": "Kiel", "country": "PL"}}


@pytest.mark.parametrize("content", [None, b"", b"this is no database"])
def test_a_database_that_cannot_be_read_keeps_no_event_from_the_stream(countries: Path, content) -> None:
    other = countries.with_name(f"other-{content}")
    if content is not None:
        other.write_bytes(content)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("REGARD_GEO_DATABASE", str(other))
        config.cache_clear()
        assert told({"ip": POLISH}) == {}


def test_the_address_of_a_browser_reaches_the_pipeline_and_no_row(countries, tmp_path: Path) -> None:
    from regard.collect.spool import Spool, read_segment, segments
    from tests.collect.live.conftest import arrived

    source = Source("key", "shop", settings={"keeps_country": True}, id="web")
    assert source.needs_address
    record = structs.replace(arrived({**track(message_id="1"), "context": BROWSER}), ip=POLISH)
    spool = Spool(tmp_path / "spool")
    asyncio.run(spool.append(record))
    spool.close()
    [read] = [record for path in segments(tmp_path / "spool") for record, _ in read_segment(path)]
    rows = Rows()
    Arriving({"key": source}.get).take(read, source, rows)
    [event] = rows.events
    assert json.loads(event.context)["location"] == {"country": "PL"}
    assert POLISH not in event.context
