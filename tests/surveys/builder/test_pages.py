"""Every page of the builder opens, for those who may, and works without scripts."""

from __future__ import annotations

import re

import pytest

from regard.web import LANGUAGES

PLACES = [
    "",
    "question/score/",
    "question/again/",
    "question/why/",
    "page/first/",
    "settings/",
    "logic/",
    "json/",
    "survey.json",
    "languages/",
    "languages/pl/",
    "languages/pl/words.csv",
    "look/",
    "preview/",
    "preview/?lang=pl",
    "preview/page/second/",
    "publish/",
    "versions/",
]


@pytest.mark.parametrize("place", PLACES)
def test_every_page_of_a_survey_opens(analyst, at, place) -> None:
    assert analyst.get(at + place).status_code == 200


@pytest.mark.parametrize("place", ["", "new/", "themes/", "themes/new/", "?q=how&state=draft", "?q=nothing"])
def test_every_page_beside_a_survey_opens(analyst, small, place) -> None:
    assert analyst.get("/w/harbour/surveys/" + place).status_code == 200


@pytest.mark.parametrize("place", ["", "settings/", "languages/", "languages/pl/", "look/?lang=pl", "send/"])
def test_the_language_of_the_site_is_chosen_beside_the_languages_of_a_survey(analyst, at, place) -> None:
    page = analyst.get(at + place).content.decode()
    assert re.findall(r'<button name="language" value="([^"]+)"[^>]*aria-pressed="(\w+)"', page) == [
        (code, "true" if code == "en" else "false") for code in LANGUAGES
    ]
