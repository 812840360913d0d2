"""Signs that answers were given without care, or twice: kept beside the response, never a reason to throw it away.

Whoever reads the results may leave out what is flagged, and is told how much that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from regard.base.words import marked
from regard.surveys.flow import Path
from regard.surveys.model import Html, Matrix, Question, in_language

SPEEDER: Final = "speeder"
STRAIGHT_LINING: Final = "straight_lining"
DUPLICATE: Final = "duplicate"
ROBOT: Final = "robot"

FLAGS: Final[Mapping[str, str]] = {
    SPEEDER: marked("Answered faster than the questions can be read"),
    STRAIGHT_LINING: marked("The same answer down every row"),
    DUPLICATE: marked("Another response came from the same device"),
    ROBOT: marked("Filled in a field that people do not see"),
}
"""What each flag says of a response."""

SECONDS_A_WORD: Final = 0.3
"""Nobody reads and answers faster (Zhang and Conrad 2014, Survey Research Methods 8(2): 300 ms a word)."""
SECONDS_A_GLYPH: Final = 0.15
"""For scripts without spaces between words: two glyphs are about a word."""
ROWS: Final = 4
"""Rows that must be alike before it is a sign of anything: three alike are often an honest answer."""


def flags_of(way: Path, answers: Mapping[str, Any], seconds: float, language: str, own: str) -> list[str]:
    """The flags of a response that took so many seconds over this path."""
    questions = [question for step in way.steps for question in step.questions]
    found = {
        SPEEDER: is_speeding(questions, seconds, language, own),
        STRAIGHT_LINING: is_straight_lining(questions, answers),
    }
    return [flag for flag, is_so in found.items() if is_so]


def is_speeding(questions: Iterable[Question], seconds: float, language: str, own: str) -> bool:
    """Was it faster than the questions can be read? A survey of one question never is: the mail showed it before."""
    asked = [question for question in questions if not isinstance(question, Html)]
    return len(asked) > 1 and seconds < reading_seconds(asked, language, own)


def reading_seconds(questions: Iterable[Question], language: str, own: str) -> float:
    """The least time in which the titles of these questions can be read."""
    return sum(_seconds(in_language(question.title, language, own)) for question in questions)


def _seconds(text: str) -> float:
    glyphs = sum(1 for letter in text if "\u2e80" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7af")
    return len(text.split()) * SECONDS_A_WORD + glyphs * SECONDS_A_GLYPH


def is_straight_lining(questions: Iterable[Question], answers: Mapping[str, Any]) -> bool:
    """Is every row of every matrix answered alike, with enough rows for that to mean something?"""
    rows = [list(_rows(answers.get(question.name))) for question in questions if isinstance(question, Matrix)]
    long = [given for given in rows if len(given) >= ROWS]
    return bool(long) and all(len(set(given)) == 1 for given in long)


def _rows(answer: Any) -> Iterator[str]:
    if isinstance(answer, Mapping):
        yield from map(str, answer.values())
