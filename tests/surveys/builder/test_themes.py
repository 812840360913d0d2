"""Themes: only colours that can be read, only pictures as logos."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regard.surveys.models import Theme

NEW = "/w/harbour/surveys/themes/new/"
THEME = {"name": "Blue", "colour": "#1d4ed8"}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def theme(analyst, workspace) -> Theme:
    analyst.post(NEW, {**THEME, "logo_text": "Harbour", "upload": SimpleUploadedFile("logo.png", PNG)})
    return Theme.objects.of(workspace).get()


def test_a_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can(analyst, workspace) -> None:
    answer = analyst.post(NEW, {**THEME, "colour": "#ffd400"})
    assert answer.status_code == 422
    assert "The nearest shade is #" in answer.content.decode()
    assert not Theme.objects.of(workspace).exists()


@pytest.mark.parametrize("colour", ["red", "#12345", "url(x)", "#zzzzzz"])
def test_what_is_no_colour_is_refused(analyst, colour) -> None:
    assert analyst.post(NEW, {**THEME, "colour": colour}).status_code == 422


def test_a_logo_is_known_by_what_it_is_not_by_its_name(analyst, theme, workspace) -> None:
    assert (bytes(theme.logo), theme.logo_type) == (PNG, "image/png")
    for data in (b"<html><script>", b"GIF", b"P" * 200_001):
        file = SimpleUploadedFile("logo.png", data)
        assert analyst.post(NEW, {**THEME, "logo_text": "x", "upload": file}).status_code == 422
    shown = analyst.get(f"/w/harbour/surveys/themes/{theme.pk}/logo")
    assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_a_logo_needs_words(analyst) -> None:
    assert analyst.post(NEW, {**THEME, "upload": SimpleUploadedFile("logo.png", PNG)}).status_code == 422


def test_a_theme_is_changed_and_removed(analyst, theme, workspace) -> None:
    at = f"/w/harbour/surveys/themes/{theme.pk}/"
    analyst.post(at, {**THEME, "name": "Green", "logo_text": "", "without_logo": "on"})
    kept = Theme.objects.of(workspace).get()
    assert (kept.name, kept.logo, kept.logo_type) == ("Green", None, "")
    analyst.post(at, {"do": "remove"})
    assert not Theme.objects.of(workspace).exists()
