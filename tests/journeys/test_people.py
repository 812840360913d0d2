"""An agent finds a customer while typing, reads on, merges two profiles and takes it back."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_customer_is_found_while_typing_and_their_timeline_goes_on(visit) -> None:
    visitor = visit("analyst")
    page = visitor.go("/w/simulated/people/")
    page.get_by_label("Name, e-mail, phone").press_sequentially("customer-0033")
    people = page.locator("#found tbody tr")
    expect(people.first).to_contain_text("customer-0033")
    page.get_by_label("Name, e-mail, phone").press_sequentially("22")
    expect(people).to_have_count(1)
    people.get_by_role("link", name="customer-003322").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("customer-003322")
    page.get_by_label("What happened").select_option("Ticket Opened")
    expect(page.locator(".timeline strong").first).to_have_text("Ticket Opened")
    expect(page.locator(".timeline strong").filter(has_not_text="Ticket Opened")).to_have_count(0)
    assert visitor.complaints == []


def test_two_profiles_are_merged_after_a_look_and_taken_apart_again(visit) -> None:
    visitor = visit("owner")
    page = visitor.go("/w/harbour/people/")
    people = page.locator("#found tbody th a")
    first, second = people.nth(0).inner_text(), people.nth(1).inner_text()
    people.nth(0).click()
    page.get_by_role("link", name="Identity", exact=True).click()
    page.get_by_role("link", name="Merge with another profile").click()
    page.get_by_role("row", name=second).get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_text("They are one profile now")).to_be_visible()
    page.get_by_role("link", name="Identity", exact=True).click()
    page.get_by_role("link", name="Take back").click()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("The link is taken back")).to_be_visible()
    visitor.go("/w/harbour/people/")
    assert {first, second} <= set(page.locator("#found tbody th a").all_inner_texts())
    assert visitor.complaints == []
