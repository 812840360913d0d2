"""The process as operators start it: uvicorn, Starlette around Django, browser files from the home folder."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.serving import PATIENCE_SECONDS, free_port, wait_until_it_answers


@contextmanager
def serving(home: Path) -> Iterator[tuple[subprocess.Popen, int]]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "regard.asgi:application",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    process = subprocess.Popen(command, env={**os.environ, "REGARD_HOME": str(home)})
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}", process)
        yield process, port
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a server of a fresh home answers."""
    with serving(tmp_path_factory.mktemp("process") / "home") as (_, port):
        yield port


def get(port: int, path: str, **headers: str) -> HTTPResponse:
    connection = HTTPConnection("localhost", port, timeout=PATIENCE_SECONDS)
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def test_a_fresh_home_serves_a_styled_sign_in_page_and_stops_when_told(home: Path) -> None:
    with serving(home) as (process, port):
        _shows_a_styled_sign_in_page(port)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) in (0, -signal.SIGTERM)


def _shows_a_styled_sign_in_page(port: int) -> None:
    page = get(port, "/account/login/")
    assert page.status == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    styles = re.search(r'href="(/static/regard/regard\.\w{12}\.css)"', page.read().decode())[1]
    sheet = get(port, styles, **{"Accept-Encoding": "br"})
    assert (sheet.status, sheet.headers["Content-Encoding"]) == (200, "br")
    assert "immutable" in sheet.headers["Cache-Control"]
    assert get(port, "/health").status == 200
    for path in ("/no-such-page", "/no-such%0Apage"):
        missing = get(port, path)
        assert (missing.status, missing.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert get(port, "/api/v1/loads/a%0Ab").headers["Content-Type"] == "application/problem+json"
    assert get(port, "/account/login/", Host="evil.example").status == 400


@pytest.mark.django_db
def test_browser_files_are_collected_once_for_each_version(settings, tmp_path: Path) -> None:
    from regard.accounts.site import prepare_site

    settings.STATIC_ROOT = tmp_path / "static" / "1"
    prepare_site()
    stamp = settings.STATIC_ROOT / "collected"
    made = stamp.stat().st_mtime_ns
    prepare_site()
    assert stamp.stat().st_mtime_ns == made
    assert (settings.STATIC_ROOT / "regard" / "regard.css").exists()
    stamp.write_text("another version")
    prepare_site()
    assert stamp.read_text() != "another version"


def test_a_strangers_large_upload_is_refused_with_a_page_before_it_is_read(port: int) -> None:
    connection = HTTPConnection("localhost", port, timeout=PATIENCE_SECONDS)
    connection.putrequest("POST", "/w/harbour/imports/new/")
    connection.putheader("Content-Length", str(5_000_000_000))
    connection.endheaders()
    answer = connection.getresponse()  # not one byte of the body has been sent
    page = answer.read().decode()
    assert answer.status == 413
    assert "nothing of it was kept" in page
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_body_without_a_length_is_counted_while_it_comes(port: int) -> None:
    connection = HTTPConnection("localhost", port, timeout=PATIENCE_SECONDS)
    connection.request(
        "POST",
        "/account/login/",
        (b"x" * 50_000 for _ in range(20)),
        {"Cookie": "sessionid=made-up", "Accept": "application/json"},
        encode_chunked=True,
    )
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (413, "too_large")


def test_every_answer_carries_the_security_headers(port: int) -> None:
    for path, headers in (
        ("/account/login/", {}),
        ("/static/regard/favicon.svg", {}),
        ("/account/login/", {"Host": "evil.example"}),
        ("/no-such-page", {}),
    ):
        answer = get(port, path, **headers)
        assert answer.headers["X-Frame-Options"] == "DENY", (path, headers)
        assert answer.headers["X-Content-Type-Options"] == "nosniff", (path, headers)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"], (path, headers)


def test_respondents_are_answered_without_a_sign_in_and_as_safely_as_members(port: int) -> None:
    page = get(port, "/s/nothing/", Cookie="sessionid=somebody")
    assert page.status == 404
    assert b"This link does not work" in page.read()
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "Cookie" not in (page.headers["Vary"] or "")
    nowhere = get(port, "/s/")
    assert nowhere.status == 404
    assert b"There is no such page" in nowhere.read()
