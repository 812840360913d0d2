"""Reading the results of a survey: in a browser, without JavaScript, on narrow windows, light and dark."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Site, Visitor, _environment
from tests.serving import PATIENCE_SECONDS

PAGES = ("", "?weights=sampling&language=en", "silence/?variable=language", "crosstab/", "words/", "responses/{one}/")
LOOKS = ((1366, "light"), (390, "dark"), (320, "light"))
ANSWERED = """
import regard.asgi
from regard.accounts.site import Workspace
from regard.surveys.models import Response
from tests.report.responses.answered import survey_of
harbour = Workspace.objects.get(slug="harbour")
survey = survey_of(harbour, answers=300, silent=500)
print(survey.key, Response.objects.of(harbour).filter(survey=survey).first().public_id)
"""


@pytest.fixture(scope="module")
def answered(site: Site) -> tuple[str, str]:
    """A survey that people have answered: the address of its results, and one response."""
    made = subprocess.run(
        [sys.executable, "-c", ANSWERED],
        env=_environment(site.home),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert made.returncode == 0, made.stderr
    key, one = made.stdout.split()
    return f"/w/harbour/surveys/{key}/results/", one


@pytest.mark.parametrize("page", PAGES)
def test_results_are_accessible_quiet_and_fit_every_window(
    visit: Callable[..., Visitor], answered: tuple[str, str], page: str
) -> None:
    visitor = visit("owner")
    visitor.go(answered[0] + page.format(one=answered[1]))
    for width, theme in LOOKS:
        visitor.resize(width, theme)
        assert not visitor.overflow(), f"at {width} px"
        assert not visitor.violations(), f"at {width} px, {theme}"
    assert visitor.page.locator("h1").count() == 1
    assert visitor.complaints == []
    assert all(address.startswith(visitor.site.address) for address in visitor.addresses)


@pytest.mark.parametrize("language", ["pl", "ru", "zh-hans", "ro"])
def test_results_fit_a_phone_in_every_language(
    visit: Callable[..., Visitor], answered: tuple[str, str], language: str
) -> None:
    visitor = visit("owner")
    visitor.resize(390)
    visitor.page.context.add_cookies([{"name": "django_language", "value": language, "url": visitor.site.address}])
    for page in PAGES:
        visitor.go(answered[0] + page.format(one=answered[1]))
        assert not visitor.overflow(), page


def test_everything_works_without_javascript(visit: Callable[..., Visitor], answered: tuple[str, str]) -> None:
    page = visit("owner", java_script_enabled=False).go(answered[0])
    page.get_by_text("Filters and weights").click()
    page.locator("#f-language").select_option("pl")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".head")).to_contain_text("60 responses")
    page.get_by_role("link", name="Who did not answer").click()
    page.get_by_label("Variable").select_option("trait:region")
    page.get_by_role("button", name="Enter shares").click()
    page.get_by_label("north").fill("50")
    page.get_by_label("south").fill("50")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("main")).to_contain_text("The known shares are kept.")
    page.get_by_role("link", name="Results by these weights").click()
    expect(page.locator("main")).to_contain_text("design effect")
    page.get_by_role("link", name="Their words").click()
    page.get_by_label("Find words").fill("parcel")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("link", name="The whole response").first.click()
    expect(page.locator("main")).to_contain_text("How likely are you to recommend us")
