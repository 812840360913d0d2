"""The site as ``regard run`` serves it, and what the command line does meanwhile."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Run, Server

Serve = Callable[[], Server]


def signed_in(server: Server) -> urllib.request.OpenerDirector:
    """A browser that has followed the one-time link of the first start."""
    link = re.search(r"Sign in once with (\S+)", server.output.read_text())
    assert link, server.output.read_text()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = browser.open(link[1], timeout=60).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1]}).encode()
    browser.open(urllib.request.Request(link[1], form, {"Origin": server.url}), timeout=60)
    return browser


def test_a_load_from_the_command_line_shows_at_once_on_the_pages(loaded: Run, survey: Path, serve: Serve) -> None:
    server = serve()
    browser = signed_in(server)

    def answers() -> list[str]:
        """How many answers the first card (CSAT, of the latest year) rests on."""
        page = browser.open(f"{server.url}/w/shop/", timeout=60).read().decode()
        return re.findall(r"(\d+) responses", page)[:1]

    assert answers() == ["4"]
    survey.write_text(survey.read_text() + "9,2017-05-05T10:00:00,1,T1,en\n")
    assert loaded("load", survey, "--mapping", "survey.toml").stdout.startswith("1 new interaction,")
    assert answers() == ["5"]


def test_the_server_stops_gracefully_and_keeps_everything_for_the_next_start(loaded: Run, serve: Serve) -> None:
    first = serve()
    signed_in(first)
    assert first.stop() == 0
    assert "Traceback" not in first.output.read_text()
    second = serve()
    assert "Sign in once" not in second.output.read_text(), "who has signed in before needs no link"
    assert loaded("check").returncode == 0


def test_a_port_in_use_is_said_before_anything_starts(regard: Run, serve: Serve) -> None:
    serve()
    done = regard("run")
    assert done.returncode == 1
    assert "cannot listen on 127.0.0.1:" in done.stderr
    assert "REGARD_PORT" in done.stderr


def test_the_check_names_what_is_wrong_and_fails(regard: Run, home: Path) -> None:
    (home / "workspaces").mkdir(parents=True)
    (home / "workspaces" / "broken.duckdb").write_text("this is no workspace, it is only some text in a file")
    done = regard("check", REGARD_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert done.returncode == 1
    states = {tuple(line.split()[:2]) for line in done.stdout.splitlines()}
    assert {("ok", "home"), ("fail", "database"), ("fail", "workspace")} <= states
    assert not done.stderr


def test_a_setting_that_cannot_be_used_is_one_sentence(regard: Run) -> None:
    for command in ("run", "check"):
        done = regard(command, REGARD_PORT="high")
        assert done.returncode == 1
        assert "REGARD_PORT must be a whole number" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
