"""segment-analytics-python and rudder-sdk-python, as they are published: every field they send arrives."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.contract.conftest import CLIENTS, Live
from tests.serving import PATIENCE_SECONDS

CALLS = ("Profile Updated", "Order Completed", "Page Viewed", "Screen Viewed", "Account Joined", "Profile Aliased")


PUBLISHED = ("segment.analytics", "rudderstack.analytics")


def drive(live: Live, package: str, prefix: str) -> None:
    command = [sys.executable, str(CLIENTS / "segment_calls.py"), package, prefix, live.address, live.key]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"failures": []}


@pytest.mark.parametrize("package", PUBLISHED)
def test_every_call_of_the_client_arrives_plain_and_gzipped(live: Live, package: str) -> None:
    drive(live, package, prefix := package[0])
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
    drive(live, PUBLISHED[0], "at")
    assert all("ip" not in row["context"] for row in live.rows(1, "at0"))


def test_sending_all_of_it_again_changes_nothing(live: Live) -> None:
    drive(live, PUBLISHED[0], "twice")
    orders = [row for row in live.rows(len(CALLS), "twice0") if row["id"] == "message-twice0"]
    drive(live, PUBLISHED[0], "twice")
    again = [row for row in live.rows(2 * len(CALLS) - 1, "twice0") if row["id"] == "message-twice0"]
    assert again == orders
    assert len(again) == 1
