"""Theme and language: chosen once, kept with the person."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("saved_before", [False, True], ids=["never chosen", "chosen in the account"])
def test_the_theme_of_the_menu_stays_and_follows_the_person(visit, saved_before: bool) -> None:
    visitor = visit("viewer")
    page = visitor.go("/account/")
    if saved_before:
        page.get_by_label("Theme", exact=True).last.select_option("light")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
    visitor.go("/w/simulated/")
    page.get_by_label("Theme", exact=True).click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    elsewhere = visit("viewer").go("/w/airport/")
    expect(elsewhere.locator("html")).to_have_attribute("data-theme", "dark")
    assert visitor.complaints == []


def test_the_language_of_the_menu_stays_and_follows_the_person(visit) -> None:
    visitor = visit("viewer")
    page = visitor.go("/w/simulated/")
    for name, code in (("Polski", "pl"), ("简体中文", "zh-hans"), ("English", "en")):
        page.locator("summary:has(+ div form[action='/language/'])").click()
        page.get_by_role("button", name=name).click()
        expect(page.locator("html")).to_have_attribute("lang", code)
        page.reload()
        expect(page.locator("html")).to_have_attribute("lang", code)
        expect(visit("viewer").go("/account/").locator("html")).to_have_attribute("lang", code)
    assert visitor.complaints == []
