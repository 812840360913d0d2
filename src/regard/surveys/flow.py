"""Which questions somebody sees, in which order, and where it ends: worked out anew from the answers each time.

Pages and questions are gone through in order. A condition sees the answers to what came before it and was shown, the
person's traits and the calculated values; an answer to a question that is no longer shown counts for nothing. When a
page is left, its triggers are read: those that name it (``after``) and those whose condition asks for one of its
questions. A skip only goes forward.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from regard.surveys.arranging import AS_WRITTEN, Arrangement, arranged_pages, in_order
from regard.surveys.evaluating import evaluate, holds, is_empty
from regard.surveys.expressions import names_in, parse
from regard.surveys.model import (
    Answers,
    Complete,
    Html,
    Page,
    Question,
    Questionnaire,
    Quota,
    Skip,
)
from regard.surveys.offering import filled, is_answerable, is_offering

Traits = Mapping[str, Any]
COMMENT = "-Comment"
"""Ends the name under which the text beside "other" is kept."""


class Step(NamedTuple):
    """A page with those of its questions that are shown, and what is known when it is shown and when it is left."""

    page: Page
    questions: tuple[Question, ...]
    before: Mapping[str, Any]
    values: Mapping[str, Any]

    @property
    def names(self) -> list[str]:
        return [question.name for question in self.questions]


class Path(NamedTuple):
    """The steps from the first to the last page; ``ended_by`` is the trigger that ends it early, if any."""

    steps: tuple[Step, ...]
    ended_by: Complete | None = None

    def step(self, page: str) -> Step | None:
        """The step of a page; None when that page is not shown."""
        return next((step for step in self.steps if step.page.name == page), None)

    def after(self, page: str) -> Step | None:
        """What comes after a page; the first step for ``""``, None at the end (and for a page that is not shown)."""
        names = ["", *(step.page.name for step in self.steps)]
        place = names.index(page) if page in names else len(names)
        return self.steps[place] if place < len(self.steps) else None

    def before(self, page: str) -> Step | None:
        """What came before a page; None at the beginning."""
        names = [step.page.name for step in self.steps]
        place = names.index(page) if page in names else len(names)
        return self.steps[place - 1] if place else None

    def progress(self, page: str) -> float:
        """The share of steps that lie before a page, from 0 to 1."""
        names = [step.page.name for step in self.steps]
        return names.index(page) / len(names) if page in names else 1.0

    @property
    def names(self) -> list[str]:
        """Names of the questions that are shown, in order."""
        return [question.name for step in self.steps for question in step.questions]


def path(
    questionnaire: Questionnaire,
    answers: Answers,
    traits: Traits | None = None,
    arrangement: Arrangement = AS_WRITTEN,
    sent: Collection[str] | None = None,
) -> Path:
    """What somebody with these answers and traits sees. Pages that were not answered yet count as unanswered.

    ``sent`` names the questions that somebody has sent, with an answer or without: all others hold the answer that is
    filled in beforehand. None: nothing is filled in, only what was answered counts.

    >>> from regard.surveys.reading import read_questionnaire
    >>> poll = read_questionnaire({"pages": [
    ...     {"name": "one", "elements": [{"type": "rating", "name": "nps"}]},
    ...     {"name": "two", "visibleIf": "{nps} < 3", "elements": [{"type": "comment", "name": "why"}]}]})
    >>> path(poll, {"nps": 2}).names, path(poll, {"nps": 5}).names
    (['nps', 'why'], ['nps'])
    """
    pages = arranged_pages(questionnaire, arrangement)
    values: dict[str, Any] = {"profile": dict(traits or {})}
    _calculate(questionnaire, values)
    steps: list[Step] = []
    place = 0
    while place < len(pages):
        page = pages[place]
        place += 1
        if not holds(page.visible_if, values):
            continue
        before = dict(values)
        shown = tuple(_shown(questionnaire, page, answers, values, arrangement, sent))
        if not shown and (page.elements or not (page.title or page.description)):
            continue
        steps.append(Step(page, shown, before, dict(values)))
        fired = _fired(questionnaire, shown, values)
        if isinstance(fired, Complete):
            return Path(tuple(steps), fired)
        if isinstance(fired, Skip):
            place = max(place, _place_of(fired.goto_name, pages))
    return Path(tuple(steps))


def _shown(
    questionnaire: Questionnaire,
    page: Page,
    answers: Answers,
    values: dict[str, Any],
    arrangement: Arrangement,
    sent: Collection[str] | None,
) -> Iterator[Question]:
    """The questions of a page that are shown; their answers become known one after another."""
    ordered = in_order(page.elements, arrangement.questions.get(page.name), lambda question: question.name)
    for question in ordered:
        if not holds(question.visible_if, values) or not is_offering(question, values):
            continue
        known = _answer(question, answers)
        if not known and sent is not None and question.name not in sent:
            known = _answer(question, {question.name: filled(question, values, arrangement)})
        values.update(known)
        _calculate(questionnaire, values)
        yield question


def _answer(question: Question, answers: Answers) -> dict[str, Any]:
    names = (question.name, question.name + COMMENT)
    return {name: answers[name] for name in names if not is_empty(answers.get(name))}


def _calculate(questionnaire: Questionnaire, values: dict[str, Any]) -> None:
    for calculated in questionnaire.calculated_values:
        values[calculated.name] = evaluate(parse(calculated.expression), values)


def _fired(
    questionnaire: Questionnaire, shown: Sequence[Question], values: Mapping[str, Any]
) -> Complete | Skip | None:
    """The first trigger that ends or skips when these questions' page is left."""
    names = {question.name for question in shown}
    for trigger in questionnaire.triggers:
        is_asked = trigger.after in names if trigger.after else _asks_for(questionnaire, trigger.expression, names)
        if is_asked and holds(trigger.expression, values):
            return trigger
    return None


