"""The request bodies of a public test tool, posted as they are."""

from __future__ import annotations

import json
import urllib.request
from base64 import b64encode
from pathlib import Path

import pytest

from tests.contract.conftest import Live
from tests.serving import PATIENCE_SECONDS

KINDS = ("track", "identify", "page", "screen", "group", "alias")


def post(live: Live, kind: str, body: bytes) -> dict:
    basic = b64encode(f"{live.key}:".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {basic}"}
    request = urllib.request.Request(f"{live.address}/v1/{kind}", body, headers)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return json.load(answer)


@pytest.mark.data
@pytest.mark.parametrize("kind", KINDS)
def test_every_fixture_of_a_call_is_taken_and_arrives(live: Live, shared_data: Path, kind: str) -> None:
    paths = sorted((shared_data / "segment" / kind).glob("*.json"))
    sent = {f"{kind}-{path.stem}": json.loads(path.read_text()) for path in paths}
    for name, fixture in sent.items():
        assert post(live, kind, json.dumps(fixture | {"messageId": name}).encode())["success"] is True
    arrived = {row["id"]: row for row in live.rows_called(sent)}
    for name, fixture in sent.items():
        told = fixture.get("properties") or fixture.get("traits") or {}
        assert arrived[name]["properties"].items() >= told.items()
