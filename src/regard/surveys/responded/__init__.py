"""What came back: one response as results read it, and which questions it was shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from regard.surveys.arranging import Arrangement, read_arrangement
from regard.surveys.evaluating import is_empty
from regard.surveys.expressions import names_in
from regard.surveys.flow import COMMENT, Path, path
from regard.surveys.model import Chosen, Html, Matrix, Part, Questionnaire, questions_of


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
    is_invited: bool = False
    waited_seconds: float | None = None

    @property
    def is_complete(self) -> bool:
        return self.completed_at is not None

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
    """Which questions of one questionnaire respondents saw, in order.

    Only what conditions read decides that: people who are alike in it are worked out once.
    """

    def __init__(self, questionnaire: Questionnaire):
        self.questionnaire = questionnaire
        self._known: dict[str, list[str]] = {}

    def to(self, one: Responded) -> list[str]:
        """The names of the questions on the pages that this respondent came to; statements are no questions."""
        read = {name: one.answers[name] for name in self._read if name in one.answers}
        pages = one.arrangement.get("pages")
        key = json.dumps([read, one.traits if self._reads_traits else {}, pages], sort_keys=True, default=str)
        if key not in self._known:
            arrangement = Arrangement(pages=pages)
            way = path(self.questionnaire, one.answers, one.traits, arrangement)
            self._known[key] = [name for step in way.steps for name in step.names if name not in self._statements]
        names = self._known[key]
        if one.is_complete or not one.pages:
            return names
        return [name for name in names if self._page_of[name] in one.pages or not is_empty(one.answers.get(name))]

    @cached_property
    def _page_of(self) -> dict[str, str]:
        return {question.name: page.name for page in self.questionnaire.pages for question in page.elements}

    @cached_property
    def _statements(self) -> set[str]:
        return {question.name for question in questions_of(self.questionnaire) if isinstance(question, Html)}

    @cached_property
    def _conditions(self) -> list[str]:
        """Every expression that decides what is shown."""
        poll = self.questionnaire
        found = [*(one.expression for one in (*poll.triggers, *poll.calculated_values))]
        for page in poll.pages:
            parts: list[Part] = [page, *page.elements]
            for question in page.elements:
                lists = (
                    [question.choices]
                    if isinstance(question, Chosen)
                    else [question.rows, question.columns]
                    if isinstance(question, Matrix)
                    else []
                )
                parts += [item for items in lists for item in items if isinstance(item, Part)]
            for part in parts:
                names = ("visible_if", "choices_visible_if", "rows_visible_if")
                found += [text for name in names if (text := getattr(part, name, None))]
        return found

    @cached_property
    def _read(self) -> set[str]:
        """The answers that conditions read."""
        wanted = {name.partition(".")[0] for text in self._conditions for name in (text, *names_in(text))}
        known = {question.name for question in questions_of(self.questionnaire)}
        found = {name for name in known if name in wanted or name + COMMENT in wanted}
        return found | {name + COMMENT for name in found}

    @cached_property
    def _reads_traits(self) -> bool:
        return any("profile" in text for text in self._conditions)


__all__ = ["Responded", "Shown"]
