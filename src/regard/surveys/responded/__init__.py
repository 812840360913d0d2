"""What came back: one response as results read it, and which questions it was shown."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from regard.surveys.arranging import Arrangement, read_arrangement
from regard.surveys.evaluating import is_empty
from regard.surveys.expressions import names_in
from regard.surveys.flow import COMMENT, Path, path
from regard.surveys.model import Choice, Chosen, Html, Matrix, Page, Question, Questionnaire


@dataclass(frozen=True)
class Responded:
    """One response: who is behind it stays in the operational store.

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
    answers: Mapping[str, Any]
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

    @property
    def has_answers(self) -> bool:
        return any(not is_empty(value) for value in self.answers.values())

    def way_through(self, questionnaire: Questionnaire) -> Path:
        """The steps that these answers lead to."""
        return path(questionnaire, self.answers, self.traits, read_arrangement(self.arrangement))


class Shown:
    """Which questions of one questionnaire respondents saw, in its order.

    Whether a question is shown is decided by the answers that its conditions read, and those that decide whether these
    were shown: people who are alike in them are worked out once.
    """

    def __init__(self, questionnaire: Questionnaire):
        self.questionnaire = questionnaire
        self._known: dict[str, dict[Hashable, bool]] = {name: {} for name in self._deciding}
        self._lists: dict[Hashable, list[str]] = {}

    def to(self, one: Responded) -> list[str]:
        """The names of the questions on the pages that this respondent came to; statements are no questions."""
        shown: list[bool] = []
        way: set[str] | None = None
        for name, read in self._deciding.items():
            key = self._key(one, read)
            if key not in self._known[name]:
                way = self._way(one) if way is None else way
                self._known[name][key] = name in way
            shown.append(self._known[name][key])
        pages = None if one.is_complete or not one.pages else one.pages
        alike = (tuple(shown), pages)
        if alike not in self._lists:
            self._lists[alike] = list(self._reached(dict(zip(self._deciding, shown, strict=True)), pages))
        return self._lists[alike]

    def _reached(self, shown: Mapping[str, bool], pages: tuple[str, ...] | None) -> Iterator[str]:
        for page in self.questionnaire.pages:
            if pages is None or page.name in pages:
                names = (question.name for question in page.elements if not isinstance(question, Html))
                yield from (name for name in names if shown.get(name, True))

    def _way(self, one: Responded) -> set[str]:
        arrangement = Arrangement(pages=one.arrangement.get("pages"))
        return {*path(self.questionnaire, one.answers, one.traits, arrangement).names}

    def _key(self, one: Responded, read: Sequence[str]) -> Hashable:
        """What decides, in a form that can be looked up."""
        values = tuple(_hashable(one.answers.get(name)) for name in read)
        order = tuple(one.arrangement.get("pages") or ()) if self.questionnaire.random_groups else ()
        return values, repr(sorted(one.traits.items())) if self._reads_traits else "", order

    @cached_property
    def _deciding(self) -> dict[str, list[str]]:
        """By question that is not always shown: the answers that decide it, and those that decide these."""
        poll = self.questionnaire
        everywhere = [one.expression for one in poll.triggers]
        found: dict[str, list[str]] = {}
        for page in poll.pages:
            for question in page.elements:
                conditions = [*everywhere, *_conditions(page), *_conditions(question)]
                if conditions or poll.random_groups:
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
        poll = self.questionnaire
        found = {value.name: [value.expression] for value in poll.calculated_values}
        for page in poll.pages:
            for question in page.elements:
                found[question.name] = [*_conditions(page), *_conditions(question)]
        return found

    @cached_property
    def _reads_traits(self) -> bool:
        texts = [text for found in self._behind.values() for text in found]
        return any("profile" in text for text in (*texts, *(one.expression for one in self.questionnaire.triggers)))


def _conditions(part: Page | Question) -> list[str]:
    """What decides whether a page or question is shown: its own condition, and those of all it offers."""
    names = ("visible_if", "choices_visible_if", "rows_visible_if")
    found = [text for name in names if (text := getattr(part, name, None))]
    offered = part.choices if isinstance(part, Chosen) else part.rows if isinstance(part, Matrix) else []
    return found + [item.visible_if for item in offered if isinstance(item, Choice) and item.visible_if]


def _hashable(value: Any) -> Hashable:
    return repr(value) if isinstance(value, list | dict) else value


__all__ = ["Responded", "Shown"]
