"""Whether a survey that was moved still asks the same: walked in its own tool's meaning and in ours, and compared.

Each walk answers the source's questions by the source's own rules (:mod:`regard.surveys.moving.walking`), hands those
answers to our questionnaire, and compares which questions are shown, in which order. Where there are few enough ways
through, all of them are walked; otherwise a large random sample is, with a seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol, TypeVar

import msgspec

from regard.surveys.arranging import Arrangement
from regard.surveys.expressions import names_in
from regard.surveys.flow import path
from regard.surveys.model import CalculatedValue, Choice, Comment, Html, Questionnaire, questions_of
from regard.surveys.moving.moved import Moved

T = TypeVar("T")
MOST_WALKS: Final = 4_000
"""Ways through that are all walked; where there may be more, a sample of them is."""
SAMPLE: Final = 1_000
EXAMPLES: Final = 5


@dataclass
class Walked:
    """One way through a survey, in the source's terms."""

    shown: list[str] = field(default_factory=list)
    """Keys of the questions, in the order they were shown in."""
    answers: dict[str, Any] = field(default_factory=dict)
    traits: dict[str, Any] = field(default_factory=dict)
    orders: list[tuple[str, list[str], list[str]]] = field(default_factory=list)
    """What was put in random order: a name, all members as they stand, those drawn in their order."""


class Source(Protocol):
    """A survey that can be walked by its own tool's rules."""

    def walk(self, choose: Callable[[Sequence[Any]], Any]) -> Walked:
        """Go through once; ``choose`` takes one of several possibilities."""


@dataclass(frozen=True)
class Difference:
    """One way on which the two did not ask the same."""

    answers: Mapping[str, Any]
    source: list[str]
    ours: list[str]

    def __str__(self) -> str:
        both = min(len(self.source), len(self.ours))
        place = next((at for at in range(both) if self.source[at] != self.ours[at]), both)
        there, here = (_at(way, place) for way in (self.source, self.ours))
        return f"after {place} questions the source shows {there}, ours {here}"


def _at(way: list[str], place: int) -> str:
    return way[place] if place < len(way) else "the end"


@dataclass(frozen=True)
class Equivalence:
    """How many ways were walked, on how many both asked the same, and some of those on which they did not."""

    walks: int
    agreed: int
    is_exhaustive: bool
    seed: int
    differences: list[Difference]
    ways: int
    """How many of the walks differ from each other in what they show."""

    @property
    def is_equal(self) -> bool:
        return self.agreed == self.walks


def check_equivalence(moved: Moved, seed: int = 1, sample: int = SAMPLE) -> Equivalence:
    """Walk a moved survey both ways and compare.

    Questions that were not carried over (they are among the losses) are not compared and count as unanswered.
    """
    from regard.surveys.moving.walking import source_of

    source, ways = source_of(moved), set()
    moved = replace(moved, questionnaire=_bare(moved.questionnaire))
    drawn = _all_or_some(source, seed, sample)
    walks, agreed = 0, 0
    differences: list[Difference] = []
    for walked in drawn.walks():
        walks += 1
        there, here = compared(moved, walked)
        ways.add(tuple(there))
        if there == here:
            agreed += 1
        elif len(differences) < EXAMPLES:
            differences.append(Difference(_ours(moved, walked), there, here))
    return Equivalence(walks, agreed, drawn.is_exhaustive, seed, differences, len(ways))


def _bare(questionnaire: Questionnaire) -> Questionnaire:
    """The questionnaire without calculated values that only texts use: they change no way."""
    conditions = [page.visible_if for page in questionnaire.pages] + [
        each.expression for each in questionnaire.triggers
    ]
    for question in questions_of(questionnaire):
        conditions += [
            question.visible_if,
            getattr(question, "choices_visible_if", None),
            getattr(question, "rows_visible_if", None),
        ]
        listed = (
            [*getattr(question, "choices", ()), *getattr(question, "rows", ())]
            if not isinstance(question, Comment)
            else []
        )
        conditions += [item.visible_if for item in listed if isinstance(item, Choice)]
    used = {name for condition in conditions for name in names_in(condition)}
    kept: list[CalculatedValue] = []
    for value in reversed(questionnaire.calculated_values):
        if value.name in used:
            kept.insert(0, value)
            used |= set(names_in(value.expression))
    return msgspec.structs.replace(questionnaire, calculated_values=kept)


