"""Responses by column: each different answer once, and which of them each respondent gave.

Pages ask the same of thousands of answers, of which few are different: what is worked out of an answer is worked out
once, and columns are kept as long as no response comes or changes.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regard.report.responses.items import as_category
from regard.surveys import Deciding, Html, Page, Questionnaire, Responded, Respondent, is_empty

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Known = Sequence[str | None]
"""The category of each response; None where it is not known."""
FACTS: Mapping[str, Callable[[Respondent], str]] = {
    "language": lambda one: one.language,
    "way": lambda one: one.way,
    "touchpoint": lambda one: one.touchpoint,
    "version": lambda one: str(one.version),
}
MOST_CATEGORIES = 40
MOST = 1e15
"""Numbers beyond are a joke, and none in the stream either; their squares would be beyond all numbers."""


@dataclass(frozen=True)
class Column:
    """What each respondent gave: ``codes`` are places in ``values``, of which all are given by somebody; −1: nothing.

    >>> column = Column.of(["b", None, "a", "b"])
    >>> column.values, column.codes.tolist(), column.where(lambda value: value == "b").tolist()
    (['b', 'a'], [0, -1, 1, 0], [True, False, False, True])
    """

    codes: NDArray[np.intp]
    values: Sequence[Any]

    @classmethod
    def of(cls, given: Iterable[Any]) -> Column:
        """From one value a respondent; empty ones are none."""
        growing, n = Growing(), 0
        for n, value in enumerate(given, 1):
            growing.add(value, n - 1)
        return growing.column(n)

    @property
    def n(self) -> int:
        return len(self.codes)

    @property
    def is_given(self) -> Mask:
        """Who gave any."""
        return self.codes >= 0

    def only(self, some: Mask | NDArray[np.intp]) -> Column:
        """Of some of the respondents: those of a mask, or at places."""
        codes = self.codes[some]
        used = np.bincount(codes + 1, minlength=len(self.values) + 1)[1:] > 0
        if used.all():
            return Column(codes, self.values)
        place = np.append(np.cumsum(used) - 1, -1)
        return Column(
            place[codes], [value for value, is_used in zip(self.values, used.tolist(), strict=True) if is_used]
        )

    def within(self, mask: Mask) -> Column:
        """Of all the respondents, but nothing of those outside."""
        inside = self.only(mask)
        codes = np.full(self.n, -1, dtype=np.intp)
        codes[mask] = inside.codes
        return Column(codes, inside.values)

    def read(self, read: Callable[[Any], Any]) -> Column:
        """What is read out of each value; empty: nothing."""
        inner = Column.of(read(value) for value in self.values)
        return Column(np.append(inner.codes, -1)[self.codes], inner.values)

    def where(self, judge: Callable[[Any], bool]) -> Mask:
        """Whose value is judged to be so; nobody who gave none."""
        return self.marked([judge(value) for value in self.values])

    def marked(self, marks: Sequence[bool]) -> Mask:
        """Whose value is marked: one mark a value."""
        return np.array([*marks, False], dtype=bool)[self.codes]

    def valued(self, numbers: Sequence[float]) -> Floats:
        """One number a value; NaN for those who gave none."""
        return np.array([*numbers, np.nan], dtype=float)[self.codes]

    def numbers(self, low: float = -MOST, high: float = MOST) -> Floats:
        """Numbers between two ends; NaN for anything else.

        >>> Column.of([3, None, "many", 99]).numbers(0, 10).tolist()
        [3.0, nan, nan, nan]
        """
        return self.valued([float(v) if _is_number(v) and low <= v <= high else np.nan for v in self.values])

    def cell(self, row: str) -> Column:
        """The answers to one row of a matrix, one line of several texts."""
        return self.read(lambda value: value.get(row) if isinstance(value, dict) else None)

    def list(self) -> list[Any]:
        """One value a respondent, None where there is none."""
        every = [*self.values, None]
        return [every[code] for code in self.codes.tolist()]


class Growing:
    """A column while responses are read, one after the other; those between two that gave something gave nothing."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.codes = array("q")
        self._places: dict[Hashable, int] = {}

    def add(self, value: Any, at: int) -> None:
        """What the respondent at a place gave."""
        if value is None or (not value and is_empty(value)):
            return
        key = (repr(value),) if isinstance(value, list | dict | bool) else value
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self.values)
            self.values.append(value)
        self._reach(at)
        self.codes.append(place)

    def _reach(self, n: int) -> None:
        if n > len(self.codes):
            self.codes.extend(array("q", [-1]) * (n - len(self.codes)))

    def column(self, n: int) -> Column:
        """Of so many respondents."""
        self._reach(n)
        return Column(np.array(self.codes, dtype=np.intp), self.values)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class Columns:
    """All responses to a survey, column by column; each is worked out when it is first asked for, and kept."""

    def __init__(self, versions: Mapping[int, Questionnaire], responses: Iterable[Responded]):
        self.versions = versions
        self.responses: list[Respondent] = []
        growing: defaultdict[str, Growing] = defaultdict(Growing)
        for place, response in enumerate(responses):
            self.responses.append(response.by)
            for name, value in response.answers.items():
                growing[name].add(value, place)
        self._answers = {name: one.column(self.n) for name, one in growing.items()}
        self._facts: dict[str, Column] = {}
        self._seen: dict[str, Mask] = {}

    @property
    def n(self) -> int:
        return len(self.responses)

    def answers(self, name: str) -> Column:
        """What was answered under the name of a question, in whatever version."""
        return self._answers[name] if name in self._answers else Column(np.full(self.n, -1, dtype=np.intp), [])

    @cached_property
    def has_answers(self) -> Mask:
        """Who answered anything."""
        found = np.zeros(self.n, dtype=bool)
        for column in self._answers.values():
            found |= column.is_given
        return found

    def _answers_at(self, place: int) -> dict[str, Any]:
        """All that one respondent answered."""
        codes = ((name, column, int(column.codes[place])) for name, column in self._answers.items())
        return {name: column.values[code] for name, column, code in codes if code >= 0}

    def fact(self, name: str) -> Column:
        """``language``, ``way``, ``touchpoint``, ``version``, or ``trait:<name>``."""
        if name not in self._facts:
            self._facts[name] = self._trait(name.removeprefix("trait:")) if name not in FACTS else self._fact(name)
        return self._facts[name]

    def _fact(self, name: str) -> Column:
        return Column.of([FACTS[name](one) for one in self.responses])

    def _trait(self, name: str) -> Column:
        given = Column.of([one.traits.get(name) for one in self.responses])
        return given.read(as_category)

    @cached_property
    def version(self) -> NDArray[np.intp]:
        """The number of the version that each saw."""
        return np.array([one.version for one in self.responses], dtype=np.intp)

    @cached_property
    def is_complete(self) -> Mask:
        return np.array([one.is_complete for one in self.responses], dtype=bool)

    @cached_property
    def traits(self) -> list[str]:
        """The traits of the invited that they can be grouped by."""
        names = sorted({name for one in self.responses for name in one.traits})
        return [name for name in names if 0 < len(self.fact(f"trait:{name}").values) <= MOST_CATEGORIES]

    # --- who saw what --------------------------------------------------------------------------------------------

    def seen(self, name: str) -> Mask:
        """Who was shown the question of that name, on a page that they came to."""
        if name not in self._seen:
            found = np.zeros(self.n, dtype=bool)
            for number, poll in self.versions.items():
                for page in poll.pages:
                    if any(one.name == name and not isinstance(one, Html) for one in page.elements):
                        found |= (self.version == number) & self._reached(page) & self._shown(number, name)
            self._seen[name] = found
        return self._seen[name]

    @cached_property
    def _pages(self) -> Column:
        return Column.of([() if one.is_complete else one.pages for one in self.responses])

    def _reached(self, page: Page) -> Mask:
        """Who came to a page: all who came to the end, and those of whom no pages are known."""
        return self._pages.where(lambda pages: page.name in pages) | ~self._pages.is_given

    def _shown(self, number: int, name: str) -> Mask:
        """To whom of a version the conditions show a question: people who are alike in all that decides it are walked
        through the survey once."""
        deciding = self._deciding[number]
        if name not in deciding.of:
            return np.ones(self.n, dtype=bool)
        inside = np.flatnonzero(self.version == number)
        alike, first = self._alike(deciding, deciding.of[name], inside)
        is_shown = np.array([name in self._way(deciding, int(inside[at])) for at in first.tolist()], dtype=bool)
        found = np.zeros(self.n, dtype=bool)
        found[inside] = is_shown[alike] if len(inside) else False
        return found

    @cached_property
    def _deciding(self) -> dict[int, Deciding]:
        return {number: Deciding(poll) for number, poll in self.versions.items()}

    def _alike(
        self, deciding: Deciding, names: Sequence[str], inside: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """A number for each response of those ``inside``, the same for those alike, and the first of each number."""
        columns = [self.answers(name) for name in names]
        columns += [self._all_traits] if deciding.reads_traits else []
        columns += [self._orders] if deciding.poll.random_groups else []
        key = np.zeros(len(inside), dtype=np.intp)
        first = np.zeros(min(1, len(inside)), dtype=np.intp)
        for column in columns:
            pairs = key * (len(column.values) + 1) + column.codes[inside] + 1
            _, first, key = np.unique(pairs, return_index=True, return_inverse=True)
        return key, first

    @cached_property
    def _all_traits(self) -> Column:
        return Column.of([dict(sorted(one.traits.items())) for one in self.responses])

    @cached_property
    def _orders(self) -> Column:
        return Column.of([one.arrangement.get("pages") for one in self.responses])

    def _way(self, deciding: Deciding, place: int) -> frozenset[str]:
        if place not in self._ways:
            self._ways[place] = deciding.way(self.responses[place], self._answers_at(place))
        return self._ways[place]

    @cached_property
    def _ways(self) -> dict[int, frozenset[str]]:
        return {}
