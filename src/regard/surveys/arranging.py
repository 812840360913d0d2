"""The random orders of one response: drawn once, recorded, and followed ever after."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from regard.surveys.model import Chosen, Matrix, Page, Questionnaire, Value, choice, questions_of

T = TypeVar("T")


class Arrangement(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one respondent sees in which order. What is not named stands as it is written."""

    pages: list[str] | None = None
    """Names of the pages, without those that were not drawn."""
    questions: dict[str, list[str]] = {}
    """By page."""
    choices: dict[str, list[Value]] = {}
    """By question: values of choices, or of rows."""


def arrange(questionnaire: Questionnaire, seed: int, taken: Mapping[str, int] | None = None) -> Arrangement:
    """The random orders that a seed gives. ``taken`` says how often each page was drawn so far, for balanced groups.

    >>> from regard.surveys.reading import read_questionnaire
    >>> poll = read_questionnaire({"pages": [{"name": "a"}, {"name": "b"}], "randomGroups": [{"pages": ["a", "b"]}]})
    >>> sorted({tuple(arrange(poll, seed).pages) for seed in range(9)})
    [('a', 'b'), ('b', 'a')]
    """
    chance = random.Random(seed)  # noqa: S311 - an order of questions is no secret
    return Arrangement(
        pages=_pages(questionnaire, chance, taken or {}),
        questions={
            page.name: _shuffled([question.name for question in page.elements], chance)
            for page in questionnaire.pages
            if page.questions_order == "random"
        },
        choices={
            question.name: _shuffled([choice(item).value for item in _shuffled_items(question)], chance)
            for question in questions_of(questionnaire)
            if _shuffled_items(question)
        },
    )


def read_arrangement(kept: Any) -> Arrangement:
    """An arrangement as it was recorded."""
    return msgspec.convert(kept, Arrangement)


def arranged_pages(questionnaire: Questionnaire, arrangement: Arrangement) -> list[Page]:
    """The pages in this respondent's order."""
    if arrangement.pages is None:
        return questionnaire.pages
    by_name = {page.name: page for page in questionnaire.pages}
    return [by_name[name] for name in arrangement.pages if name in by_name]


def in_order(items: Sequence[T], names: Sequence[Any] | None, name_of: Any) -> list[T]:
    """The items in the recorded order of their names; those that it does not name stand at the end."""
    if not names:
        return list(items)
    places = {name: place for place, name in enumerate(names)}
    return sorted(items, key=lambda item: places.get(name_of(item), len(places)))


def _pages(questionnaire: Questionnaire, chance: random.Random, taken: Mapping[str, int]) -> list[str] | None:
    if not questionnaire.random_groups:
        return None
    order = [page.name for page in questionnaire.pages]
    for group in questionnaire.random_groups:
        here = [name for name in order if name in group.pages]
        if not here:
            continue
        drawn = _shuffled(here, chance)
        if group.is_balanced:
            drawn.sort(key=lambda name: taken.get(name, 0))  # stable: equally often taken ones stay shuffled
        drawn = drawn[: group.take]
        if group.is_balanced:
            chance.shuffle(drawn)
        place = order.index(here[0])
        before = [name for name in order[:place] if name not in here]
        order = [*before, *drawn, *(name for name in order[place:] if name not in here)]
    return order


def _shuffled_items(question: Any) -> Sequence[Any]:
    if isinstance(question, Chosen) and question.choices_order == "random":
        return question.choices
    if isinstance(question, Matrix) and question.rows_order == "random":
        return question.rows
    return ()


def _shuffled(items: Sequence[T], chance: random.Random) -> list[T]:
    found = list(items)
    chance.shuffle(found)
    return found