def compared(moved: Moved, walked: Walked) -> tuple[list[str], list[str]]:
    """Names of our questions as the source shows them, and as we do."""
    there = [moved.carried[key].name for key in walked.shown if key in moved.carried]
    traits = {trait: walked.traits[name] for name, trait in moved.traits.items() if walked.traits.get(name) is not None}
    way = path(moved.questionnaire, _ours(moved, walked), traits, _arrangement(moved, walked))
    known = {carried.name for carried in moved.carried.values()}
    return there, [name for name in way.names if name in known]


def _ours(moved: Moved, walked: Walked) -> dict[str, Any]:
    """The walk's answers as ours."""
    html = {question.name for question in questions_of(moved.questionnaire) if isinstance(question, Html)}
    found = {}
    for key, given in walked.answers.items():
        name, beside, _ = key.partition("-Comment")
        carried = moved.carried.get(name)
        if carried and given is not None and carried.name not in html:
            found[carried.name + beside] = given if beside else carried.answer(given)
    return found


def _arrangement(moved: Moved, walked: Walked) -> Arrangement:
    """Our random orders as the source drew them."""
    pages = [page.name for page in moved.questionnaire.pages]
    questions: dict[str, list[str]] = {}
    for name, members, drawn in walked.orders:
        units = {member: moved.pages.get(f"{name}/{member}", []) for member in members}
        if _is_within(moved.questionnaire, units):
            page = next(iter(units.values()))[0]
            questions[page] = [moved.carried[member].name for member in drawn if member in moved.carried]
        else:
            pages = _put(pages, [units[member] for member in members], [units[member] for member in drawn])
    return Arrangement(pages=pages, questions=questions)


def _is_within(questionnaire: Questionnaire, units: Mapping[str, list[str]]) -> bool:
    """Whether all members stand on one page, whose questions change places."""
    pages = {tuple(unit) for unit in units.values()}
    random_pages = {page.name for page in questionnaire.pages if page.questions_order == "random"}
    return len(pages) == 1 and bool(pages & {(name,) for name in random_pages})


def _put(pages: list[str], members: list[list[str]], drawn: list[list[str]]) -> list[str]:
    inside = {page for member in members for page in member}
    if not inside:
        return pages
    units = [[page for page in pages if page in member] for member in drawn]
    place = min(pages.index(page) for page in inside if page in pages)
    before = [page for page in pages[:place] if page not in inside]
    return [
        *before,
        *(page for unit in units for page in unit),
        *(page for page in pages[place:] if page not in inside),
    ]


# --- drawing ----------------------------------------------------------------------------------------------------------


class _Tape:
    """Choices as a row of numbers that counts up: every possible row comes once."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.sizes: list[int] = []
        self.place = 0

    def choose(self, possible: Sequence[T]) -> T:
        if self.place == len(self.taken):
            self.taken.append(0)
            self.sizes.append(len(possible))
        self.sizes[self.place] = len(possible)
        self.place += 1
        return possible[self.taken[self.place - 1]]

    def advance(self) -> bool:
        """Go on to the next row; False after the last."""
        del self.taken[self.place :], self.sizes[self.place :]
        while self.taken and self.taken[-1] + 1 >= self.sizes[-1]:
            self.taken.pop()
            self.sizes.pop()
        if self.taken:
            self.taken[-1] += 1
        self.place = 0
        return bool(self.taken)


@dataclass
class _Drawn:
    source: Source
    is_exhaustive: bool
    seed: int
    sample: int

    def walks(self) -> Iterator[Walked]:
        """Every walk; a sample of them, where there are (or turn out to be) too many."""
        tape, walked = _Tape(), 0
        while self.is_exhaustive:
            yield self.source.walk(tape.choose)
            walked += 1
            if not tape.advance():
                return
            self.is_exhaustive = walked < MOST_WALKS
        chance = random.Random(self.seed)  # noqa: S311 - a sample is no secret
        for _ in range(self.sample):
            yield self.source.walk(chance.choice)


def _all_or_some(source: Source, seed: int, sample: int) -> _Drawn:
    """All ways, when a few tries say that there are no more than can be walked."""
    chance, most = random.Random(seed), 1.0  # noqa: S311 - an estimate is no secret
    for _ in range(30):
        ways = 1.0

        def choose(possible: Sequence[T]) -> T:
            nonlocal ways
            ways *= len(possible)
            return chance.choice(possible)

        source.walk(choose)
        most = max(most, ways)
    return _Drawn(source, most <= MOST_WALKS, seed, sample)
