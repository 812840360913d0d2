"""Open some surveys in a home folder that has been furnished: one of every kind of question, one in Arabic, the NPS.

Run as a program, with ``REGARD_HOME`` set; the server may be running.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import regard.asgi  # noqa: F401 - sets Django up
from regard.accounts.site import Workspace
from regard.surveys.models import Survey, SurveyVersion, Theme

RATINGS = [
    {"type": "rating", "name": "stars", "rateType": "stars", "title": "How was the food?", "isRequired": True},
    {"type": "rating", "name": "faces", "rateType": "smileys", "title": "How do you feel?"},
    {
        "type": "rating",
        "name": "nps",
        "rateMin": 0,
        "rateMax": 10,
        "title": "Would you recommend us?",
        "minRateDescription": "Not at all likely",
        "maxRateDescription": "Extremely likely",
        "metric": "nps",
    },
]
CHOICES = [
    {
        "type": "radiogroup",
        "name": "one",
        "title": "Which colour?",
        "description": "Pick the closest.",
        "choices": ["Red", "Green"],
        "showOtherItem": True,
    },
    {"type": "checkbox", "name": "some", "title": "Which of them?", "choices": ["Ship", "Quay"], "showNoneItem": True},
    {"type": "dropdown", "name": "list", "title": "Which port?", "choices": ["Gdynia", "Constanța", "上海"]},
    {"type": "boolean", "name": "yes", "title": "May we write to you?", "consentFor": "research"},
    {"type": "ranking", "name": "rank", "title": "What matters most?", "choices": ["Price", "Speed"]},
    {
        "type": "matrix",
        "name": "m",
        "title": "How do you find …",
        "rows": ["Staff", "Speed of service at the counter"],
        "columns": ["Verbesserungsbedürftigkeitsbewertungen", "Poor", "Fair", "Good", "Very good"],
    },
]
WORDS = [
    {"type": "html", "name": "h", "html": "<p>Nearly <b>done</b>. <a href='https://example.org'>Why we ask</a></p>"},
    {"type": "text", "name": "date", "inputType": "date", "title": "When?"},
    {
        "type": "multipletext",
        "name": "mt",
        "title": "About you",
        "items": [{"name": "first", "title": "First name"}, {"name": "mail", "title": "Mail", "inputType": "email"}],
    },
    {"type": "comment", "name": "why", "title": "You gave {nps}. Why?"},
    {"type": "file", "name": "f", "title": "A picture of it", "acceptedTypes": "image/*"},
]
ALL = {
    "title": "All kinds of questions",
    "description": "It takes two minutes.",
    "pages": [
        {"name": name, "title": title, "elements": elements}
        for name, title, elements in (
            ("ratings", "Ratings", RATINGS),
            ("choices", "Choices", CHOICES),
            ("words", "Words", WORDS),
        )
    ],
}
ARABIC = {
    "locale": "ar",
    "title": "كيف كانت زيارتك؟",
    "pages": [
        {
            "name": "p",
            "elements": [
                {
                    "type": "rating",
                    "name": "nps",
                    "rateMin": 0,
                    "rateMax": 10,
                    "title": "هل توصي بنا؟",
                    "minRateDescription": "مستبعد جدا",
                    "maxRateDescription": "محتمل جدا",
                    "isRequired": True,
                },
                {"type": "radiogroup", "name": "c", "title": "لماذا؟", "choices": ["السعر", "السرعة"]},
                {"type": "comment", "name": "why", "title": "المزيد"},
            ],
        },
        {"name": "q", "elements": [{"type": "comment", "name": "last", "title": "شيء آخر؟"}]},
    ],
}


def open_survey(workspace: Workspace, key: str, document: dict[str, Any], **values: Any) -> None:
    survey = Survey.objects.create(
        workspace=workspace, name=key, key=key, state=Survey.State.OPEN, is_once_each=False, **values
    )
    SurveyVersion.objects.create(survey=survey, number=1, document=document)


def furnish() -> None:
    workspace = Workspace.objects.get(slug="harbour")
    theme = Theme.objects.create(workspace=workspace, name="Sun", colour="#ffb000", logo_text="Northwind")
    programme = files("regard.surveys") / "data" / "relationship_nps.json"
    open_survey(workspace, "every-kind", ALL, theme=theme)
    open_survey(workspace, "arabic", ARABIC)
    open_survey(workspace, "programme", json.loads(programme.read_text("utf-8")))


if __name__ == "__main__":
    furnish()
