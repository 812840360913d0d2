"""How long it takes to answer: reading at the language's speed, and answering by the kind of question.

Reading: IReST's mean speeds of reading aloud (Trauzettel-Klosinski & Dietz, *Investigative Ophthalmology & Visual
Science* 53(9), 2012), words a minute, for Chinese characters a minute. Answering: rules of thumb of ours. That long
surveys are begun and finished by fewer people: Galesic & Bosnjak, *Public Opinion Quarterly* 73(2), 2009.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from regard.base.words import said
from regard.surveys.checking.branches import walk
from regard.surveys.checking.finding import NOTE, WARNING, Finding, Severity, conditions_of, parsed
from regard.surveys.editing import own_text
from regard.surveys.model import (
    Checkbox,
    Chosen,
    Matrix,
    MultipleText,
    Question,
    Questionnaire,
    Ranking,
    placed_texts,
    questions_of,
)

WORDS_A_MINUTE: Final = {"en": 228, "pl": 166, "ru": 184, "zh": 255, "ro": 180}
OTHERWISE: Final = 180
ANSWERING: Final = {
    "rating": 4.0, "radiogroup": 3.0, "dropdown": 5.0, "checkbox": 4.0, "ranking": 4.0, "boolean": 2.0, "matrix": 2.0,
    "text": 8.0, "multipletext": 2.0, "comment": 25.0, "file": 30.0, "html": 0.0,
}  # fmt: skip
"""Seconds of a question, beside reading it; of a matrix, a ranking and several lines, of each part more below."""
EACH: Final = {Matrix: 3.0, Ranking: 3.0, MultipleText: 8.0, Checkbox: 0.5}
LONG: Final = 8 * 60
LONGISH: Final = 5 * 60


class Length(NamedTuple):
    """Seconds that the shortest and the longest way take."""

    shortest: float
    longest: float


def length_of(questionnaire: Questionnaire) -> Length:
    """How long the survey takes: of the ways that were walked, or of all questions where there are too many ways.

    >>> length_of(Questionnaire())
    Length(shortest=0.0, longest=0.0)
    """
    seconds = {one.name: seconds_of(one, questionnaire.locale) for one in questions_of(questionnaire)}
    if any(parsed(condition.text) is None for condition in conditions_of(questionnaire)):
        return Length(0.0, sum(seconds.values()))
    walked = walk(questionnaire)
    if not walked.is_whole:
        return Length(0.0, sum(seconds.values()))
    ways = [sum(seconds[name] for name in names) for names in walked.ways] or [0.0]
    return Length(float(min(ways)), float(max(ways)))


def seconds_of(question: Question, language: str) -> float:
    """Reading a question with all that belongs to it, and answering it."""
    words = sum(_words(own_text(text, language), language) for _place, text in placed_texts(question))
    reading = 60 * words / WORDS_A_MINUTE.get(language.partition("-")[0].lower(), OTHERWISE)
    kind = str(question.__struct_config__.tag)
    return reading + ANSWERING[kind] + EACH.get(type(question), 0.0) * _parts(question)


def _words(text: str, language: str) -> int:
    return len(text) if language.startswith("zh") else len(text.split())


def _parts(question: Question) -> int:
    if isinstance(question, Matrix):
        return len(question.rows)
    if isinstance(question, MultipleText):
        return len(question.items)
    return len(question.choices) if isinstance(question, Chosen) else 0


def check_length(questionnaire: Questionnaire) -> Iterator[Finding]:
    """Whether the longest way is long."""
    minutes = round(length_of(questionnaire).longest / 60)
    if minutes * 60 >= LONGISH:
        severity: Severity = WARNING if minutes * 60 >= LONG else NOTE
        yield Finding(
            "long",
            severity,
            said("answering takes about {minutes} minutes", minutes=minutes),
            said("fewer begin and finish long surveys, and write less at the end: ask less"),
        )
