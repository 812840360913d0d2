"""A survey of a workspace, and somebody who may change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regard.surveys import Questionnaire, read_questionnaire
from regard.surveys.builder.site import draft_of, make_survey
from regard.surveys.models import Survey
from regard.surveys.ready_made import get_ready_made

SMALL: dict[str, Any] = {
    "title": "How was it?",
    "pages": [
        {
            "name": "first",
            "elements": [
                {"type": "rating", "name": "score", "title": "How was it?", "minRateDescription": "Bad", "maxRateDescription": "Good"},
                {"type": "radiogroup", "name": "again", "title": "Again?", "choices": ["yes", {"value": "no", "text": {"default": "No", "pl": "Nie"}}]},
            ],
        },
        {"name": "second", "elements": [{"type": "comment", "name": "why", "title": "Why {score}?", "visibleIf": "{score} < 3"}]},
    ],
}  # fmt: skip


@pytest.fixture
def analyst(workspace, signed_in) -> Client:
    return signed_in("analyst")


@pytest.fixture
def small(workspace) -> Survey:
    """Two pages, three questions."""
    return make_survey(workspace, read_questionnaire(SMALL))


@pytest.fixture
def ready(workspace) -> Survey:
    """A ready-made survey in five languages."""
    return make_survey(workspace, get_ready_made("relationship_nps").questionnaire, kind="relationship_nps")


@pytest.fixture
def at(small) -> str:
    """Where the small survey is built."""
    return f"/w/harbour/surveys/{small.key}/"


@pytest.fixture
def draft(small) -> Callable[[], Questionnaire]:
    """``draft()`` is the small survey's draft as it is kept now."""

    def now() -> Questionnaire:
        small.refresh_from_db(from_queryset=Survey.objects.of(small.workspace))
        return draft_of(small)

    return now
