"""The site as ``regard run`` serves it, and what the command line does meanwhile."""

from __future__ import annotations

import http.cookiejar
import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from regard.base import Unavailable
from regard.cli.serving import require_free_port
from tests.cli.conftest import MAPPING, Run, Server
from tests.serving import PATIENCE_SECONDS

pytestmark = pytest.mark.long
Serve = Callable[..., Server]
PRODUCTION = {
    "REGARD_PRODUCTION": "true",
    "REGARD_BASE_URL": "https://cx.example.org",
    "REGARD_ALLOWED_HOSTS": "cx.example.org,127.0.0.1",
}


def as_a_proxy_asks(server: Server, **headers: str) -> HTTPResponse:
    """What a proxy on this machine gets for a page, without following anything."""
    connection = HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=PATIENCE_SECONDS)
    connection.request("GET", "/account/login/", headers={"Host": "cx.example.org", **headers})
    return connection.getresponse()


def signed_in(server: Server) -> urllib.request.OpenerDirector:
    """A browser that has followed the one-time link of the first start."""
    link = re.search(r"Sign in once with (\S+)", server.output.read_text())
    assert link, server.output.read_text()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = browser.open(link[1], timeout=PATIENCE_SECONDS).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1]}).encode()
    browser.open(urllib.request.Request(link[1], form, {"Origin": server.url}), timeout=PATIENCE_SECONDS)
    return browser


def test_a_load_from_the_command_line_shows_at_once_on_the_pages(loaded: Run, survey: Path, serve: Serve) -> None:
    server = serve()
    browser = signed_in(server)

    def answers() -> list[str]:
        """How many answers the first card (CSAT, of the latest year) rests on."""
        page = browser.open(f"{server.url}/w/shop/", timeout=PATIENCE_SECONDS).read().decode()
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


def test_a_live_view_that_somebody_watches_does_not_hold_up_the_end(loaded: Run, serve: Serve) -> None:
    server = serve()
    watched = signed_in(server).open(f"{server.url}/w/shop/sources/live/stream/", timeout=PATIENCE_SECONDS)
    assert watched.readline() == b"retry: 2000\n"
    assert server.stop() == 0
    assert "graceful shutdown exceeded" not in server.output.read_text()


def test_a_port_in_use_is_said_before_anything_starts(regard: Run, serve: Serve) -> None:
    serve()
    done = regard("run")
    assert done.returncode == 1
    assert "cannot listen on 127.0.0.1:" in done.stderr
    assert "REGARD_PORT" in done.stderr


def test_a_port_that_nobody_can_have_is_said() -> None:
    with pytest.raises(Unavailable, match=r"cannot listen on 127\.0\.0\.1:99999"):
        require_free_port("127.0.0.1", 99_999)


def test_erasing_nobody_says_how_people_are_called(loaded: Run) -> None:
    done = loaded("erase", "ann@example.org", "--yes", "--workspace", "shop")
    assert done.returncode == 1
    assert "nobody is called ann@example.org here (give a user id, or email:" in done.stderr


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


def test_in_production_the_site_behind_a_proxy_is_served_over_https_only(serve: Serve) -> None:
    server = serve(**PRODUCTION)
    plain = as_a_proxy_asks(server)
    assert (plain.status, plain.headers["Location"]) == (301, "https://cx.example.org/account/login/")
    page = as_a_proxy_asks(server, **{"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"})
    assert page.status == 200
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    assert all("Secure" in cookie for cookie in page.headers.get_all("Set-Cookie"))
    assert "sign-in/" not in server.output.read_text(), "a link to choose a password instead"
    assert "https://cx.example.org/account/password/reset/key/" in server.output.read_text()


def test_only_proxies_that_are_named_are_believed(serve: Serve) -> None:
    server = serve(**PRODUCTION, REGARD_TRUSTED_PROXIES="10.0.3.7")
    assert as_a_proxy_asks(server, **{"X-Forwarded-Proto": "https"}).status == 301


def test_a_backup_made_while_a_load_runs_holds_all_of_it_or_nothing(regard: Run, serve: Serve, tmp_path: Path) -> None:
    server = serve()
    lines = [f"{n},2017-05-0{n % 9 + 1}T10:00:00,{n % 5 + 1},T{n % 3},en" for n in range(200_000)]
    (tmp_path / "large.csv").write_text("id,at,score,terminal,language\n" + "\n".join(lines) + "\n")
    (tmp_path / "survey.toml").write_text(MAPPING)
    with ThreadPoolExecutor() as both:
        load = both.submit(regard, "load", "large.csv", "--mapping", "survey.toml", "--workspace", "shop", apart=True)
        kept: list[Path] = []
        while not load.done():
            kept.append(tmp_path / f"backup-{len(kept)}.tar")
            assert regard("backup", kept[-1]).returncode == 0
    assert load.result().returncode == 0, load.result().stderr
    server.stop()
    for number, backup in enumerate((kept[0], kept[-1])):
        home = tmp_path / f"home-{number}"
        restored = regard("restore", backup, REGARD_HOME=str(home))
        assert restored.returncode == 0, restored.stderr
        measured = regard("measure", "csat", "--workspace", "shop", "--json", REGARD_HOME=str(home))
        found = json.loads(measured.stdout)["figures"][0]["n"] if measured.returncode == 0 else 0
        assert found in (0, 200_000)
