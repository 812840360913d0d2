"""A survey of every kind of question, and people who answered it: of a seed, so that figures are known."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from regard.surveys.models import Invitation, Response, Survey, SurveyVersion

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
WORDS = (
    "The parcel came a day early, thank you!",
    "Support kept me waiting for twenty minutes.",
    '=HYPERLINK("http://evil.example","Prize")',
    "Zażółć gęślą jaźń — wszystko działa.",
    "Too expensive for what it is.",
    "<b>Nice</b> people on the phone.",
)


def questions() -> list[dict[str, Any]]:
    return [
        {
            "type": "rating", "name": "nps", "title": {"default": "How likely are you to recommend us to a friend?",
            "pl": "Czy polecisz nas znajomym?"}, "rateMin": 0, "rateMax": 10, "metric": "nps", "isRequired": True,
            "minRateDescription": "not at all likely", "maxRateDescription": "extremely likely",
        },
        {"type": "comment", "name": "sorry", "title": "What went wrong?", "visibleIf": "{nps} <= 6"},
        {"type": "rating", "name": "csat", "title": "How satisfied were you with the delivery?", "rateMin": 1,
         "rateMax": 5, "metric": "csat"},
        {"type": "radiogroup", "name": "plan", "title": "Which plan do you have?", "showOtherItem": True,
         "choices": [{"value": "basic", "text": "Basic"}, {"value": "plus", "text": "Plus"}, {"value": "pro", "text": "Pro"}]},
        {"type": "checkbox", "name": "used", "title": "What have you used this year?", "showNoneItem": True,
         "choices": [{"value": "app", "text": "The app"}, {"value": "shop", "text": "A shop"}, {"value": "phone", "text": "The telephone"}]},
        {"type": "matrix", "name": "parts", "title": "How good was each part?", "columns": [1, 2, 3, 4, 5], "metric": "csat",
         "rows": [{"value": "price", "text": "Price"}, {"value": "speed", "text": "Speed"}]},
        {"type": "ranking", "name": "wishes", "title": "What should we improve first?",
         "choices": [{"value": "price", "text": "Prices"}, {"value": "app", "text": "The app"}, {"value": "hours", "text": "Opening hours"}]},
        {"type": "boolean", "name": "again", "title": "Would you buy again?", "labelTrue": "Yes", "labelFalse": "No"},
        {"type": "text", "name": "minutes", "title": "How many minutes did it take?", "inputType": "number"},
        {"type": "text", "name": "since", "title": "Customer since", "inputType": "date"},
        {"type": "multipletext", "name": "place", "title": "Where do you live?", "items": [{"name": "town", "title": "Town"},
         {"name": "rooms", "title": "Rooms", "inputType": "number"}]},
        {"type": "file", "name": "photo", "title": "A photo of the parcel"},
        {"type": "html", "name": "bye", "html": "Nearly there."},
    ]  # fmt: skip


def document(**changes: Any) -> dict[str, Any]:
    """The questionnaire: three questions on the first page, the others on the second. ``changes`` are by question."""
    asked = [{**one, **changes.get(one["name"], {})} for one in questions()]
    return {
        "title": "Relationship",
        "pages": [{"name": "first", "elements": asked[:3]}, {"name": "second", "elements": asked[3:]}],
    }


def survey_of(workspace: Any, *, answers: int = 120, silent: int = 0, seed: int = 7, is_invited: bool = True) -> Survey:
    """A survey with so many answers, and so many invited who sent nothing."""
    survey = Survey.objects.create(workspace=workspace, name="Relationship", state=Survey.State.OPEN)
    version = SurveyVersion.objects.create(survey=survey, number=1, document=document())
    answer_it(survey, version, answers, seed=seed, is_invited=is_invited)
    stay_silent(survey, silent)
    return survey


def stay_silent(survey: Survey, many: int) -> None:
    rows = [_invitation(survey, 100_000 + number, "north") for number in range(many)]
    Invitation.objects.public().bulk_create(rows)


def answer_it(survey: Survey, version: SurveyVersion, many: int, *, seed: int = 7, is_invited: bool = True) -> None:
    chance = random.Random(seed)
    people = [_invitation(survey, number, "north" if number % 4 else "south") for number in range(many)]
    if is_invited:
        Invitation.objects.public().bulk_create(people)
    rows = [_response(survey, version, person, number, chance, is_invited) for number, person in enumerate(people)]
    Response.objects.public().bulk_create(rows)


def _invitation(survey: Survey, number: int, region: str) -> Invitation:
    return Invitation(
        workspace=survey.workspace, survey=survey, source_key=f"user_id:{number}", customer=1000 + number,
        channel="email", traits={"region": region}, state=Invitation.State.SENT, sent_at=AT,
        opened_at=AT + timedelta(hours=1) if number % 3 else None,
    )  # fmt: skip


def _response(
    survey: Survey, version: Any, person: Any, number: int, chance: random.Random, is_invited: bool
) -> Response:
    started = AT + timedelta(hours=2 + number / 10)
    is_complete = number % 10 != 9
    answers = given(number, chance, is_late=number > 80)
    if not is_complete:
        answers = {name: answers[name] for name in ("nps", "csat") if name in answers}
    return Response(
        workspace=survey.workspace, survey=survey, version=version, invitation=person if is_invited else None,
        way="email" if is_invited else "link", language="pl" if number % 5 == 0 else "en", answers=answers,
        source_key=person.source_key if is_invited else "", seen=["first", "second"] if is_complete else ["first"],
        flags=["speeder"] if number % 25 == 24 else [], started_at=started, changed_at=started,
        completed_at=started + timedelta(seconds=60 + number % 200) if is_complete else None,
        ended_by="complete" if is_complete else "", weight=2.0 if number % 4 == 0 else 1.0,
    )  # fmt: skip


def given(number: int, chance: random.Random, *, is_late: bool) -> dict[str, Any]:
    """One person's answers: those who came late, and have the basic plan, are less happy."""
    plan = chance.choice(["basic", "basic", "plus", "pro"])
    nps = max(0, min(10, round(chance.gauss(6.5 if plan == "basic" else 8.7, 1.8)) - (1 if is_late else 0)))
    answers: dict[str, Any] = {
        "nps": nps,
        "csat": max(1, min(5, round(nps / 2))),
        "plan": plan if number % 17 else "other",
        "used": chance.sample(["app", "shop", "phone"], chance.randint(1, 3)) if number % 6 else ["none"],
        "parts": {"price": chance.randint(1, 5), "speed": chance.randint(3, 5)},
        "wishes": chance.sample(["price", "app", "hours"], 3),
        "again": nps >= 6,
        "minutes": chance.randint(1, 60),
        "since": f"2025-{1 + number % 12:02d}-10",
        "place": {"town": "Gdynia", "rooms": 1 + number % 4},
    }
    if answers["plan"] == "other":
        answers["plan-Comment"] = "A family plan"
    if nps <= 6:
        answers["sorry"] = WORDS[number % len(WORDS)]
    return answers
