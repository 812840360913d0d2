"""What the stream is told of surveys: calls of the Segment protocol, whose ids make a second telling harmless.

``Survey Answered`` once for each answered question (for each row of a matrix), with its score, scale, orientation and
weight where it has a metric; ``Survey Started`` and ``Survey Completed`` for the response; ``Survey Sent``, ``Survey
Delivered`` and ``Survey Opened`` for the invitation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from regard.profiles import ANONYMOUS_ID, EMAIL, PHONE, USER_ID, identifier_of
from regard.stream.vocabulary import SURVEY_ANSWERED, SURVEY_COMPLETED, SURVEY_STARTED
from regard.surveys.evaluating import is_empty
from regard.surveys.flow import COMMENT, Path
from regard.surveys.model import (
    OTHER,
    Boolean,
    Chosen,
    Comment,
    File,
    Html,
    Matrix,
    Question,
    Questionnaire,
    Rating,
    TextLine,
    choice,
    in_language,
    title_of,
)
from regard.surveys.piping import answer_text

Call = dict[str, Any]
LONGEST_TITLE: Final = 500
NOT_ELIGIBLE: Final = ("screen_out", "quota")
"""Ends of responses that the survey itself did not want."""


@dataclass(frozen=True)
class Told:
    """What is the same for all that is told of one response or invitation.

    ``subject`` is the invitation's public id, or the response's where nobody was invited; ``source_key`` is empty when
    nobody knows who it is; ``weight`` is one over the probability of having been asked.
    """

    subject: str
    survey: str
    survey_name: str
    channel: str
    source_key: str = ""
    language: str = ""
    touchpoint: str = ""
    version: int | None = None
    weight: float = 1.0
    more: Mapping[str, Any] = field(default_factory=dict)


def call(told: Told, name: str, at: datetime, part: str = "", properties: Mapping[str, Any] | None = None) -> Call:
    """One call. ``part`` tells several of the same name apart."""
    known = {
        "response_id": told.subject,
        "survey_id": told.survey,
        "survey": told.survey_name,
        "version": told.version,
        "channel": told.channel,
        "language": told.language,
        "touchpoint": told.touchpoint,
        **told.more,
        **(properties or {}),
    }
    return {
        "type": "track",
        "event": name,
        "messageId": "/".join(filter(None, ("survey", told.subject, name.rpartition(" ")[2].lower(), part))),
        "timestamp": at.isoformat(),
        "properties": {key: value for key, value in known.items() if value is not None and value != ""},
        **_whose(told.source_key),
    }


def response_calls(
    questionnaire: Questionnaire,
    way: Path,
    told: Told,
    *,
    started_at: datetime,
    answered_at: datetime,
    completed_at: datetime | None,
    ended_by: str = "complete",
    only: frozenset[str] | None = None,
) -> list[Call]:
    """All that is told of a response: its beginning, its answers (``only``: those to these questions), its end.

    ``ended_by`` says of the end whose answers were not wanted: ``screen_out`` or ``quota``.
    """
    calls = [call(told, SURVEY_STARTED, started_at)]
    for step in way.steps:
        for question in step.questions:
            if only is None or question.name in only:
                calls += _answered(questionnaire, question, step.values, told, answered_at)
    if completed_at:
        properties = {"ended_by": ended_by} if ended_by in NOT_ELIGIBLE else {}
        calls.append(call(told, SURVEY_COMPLETED, completed_at, properties=properties))
    return calls


def _answered(
    questionnaire: Questionnaire, question: Question, values: Mapping[str, Any], told: Told, at: datetime
) -> Iterator[Call]:
    value: Any = values.get(question.name)
    if is_empty(value) or isinstance(question, Html):
        return
    if isinstance(question, Matrix):
        for row, cell in value.items():
            yield call(
                told, SURVEY_ANSWERED, at, f"{question.name}/{row}", _row(questionnaire, question, row, cell, told)
            )
        return
    shown = {
        "question_id": question.name,
        "question": title_of(question, questionnaire.locale, questionnaire.locale)[:LONGEST_TITLE],
        "touchpoint": question.touchpoint or told.touchpoint or questionnaire.touchpoint,
        "answer": [item["name"] for item in value] if isinstance(question, File) else value,
        "answer_text": _in_words(questionnaire, question, value, values),
        "weight": _weight(told),
        "text": _own_words(question, value, values),
        **_agreed(question, value),
        **(_score(question, value, question.rate_min, question.rate_max) if isinstance(question, Rating) else {}),
    }
    yield call(told, SURVEY_ANSWERED, at, question.name, shown)


def _row(questionnaire: Questionnaire, question: Matrix, row: str, cell: Any, told: Told) -> dict[str, Any]:
    own = questionnaire.locale
    label = next(
        (in_language(choice(item).text, own, own) for item in question.rows if str(choice(item).value) == row), ""
    )
    found = {
        "question_id": f"{question.name}.{row}",
        "question": f"{title_of(question, own, own)}: {label or row}"[:LONGEST_TITLE],
        "touchpoint": label or row if question.metric else question.touchpoint or told.touchpoint,
        "answer": cell,
        "weight": _weight(told),
    }
    scale = [choice(item).value for item in question.columns]
    numbers = [value for value in scale if isinstance(value, int | float) and not isinstance(value, bool)]
    if question.metric and len(numbers) == len(scale) and not isinstance(cell, list):
        return found | _score(question, cell, min(numbers), max(numbers))
    return found


def _score(question: Rating | Matrix, value: Any, low: float, high: float) -> dict[str, Any]:
    if not question.metric:
        return {}
    return {
        "metric": question.metric,
        "score": value,
        "scale_min": low,
        "scale_max": high,
        "orientation": question.orientation,
    }


def _weight(told: Told) -> float | None:
    """Nothing where everybody was asked: each answer counts once."""
    return told.weight if told.weight != 1 else None


def _agreed(question: Question, value: Any) -> dict[str, Any]:
    is_consent = isinstance(question, Boolean) and question.consent_for
    return {"consent_for": question.consent_for, "is_agreed": value} if is_consent else {}  # type: ignore[union-attr]


def _in_words(questionnaire: Questionnaire, question: Question, value: Any, values: Mapping[str, Any]) -> str | None:
    """The texts of what was chosen; answers that are texts already say it themselves."""
    if not isinstance(question, Chosen | Boolean):
        return None
    return answer_text(question, value, values, questionnaire.locale, questionnaire.locale)


def _own_words(question: Question, value: Any, values: Mapping[str, Any]) -> str | None:
    """The customer's own words, where an answer has any."""
    if isinstance(question, Comment) or (isinstance(question, TextLine) and question.input_type == "text"):
        return str(value)
    chosen = value if isinstance(value, list) else [value]
    return values.get(question.name + COMMENT) if isinstance(question, Chosen) and OTHER in chosen else None


def _whose(source_key: str) -> dict[str, Any]:
    """The identifiers that a call names its person by."""
    if not source_key:
        return {}
    known = identifier_of(source_key)
    if known.kind in (EMAIL, PHONE):
        return {"context": {"traits": {known.kind: known.value}}}
    return {{USER_ID: "userId", ANONYMOUS_ID: "anonymousId"}.get(known.kind, "userId"): known.value}
