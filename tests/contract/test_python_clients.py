"""segment-analytics-python and rudder-sdk-python, as they are published: every field they send arrives."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.contract.conftest import CLIENTS, Live

CALLS = ("Profile Updated", "Order Completed", "Page Viewed", "Screen Viewed", "Account Joined", "Profile Aliased")


PUBLISHED = {"p": "segment.analytics", "r": "rudderstack.analytics"}


def drive(live: Live, prefix: str) -> None:
    command = [sys.executable, str(CLIENTS / "segment_calls.py"), PUBLISHED[prefix], prefix, live.address, live.key]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"failures": []}


@pytest.mark.parametrize("prefix", PUBLISHED, ids=PUBLISHED.values())
def test_every_call_of_the_client_arrives_plain_and_gzipped(live: Live, prefix: str) -> None:
    drive(live, prefix)
    for who in (f"{prefix}0", f"{prefix}1"):
        rows = live.rows(len(CALLS), who)
        assert sorted(row["name"] for row in rows) == sorted(CALLS)
        of = {row["name"]: row for row in rows}
        assert of["Profile Updated"]["properties"] == {"email": f"{who}@example.org", "plan": "pro"}
        order = of["Order Completed"]
        assert (order["amount"], order["currency"], order["subject"]) == (12.5, "EUR", f"order-{who}")
        assert order["properties"]["order_id"] == f"order-{who}"
        assert order["context"]["campaign"] == {"name": "spring"}
        assert "library" in order["context"]
        assert of["Page Viewed"]["touchpoint"] == "Start"
        assert of["Screen Viewed"]["touchpoint"] == "Welcome"
        assert of["Screen Viewed"]["properties"].items() >= {"category": "Docs", "variant": "b"}.items()
        assert of["Account Joined"]["subject"] == "g1"
        assert of["Account Joined"]["properties"] == {"name": "Initech"}
        assert len({row["customer"] for row in rows}) == 1


def test_what_a_client_says_of_the_address_is_not_kept(live: Live) -> None:
    drive(live, "p")
    assert all("ip" not in row["context"] for row in live.rows(1, "p0"))


def test_sending_all_of_it_again_changes_nothing(live: Live) -> None:
    drive(live, "p")
    orders = [row for row in live.rows(len(CALLS), "p0") if row["id"] == "message-p0"]
    drive(live, "p")
    again = [row for row in live.rows(2 * len(CALLS) - 1, "p0") if row["id"] == "message-p0"]
    assert again == orders
    assert len(again) == 1
