"""What changed from one version of a questionnaire to the next, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from regard.surveys.model import Part, Questionnaire, questions_of


@dataclass(frozen=True)
class Change:
    """One page or question that came, went, moved or changed; of a changed one, the names of its fields in JSON."""

    what: Literal["added", "removed", "changed", "moved"]
    of: Literal["survey", "page", "question"]
    name: str
    fields: tuple[str, ...] = ()


def changes(before: Questionnaire, after: Questionnaire) -> list[Change]:
    """Every change, the survey's own first.

    >>> from regard.surveys.model import Comment, Page
    >>> one = Questionnaire(pages=[Page(name="p", elements=[Comment(name="why")])])
    >>> other = Questionnaire(pages=[Page(name="p", elements=[Comment(name="why", is_required=True)])])
    >>> changes(one, other)
    [Change(what='changed', of='question', name='why', fields=('isRequired',))]
    """
    own = _fields(before, after, without=("pages",))
    found = [Change("changed", "survey", "", own)] if own else []
    found += _of_kind("page", {page.name: page for page in before.pages}, {page.name: page for page in after.pages})
    old = {question.name: question for question in questions_of(before)}
    new = {question.name: question for question in questions_of(after)}
    return [*found, *_of_kind("question", old, new)]


def _of_kind(
    of: Literal["page", "question"], before: Mapping[str, Part], after: Mapping[str, Part]
) -> Iterator[Change]:
    for name, part in after.items():
        if name not in before:
            yield Change("added", of, name)
        elif fields := _fields(before[name], part, without=("elements",)):
            yield Change("changed", of, name, fields)
    for name in before:
        if name not in after:
            yield Change("removed", of, name)
    yield from (Change("moved", of, name) for name in _moved(list(before), list(after)))


def _fields(before: Part, after: Part, without: Sequence[str]) -> tuple[str, ...]:
    old, new = _plain(before), _plain(after)
    names = dict.fromkeys([*old, *new])
    return tuple(name for name in names if name not in without and old.get(name) != new.get(name))


def _plain(part: Part) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(part)
    return built


def _moved(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Those that must have been taken out and put elsewhere: what is not on a longest common row."""
    old = [name for name in before if name in set(after)]
    places = {name: place for place, name in enumerate(old)}
    new = [name for name in after if name in places]
    stays = _longest([places[name] for name in new])
    return [name for name in new if places[name] not in stays]


def _longest(places: list[int]) -> set[int]:
    """A longest ascending row among these numbers."""
    best: list[list[int]] = []
    for place in places:
        rows = [row for row in best if row[-1] < place]
        best.append([*_last_longest(rows), place])
    return set(_last_longest(best))


def _last_longest(rows: list[list[int]]) -> list[int]:
    return (sorted(rows, key=len) or [[]])[-1]
