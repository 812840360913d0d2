"""A published survey, a programme of it, people in the stream, and somebody who may send."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regard.surveys import read_questionnaire
from regard.surveys.builder.site import make_survey, publish_survey
from regard.surveys.models import Programme, Survey

ASKS: dict[str, Any] = {
    "title": {"default": "How was it?", "pl": "Jak było?"},
    "pages": [
        {
            "name": "first",
            "elements": [
                {
                    "type": "rating",
                    "name": "score",
                    "title": {"default": "How satisfied were you?", "pl": "Czy jesteś zadowolony?"},
                    "minRateDescription": {"default": "Not at all", "pl": "Wcale"},
                    "maxRateDescription": {"default": "Very much", "pl": "Bardzo"},
                }
            ],
        }
    ],
}
LIST = b"email,first_name\nann@example.org,Ann\nben@example.org,Ben\n"


@pytest.fixture
def analyst(workspace, signed_in) -> Client:
    return signed_in("analyst")


@pytest.fixture
def survey(workspace) -> Survey:
    made = make_survey(workspace, read_questionnaire(ASKS))
    publish_survey(made, made.edition)
    return made


@pytest.fixture
def at(survey) -> str:
    """Where the survey is sent."""
    return f"/w/harbour/surveys/{survey.key}/send/"


@pytest.fixture
def programme(survey) -> Programme:
    """By e-mail to an uploaded list."""
    return Programme.objects.create(
        workspace=survey.workspace, survey=survey, name="Spring", trigger={"kind": "list"}, settings={"reminders": 2}
    )


def filled(**changed: Any) -> dict[str, Any]:
    """A programme's form as a browser sends it."""
    usual = {
        "name": "After delivery", "channel": "email", "kind": "purchase", "trigger": "event",
        "event": "Order Delivered", "after": "2", "unit": "24", "condition": "", "once_per": "subject", "segment": "",
        "when": "now", "share": "20", "at_least": "0", "at_most": "0", "period_days": "30", "priority": "5",
        "reminders": "1", "reminder_days": "5", "expires_days": "30", "opens": "09:00", "closes": "20:00",
        "days": ["0", "1", "2"], "per_minute": "600", "is_single_use": "on",
        "subject_en": "How was it, {profile.first_name}?", "subject_pl": "Jak było?",
    }  # fmt: skip
    return {**usual, **changed}


def csv_upload(data: bytes, name: str = "people.csv") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, data, "text/csv")}
