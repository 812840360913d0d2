"""In a real browser, on a page of another origin: our own script, and @segment/analytics-next as it is published."""

from __future__ import annotations

import gzip
import http.server
import threading
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.contract.conftest import Live
from tests.journeys.conftest import PATIENCE, running_browser
from tests.serving import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

BUDGET_BYTES = 3 * 1024
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
"""A headless browser says that it is one, and is refused as a bot."""
STUB = """window.regard = window.regard || [];
["page", "track", "identify", "group", "alias", "reset", "consent"].forEach(function (call) {
  regard[call] = function () { regard.push([call].concat([].slice.call(arguments))); };
});"""
OURS = """<!doctype html><html lang="en"><title>Shop</title><script>{stub}{before}</script>
<script async src="{address}/v1/regard.js" data-key="{key}" {attributes}></script><h1>Shop</h1>"""
THEIRS = """<!doctype html><html lang="en"><title>Shop</title><script src="/index.js"></script><h1>Shop</h1>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from running_browser()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A web site of another origin: its folder and its address."""
    serve = partial(_Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path, f"http://localhost:{server.server_address[1]}"
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the test tells what matters."""


@pytest.fixture
def visit(live: Live, shop: tuple[Path, str], browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page of the shop that holds our script."""
    contexts = []

    def open_page(before: str = "", attributes: str = "", script: str = "", path: str = "/index.html") -> Page:
        folder, address = shop
        text = OURS.format(stub=STUB, before=before, address=live.address, key=live.key, attributes=attributes)
        (folder / "index.html").write_text(text)
        context = browser.new_context(user_agent=PERSON)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(address + path)
        page.wait_for_function("typeof regard.flush === 'function'")
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_the_script_is_small_enough_as_it_is_sent(live: Live) -> None:
    request = urllib.request.Request(f"{live.address}/v1/regard.js", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        sent = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
    assert b"sendBeacon" in gzip.decompress(sent)
    assert len(sent) <= BUDGET_BYTES


def test_calls_made_before_the_script_came_arrive_as_those_after_it_do(live: Live, visit: Callable[..., Page]) -> None:
    before = (
        'regard.identify("web-1", {email: "web-1@example.org"}); regard.track("Product Viewed", {product_id: "7"});'
    )
    page = visit(before, path="/index.html?utm_source=mail&utm_campaign=spring")
    page.evaluate('regard.track("Order Completed", {order_id: "W-1", revenue: 5, currency: "EUR"})')
    page.evaluate('regard.group("g-web", {name: "Initech"})')
    rows = live.rows(5, "web-1")
    of = {row["name"]: row for row in rows}
    assert set(of) == {"Profile Updated", "Product Viewed", "Page Viewed", "Order Completed", "Account Joined"}
    assert of["Order Completed"]["amount"] == 5
    assert of["Page Viewed"]["properties"]["path"] == "/index.html"
    assert of["Page Viewed"]["context"]["campaign"] == {"name": "spring", "source": "mail"}
    assert of["Page Viewed"]["channel"] == "web"


def test_nothing_is_kept_on_the_device_unless_it_is_asked_for(live: Live, visit: Callable[..., Page]) -> None:
    page = visit('regard.identify("web-2");')
    live.rows(2, "web-2")
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    page = visit('regard.identify("web-3");', 'data-storage="cookie"')
    live.rows(2, "web-3")
    assert "regard_user=" in page.evaluate("document.cookie")


@pytest.mark.parametrize(
    "refusal",
    ["navigator.__proto__, 'doNotTrack', {get: () => '1'}", "navigator, 'globalPrivacyControl', {value: true}"],
)
def test_who_asks_not_to_be_tracked_is_left_alone(live: Live, visit: Callable[..., Page], refusal: str) -> None:
    page = visit('regard.identify("web-quiet");', script=f"Object.defineProperty({refusal})")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate('regard.track("Product Viewed")')
    page.wait_for_timeout(800)
    page.goto("about:blank")
    assert [url for url in asked if "/v1/" in url] == []


def test_nothing_is_sent_before_consent_and_what_waited_is_sent_with_it(live: Live, visit: Callable[..., Page]) -> None:
    page = visit('regard.identify("web-4");', 'data-consent="required"')
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "/v1/batch" in request.url else None)
    page.wait_for_timeout(800)
    assert sent == []
    page.evaluate("regard.consent({analytics: true, marketing: false})")
    page.evaluate('regard.track("Product Viewed")')
    rows = {row["name"]: row for row in live.rows(3, "web-4")}
    assert rows["Product Viewed"]["context"]["consent"] == {
        "categoryPreferences": {"analytics": True, "marketing": False}
    }


def test_what_waited_for_consent_carries_it(live: Live, visit: Callable[..., Page]) -> None:
    page = visit('regard.identify("web-7");', 'data-consent="required"')
    page.evaluate("regard.consent({analytics: true, marketing: false})")
    allowed = {"categoryPreferences": {"analytics": True, "marketing": False}}
    assert [row["context"]["consent"] for row in live.rows(2, "web-7")] == [allowed, allowed]


@pytest.mark.parametrize("no", ["false", "{analytics: false, marketing: false}", "null"])
def test_consent_that_allows_nothing_is_a_no_and_empties_the_device(
    live: Live, visit: Callable[..., Page], no: str
) -> None:
    page = visit("", 'data-storage="local" data-page="manual"')
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "/v1/batch" in request.url else None)
    page.evaluate('regard.identify("web-no"); regard.track("Product Viewed")')
    assert page.evaluate("localStorage.length") == 3
    page.evaluate(f"regard.consent({no})")
    page.evaluate('regard.track("Order Completed")')
    page.wait_for_timeout(800)
    page.goto("about:blank")
    assert sent == []


