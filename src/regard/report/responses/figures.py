"""What each question was answered: its distribution, row by row where it has rows, and the score it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np

from regard.metrics import (
    Asked,
    Distribution,
    Estimate,
    Unit,
    choices,
    multiple_choices,
    numbers,
    rankings,
    ratings,
)
from regard.report.responses.collected import Collected, Floats, Known, Mask, numbers_of
from regard.report.responses.items import Item, Options, as_text
from regard.report.responses.weighting import Weighing
from regard.surveys import (
    Boolean,
    Checkbox,
    Dropdown,
    File,
    Matrix,
    MultipleText,
    RadioGroup,
    Ranking,
    Rating,
    TextLine,
)

NET: Final = (-100.0, 100.0)
MOST_MONTHS: Final = 24
Cuts = Mapping[str, float]
"""Scale ("1-5") → least answer that counts as satisfied."""


@dataclass(frozen=True)
class Part:
    """One distribution: of the question (no name), or of one of its rows, lines or ranked choices."""

    name: str
    found: Distribution
    labels: Options = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    """One question: how many saw it, how many of them answered, its distributions, and its score where it has one.

    ``kind`` says how it is shown: ``shares``, ``numbers``, ``ranks``, ``files`` or ``words``.
    """

    item: Item
    seen: int
    n: int
    kind: str
    parts: Sequence[Part] = ()
    headline: Estimate | None = None
    span: tuple[str, str] | None = None


@dataclass(frozen=True)
class Reader:
    """Reads questions of some responses by some weights."""

    collected: Collected
    mask: Mask
    weighing: Weighing
    cuts: Cuts = field(default_factory=dict)

    def answered(self, item: Item) -> Answered:
        """What became of one question."""
        answers, saw = self.collected.answers(item), self.collected.seen(item) & self.mask
        given = np.fromiter((value is not None for value in answers), dtype=bool, count=len(answers))
        saw |= given & self.mask
        told = [answer for answer, is_in in zip(answers, saw.tolist(), strict=True) if is_in]
        w = self.weighing.of(saw)
        kind, parts = _parts(item, told, w)
        span = _span(told) if _is_dated(item) else None
        return Answered(item, int(saw.sum()), int((given & saw).sum()), kind, parts, self.headline(item), span)

    def headline(self, item: Item) -> Estimate | None:
        """The score that the question is asked for, with its interval."""
        asked = asked_of(self.collected, item, self.cuts)
        if asked is None:
            return None
        values, raked, known = np.asarray(asked.values, dtype=float), self.weighing.raked, self.weighing.known
        if raked is not None and known is not None:
            inside = np.where(self.mask, values, np.nan)[known]
            return raked.mean(inside, asked.scale, asked.unit)
        return Asked(values[self.mask], asked.scale, asked.unit).estimate(self.weighing.of(self.mask))


def asked_of(collected: Collected, item: Item, cuts: Cuts) -> Asked | None:
    """A rating as what it is asked for: points of an NPS, who is satisfied of a CSAT, else the answer on its scale."""
    question = item.question
    if not isinstance(question, Rating):
        return None
    scores, low, high = collected.scores(item), float(question.rate_min), float(question.rate_max)
    known = ~np.isnan(scores)
    if item.metric == "nps" and (low, high) == (0, 10):
        verdicts = np.where(scores >= 9, 100.0, np.where(scores >= 7, 0.0, -100.0))
        return Asked(np.where(known, verdicts, np.nan), NET, Unit.POINTS)
    if item.metric == "csat":
        cut = cuts.get(f"{low:g}-{high:g}", low + 0.75 * (high - low))
        top = scores >= cut if question.orientation == "higher" else scores <= low + high - cut
        return Asked(np.where(known, top.astype(float), np.nan), (0.0, 1.0), Unit.SHARE)
    return Asked(scores, (low, high))


# --- one reader for each kind -----------------------------------------------------------------------------------------


Found = tuple[str, list[Part]]
"""How a question is shown, and its distributions."""


def _parts(item: Item, answers: Sequence[Any], w: Floats) -> Found:
    read = _READERS.get(type(item.question))
    return read(item, answers, w) if read else ("words", [])


def _rating(item: Item, answers: Sequence[Any], w: Floats) -> Found:
    question = item.question
    assert isinstance(question, Rating)
    scale = (float(question.rate_min), float(question.rate_max))
    found = ratings(numbers_of(answers, *scale), scale, w)
    return "shares" if found.shares else "numbers", [Part("", found, item.options)]


def _one(item: Item, answers: Sequence[Any], w: Floats) -> Found:
    return "shares", [Part("", choices(_texts(answers), list(item.options), w), item.options)]


def _some(item: Item, answers: Sequence[Any], w: Floats) -> Found:
    return "shares", [Part("", _many(answers, item.options, w), item.options)]


def _line(item: Item, answers: Sequence[Any], w: Floats) -> Found:
    question = item.question
    assert isinstance(question, TextLine)
    if question.input_type == "number":
        return "numbers", [Part("", numbers(numbers_of(answers), w))]
    return ("shares", _months(answers, w)) if _is_dated(item) else ("words", [])


def _texts(answers: Sequence[Any]) -> Known:
    return [None if value is None else as_text(value) for value in answers]


def _many(answers: Sequence[Any], options: Options, w: Floats) -> Distribution:
    chosen = [set(map(as_text, value)) if isinstance(value, list) else set() for value in answers]
    strangers = sorted(set().union(*chosen) - set(options)) if chosen else []
    picked = {name: [name in one for one in chosen] for name in (*options, *strangers)}
    return multiple_choices(picked, [value is not None for value in answers], w)


def _ranked(item: Item, answers: Sequence[Any], w: Floats) -> Found:
    places = [{as_text(v): at for at, v in enumerate(value, 1)} if value else {} for value in answers]
    ranks = {name: [place.get(name, np.nan) for place in places] for name in item.options}
    return "ranks", [Part(item.options[name], found) for name, found in rankings(ranks, w).items()]


def _matrix(item: Item, answers: Sequence[Any], w: Floats) -> Found:
    return "shares", list(_rows(item, answers, w))


def _rows(item: Item, answers: Sequence[Any], w: Floats) -> Iterator[Part]:
    question, scale = item.question, _scale(item.options)
    assert isinstance(question, Matrix)
    for row, label in item.rows.items():
        cells = _cells(answers, row)
        if question.cell_type == "checkbox":
            yield Part(label, _many(cells, item.options, w), item.options)
        elif question.metric and scale:
            yield Part(label, ratings(numbers_of(cells, *scale), scale, w), item.options)
        else:
            yield Part(label, choices(_texts(cells), list(item.options), w), item.options)


def _scale(options: Options) -> tuple[float, float] | None:
    """From the least to the most of columns that are numbers."""
    try:
        found = [float(value) for value in options]
    except ValueError:
        return None
    return (min(found), max(found)) if len(found) > 1 else None


def _lines(item: Item, answers: Sequence[Any], w: Floats) -> Found:
    """The lines that hold numbers; the others are words."""
    question = item.question
    assert isinstance(question, MultipleText)
    found = [
        Part(item.rows[line.name], numbers(numbers_of(_cells(answers, line.name)), w))
        for line in question.items
        if line.input_type == "number"
    ]
    return ("numbers", found) if found else ("words", [])


def _cells(answers: Sequence[Any], row: str) -> list[Any]:
    """The answers to one row."""
    return [value.get(row) if isinstance(value, dict) else None for value in answers]


def _is_dated(item: Item) -> bool:
    return isinstance(item.question, TextLine) and item.question.input_type in ("date", "datetime-local")


def _months(answers: Sequence[Any], w: Floats) -> list[Part]:
    """Months in which dates fall; nothing where they are too many to be read."""
    months = [value[:7] if isinstance(value, str) and _is_day(value[:10]) else None for value in answers]
    found = sorted({month for month in months if month})
    return [Part("", choices(months, found, w))] if 0 < len(found) <= MOST_MONTHS else []


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _span(answers: Sequence[Any]) -> tuple[str, str] | None:
    days = sorted(value[:10] for value in answers if isinstance(value, str) and _is_day(value[:10]))
    return (days[0], days[-1]) if days else None


def _files(item: Item, answers: Sequence[Any], w: Floats) -> Found:
    return "files", []


_READERS: Final[Mapping[type, Callable[[Item, Sequence[Any], Floats], Found]]] = {
    Rating: _rating,
    Boolean: _one,
    RadioGroup: _one,
    Dropdown: _one,
    Checkbox: _some,
    Ranking: _ranked,
    Matrix: _matrix,
    MultipleText: _lines,
    TextLine: _line,
    File: _files,
}
