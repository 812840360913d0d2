"""A programme that asks in another site's page, in a real browser: the page tells who it is, and the survey comes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import PATIENCE, Site, _environment

PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
"""A headless browser says that it is one, and is refused as a bot."""
FURNISH = """
import json
from importlib.resources import files
import regard.asgi
from regard.accounts.site import Workspace
from regard.base.clock import now
from regard.base.ids import profile_number
from regard.collect.identities import signed
from regard.collect.models import Source
from regard.surveys.models import Invitation, Programme, Survey
from tests.journeys.furnish_surveys import open_survey
from datetime import timedelta
pier = Workspace.objects.get(slug="pier")
document = json.loads((files("regard.surveys") / "data" / "relationship_nps.json").read_text("utf-8"))
open_survey(pier, "in-page", document)
survey = Survey.objects.of(pier).get(key="in-page")
programme = Programme.objects.create(workspace=pier, survey=survey, name="In the page", channel="app",
    trigger={"kind": "event", "event": "Ticket Resolved"}, is_active=True, started_at=now(), cursor=now())
for name in ("app-ann", "app-bo", "app-cy"):
    Invitation.objects.create(workspace=pier, survey=survey, programme=programme, source_key=name, channel="app",
        customer=profile_number(name), because=name, expires_at=now() + timedelta(days=1))
