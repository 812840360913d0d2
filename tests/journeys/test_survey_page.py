"""Answering a survey in a real browser: on a phone, with and without JavaScript, by keyboard, in every language."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Visitor, _environment
from tests.journeys.test_without import focus_by_tab
from tests.serving import PATIENCE_SECONDS

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
BUDGET = 15_000
"""Bytes of a page with its style sheet, compressed, with headers."""
LANGUAGES = ("en", "pl", "ru", "zh-CN", "ro")


@pytest.fixture(scope="module")
def surveys(site: Site) -> Site:
    """Surveys that are open on the running server."""
    command = [sys.executable, "-m", "tests.journeys.furnish_surveys"]
    subprocess.run(command, env=_environment(site.home), check=True, timeout=PATIENCE_SECONDS)
    return site


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose(page: Page, question: str, answer: str) -> None:
    """As people do: a tap on what is seen, not on the control itself."""
    group = page.get_by_role("group", name=question)
    group.locator("label").filter(has=page.get_by_text(answer, exact=True)).first.click()


def answer_every_kind(page: Page, then: object = lambda: None) -> None:
    choose(page, "How was the food?", "4")
    choose(page, "How do you feel?", "5")
    choose(page, "Would you recommend us?", "9")
    press(page, "Next")
    expect(page.get_by_role("heading", name="Choices")).to_be_visible()
    then()
    choose(page, "Which colour?", "Something else")
    page.get_by_label("What else?").fill("Blue")
    choose(page, "Which of them?", "Ship")
    page.get_by_label("Which port?").select_option("上海")
    choose(page, "May we write to you?", "Yes")
    page.get_by_label("Price").select_option("2")
    page.get_by_label("Speed", exact=True).select_option("1")
    choose(page, "Staff", "Good")
    choose(page, "Speed of service at the counter", "Very good")
    press(page, "Next")
    expect(page.get_by_label("You gave 9. Why?")).to_be_visible()
    then()
    page.get_by_label("When?").fill("2026-02-28")
    page.get_by_label("First name").fill("Zoë")
    page.get_by_label("You gave 9. Why?").fill("Because 👍")
    picture = {"name": "ship.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + b"\0" * 200_000}
    page.get_by_label("A picture of it").set_input_files(picture)
    press(page, "Send")
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    then()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_every_kind_of_question_is_answered_on_a_phone(visit, surveys, scripts: bool) -> None:
    visitor = visit("", java_script_enabled=scripts, **PHONE)
    page = visitor.go("/s/every-kind/")
    answer_every_kind(page)
    assert visitor.complaints == []
    assert page.context.cookies() == []
    page.go_back()
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_is_sound(visit, surveys, theme: str, width: int) -> None:
    visitor = visit("")
    visitor.resize(width, theme)
    page = visitor.go("/s/every-kind/")

    def look() -> None:
        assert visitor.violations() == []
        assert visitor.overflow() == []

    look()
    press(page, "Next")
    expect(page.get_by_role("alert")).to_be_focused()
    look()
    page.get_by_role("link", name="How was the food?").click()
    answer_every_kind(page, look)


def test_a_page_is_read_at_twice_the_size(visit, surveys) -> None:
    visitor = visit("")
    visitor.resize(640)
    page = visitor.go("/s/every-kind/")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert visitor.overflow() == []
    expect(page.get_by_role("button", name="Next")).to_be_visible()


def test_the_controls_are_large_enough_for_a_thumb(visit, surveys) -> None:
    page = visit("", viewport={"width": 320, "height": 700}).go("/s/every-kind/")
    for label in page.locator(".scale label").all():
        box = label.bounding_box()
        assert box["width"] >= 32, box
        assert box["height"] >= 44, box


def test_the_keyboard_alone_answers(visit, surveys) -> None:
    page = visit("").go("/s/every-kind/")
    focus_by_tab(page, "input[name='a.stars']")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#q1-3")).to_be_checked()
    focus_by_tab(page, "input[name='a.nps']")
    page.keyboard.press("Space")
    expect(page.locator("#q3-0")).to_be_checked()
    focus_by_tab(page, "button[value=next]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Choices")).to_be_visible()
    focus_by_tab(page, "button[value=back]")
    page.keyboard.press("Enter")
    expect(page.locator("#q1-3")).to_be_checked()


def test_a_problem_is_led_to(visit, surveys) -> None:
    page = visit("").go("/s/every-kind/")
    press(page, "Next")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="How was the food?").press("Enter")
    page.keyboard.press("Space")
    expect(page.locator("#q1-1")).to_be_checked()
    expect(page).to_have_title(re.compile("^Please check"))


def test_arabic_is_read_from_the_right_and_is_sound(visit, surveys) -> None:
    visitor = visit("", **PHONE)
    page = visitor.go("/s/arabic/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    first, last = page.locator("label:has(#q1-0)").bounding_box(), page.locator("label:has(#q1-5)").bounding_box()
    assert first["x"] > last["x"]
    for width in (1280, 320):
        visitor.resize(width)
        assert (visitor.violations(), visitor.overflow()) == ([], [])
    page.locator("label:has(#q1-9)").click()
    page.locator("button[value=next]").click()
    expect(page.get_by_label("شيء آخر؟")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_of_the_browser_is_spoken(browser, surveys, language: str) -> None:
    context = browser.new_context(locale=language, viewport={"width": 320, "height": 700})
    visitor = Visitor(context.new_page(), surveys)
    page = visitor.go("/s/programme/")
    shown = "zh-hans" if language == "zh-CN" else language
    expect(page.locator("html")).to_have_attribute("lang", shown)
    assert (visitor.violations(), visitor.overflow()) == ([], [])
    page.get_by_role("link", name="Polski").click()
    expect(page.locator("html")).to_have_attribute("lang", "pl")
    context.close()


def test_a_page_weighs_little_and_asks_nobody_else(visit, surveys) -> None:
    visitor = visit("", **PHONE)
    wire = visitor.page.context.new_cdp_session(visitor.page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    visitor.go("/s/every-kind/").wait_for_load_state("networkidle")
    assert len(sizes) >= 3
    assert sum(sizes) <= BUDGET, f"{sum(sizes):,.0f} bytes in {len(sizes)} requests"
    assert all(address.startswith(surveys.address) for address in visitor.addresses)


def test_another_device_goes_on_where_the_first_stopped(visit, surveys) -> None:
    page = visit("").go("/s/every-kind/")
    choose(page, "How was the food?", "4")
    press(page, "Next")
    page.get_by_role("link", name="Continue on another device").click()
    expect(page.get_by_role("img")).to_be_visible()
    link = page.locator(".link").inner_text()
    other = visit("", **PHONE).go(re.sub(r"^https?://[^/]+", surveys.address, link))
    expect(other.get_by_role("heading", name="Choices")).to_be_visible()


KIOSK = """
import regard.asgi
from regard.surveys.models import Survey
from regard.surveys.respond.visiting import kiosk_address
print(kiosk_address(Survey.objects.public().get(key="every-kind")))
"""


def test_a_kiosk_interrupts_nobody_and_forgets_whoever_walks_away(visit, surveys) -> None:
    command = [sys.executable, "-c", KIOSK]
    done = subprocess.run(
        command, env=_environment(surveys.home), check=True, timeout=PATIENCE_SECONDS, stdout=subprocess.PIPE
    )
    visitor = visit("")
    page, kiosk = visitor.page, done.stdout.decode().strip()
    page.clock.install()
    visitor.go(kiosk)
    page.clock.fast_forward("10:00")
    for score in "49":
        choose(page, "How was the food?", "4")
        choose(page, "Would you recommend us?", score)
        page.clock.fast_forward("01:59")
    expect(page.get_by_role("radio", checked=True)).to_have_count(2)
    page.clock.fast_forward("00:02")
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    choose(page, "How was the food?", "4")
    press(page, "Next")
    expect(page.get_by_role("heading", name="Choices")).to_be_visible()
    page.clock.fast_forward("02:01")
    expect(page.get_by_role("heading", name="Ratings")).to_be_visible()
    assert visitor.complaints == []


@pytest.fixture
def elsewhere(surveys) -> Iterator[str]:
    """A page of another site, which includes the widget as its dataset says."""

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            how = self.path[2:].replace("&", " ").replace("%20", " ")
            tag = f'<script src="{surveys.address}/s/widget.js" data-survey="programme" {how} async></script>'
            text = f"<!doctype html><html lang=en><title>Shop</title><main><h1>Shop</h1></main><body>{tag}</html>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/?"
    server.shutdown()


def test_the_widget_opens_a_survey_in_another_sites_page(visit, elsewhere) -> None:
    visitor = visit("")
    page = visitor.go(elsewhere + "data-label=Opinion")
    page.get_by_role("button", name="Opinion").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    inside = page.frame_locator("iframe")
    inside.locator("label").filter(has=inside.get_by_text("9", exact=True)).click()
    inside.locator("button[value=next]").click()
    expect(inside.locator("textarea").first).to_be_visible()
    inside.locator("button[value=next]").click()
    expect(inside.locator("main.done")).to_be_visible()
    inside.locator("body").press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Opinion")).to_be_visible()
    assert page.context.cookies() == []
    assert visitor.complaints == []


def test_the_widget_in_place_grows_with_the_survey(visit, elsewhere) -> None:
    page = visit("").go(elsewhere + "data-show=inline")
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("iframe")).not_to_have_css("height", "384px")
    assert page.get_by_role("button").count() == 0


def test_a_window_that_was_closed_stays_away_only_where_that_may_be_remembered(visit, elsewhere) -> None:
    page = visit("").go(elsewhere + "data-show=popup&data-after=0.1&data-remember=30")
    expect(page.get_by_role("dialog")).to_be_visible()
    with page.expect_navigation():  # left at once: the window's own event of closing would come too late
        page.evaluate("() => { document.querySelector('dialog button').click(); location.reload(); }")
    page.wait_for_timeout(500)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page = visit("").go(elsewhere + "data-show=popup&data-after=0.1")
    page.get_by_role("button", name="Close").click()
    assert page.evaluate("localStorage.length") == 0
    page.reload()
    expect(page.get_by_role("dialog")).to_be_visible()
