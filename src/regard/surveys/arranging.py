"""The random orders of one response: drawn once, recorded, and followed ever after."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

import msgspec

from regard.base.shapes import learn
from regard.surveys.model import Chosen, Matrix, Page, Questionnaire, RandomGroup, Value, choice, questions_of

T = TypeVar("T")


class Arrangement(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one respondent sees in which order. What is not named stands as it is written."""

    pages: list[str] | None = None
    """Names of the pages, without those that were not drawn."""
    questions: dict[str, list[str]] = {}
    """By page."""
    choices: dict[str, list[Value]] = {}
    """By question: values of choices, or of rows; without those that were not drawn."""


learn(Arrangement)


AS_WRITTEN = Arrangement()


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
            question.name: _shuffled_values(_shuffled_items(question), chance, getattr(question, "take", None))
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
        units = _units(group, order)
        if not units:
            continue
        drawn = _shuffled(units, chance)
        if group.is_balanced:
            drawn.sort(key=lambda unit: taken.get(unit[0], 0))  # stable: equally often taken ones stay shuffled
        drawn = drawn[: group.take]
        if group.is_balanced:
            chance.shuffle(drawn)
        order = _put(order, units, drawn)
    return order


def _units(group: RandomGroup, order: Sequence[str]) -> list[list[str]]:
    """What moves as one: the group's blocks, as they stand by now, and its other pages, each alone."""
    blocks = [[name for name in order if name in block] for block in group.blocks]
    alone = set(group.pages) - {name for block in group.blocks for name in block}
    units = [block for block in blocks if block] + [[name] for name in order if name in alone]
    return sorted(units, key=lambda unit: order.index(unit[0]))


def _put(order: Sequence[str], units: Sequence[Sequence[str]], drawn: Sequence[Sequence[str]]) -> list[str]:
    """The order with what was drawn of the units standing where the first of them stood."""
    here = {name for unit in units for name in unit}
    place = order.index(units[0][0])
    before = [name for name in order[:place] if name not in here]
    return [*before, *(name for unit in drawn for name in unit), *(name for name in order[place:] if name not in here)]


def _shuffled_values(items: Sequence[Any], chance: random.Random, take: int | None = None) -> list[Value]:
    """Values in random order, or so many of them; those of fixed choices keep their places."""
    choices = [choice(item) for item in items]
    moving = iter(_shuffled([item.value for item in choices if not item.is_fixed], chance)[:take])
    drawn = [[item.value] if item.is_fixed else list(islice(moving, 1)) for item in choices]
    return [value for each in drawn for value in each]


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
