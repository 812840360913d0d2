"""A manager reads figures: from the sign-in link to a file that says what the page says."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from playwright.sync_api import expect


def test_a_one_time_link_signs_in_once(visit, states, site) -> None:
    again = visit()
    again.go(site.link)
    expect(again.page.get_by_role("button", name="Sign in")).to_have_count(0)
    expect(again.page.get_by_role("heading", level=1)).to_be_visible()


def test_a_manager_goes_from_workspace_to_breakdown_to_a_file_of_exactly_that(visit) -> None:
    visitor = visit("manager", accept_downloads=True)
    page = visitor.go("/w/airport/")

    page.get_by_label("Workspace: SFO airport survey").click()
    page.get_by_role("link", name="Simulated shop").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    page.get_by_role("navigation", name="Period").get_by_role("link", name="Last 30 days").click()
    page.wait_for_url("**/w/simulated/?*period=30d*")
    card = page.locator("article.metric", has=page.get_by_role("heading", name="Net promoter score (NPS)"))
    on_the_card = card.locator(".big").inner_text()
    card.get_by_role("heading").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Net promoter score (NPS)")
    expect(page.locator(".headline .big")).to_have_text(on_the_card)

    page.get_by_label("Break down by").select_option("channel")
    page.locator("#break-show").click()
    page.wait_for_url("**by=channel*")
    expect(page.get_by_role("heading", name="By channel")).to_be_visible()
    shown = [_cells(row) for row in page.locator("#breakdown-card table.cards tbody tr").all()]
    with page.expect_download() as download:
        page.locator("#breakdown-card").get_by_role("link", name="Download as CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        given = list(csv.DictReader(file))
    assert [_shown_of(row) for row in given] == shown
    assert len(given) > 1

    page.get_by_role("link", name="Definition and query").click()
    expect(page.get_by_role("heading", name="What this figure means")).to_be_visible()
    expect(page.locator(".facts").first).to_contain_text("Formula")
    expect(page.locator("pre").last).to_contain_text("SELECT")
    page.get_by_role("link", name="Rows behind it").click()
    expect(page.get_by_role("heading", name="The rows behind the figure")).to_be_visible()
    expect(page.locator("table.cards tbody tr")).to_have_count(25)
    assert "period=30d" in page.url
    assert visitor.complaints == []


def _cells(row) -> tuple[str, str, str, str]:
    """Group, value, interval and basis, as the table of groups says them."""
    return row.locator("th").inner_text(), *row.locator("td.num").all_inner_texts()


def _shown_of(row: dict[str, str]) -> tuple[str, str, str, str]:
    def points(name: str) -> str:
        return f"{float(row[name]):.1f}".replace("-", "\N{MINUS SIGN}")

    return row["channel"], points("value"), f"{points('low')} – {points('high')}", row["n"]


def test_filters_are_in_the_address_and_can_be_taken_off(visit) -> None:
    page = visit("manager").go("/w/simulated/")
    page.get_by_text("Dates, filters and comparison").click()
    page.get_by_label("Only where (column=value)").fill("channel=email")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url(re.compile("channel%3Demail"))
    chip = page.get_by_role("link", name=re.compile("Remove the filter"))
    expect(chip).to_be_visible()
    page.reload()
    chip.click()
    expect(chip).to_have_count(0)
    assert "where" not in page.url


def test_a_viewer_sees_figures_but_no_rows_and_no_imports(visit) -> None:
    viewer = visit("viewer")
    page = viewer.go("/w/simulated/metrics/nps/")
    expect(page.locator(".headline .big")).to_be_visible()
    expect(page.get_by_role("link", name="Rows behind it")).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("Download"))).to_have_count(0)
    expect(page.get_by_role("link", name="Imports")).to_have_count(0)
    viewer.go("/w/simulated/")
    expect(page.get_by_role("heading", name="In their own words")).to_have_count(0)
    for path in ("metrics/nps/rows/", "metrics/nps/rows.csv", "imports/", "imports/new/", "members/", "settings/"):
        answer = page.request.get(f"{viewer.site.address}/w/simulated/{path}")
        assert answer.status == 403, path


def test_times_are_shown_in_the_workspaces_own_zone(visit) -> None:
    """Warsaw is one or two hours ahead of UTC."""
    page = visit("owner").go("/w/simulated/members/")
    written = page.locator("time").first.get_attribute("datetime")
    assert written.endswith(("+01:00", "+02:00"))


def test_on_a_phone_the_open_tab_and_the_chosen_period_are_in_sight(visit) -> None:
    visitor = visit("viewer", viewport={"width": 320, "height": 700})
    page = visitor.go("/w/simulated/metrics/nps/definition/?period=12m")
    for row in (".tabs", ".segments"):
        chosen = page.locator(f"{row} [aria-current]").first.bounding_box()
        assert chosen["x"] >= 0
        assert chosen["x"] + chosen["width"] <= 320
