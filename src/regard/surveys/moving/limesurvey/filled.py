"""LimeSurvey's default values as answers that are filled in beforehand."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from regard.base.words import said
from regard.surveys.expressions import Binary, Constant, Expression, written
from regard.surveys.model import Boolean, Checkbox, Comment, MultipleText, Question, TextLine
from regard.surveys.moving.ends import with_filled
from regard.surveys.moving.limesurvey.survey import MULTIPLE, Asked
from regard.surveys.moving.limesurvey.translating import Known, value_of
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.wording import number_of

_ONE: Final = re.compile(r"\{(?!\s)([^{}]+)(?<!\s)\}")


def there(asked: Asked, language: str) -> Any:
    """What is filled in of a question, in LimeSurvey's codes; None for nothing, and for what is worked out."""
    plain = {(each.sub, each.special): each.said(language) for each in asked.defaults if each.scale in ("", "0")}
    codes = {sub.id: sub.code for sub in asked.subs}
    if asked.type in MULTIPLE:
        return [codes[sub] for (sub, special), text in plain.items() if sub in codes and not special and text] or None
    if asked.type in "QK":
        slider = number_of(asked.attribute("slider_default"))
        found = {code: str(slider) for code in codes.values()} if slider is not None and asked.type == "K" else {}
        found |= {codes[sub]: text for (sub, _), text in plain.items() if sub in codes and text}
        return found or None
    text = next((text for (sub, special), text in plain.items() if sub in ("", "0") and not special), "")
    return text or None


def filled_in(asked: Asked, question: Question, carried: Carried, known: Known) -> Question:
    """A question of ours with what is filled in; a text that is one expression is worked out."""
    given, place = there(asked, known.own_language), asked.code
    if any(len(set(each.texts.values())) > 1 for each in asked.defaults):
        why = said("it is the same in every language: that of the survey's own")
        known.losses.changed(place, said("filled-in answers by language"), why)
    if any(each.special or each.scale not in ("", "0") for each in asked.defaults):
        known.losses.lost(place, said("filled-in answer"), said("what stands beside an answer is not filled in"))
    if isinstance(given, str) and _ONE.search(given):
        return _worked_out(given, asked, question, known)
    if isinstance(given, dict) and any(_ONE.search(text) for text in given.values()):
        known.losses.lost(place, said("filled-in answer {answer}", answer=str(given)[:100]), _NOT_WORKED_OUT)
        return question
    return with_filled(question, _ours(question, carried, given), place, known.losses)


_NOT_WORKED_OUT: Final = said("only an answer of one line is worked out; nothing is filled in")


def _worked_out(text: str, asked: Asked, question: Question, known: Known) -> Question:
    """With an answer that is worked out: what stands around expressions is joined with them."""
    if not isinstance(question, TextLine | Comment):
        known.losses.lost(asked.code, said("filled-in answer {answer}", answer=text[:100]), _NOT_WORKED_OUT)
        return question
    found: Expression | None = None
    for place, part in enumerate(_ONE.split(text)):
        one = value_of(part, known, asked.code, asked) if place % 2 else Constant(part)
        if one is None:
            return question
        if one != Constant(""):
            found = Binary("+", found, one) if found else one
    return msgspec.structs.replace(question, default_value_expression=written(found)) if found else question


def _ours(question: Question, carried: Carried, given: Any) -> Any:
    if given is None:
        return None
    answer = carried.answer(given)
    if isinstance(question, TextLine) and question.input_type == "number":
        number = number_of(answer)
        return answer if number is None else number
    if isinstance(question, MultipleText) and isinstance(answer, dict):
        numbers = {item.name for item in question.items if item.input_type == "number"}
        return {
            row: number if row in numbers and (number := number_of(each)) is not None else each
            for row, each in answer.items()
        }
    if isinstance(question, Boolean):
        return answer if isinstance(answer, bool) else None
    return answer if not isinstance(question, Checkbox) or isinstance(answer, list) else [answer]