source = Source.objects.create(workspace=pier, name="Pier's shop")
print(source.write_key, signed(source.renew_identity_secret(), "app-cy"))
"""
PAGE = """<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1><label>Search <input></label></main>
{ours}<script src="{address}/s/widget.js" data-write-key="{key}" data-title="One question" {how} async></script></html>"""
OURS = '<script src="{address}/v1/regard.js" data-key="{key}" data-storage="local"></script>'


@pytest.fixture(scope="module")
def furnished(site: Site) -> list[str]:
    """The write key of a source, whose workspace has somebody to ask, and the code that proves who Cy is."""
    done = subprocess.run(
        [sys.executable, "-c", FURNISH], env=_environment(site.home), check=True, timeout=120, stdout=subprocess.PIPE
    )
    return done.stdout.decode().split()[-2:]


@pytest.fixture(scope="module")
def key(furnished: list[str]) -> str:
    return furnished[0]


Shop = Callable[..., str]


@pytest.fixture
def shop(site: Site, key: str) -> Iterator[Shop]:
    """``shop(how, is_listened_to=True)``: the address of a page of another site with the widget as ``how`` says."""
    pages: list[str] = []

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(pages[-1].encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    Thread(target=server.serve_forever, daemon=True).start()

    def page(how: str = "", *, is_listened_to: bool = False) -> str:
        ours = OURS.format(address=site.address, key=key) if is_listened_to else ""
        pages.append(PAGE.format(address=site.address, key=key, how=how, ours=ours))
        return f"http://127.0.0.1:{server.server_port}/"

    yield page
    server.shutdown()


def wait_to_be_asked(page: Page) -> None:
    """What the page has told is in the stream a moment later."""
    page.wait_for_function("() => window.regardSurvey")
    for _ in range(int(PATIENCE / 250)):
        page.evaluate("regardSurvey.check()")
        if page.get_by_role("dialog").count():
            return
        page.wait_for_timeout(250)
    pytest.fail("nobody was asked")


def test_whoever_the_page_has_named_is_asked_in_it_without_being_disturbed(visit, shop: Shop) -> None:
    visitor = visit("", user_agent=PERSON)
    page = visitor.go(shop(is_listened_to=True))
    page.get_by_label("Search").fill("a hat")
    page.evaluate("regard.identify('app-ann', {name: 'Ann'}), regard.flush()")
    wait_to_be_asked(page)
    expect(page.get_by_role("dialog", name="One question")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("One question")
    expect(page.get_by_label("Search")).to_be_focused()
    assert visitor.violations() == []
    inside = page.frame_locator("iframe")
    inside.locator("label").filter(has=inside.get_by_text("9", exact=True)).click()
    inside.locator("button[value=next]").click()
    expect(inside.locator("textarea").first).to_be_visible()
    inside.locator("button[value=next]").click()
    expect(inside.locator("main.done")).to_be_visible()
    inside.locator("body").press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert page.context.cookies() == []
    with page.expect_response("**/s/app/") as answer:
        page.reload()
    assert answer.value.status == 204
    assert visitor.complaints == []


def test_the_keyboard_alone_reaches_the_question_and_sends_it_away(visit, shop: Shop) -> None:
    visitor = visit("", user_agent=PERSON)
    page = visitor.go(shop(is_listened_to=True))
    page.evaluate("regard.identify('app-bo'), regard.flush()")
    wait_to_be_asked(page)
    page.get_by_label("Search").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.get_by_label("Search").focus()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.get_by_label("Search")).to_be_focused()


def test_a_page_that_proves_who_has_signed_in_needs_nothing_else(visit, shop: Shop, furnished: list[str]) -> None:
    page = visit("", user_agent=PERSON).go(shop())
    page.wait_for_function("() => window.regardSurvey")
    with page.expect_response("**/s/app/") as refused:
        page.evaluate("regardSurvey.check({ userId: 'app-cy', userHash: 'made up' })")
    assert refused.value.status == 401
    page.evaluate("code => regardSurvey.check({ userId: 'app-cy', userHash: code })", furnished[1])
    expect(page.get_by_role("dialog", name="One question")).to_be_visible()


def test_asked_twice_at_once_it_asks_again_for_whoever_it_is_by_then(visit, shop: Shop, key: str) -> None:
    visitor = visit("")
    page, told = visitor.page, []

    def nobody(route: Route) -> None:
        told.append(route.request.post_data_json)
        if len(told) == 1:
            page.evaluate("regardSurvey.check({ userId: 'u', userHash: 'h' })")
        route.fulfill(status=204, headers={"Access-Control-Allow-Origin": "*"})

    page.route("**/s/app/", nobody)
    visitor.go(shop('data-anonymous-id="b-1"'))
    page.wait_for_timeout(500)
    who = {"writeKey": key, "anonymousId": "b-1"}
    assert told == [who, {**who, "userId": "u", "userHash": "h"}]


def test_a_survey_that_a_programme_shows_leaves_no_mark_in_the_browser(visit, shop: Shop, site: Site) -> None:
    visitor = visit("")
    page, answer = visitor.page, json.dumps({"url": f"{site.address}/s/in-page/"})
    allowed = {"Access-Control-Allow-Origin": "*"}
    page.route("**/s/app/", lambda route: route.fulfill(status=200, headers=allowed, body=answer))
    visitor.go(shop('data-anonymous-id="b-1" data-remember="30"'))
    page.get_by_role("button", name="Close").click()
    expect(page.locator("dialog")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0


def test_a_page_that_knows_nobody_asks_nothing(visit, shop: Shop) -> None:
    visitor = visit("")
    page = visitor.go(shop())
    page.wait_for_function("() => window.regardSurvey")
    page.evaluate("regardSurvey.check()")
    assert not [address for address in visitor.addresses if address.endswith("/s/app/")]


@pytest.mark.parametrize(
    ("how", "before"),
    [
        ('data-anonymous-id="b-1"', ""),
        ("", "localStorage.setItem('ajs_anonymous_id', '\"b-1\"')"),
        ("", "localStorage.setItem('regard_anonymous', encodeURIComponent('\"b-1\"'))"),
        ("", "document.cookie = 'ajs_anonymous_id=%22b-1%22'"),
    ],
)
def test_the_browsers_id_is_taken_from_wherever_the_page_has_it(
    visit, shop: Shop, key: str, how: str, before: str
) -> None:
    visitor = visit("")
    if before:
        visitor.page.add_init_script(before)
    with visitor.page.expect_request("**/s/app/") as told:
        visitor.go(shop(how))
    assert json.loads(told.value.post_data) == {"writeKey": key, "anonymousId": "b-1"}
    assert told.value.response().status == 204
