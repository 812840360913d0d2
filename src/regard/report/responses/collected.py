"""Some responses to a survey: what each question was answered, who saw it, and what is known of each respondent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from regard.report.responses.columns import FACTS, Column, Columns, Floats, Known, Mask
from regard.report.responses.items import Item, as_category, is_single, items_of
from regard.surveys import Questionnaire, Rating, Responded, Respondent, language_name


@dataclass(frozen=True)
class Collected:
    """Responses to the versions of one survey, in the order they came: those ``at`` some places of all its columns."""

    columns: Columns
    language: str = "en"
    at: NDArray[np.intp] | None = None

    @classmethod
    def of(
        cls, versions: Mapping[int, Questionnaire], responses: Iterable[Responded], language: str = "en"
    ) -> Collected:
        """All of these responses."""
        return cls(Columns(versions, responses), language)

    @cached_property
    def responses(self) -> Sequence[Respondent]:
        every = self.columns.responses
        return every if self.at is None else [every[place] for place in self.at.tolist()]

    @property
    def n(self) -> int:
        return self.columns.n if self.at is None else len(self.at)

    @cached_property
    def items(self) -> list[Item]:
        """What was asked, as far as these responses' versions asked it; the newest always."""
        versions = self.columns.versions
        used = self._used | {max(versions, default=0)}
        return items_of({number: poll for number, poll in versions.items() if number in used}, self.language)

    def item(self, key: str) -> Item | None:
        return next((item for item in self.items if item.key == key), None)

    def only(self, mask: Mask) -> Collected:
        """Some of the responses."""
        if mask.all():
            return self
        places = np.flatnonzero(mask)
        return Collected(self.columns, self.language, places if self.at is None else self.at[places])

    def mask(self, judge: Callable[[Respondent], bool]) -> Mask:
        return np.fromiter((judge(one) for one in self.responses), dtype=bool, count=self.n)

    def _here(self, every: Mask) -> Mask:
        return every if self.at is None else every[self.at]

    def _only(self, column: Column) -> Column:
        return column if self.at is None else column.only(self.at)

    @property
    def is_complete(self) -> Mask:
        return self._here(self.columns.is_complete)

    @property
    def has_answers(self) -> Mask:
        return self._here(self.columns.has_answers)

    # --- answers -------------------------------------------------------------------------------------------------

    def answers(self, item: Item) -> Column:
        """What each response was answered to a question; nothing where its version asked something else."""
        found = self.named(item.name)
        return found if self._used <= {*item.versions} else found.within(self._asked_in(item.versions))

    @cached_property
    def _used(self) -> set[int]:
        """The versions that responses refer to."""
        return {*np.unique(self._version).tolist()}

    @property
    def _version(self) -> NDArray[np.intp]:
        return self.columns.version if self.at is None else self.columns.version[self.at]

    def _asked_in(self, versions: Sequence[int]) -> Mask:
        return np.isin(self._version, versions)

    def is_asked(self, item: Item) -> bool:
        """Whether any of these responses' versions asks it."""
        return not self._used.isdisjoint(item.versions)

    def seen(self, item: Item) -> Mask:
        """Who was shown the question."""
        return self.shown(item.name) & self._asked_in(item.versions)

    def shown(self, name: str) -> Mask:
        """Who was shown a question of that name, in whatever version."""
        return self._here(self.columns.seen(name))

    def named(self, name: str) -> Column:
        """What was given under a name, in whatever version."""
        return self._only(self.columns.answers(name))

    def scores(self, item: Item) -> Floats:
        """A rating's answers as numbers; NaN where there is none."""
        question = item.question
        assert isinstance(question, Rating)
        return self.answers(item).numbers(question.rate_min, question.rate_max)

    # --- categories ----------------------------------------------------------------------------------------------

    def grouped(self, variable: str) -> Column:
        """The category of each response: ``language``, ``way``…, ``question:<key>`` or ``trait:<name>``."""
        if variable in FACTS or variable.startswith("trait:"):
            return self._only(self.columns.fact(variable))
        item = self.item(variable.removeprefix("question:")) if variable.startswith("question:") else None
        return self.answers(item).read(as_category) if item else Column.of([None] * self.n)

    def category(self, variable: str) -> Known:
        """The same, one a response."""
        return self.grouped(variable).list()

    @cached_property
    def variables(self) -> list[str]:
        """What responses can be grouped by: single answers, facts of the response, traits of the invited."""
        questions = [f"question:{item.key}" for item in self.items if is_single(item)]
        rest = [*FACTS, *(f"trait:{name}" for name in self.columns.traits)]
        return [*questions, *(name for name in rest if len(self.grouped(name).values) > 1)]

    def categories(self, variable: str) -> dict[str, str]:
        """The categories of a variable, in the order of the question, and what they are called."""
        found = {*self.grouped(variable).values}
        item = self.item(variable.removeprefix("question:")) if variable.startswith("question:") else None
        known = dict(item.options) if item else {}
        called = language_name if variable == "language" else str
        return {**known, **{value: called(value) for value in sorted(found - set(known))}}
