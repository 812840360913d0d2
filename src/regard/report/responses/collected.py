"""The responses of a survey as columns: what each question was answered, who saw it, and what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regard.metrics import Journey
from regard.report.responses.items import Item, as_text, is_single, items_of
from regard.surveys import Questionnaire, Rating, Responded, Shown, is_empty

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Known = Sequence[str | None]
"""The category of each response; None where it is not known."""
FACTS: Mapping[str, Callable[[Responded], str]] = {
    "language": lambda one: one.language,
    "way": lambda one: one.way,
    "touchpoint": lambda one: one.touchpoint,
    "version": lambda one: str(one.version),
}
MOST_CATEGORIES = 40


@dataclass(frozen=True)
class Collected:
    """Responses to the versions of one survey, in the order they came."""

    versions: Mapping[int, Questionnaire]
    responses: Sequence[Responded]
    language: str = "en"

    @property
    def n(self) -> int:
        return len(self.responses)

    @cached_property
    def items(self) -> list[Item]:
        """What was asked, as far as these responses' versions asked it; the newest always."""
        used = self._used | {max(self.versions, default=0)}
        return items_of({number: poll for number, poll in self.versions.items() if number in used}, self.language)

    def item(self, key: str) -> Item | None:
        return next((item for item in self.items if item.key == key), None)

    def only(self, mask: Mask) -> Collected:
        """Some of the responses."""
        if mask.all():
            return self
        chosen = [one for one, is_in in zip(self.responses, mask.tolist(), strict=True) if is_in]
        return Collected(self.versions, chosen, self.language)

    def mask(self, judge: Callable[[Responded], bool]) -> Mask:
        return np.fromiter((judge(one) for one in self.responses), dtype=bool, count=self.n)

    # --- answers -------------------------------------------------------------------------------------------------

    def answers(self, item: Item) -> list[Any]:
        """Each response's answer as it was kept; None where there is none, or its version asked something else."""
        if item.key not in self._columns:
            self._columns[item.key] = self._column(item)
        return self._columns[item.key]

    @cached_property
    def _columns(self) -> dict[str, list[Any]]:
        return {}

    def _column(self, item: Item) -> list[Any]:
        name = item.name
        found = [_given(one.answers.get(name)) for one in self.responses]
        if self._used <= {*item.versions}:
            return found
        return [
            value if one.version in item.versions else None for value, one in zip(found, self.responses, strict=True)
        ]

    @cached_property
    def _used(self) -> set[int]:
        """The versions that responses refer to."""
        return {one.version for one in self.responses}

    def seen(self, item: Item) -> Mask:
        """Who was asked the question."""
        found = self._seen(item.name)
        return found if self._used <= {*item.versions} else found & self.mask(lambda one: one.version in item.versions)

    def _seen(self, name: str) -> Mask:
        alike, place = self._alike
        return np.fromiter((name in names for names in alike), dtype=bool, count=len(alike))[place]

    @cached_property
    def shown(self) -> list[list[str]]:
        """The names of the questions that each respondent saw, in order. People who saw the same share one list."""
        known = {number: Shown(poll) for number, poll in self.versions.items()}
        return [known[one.version].to(one) for one in self.responses]

    @cached_property
    def _alike(self) -> tuple[list[set[str]], NDArray[np.intp]]:
        """The different lists of :attr:`shown`, and which of them each respondent has."""
        places: dict[int, int] = {}
        found: list[set[str]] = []
        for names in self.shown:
            if places.setdefault(id(names), len(found)) == len(found):
                found.append(set(names))
        return found, np.array([places[id(names)] for names in self.shown], dtype=np.intp)

    def journeys(self) -> list[Journey]:
        """Each respondent's way."""
        return [
            Journey(names, [name for name in names if _given(one.answers.get(name)) is not None], one.is_complete)
            for names, one in zip(self.shown, self.responses, strict=True)
        ]

    def scores(self, item: Item) -> Floats:
        """A rating's answers as numbers; NaN where there is none."""
        question = item.question
        assert isinstance(question, Rating)
        low, high = question.rate_min, question.rate_max
        return numbers_of(self.answers(item), low, high)

    # --- categories ----------------------------------------------------------------------------------------------

    def category(self, variable: str) -> Known:
        """The category of each response: ``language``, ``way``…, ``question:<key>`` or ``trait:<name>``."""
        kind, _, name = variable.partition(":")
        if kind == "question":
            item = self.item(name)
            answers = self.answers(item) if item else [None] * self.n
            return [None if value is None else as_text(value) for value in answers]
        if kind == "trait":
            given = (one.traits.get(name) for one in self.responses)
            return [None if is_empty(value) or isinstance(value, list | dict) else as_text(value) for value in given]
        return [FACTS[kind](one) or None for one in self.responses] if kind in FACTS else [None] * self.n

    @cached_property
    def variables(self) -> list[str]:
        """What responses can be grouped by: single answers, facts of the response, traits of the invited."""
        questions = [f"question:{item.key}" for item in self.items if is_single(item)]
        facts = [name for name in FACTS if len(set(self.category(name)) - {None}) > 1]
        return [*questions, *facts, *(f"trait:{name}" for name in self._traits)]

    @cached_property
    def _traits(self) -> list[str]:
        values: dict[str, set[str]] = {}
        for one in self.responses:
            for name, value in one.traits.items():
                if isinstance(value, str | int | float | bool) and len(values.get(name, ())) <= MOST_CATEGORIES:
                    values.setdefault(name, set()).add(as_text(value))
        return sorted(name for name, found in values.items() if 1 < len(found) <= MOST_CATEGORIES)

    def categories(self, variable: str) -> dict[str, str]:
        """The categories of a variable, in the order of the question, and what they are called."""
        found = {one for one in self.category(variable) if one is not None}
        item = self.item(variable.removeprefix("question:")) if variable.startswith("question:") else None
        known = dict(item.options) if item else {}
        return {**known, **{value: value for value in sorted(found - set(known))}}


def _given(value: Any) -> Any:
    """An answer, or None where it is empty."""
    return value if value or value is False or value == 0 else None


def numbers_of(values: Sequence[Any], low: float = -np.inf, high: float = np.inf) -> Floats:
    """Numbers between two ends; NaN for anything else.

    >>> numbers_of([3, None, "many", 99], 0, 10).tolist()
    [3.0, nan, nan, nan]
    """
    return np.array([float(v) if _is_number(v) and low <= v <= high else np.nan for v in values], dtype=float)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
