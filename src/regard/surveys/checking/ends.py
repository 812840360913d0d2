"""What stands before and after the answers: answers that are filled in, and addresses that a survey leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from regard.base.words import said
from regard.surveys.checking.finding import ERROR, WARNING, Finding
from regard.surveys.evaluating import is_empty, same
from regard.surveys.leaving import addresses, is_safe
from regard.surveys.model import Boolean, Comment, MultipleText, Question, Questionnaire, TextLine, choice, questions_of
from regard.surveys.offering import filled, is_filled
from regard.surveys.validating import problem_of


def check_ends(questionnaire: Questionnaire) -> Iterator[Finding]:
    """Answers that are filled in beforehand, and addresses that cannot be led to."""
    for question in questions_of(questionnaire):
        if is_filled(question):
            yield from _filled(question)
    for address in dict.fromkeys(addresses(questionnaire)):
        if not is_safe(address):
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
    elif not is_empty(given) and not takes_filled(question):
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


def takes_filled(question: Question) -> bool:
    """Whether an answer that is filled in is one that the question takes; conditions of choices are not asked."""
    conditions = ("choices_visible_if", "rows_visible_if", "columns_visible_if", "default_value_expression")
    bare: dict[str, Any] = {name: None for name in conditions if hasattr(question, name)}
    for name in ("choices", "rows", "columns"):
        if isinstance(listed := getattr(question, name, None), list):
            bare[name] = [msgspec.structs.replace(choice(item), visible_if=None) for item in listed]
    if isinstance(question, MultipleText):
        bare["items"] = [msgspec.structs.replace(item, visible_if=None) for item in question.items]
    plain: Any = msgspec.structs.replace(question, **bare)
    shown = filled(plain, {})
    is_whole = shown is not None and _is_all(shown, plain.default_value)
    is_text = isinstance(plain, TextLine | Comment)
    return is_whole and not (is_text and problem_of(plain, shown, {plain.name: shown}))


def _is_all(shown: Any, given: Any) -> bool:
    """Whether all of an answer is shown; what is missing of a matrix is still to be answered."""
    if isinstance(given, Mapping):
        return set(shown) == set(map(str, given)) and all(_is_all(shown[str(row)], given[row]) for row in given)
    one_each = (each if isinstance(each, list) else [each] for each in (shown, given))
    return same(*one_each)
