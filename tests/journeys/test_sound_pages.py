"""Every page, at three widths, light and dark, in five languages: accessible, quiet, and inside its window."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visitor
from tests.journeys.places import EVERYWHERE, KINDS, OUTSIDE

# Each width in both themes. A theme changes colours only, so that the second look at a width is for contrast;
# the narrowest window has the phone's layout, so that there it is for what is pressed together.
WHOLE = ((1366, "light", ""), (390, "dark", ""), (320, "light", "target-size"))
LOOKS = (*WHOLE, (320, "dark", "color-contrast"), (390, "light", "color-contrast"), (1366, "dark", "color-contrast"))
LANGUAGES = ("pl", "ru", "zh-hans", "ro")


@pytest.fixture
def look(visit: Callable[..., Visitor]) -> Callable[[str], Visitor]:
    def open_page(name: str) -> Visitor:
        visitor = visit("" if name in OUTSIDE else "owner")
        visitor.go(EVERYWHERE[name])
        return visitor

    return open_page


@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_page_is_accessible_quiet_and_fits_every_window(look, name: str) -> None:
    visitor = look(name)
    for width, theme, only in LOOKS if name in KINDS else WHOLE:
        visitor.resize(width, theme)
        assert not visitor.overflow(), f"at {width} px"
        assert not visitor.violations(only), f"at {width} px, {theme}"
    assert visitor.page.locator("h1").count() == 1
    assert re.match(r"\S.* · Regard$", visitor.page.title())
    about_its_own_status = "Failed to load resource: the server responded with a status of 4"
    assert [said for said in visitor.complaints if not said.startswith(about_its_own_status)] == []
    assert {address for address in visitor.addresses if not address.startswith(visitor.site.address)} == set()


@pytest.mark.parametrize("name", KINDS)
def test_a_page_fits_a_phone_in_every_language(look, name: str) -> None:
    visitor = look(name)
    visitor.resize(390)
    for language in LANGUAGES:
        cookie = {"name": "django_language", "value": language, "url": visitor.site.address}
        visitor.page.context.add_cookies([cookie])
        visitor.go(EVERYWHERE[name])
        assert visitor.page.locator("html").get_attribute("lang") == language
        assert not visitor.overflow(), f"in {language}"


def test_the_checks_notice_a_bad_page(look) -> None:
    visitor = look("sign in")
    visitor.resize(390)
    visitor.page.evaluate("""() => document.querySelector("main").insertAdjacentHTML("beforeend",
        '<input><p class="card flush"><img src="/x.png"></p><pre>' + 'wide '.repeat(200) + '</pre>')""")
    assert {one.partition(":")[0] for one in visitor.violations()} >= {"label", "image-alt"}
    assert visitor.overflow()
    with visitor.page.expect_console_message(lambda said: "Content Security Policy" in said.text):
        visitor.page.evaluate("() => { document.body.setAttribute('onclick', 'alert(1)') }")
    assert any("Content Security Policy" in said for said in visitor.complaints)
