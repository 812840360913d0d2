"""A workspace that nobody has set up takes the clocks of its first file."""

from __future__ import annotations

import pytest

from regard.collect import load, parse_mapping
from regard.stream import Record, open_store

MAPPING = """source = "shop"
time = "at"
time_zone = "{zone}"
customer = "who"
[[interactions]]
name = "Order Completed"
subject = "order"
"""


def zone_after(tmp_path, zone: str, *before: Record) -> str | None:
    path = tmp_path / "orders.csv"
    path.write_text("at,who,order\n2026-01-02 01:00:00,ann,1\n")
    with open_store(tmp_path / "shop.duckdb") as store:
        store.keep(*before)
        assert load(store, path, parse_mapping(MAPPING.format(zone=zone))).accepted == 1
        return next((record.body.get("time_zone") for record in store.kept("settings", "workspace")), None)


@pytest.mark.parametrize(("zone", "kept"), [("Asia/Kolkata", "Asia/Kolkata"), ("UTC", None)])
def test_days_are_those_of_the_first_file(tmp_path, zone, kept):
    assert zone_after(tmp_path, zone) == kept


def test_a_workspace_that_was_set_up_stays_as_it_is(tmp_path):
    assert zone_after(tmp_path, "Asia/Kolkata", Record("settings", "workspace", {"time_zone": "Europe/Warsaw"})) == (
        "Europe/Warsaw"
    )
