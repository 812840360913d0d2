"""What a survey asks, over all its versions: a question is the same where name, kind and scale are the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from regard.surveys import (
    Boolean,
    Checkbox,
    Choice,
    Chosen,
    Html,
    Matrix,
    MultipleText,
    Question,
    Questionnaire,
    Ranking,
    Rating,
    TextLine,
    choice,
    in_language,
    options_of,
    questions_of,
    title_of,
)

TYPED = ("number", "date", "datetime-local")
"""What is typed into a line and is no text."""
Options = Mapping[str, str]
"""Values as text, in the order of the question, and what they mean."""


@dataclass(frozen=True)
class Item:
    """One question: as its newest version asks it, in which versions it stands, and how earlier ones put it.

    ``key`` is its name, with a number where another question had the same name before.
    """

    key: str
    question: Question
    title: str
    versions: Sequence[int]
    earlier: Sequence[tuple[int, str]] = ()
    options: Options = field(default_factory=dict)
    rows: Options = field(default_factory=dict)
    is_current: bool = True

    @property
    def name(self) -> str:
        return self.question.name

    @property
    def metric(self) -> str | None:
        return self.question.metric if isinstance(self.question, Rating) else None


@dataclass
class _Same:
    """One question while versions are gone through, oldest first."""

    question: Question
    questionnaire: Questionnaire
    titles: dict[int, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)


def items_of(versions: Mapping[int, Questionnaire], language: str) -> list[Item]:
    """Every question of these versions: those of the newest in its order, then what it asks no longer.

    >>> from regard.surveys import read_questionnaire
    >>> asked = lambda title: read_questionnaire(
    ...     {"pages": [{"name": "p", "elements": [{"type": "comment", "name": "why", "title": title}]}]})
    >>> [item] = items_of({1: asked("Why?"), 2: asked("Why so?")}, "en")
    >>> item.title, item.earlier
    ('Why so?', [(1, 'Why?')])
    """
    found: dict[tuple[object, ...], _Same] = {}
    for number, questionnaire in sorted(versions.items()):
        for question in questions_of(questionnaire):
            if not isinstance(question, Html):
                _add(found, number, questionnaire, question, language)
    newest = max(versions, default=0)
    ordered = [*_in_order(found, newest), *(one for one in found.values() if newest not in one.titles)]
    return list(_named(ordered, newest))


def _add(
    found: dict[tuple[object, ...], _Same], number: int, questionnaire: Questionnaire, question: Question, language: str
) -> None:
    own = questionnaire.locale
    one = found.setdefault(_identity(question), _Same(question, questionnaire))
    one.question, one.questionnaire = question, questionnaire
    one.titles[number] = title_of(question, language, own)
    one.options = {**_options(question, language, own), **_left_behind(one.options, question, language, own)}
    one.rows |= _rows(question, language, own)


def _left_behind(known: Options, question: Question, language: str, own: str) -> Options:
    """Choices of earlier versions that this one does not offer."""
    now = _options(question, language, own)
    return {value: text for value, text in known.items() if value not in now}


def _identity(question: Question) -> tuple[object, ...]:
    return (question.name, type(question).__name__, *_scale(question))


def _scale(question: Question) -> tuple[object, ...]:
    """What makes answers of the same kind another thing: their scale, or what is typed."""
    if isinstance(question, Rating):
        return (question.rate_min, question.rate_max, question.metric)
    if isinstance(question, Matrix):
        return (question.cell_type, *([choice(one).value for one in question.columns] if question.metric else []))
    typed = question.input_type if isinstance(question, TextLine) else ""
    return (typed if typed in TYPED else "",)


def _in_order(found: Mapping[tuple[object, ...], _Same], newest: int) -> Iterator[_Same]:
    poll = next((one.questionnaire for one in found.values() if newest in one.titles), None)
    for question in questions_of(poll) if poll else ():
        if not isinstance(question, Html):
            yield found[_identity(question)]


def _named(ordered: Sequence[_Same], newest: int) -> Iterator[Item]:
    taken: dict[str, int] = {}
    for one in ordered:
        name = one.question.name
        taken[name] = taken.get(name, 0) + 1
        title = one.titles[max(one.titles)]
        yield Item(
            key=name if taken[name] == 1 else f"{name}~{taken[name]}",
            question=one.question,
            title=title,
            versions=sorted(one.titles),
            earlier=_earlier(one.titles),
            options=one.options,
            rows=one.rows,
            is_current=newest in one.titles,
        )


def _earlier(titles: Mapping[int, str]) -> list[tuple[int, str]]:
    """The versions whose wording was another than that of the next one."""
    numbers = sorted(titles)
    pairs = itertools.pairwise(numbers)
    return [(before, titles[before]) for before, after in pairs if titles[before] != titles[after]]


def _options(question: Question, language: str, own: str) -> Options:
    if isinstance(question, Boolean):
        yes, no = (in_language(text, language, own) for text in (question.label_true, question.label_false))
        return {"true": yes or "✓", "false": no or "✗"}
    if isinstance(question, Matrix):
        return _texts(question.columns, language, own)
    if isinstance(question, Chosen):
        every = [choice(item) for item in question.choices]
        return {**_texts(every, language, own), **_texts(options_of(question, {}), language, own)}
    if isinstance(question, Rating) and question.rate_max - question.rate_min <= 10:
        return {str(value): _end(question, value, language, own) for value in _steps(question)}
    return {}


def _rows(question: Question, language: str, own: str) -> Options:
    """Rows of a matrix, lines of several texts."""
    if isinstance(question, MultipleText):
        return {line.name: in_language(line.title, language, own) or line.name for line in question.items}
    return _texts(question.rows, language, own) if isinstance(question, Matrix) else {}


def _steps(question: Rating) -> range:
    return range(question.rate_min, question.rate_max + 1)


def _end(question: Rating, value: int, language: str, own: str) -> str:
    """A value of a scale; both ends with what they mean."""
    ends = {question.rate_min: question.min_rate_description, question.rate_max: question.max_rate_description}
    said = in_language(ends.get(value), language, own)
    return f"{value} · {said}" if said else str(value)


def _texts(items: Sequence[Choice | str | int | float | bool], language: str, own: str) -> dict[str, str]:
    every = [choice(item) for item in items]
    return {as_text(one.value): in_language(one.text, language, own) or as_text(one.value) for one in every}


def as_text(value: object) -> str:
    """A value as a key: booleans as JSON writes them, whole numbers without a point.

    >>> as_text(True), as_text(3.0), as_text("red")
    ('true', '3', 'red')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def as_category(value: object) -> str | None:
    """A single value as a key; None for what is none, or many.

    >>> as_category(3), as_category([3]), as_category(None)
    ('3', None, None)
    """
    return None if value is None or isinstance(value, list | dict) else as_text(value)


def is_single(item: Item) -> bool:
    """Whether each respondent gives one of a few answers: such questions can be crossed and weighted to."""
    return bool(item.options) and not isinstance(item.question, Checkbox | Matrix | Ranking)
