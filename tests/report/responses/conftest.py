"""A workspace with a survey that people have answered."""

from __future__ import annotations

from typing import Any

import pytest

from regard.surveys.models import Survey
from tests.report.responses.answered import survey_of


@pytest.fixture
def survey(workspace: Any) -> Survey:
    """120 of 400 invited have begun it, 108 of them came to the end."""
    return survey_of(workspace, answers=120, silent=280)


@pytest.fixture
def at(survey: Survey) -> str:
    """Where its results stand."""
    return f"/w/harbour/surveys/{survey.key}/results/"
