"""What stands before and after the answers: answers that are filled in, and addresses that a survey leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from regard.base.words import said
from regard.surveys.checking.finding import ERROR, WARNING, Finding
from regard.surveys.evaluating import is_empty
from regard.surveys.leaving import addresses, is_safe
from regard.surveys.model import Boolean, Question, Questionnaire, questions_of
from regard.surveys.offering import filled, is_filled
from regard.surveys.validating import problem_of


def check_ends(questionnaire: Questionnaire) -> Iterator[Finding]:
    """Answers that are filled in beforehand, and addresses that cannot be led to."""
    for question in questions_of(questionnaire):
        if is_filled(question):
            yield from _filled(question)
    for address in dict.fromkeys(addresses(questionnaire)):
        if not is_safe(address.strip()):
            yield Finding(
                "unsafe_address",
                ERROR,
                said("the address {address} cannot be led to at the end", address=address),
                said("write it as https://example.org/thanks; values only stand behind the host"),
            )


def _filled(question: Question) -> Iterator[Finding]:
    given = getattr(question, "default_value", None)
    if isinstance(question, Boolean) and question.consent_for:
        yield Finding(
            "consent_filled",
            ERROR,
            said("consent that is filled in beforehand is none (GDPR, recital 32)"),
            said("take the answer that is filled in away"),
            question.name,
            "question",
        )
    elif not is_empty(given) and _is_unlike(question):
        yield Finding(
            "filled_unlike",
            ERROR,
            said("the answer that is filled in is none that the question takes: {answer}", answer=str(given)),
            said("choose one of its answers"),
            question.name,
            "question",
        )
    elif getattr(question, "metric", None):
        yield Finding(
            "score_filled",
            WARNING,
            said("a score is filled in beforehand: many leave it as it is, and the figure says what you wrote"),
            said("take it away, and let people choose"),
            question.name,
            "question",
        )


def _is_unlike(question: Question) -> bool:
    """Whether nothing would be shown of the answer, or a wrong one; conditions of choices are not asked."""
    conditions = ("choices_visible_if", "rows_visible_if", "columns_visible_if", "default_value_expression")
    bare = {name: None for name in conditions if hasattr(question, name)}
    plain: Any = msgspec.structs.replace(question, **bare)
    shown = filled(plain, {})
    return shown is None or problem_of(plain, shown, {plain.name: shown}) is not None
