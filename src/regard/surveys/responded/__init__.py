"""What came back: one response as results read it, and what decides which questions it was shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from regard.surveys.arranging import Arrangement, read_arrangement
from regard.surveys.expressions import names_in
from regard.surveys.flow import COMMENT, Path, path
from regard.surveys.model import Choice, Chosen, Matrix, Page, Question, Questionnaire


@dataclass(frozen=True)
class Respondent:
    """What is known of one response beside its answers; who is behind it stays in the operational store.

    ``version`` is the number of the questionnaire it saw; ``waited_seconds`` the time from its invitation until it was
    begun (None: nobody was invited, or when is not known); ``weight`` is 1 / the probability of having been asked.
    """

    id: str
    version: int
    language: str
    way: str
    touchpoint: str
    started_at: datetime
    completed_at: datetime | None
    flags: tuple[str, ...] = ()
    weight: float = 1.0
    pages: tuple[str, ...] = ()
    traits: Mapping[str, Any] = field(default_factory=dict)
    arrangement: Mapping[str, Any] = field(default_factory=dict)
    is_eligible: bool = True
    """False for somebody who was screened out, or came after a quota was full: no answer of theirs was wanted."""
    is_invited: bool = False
    waited_seconds: float | None = None

    @property
    def is_complete(self) -> bool:
        return self.completed_at is not None and self.is_eligible

    @property
    def seconds(self) -> float | None:
        """From beginning to end."""
        return (self.completed_at - self.started_at).total_seconds() if self.completed_at else None


@dataclass(frozen=True)
class Responded:
    """One response: what is known of it, and its answers."""

    by: Respondent
    answers: Mapping[str, Any]

    def way_through(self, questionnaire: Questionnaire) -> Path:
        """The steps that these answers lead to."""
        return path(questionnaire, self.answers, self.by.traits, read_arrangement(self.by.arrangement))


class Deciding:
    """Which answers decide what respondents of one questionnaire are shown.

    ``of`` maps each question that is not always shown to the names of the answers that decide it, and of those that
    decide whether these were shown; ``reads_traits`` says whether traits decide, too. People who are alike in all that,
    and were led by the same order of pages, are shown the same.
    """

    def __init__(self, poll: Questionnaire):
        self.poll = poll

    def way(self, one: Respondent, answers: Mapping[str, Any]) -> frozenset[str]:
        """The names of the questions on the way of one respondent, were they to go it to the end."""
        arrangement = Arrangement(pages=one.arrangement.get("pages"))
        return frozenset(path(self.poll, answers, one.traits, arrangement).names)

    @cached_property
    def of(self) -> dict[str, list[str]]:
        everywhere = [one.expression for one in self.poll.triggers]
        found: dict[str, list[str]] = {}
        for page in self.poll.pages:
            for question in page.elements:
                conditions = [*everywhere, *_conditions(page), *_conditions(question)]
                if conditions or self.poll.random_groups:
                    found[question.name] = self._closure(conditions)
        return found

    def _closure(self, conditions: list[str]) -> list[str]:
        """The answers that conditions read, and what the conditions of those questions read."""
        waiting, found = list(conditions), dict[str, None]()
        while waiting:
            for name in self._named(waiting.pop()):
                if name not in found:
                    found[name] = None
                    waiting += self._behind.get(name, [])
        return list(found)

    def _named(self, condition: str) -> list[str]:
        wanted = {name.partition(".")[0] for name in names_in(condition)}
        return sorted(wanted | {name.removesuffix(COMMENT) for name in wanted})

    @cached_property
    def _behind(self) -> dict[str, list[str]]:
        """By question, what decides whether it is shown; by calculated value, what it is worked out of."""
        found = {value.name: [value.expression] for value in self.poll.calculated_values}
        for page in self.poll.pages:
            for question in page.elements:
                found[question.name] = [*_conditions(page), *_conditions(question)]
        return found

    @cached_property
    def reads_traits(self) -> bool:
        texts = [text for found in self._behind.values() for text in found]
        return any("profile" in text for text in (*texts, *(one.expression for one in self.poll.triggers)))


def _conditions(part: Page | Question) -> list[str]:
    """What decides whether a page or question is shown: its own condition, and those of all it offers."""
    names = ("visible_if", "choices_visible_if", "rows_visible_if", "columns_visible_if")
    found = [text for name in names if (text := getattr(part, name, None))]
    offered = part.choices if isinstance(part, Chosen) else part.rows if isinstance(part, Matrix) else []
    return found + [item.visible_if for item in offered if isinstance(item, Choice) and item.visible_if]


__all__ = ["Deciding", "Responded", "Respondent"]
