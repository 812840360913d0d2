"""What a check finds, and the parts of a questionnaire that checks walk through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from regard.base import Invalid
from regard.surveys.expressions import Expression, parse
from regard.surveys.model import Base, Chosen, Matrix, MultipleText, Part, Questionnaire, choice

CONDITIONS: Final = (
    "visible_if", "required_if", "choices_visible_if", "rows_visible_if", "columns_visible_if",
    "default_value_expression",
)  # fmt: skip
"""Fields of pages and questions that hold an expression."""
Severity: TypeAlias = Literal["error", "warning", "note"]
Kind: TypeAlias = Literal["survey", "page", "question"]
ERROR: Final = "error"
WARNING: Final = "warning"
NOTE: Final = "note"


@dataclass(frozen=True)
class Finding:
    """One thing found: a stable code, how bad it is, where (a name, empty for the survey), what, and what to do."""

    code: str
    severity: Severity
    message: str
    remedy: str
    place: str = ""
    of: Kind = "survey"

    @property
    def key(self) -> str:
        """What tells it from others, for a tick that it is meant so."""
        return f"{self.code}:{self.place}"


@dataclass(frozen=True)
class Condition:
    """A condition with the place where it is written and the name of its field."""

    text: str
    place: str
    of: Kind
    field: str


def conditions_of(questionnaire: Questionnaire) -> Iterator[Condition]:
    """Every condition of a questionnaire, pages and questions in order, then what belongs to the survey."""
    for page in questionnaire.pages:
        yield from _written(page, page.name, "page")
        for question in page.elements:
            yield from _written(question, question.name, "question")
            yield from _of_items(question)
    for one in questionnaire.navigate_to_url_on_condition:
        yield Condition(one.expression, "", "survey", "navigateToUrlOnCondition")
    for trigger in questionnaire.triggers:
        yield Condition(trigger.expression, "", "survey", "triggers")
    for quota in questionnaire.quotas:
        yield Condition(quota.expression, "", "survey", "quotas")
    for value in questionnaire.calculated_values:
        yield Condition(value.expression, "", "survey", "calculatedValues")


def _written(part: Part, name: str, of: Kind) -> Iterator[Condition]:
    for field in CONDITIONS:
        if text := getattr(part, field, None):
            yield Condition(text, name, of, field)


def _of_items(question: Base) -> Iterator[Condition]:
    items = [*question.choices] if isinstance(question, Chosen) else []
    if isinstance(question, Matrix):
        items = [*question.rows, *question.columns]
    for item in map(choice, items):
        if item.visible_if:
            yield Condition(item.visible_if, question.name, "question", "choices")
    for line in question.items if isinstance(question, MultipleText) else ():
        if line.visible_if:
            yield Condition(line.visible_if, question.name, "question", "items")
    for validator in question.validators:
        if validator.expression:
            yield Condition(validator.expression, question.name, "question", "validators")


@lru_cache(maxsize=4096)
def parsed(text: str) -> Expression | None:
    """The expression; None for one that cannot be read, which is a finding of its own."""
    try:
        return parse(text)
    except Invalid:
        return None