def test_consent_that_is_taken_back_leaves_nothing_on_the_device(live: Live, visit: Callable[..., Page]) -> None:
    page = visit("", 'data-storage="local" data-consent="required"')
    page.evaluate('regard.consent(true); regard.identify("web-back")')
    live.rows(1, "web-back")
    page.evaluate("regard.consent(false)")
    assert page.evaluate("localStorage.length") == 0


def test_who_was_known_before_consent_is_asked_for_again_is_the_same_visitor(
    live: Live, visit: Callable[..., Page]
) -> None:
    page = visit("", 'data-storage="local" data-consent="required" data-page="manual"')
    page.evaluate('regard.consent(true); regard.identify("web-8")')
    [first] = live.rows(1, "web-8")
    known = page.evaluate("JSON.parse(decodeURIComponent(localStorage.regard_anonymous))")
    page.reload()
    page.wait_for_function("typeof regard.flush === 'function'")
    page.evaluate('regard.track("Product Viewed"); regard.consent(true)')
    [again] = live.rows(1, f"anonymous_id:{known}")
    assert again["customer"] == first["customer"]


@pytest.mark.parametrize(
    "odd",
    [
        'var ring = {}; ring.ring = ring; regard.track("Ring", ring)',
        'regard.track("Number", {n: 10n})',
        'regard.track("Large", {text: "x".repeat(70000)})',
        'regard.push(["ready", function () {}])',
    ],
    ids=["a ring", "a BigInt", "over 64 KB", "an unknown call"],
)
def test_a_call_that_cannot_be_sent_holds_up_no_other(live: Live, visit: Callable[..., Page], odd: str) -> None:
    who = f"web-odd-{len(odd)}"
    page = visit(f'regard.identify("{who}"); {odd};')
    page.evaluate(f'{odd}; regard.track("Order Completed", {{order_id: "W-9"}})')
    assert "W-9" in [row["subject"] for row in live.rows(3, who)]


def test_what_a_page_changes_after_the_call_is_not_meant(live: Live, visit: Callable[..., Page]) -> None:
    page = visit('regard.identify("web-9");')
    page.evaluate('var cart = {order_id: "W-10"}; regard.track("Order Completed", cart); cart.order_id = "other"')
    assert [row["subject"] for row in live.rows(3, "web-9") if row["subject"]] == ["W-10"]


def test_a_page_that_holds_the_script_twice_is_looked_at_once(live: Live, visit: Callable[..., Page]) -> None:
    page = visit('regard.identify("web-twice");')
    page.evaluate(
        """() => new Promise(done => {
            const first = document.querySelector("script[data-key]"), again = document.createElement("script");
            Object.assign(again.dataset, first.dataset);
            Object.assign(again, {src: first.src, onload: done});
            document.head.append(again);
        })"""
    )
    page.evaluate('regard.track("Product Viewed")')
    assert sorted(row["name"] for row in live.rows(3, "web-twice")) == [
        "Page Viewed",
        "Product Viewed",
        "Profile Updated",
    ]


def test_what_could_not_be_sent_is_sent_when_the_network_is_back(live: Live, visit: Callable[..., Page]) -> None:
    page = visit('regard.identify("web-5");')
    live.rows(2, "web-5")
    page.context.set_offline(True)
    page.evaluate('regard.track("Order Completed", {order_id: "W-5"})')
    page.wait_for_timeout(1000)
    page.context.set_offline(False)
    assert [row["subject"] for row in live.rows(3, "web-5") if row["subject"]] == ["W-5"]


def test_a_page_that_goes_away_hands_over_what_it_has(live: Live, visit: Callable[..., Page]) -> None:
    page = visit('regard.identify("web-6");')
    live.rows(2, "web-6")
    page.evaluate('regard.track("Order Completed", {order_id: "W-6"}); location.href = "about:blank"')
    assert [row["subject"] for row in live.rows(3, "web-6") if row["subject"]] == ["W-6"]


def test_analytics_js_of_segment_works_by_changing_its_hosts(
    live: Live, shop: tuple[Path, str], browser: Browser, packages: Path
) -> None:
    folder, address = shop
    umd = packages / "node_modules" / "@segment" / "analytics-next" / "dist" / "umd"
    for path in umd.glob("*.js"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "theirs.html").write_text(THEIRS)
    page = browser.new_page(user_agent=PERSON)
    page.goto(f"{address}/theirs.html?utm_source=mail")
    page.evaluate(
        """async ([key, host]) => {
            const [analytics] = await AnalyticsNext.AnalyticsBrowser.load({writeKey: key, cdnURL: host});
            await analytics.identify("next-1", {email: "next-1@example.org"});
            await analytics.track("Order Completed", {order_id: "A-1", revenue: 9.5, currency: "EUR"});
            await analytics.page("Docs", "Start", {variant: "b"});
            await analytics.group("g-next", {name: "Initech"});
        }""",
        [live.key, live.address],
    )
    of = {row["name"]: row for row in live.rows(4, "next-1")}
    order = of["Order Completed"]
    assert (order["subject"], order["amount"], order["currency"], order["channel"]) == ("A-1", 9.5, "EUR", "web")
    assert order["context"]["page"]["path"] == "/theirs.html"
    assert order["context"]["campaign"] == {"source": "mail"}
    assert of["Profile Updated"]["properties"] == {"email": "next-1@example.org"}
    assert of["Page Viewed"]["touchpoint"] == "Start"
    assert of["Account Joined"]["subject"] == "g-next"
    page.close()
