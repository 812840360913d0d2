"""Sending a survey in a real browser: with and without JavaScript, on a phone and on a desk, in light and in dark."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Visitor, _environment
from tests.serving import PATIENCE_SECONDS

SEND = "/w/pier/surveys/sent/send/"
PHONE = {"viewport": {"width": 390, "height": 844}}
FURNISH = """
import regard.asgi
from regard.accounts.site import Workspace
from tests.journeys.furnish_surveys import ALL, open_survey
pier = Workspace.objects.get(slug="pier")
open_survey(pier, "sent", ALL, draft=ALL)
"""


@pytest.fixture(scope="module")
def sent(site: Site) -> Site:
    """A survey that is open."""
    subprocess.run([sys.executable, "-c", FURNISH], env=_environment(site.home), check=True, timeout=PATIENCE_SECONDS)
    return site


def people(name: str) -> dict[str, object]:
    """A file with somebody of this name and a row that cannot be used; who was asked is not asked again."""
    body = f"email,first_name\n{name}@example.org,Ann\nnobody,Ben\n".encode()
    return {"name": "people.csv", "mimeType": "text/csv", "buffer": body}


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def make_programme(page: Page, name: str) -> None:
    page.get_by_role("link", name="New programme").first.click()
    page.get_by_label("Name, for your colleagues").fill(name)
    page.get_by_label("A list that I upload").check()
    press(page, "Keep")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


@pytest.mark.parametrize("is_scripted", [True, False])
def test_a_list_is_uploaded_previewed_and_asked(visit, sent, is_scripted) -> None:
    page = visit("analyst", java_script_enabled=is_scripted).go(SEND)
    make_programme(page, f"Spring {is_scripted}")
    page.get_by_label("CSV file").set_input_files(people(f"ann{is_scripted}"))
    press(page, "Upload")
    expect(page.get_by_text("1 person is in the list.")).to_be_visible()
    expect(page.get_by_text("this is no e-mail address")).to_be_visible()
    page.get_by_role("link", name="See recipients and start").click()
    expect(page.get_by_text(f"ann{is_scripted}@example.org")).to_be_visible()
    press(page, "Start")
    expect(page.get_by_text("Running", exact=True)).to_be_visible()


def test_a_programme_is_made_with_the_keyboard_alone(visit, sent) -> None:
    page = visit("analyst").go(SEND + "programmes/new/")
    page.get_by_label("Name, for your colleagues").focus()
    page.keyboard.type("By keyboard")
    page.get_by_label("After which interaction").focus()
    page.keyboard.type("Ticket Resolved")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By keyboard", level=1)).to_be_visible()


def test_only_what_belongs_to_the_chosen_way_of_asking_is_shown(visit, sent) -> None:
    page = visit("analyst", java_script_enabled=False).go(SEND + "programmes/new/")
    expect(page.get_by_label("After which interaction")).to_be_visible()
    page.get_by_label("Members of a segment").check()
    expect(page.get_by_label("After which interaction")).to_be_hidden()
    expect(page.get_by_label("Of the segment")).to_be_visible()


def test_the_message_is_in_its_frame_as_people_get_it(visit, sent) -> None:
    visitor = visit("analyst")
    make_programme(visitor.go(SEND), "A message")
    visitor.page.get_by_role("link", name="See the message").click()
    frame = visitor.page.frame_locator("iframe.mail")
    expect(frame.get_by_role("heading", name="How was the food?")).to_be_visible()
    assert visitor.complaints == []


def test_links_for_people_come_back_as_a_file(visit, sent) -> None:
    page = visit("analyst", java_script_enabled=False).go(SEND)
    page.get_by_label("CSV file").set_input_files(people("eve"))
    press(page, "Look at the file")
    with page.expect_download() as coming:
        press(page, "Make the links and download the file")
    assert re.search(r"eve@example\.org,Ann,http://\S+/s/i/", coming.value.path().read_text("utf-8-sig"))


@pytest.mark.parametrize("place", [SEND, SEND + "programmes/new/", "/w/pier/surveys/attention/"])
def test_pages_of_sending_are_accessible_and_fit(visit, sent, place) -> None:
    visitor: Visitor = visit("analyst")
    visitor.go(place)
    for width, theme in ((1366, "light"), (390, "dark"), (320, "light")):
        visitor.resize(width, theme)
        assert not visitor.overflow(), f"at {width} px"
        assert not visitor.violations(), f"at {width} px, {theme}"
    assert visitor.complaints == []


@pytest.mark.parametrize("language", ["pl", "ru", "zh-hans", "ro"])
def test_a_phone_fits_it_in_every_language(visit, sent, language) -> None:
    visitor: Visitor = visit("analyst", **PHONE)
    visitor.page.context.add_cookies([{"name": "django_language", "value": language, "url": sent.address}])
    visitor.go(SEND)
    assert not visitor.overflow()
