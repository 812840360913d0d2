"""What stands before and behind the answers of another tool's survey: what is filled in, and where it leads."""

from __future__ import annotations

from typing import Any

import msgspec

from regard.base.words import said
from regard.surveys.checking.ends import takes_filled
from regard.surveys.evaluating import is_empty
from regard.surveys.leaving import is_safe
from regard.surveys.model import Fillable, Question, Text
from regard.surveys.moving.losses import Losses

NOT_FILLED = said("it is no answer that the question takes; nothing is filled in")


def with_filled(question: Question, given: Any, place: str, losses: Losses) -> Question:
    """The question with an answer that is filled in beforehand; what it does not take is listed."""
    if is_empty(given):
        return question
    if isinstance(question, Fillable):
        made: Any = msgspec.structs.replace(question, default_value=given)
        if takes_filled(made):
            return made  # type: ignore[no-any-return]
    losses.lost(place, said("filled-in answer {answer}", answer=str(given)[:100]), NOT_FILLED)
    return question


def safe_address(text: Text | None, place: str, losses: Losses) -> Text | None:
    """An address to go on at, in the languages in which it is a safe one; the others are listed."""
    given = text if isinstance(text, dict) else {"default": text} if text else {}
    kept = {language: each.strip() for language, each in given.items() if is_safe(each.strip())}
    for address in dict.fromkeys(each for language, each in given.items() if each.strip() and language not in kept):
        why = said("only https addresses whose host stands there in plain are led to")
        losses.lost(place, said("redirect to {address}", address=address), why)
    return kept.get("default") if set(kept) <= {"default"} else kept
