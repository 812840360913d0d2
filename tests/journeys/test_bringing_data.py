"""Data come in: through the wizard, and from the command line beside a running server."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.answers import BAD, GOOD, write_answers
from tests.journeys.conftest import Visitor


def through_the_wizard(visitor: Visitor, workspace: str, file: Path, at_each_step=lambda: None) -> Page:
    """Hand a file in, take the proposal as it is, look at the dry run, load."""
    page = visitor.go(f"/w/{workspace}/imports/new/")
    page.get_by_label("Drop files here, or choose them").set_input_files(file)
    at_each_step()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the columns are")
    at_each_step()
    page.get_by_role("button", name="Go on to the dry run").click()
    expect(page.get_by_role("button", name="Load", exact=True)).to_be_visible()
    at_each_step()
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Loaded")
    at_each_step()
    return page


def test_an_analyst_brings_a_file_to_a_figure_and_reads_why_a_row_was_refused(visit, tmp_path: Path) -> None:
    visitor = visit("analyst")

    def look() -> None:
        for width, theme in ((1366, "light"), (390, "dark"), (320, "light")):
            visitor.resize(width, theme)
            assert not visitor.overflow()
            assert not visitor.violations()

    page = through_the_wizard(visitor, "quay", write_answers(tmp_path / "answers.csv"), look)
    expect(page.locator("main")).to_contain_text(str(GOOD))
    page.get_by_role("link", name="Look at the refused rows").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Refused rows")
    look()
    expect(page.locator("tbody").first.locator("tr")).to_have_count(BAD)
    expect(page.locator("tbody").first).to_contain_text("2026-04-31")

    visitor.go("/w/quay/")
    card = page.locator("article.metric", has=page.get_by_role("heading", name="Net promoter score (NPS)"))
    expect(card).to_contain_text(f"{GOOD} responses")
    assert visitor.complaints == []


def test_a_load_from_the_command_line_shows_on_the_page_at_once(visit, site, tmp_path: Path) -> None:
    page = visit("analyst").go("/w/pier/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ready for its first data")
    site.regard("load", write_answers(tmp_path / "spring.csv"), "--propose", "--workspace", "pier")
    page.reload()
    expect(page.locator("article.metric")).to_contain_text(f"{GOOD} responses")
    site.regard("load", write_answers(tmp_path / "autumn.csv", date(2025, 9, 1)), "--propose", "--workspace", "pier")
    page.goto(f"{site.address}/w/pier/?period=all")
    expect(page.locator("article.metric")).to_contain_text(f"{2 * GOOD} responses")
