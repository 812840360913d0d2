"""Answers that were told to the stream are measured: by score, scale, weight and whom they came from."""

from __future__ import annotations

from datetime import UTC, datetime

from regard.surveys import read_questionnaire
from regard.surveys.flow import path
from regard.surveys.recording import Told, response_calls

POLL = read_questionnaire(
    {
        "pages": [
            {
                "name": "one",
                "elements": [
                    {
                        "type": "rating",
                        "name": "nps",
                        "rateMin": 0,
                        "rateMax": 10,
                        "metric": "nps",
                        "title": "Recommend?",
                    },
                    {"type": "comment", "name": "why"},
                    {
                        "type": "matrix",
                        "name": "service",
                        "metric": "csat",
                        "columns": [1, 2, 3, 4, 5],
                        "rows": [{"value": "speed", "text": "Speed"}, "kindness"],
                    },
                    {
                        "type": "radiogroup",
                        "name": "from",
                        "choices": [{"value": 1, "text": "A friend"}],
                        "showOtherItem": True,
                    },
                ],
            },
            {"name": "two", "visibleIf": "{nps} > 8", "elements": [{"type": "comment", "name": "hidden"}]},
        ]
    }
)
AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
TOLD = Told("r1", "key", "Poll", "email", "email:ann@example.org", "pl", "Checkout", 2, weight=4.0)


def calls_of(answers: dict) -> list[dict]:
    return response_calls(POLL, path(POLL, answers), TOLD, started_at=AT, answered_at=AT, completed_at=AT)


def test_an_answer_carries_its_score_its_scale_and_the_weight_of_having_been_asked() -> None:
    calls = {call["messageId"]: call for call in calls_of({"nps": 3, "why": "slow"})}
    assert list(calls) == [
        "survey/r1/started",
        "survey/r1/answered/nps",
        "survey/r1/answered/why",
        "survey/r1/completed",
    ]
    nps = calls["survey/r1/answered/nps"]["properties"]
    assert (nps["metric"], nps["score"], nps["scale_min"], nps["scale_max"]) == ("nps", 3, 0, 10)
    assert (nps["weight"], nps["touchpoint"], nps["language"], nps["version"]) == (4.0, "Checkout", "pl", 2)
    assert calls["survey/r1/answered/why"]["properties"]["text"] == "slow"
    assert calls["survey/r1/answered/why"]["context"] == {"traits": {"email": "ann@example.org"}}


def test_every_row_of_a_scored_matrix_is_an_answer_at_its_own_touchpoint() -> None:
    rows = [call["properties"] for call in calls_of({"service": {"speed": 4, "kindness": 5}})[1:3]]
    assert [(row["touchpoint"], row["score"], row["scale_max"]) for row in rows] == [
        ("Speed", 4, 5),
        ("kindness", 5, 5),
    ]


def test_an_answer_to_a_question_that_is_no_longer_shown_is_not_told() -> None:
    assert not [
        call for call in calls_of({"nps": 2, "hidden": "once"}) if call["properties"].get("question_id") == "hidden"
    ]


def test_what_was_written_beside_other_is_told_as_the_persons_own_words() -> None:
    told = calls_of({"from": "other", "from-Comment": "a poster"})[1]["properties"]
    assert (told["answer"], told["answer_text"], told["text"]) == ("other", "a poster", "a poster")
