"""The preview is the respondents' own page, walked through without recording anything."""

from __future__ import annotations

import re

from regard.surveys import read_questionnaire
from regard.surveys.builder.site import make_survey
from regard.surveys.models import Response


def test_a_preview_is_walked_to_the_end_and_records_nothing(analyst, workspace, at) -> None:
    first = analyst.get(at + "preview/")
    assert "frame-ancestors 'self'" in first.headers["Content-Security-Policy"]
    assert first.headers["X-Frame-Options"] == "SAMEORIGIN"
    second = analyst.post(at + "preview/", {"a.score": "2", "a.again": "yes", "to": "next"})
    assert second.status_code == 303
    page = analyst.get(second.url).content.decode()
    assert "Why 2?" in page
    done = analyst.post(second.url, {"a.why": "because", "to": "next"})
    assert "Thank you" in analyst.get(done.url).content.decode()
    assert not Response.objects.of(workspace).exists()


def test_a_preview_goes_by_conditions(analyst, at) -> None:
    after = analyst.post(at + "preview/", {"a.score": "5", "to": "next"})
    assert "Thank you" in analyst.get(after.url).content.decode()


def test_an_address_that_was_tampered_with_begins_anew(analyst, at) -> None:
    assert "How was it?" in analyst.get(at + "preview/eJx-nonsense/").content.decode()


def test_the_preview_of_a_page_shows_also_what_a_condition_hides(analyst, at) -> None:
    assert "Why" in analyst.get(at + "preview/page/second/").content.decode()


def test_the_way_on_after_a_preview_opens_a_window_of_its_own(analyst, workspace) -> None:
    elements = [{"type": "rating", "name": "score"}]
    document = {"pages": [{"name": "one", "elements": elements}], "navigateToUrl": "https://shop.example.org/"}
    survey = make_survey(workspace, read_questionnaire({"title": "On", **document}))
    done = analyst.post(f"/w/harbour/surveys/{survey.key}/preview/", {"a.score": "2", "to": "next"})
    onwards = re.search(r'<a class="button"[^>]+>', analyst.get(done.url).content.decode())
    assert onwards
    assert 'target="_blank"' in onwards[0]
