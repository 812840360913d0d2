"""Without a mouse, and without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.answers import GOOD, write_answers
from tests.journeys.furnish import PASSWORD
from tests.journeys.test_bringing_data import through_the_wizard


def focus_by_tab(page: Page, what: str, most: int = 60) -> None:
    """Press Tab until the element that a selector names has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
    raise AssertionError(f"Tab never reaches {what}")


def test_the_keyboard_alone_reaches_content_menus_tabs_filters_and_charts(visit) -> None:
    visitor = visit("manager")
    page = visitor.go("/w/simulated/metrics/nps/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    focus_by_tab(page, ".tabs a[href*='/compare/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/**")
    page.go_back()

    page.locator("body").focus()
    focus_by_tab(page, ".switcher summary")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="All workspaces")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="All workspaces")).to_be_hidden()
    expect(page.locator(".switcher summary")).to_be_focused()

    focus_by_tab(page, ".filter-bar summary")
    page.keyboard.press("Enter")
    focus_by_tab(page, "#filter-where")
    page.keyboard.type("channel=email")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("channel%3Demail"))

    focus_by_tab(page, "regard-chart")
    page.keyboard.press("ArrowRight")
    read = page.locator(".readout:visible")
    expect(read).to_be_visible()
    first = read.inner_text()
    page.keyboard.press("ArrowRight")
    expect(read).not_to_have_text(first)
    assert visitor.complaints == []


def test_every_page_answers_without_javascript(visit, tmp_path: Path) -> None:
    outside = visit("", java_script_enabled=False)
    page = outside.go("/w/simulated/")
    page.get_by_label("Email").fill("analyst@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")

    page.get_by_role("navigation", name="Period").get_by_role("link", name="All data").click()
    page.get_by_text("Dates, filters and comparison").click()
    page.get_by_label("Only where (column=value)").fill("channel=email")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("Remove the filter"))).to_be_visible()
    page.locator("article.metric h2 a").first.click()
    expect(page.locator(".headline .big")).to_be_visible()
    page.get_by_label("Break down by").select_option("channel")
    page.locator("#break-show").click()
    expect(page.get_by_role("heading", name="By channel")).to_be_visible()
    page.get_by_text("Show the data").first.click()
    expect(page.get_by_role("region", name="Data of the chart").first).to_be_visible()

    page.get_by_label("Theme").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    page = through_the_wizard(outside, "quay", write_answers(tmp_path / "again.csv"))
    expect(page.locator("main")).to_contain_text(str(GOOD))
