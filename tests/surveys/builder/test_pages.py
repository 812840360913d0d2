"""Every page of the builder opens, for those who may, and works without scripts."""

from __future__ import annotations

import pytest

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