def _asks_for(questionnaire: Questionnaire, expression: str, names: set[str]) -> bool:
    """Does a condition read the answer to one of these questions? One that reads no answers at all is read anywhere."""
    wanted = _answers_in(questionnaire, expression)
    return not wanted or any(
        name in names or name.removesuffix(COMMENT) in names or name.partition(".")[0] in names for name in wanted
    )


def _answers_in(questionnaire: Questionnaire, expression: str) -> list[str]:
    """The answers that an expression reads, also by way of calculated values; traits are none."""
    worked_out = {value.name: value.expression for value in questionnaire.calculated_values}
    wanted = names_in(expression)
    for name in wanted:  # grows by what calculated values are worked out of
        wanted += [more for more in names_in(worked_out.get(name)) if more not in wanted]
    return [name for name in wanted if name not in worked_out and not name.startswith("profile.")]


def _place_of(name: str, pages: Sequence[Page]) -> int:
    """Where a page, or the page of a question, stands; -1 for one that is nowhere."""
    found = (
        place for place, page in enumerate(pages) if name in {page.name, *(element.name for element in page.elements)}
    )
    return next(found, -1)


# --- answers ---------------------------------------------------------------------------------------------------------


def is_required(question: Question, values: Mapping[str, Any]) -> bool:
    """Whether an answer must be given: not where none is left to choose."""
    is_needed = question.is_required or (bool(question.required_if) and holds(question.required_if, values))
    return is_needed and is_answerable(question, values)


def is_answered(question: Question, answers: Answers) -> bool:
    """Whether there is an answer; there is none to a statement."""
    return not isinstance(question, Html) and not is_empty(answers.get(question.name))


def answers_on(way: Path, answers: Answers) -> dict[str, Any]:
    """The answers that count: those to questions that are shown on this path."""
    found: dict[str, Any] = {}
    for step in way.steps:
        for question in step.questions:
            found |= _answer(question, answers)
    return found


def quotas_at(questionnaire: Questionnaire, step: Step) -> list[Quota]:
    """The quotas that a respondent falls into, as far as this step's answers say so."""
    names = set(step.names)
    return [
        quota
        for quota in questionnaire.quotas
        if _asks_for(questionnaire, quota.expression, names) and holds(quota.expression, step.values)
    ]
