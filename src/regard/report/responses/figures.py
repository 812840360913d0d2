"""What each question was answered: its distribution, row by row where it has rows, and the score it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from regard.metrics import (
    Asked,
    Distribution,
    Estimate,
    Unit,
    multiple_choices,
    numbers,
    rankings,
    ratings,
)
from regard.report.responses.collected import Collected
from regard.report.responses.columns import Column, Floats, Mask
from regard.report.responses.items import Item, Options, as_category, as_text
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
        answers = self.collected.answers(item)
        saw = (self.collected.seen(item) | answers.is_given) & self.mask
        told, w = answers.only(saw), self.weighing.of(saw)
        kind, parts = _parts(item, told, w)
        span = _span(told) if _is_dated(item) else None
        return Answered(item, told.n, int(told.is_given.sum()), kind, parts, self.headline(item), span)

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


def _parts(item: Item, answers: Column, w: Floats) -> Found:
    read = _READERS.get(type(item.question))
    return read(item, answers, w) if read else ("words", [])


def _rating(item: Item, answers: Column, w: Floats) -> Found:
    question = item.question
    assert isinstance(question, Rating)
    scale = (float(question.rate_min), float(question.rate_max))
    found = ratings(answers.numbers(*scale), scale, w)
    return "shares" if found.shares else "numbers", [Part("", found, item.options)]


def _chosen(item: Item, answers: Column, w: Floats) -> Found:
    return "shares", [Part("", _shares(answers, item.options, w), item.options)]


def _shares(answers: Column, options: Options, w: Floats) -> Distribution:
    """How many chose each option, and each value that is none of them."""
    lists = [value if isinstance(value, list) else [value] for value in answers.values]
    chosen = [{text for one in every if (text := as_category(one)) is not None} for every in lists]
    strangers = sorted(set().union(*chosen) - set(options))
    picked = {name: answers.marked([name in one for one in chosen]) for name in (*options, *strangers)}
    return multiple_choices(picked, answers.is_given, w)


def _line(item: Item, answers: Column, w: Floats) -> Found:
    question = item.question
    assert isinstance(question, TextLine)
    if question.input_type == "number":
        return "numbers", [Part("", numbers(answers.numbers(), w))]
    return ("shares", _months(answers, w)) if _is_dated(item) else ("words", [])


def _ranked(item: Item, answers: Column, w: Floats) -> Found:
    orders = [list(map(as_text, value)) if isinstance(value, list) else [] for value in answers.values]
    places = [{name: float(at) for at, name in enumerate(order, 1)} for order in orders]
    ranks = {name: answers.valued([place.get(name, np.nan) for place in places]) for name in item.options}
    return "ranks", [Part(item.options[name], found) for name, found in rankings(ranks, w).items()]


def _matrix(item: Item, answers: Column, w: Floats) -> Found:
    return "shares", list(_rows(item, answers, w))


def _rows(item: Item, answers: Column, w: Floats) -> Iterator[Part]:
    question, scale = item.question, _scale(item.options)
    assert isinstance(question, Matrix)
    for row, label in item.rows.items():
        cells = answers.cell(row)
        if question.metric and scale and question.cell_type != "checkbox":
            yield Part(label, ratings(cells.numbers(*scale), scale, w), item.options)
        else:
            yield Part(label, _shares(cells, item.options, w), item.options)


def _scale(options: Options) -> tuple[float, float] | None:
    """From the least to the most of columns that are numbers."""
    try:
        found = [float(value) for value in options]
    except ValueError:
        return None
    return (min(found), max(found)) if len(found) > 1 else None


def _lines(item: Item, answers: Column, w: Floats) -> Found:
    """The lines that hold numbers; the others are words."""
    question = item.question
    assert isinstance(question, MultipleText)
    found = [
        Part(item.rows[line.name], numbers(answers.cell(line.name).numbers(), w))
        for line in question.items
        if line.input_type == "number"
    ]
    return ("numbers", found) if found else ("words", [])


def _is_dated(item: Item) -> bool:
    return isinstance(item.question, TextLine) and item.question.input_type in ("date", "datetime-local")


def _months(answers: Column, w: Floats) -> list[Part]:
    """Months in which dates fall; nothing where they are too many to be read."""
    months = answers.read(lambda value: value[:7] if isinstance(value, str) and _is_day(value[:10]) else None)
    found = {month: month for month in sorted(months.values)}
    return [Part("", _shares(months, found, w))] if 0 < len(found) <= MOST_MONTHS else []


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _span(answers: Column) -> tuple[str, str] | None:
    days = sorted(value[:10] for value in answers.values if isinstance(value, str) and _is_day(value[:10]))
    return (days[0], days[-1]) if days else None


def _files(item: Item, answers: Column, w: Floats) -> Found:
    return "files", []


_READERS: Final[Mapping[type, Callable[[Item, Column, Floats], Found]]] = {
    Rating: _rating,
    Boolean: _chosen,
    RadioGroup: _chosen,
    Dropdown: _chosen,
    Checkbox: _chosen,
    Ranking: _ranked,
    Matrix: _matrix,
    MultipleText: _lines,
    TextLine: _line,
    File: _files,
}
