"""Qualtrics' default choices as answers that are filled in beforehand."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from regard.surveys.expressions import Binary, Constant, Expression, Name, written
from regard.surveys.model import Comment, Matrix, MultipleText, Question, TextLine
from regard.surveys.moving.ends import with_filled
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.qualtrics.conditions import Known
from regard.surveys.moving.qualtrics.source import Source
from regard.surveys.moving.wording import mapping, number_of

_NAME: Final = re.compile(r"\{([^{}]+)\}")
_TEXTS: Final = ("TextEntry", "Text", "TEXT", "Value", "value")
_MANY: Final = ("MA", "MSB")


def there(raw: dict[str, Any]) -> Any:
    """What is filled in of a question, in Qualtrics' codes: one, several, or by row; None for nothing."""
    given, kind = raw.get("DefaultChoices"), str(raw.get("QuestionType"))
    if not given or isinstance(given, bool):
        return None
    if not isinstance(given, dict | list):
        return str(given)
    found = mapping(given)
    if kind == "Matrix" and str(raw.get("Selector")) not in ("TE", "CS"):
        cells = {row: _chosen(mapping(cell)) for row, cell in found.items()}
        is_many = str(raw.get("SubSelector")) in ("MultipleAnswer", "DND")
        return {row: codes if is_many else codes[0] for row, codes in cells.items() if codes} or None
    if kind == "MC":
        codes = _chosen(found)
        is_many = str(raw.get("Selector")).startswith(_MANY)
        return (codes if is_many else codes[0]) if codes else None
    return _written(found, raw)


def _chosen(given: dict[str, Any]) -> list[str]:
    """The codes of what is chosen."""
    flags = {code: each.get("Selected") if isinstance(each, dict) else each for code, each in given.items()}
    return [code for code, is_chosen in flags.items() if str(is_chosen).lower() in ("true", "1")]


def _written(given: dict[str, Any], raw: dict[str, Any]) -> Any:
    """Texts and numbers: of the only line, or by line."""
    if own := next((given[name] for name in _TEXTS if isinstance(given.get(name), str | int | float)), None):
        return str(own)
    lines = {code: text for code, each in given.items() if (text := _text(each))}
    listed = mapping(raw.get("Choices"))
    is_one = len(lines) == 1 and (not listed or (len(listed) == 1 and raw.get("QuestionType") == "Slider"))
    return next(iter(lines.values())) if is_one else lines or None


def _text(given: Any) -> str | None:
    if isinstance(given, str | int | float) and not isinstance(given, bool):
        return str(given)
    return next((str(given[name]) for name in _TEXTS if given.get(name)), None) if isinstance(given, dict) else None


def filled_in(source: Source, known: Known, question: Question, carried: Carried) -> Question:
    """A question of ours with what is filled in; a text with piped values is worked out."""
    given = there(source.raw)
    if given is None:
        return question
    if isinstance(given, str) and "${" in given and isinstance(question, TextLine | Comment):
        worked_out = written(_worked_out(known.piped(given)))
        return msgspec.structs.replace(question, default_value_expression=worked_out)
    return with_filled(question, _ours(question, carried, given), source.key, source.losses)


def _worked_out(template: str) -> Expression:
    """A text with our names in braces as an expression that joins them."""
    found: Expression | None = None
    for place, part in enumerate(_NAME.split(template)):
        one: Expression = Name(part.strip()) if place % 2 else Constant(part)
        if one != Constant(""):
            found = Binary("+", found, one) if found else one
    return found or Constant("")


def _ours(question: Question, carried: Carried, given: Any) -> Any:
    if isinstance(given, dict) and not isinstance(question, Matrix | MultipleText):
        return given
    answer = carried.answer(given)
    if isinstance(question, TextLine) and question.input_type == "number":
        return answer if number_of(answer) is None else number_of(answer)
    if isinstance(question, MultipleText) and isinstance(answer, dict):
        kinds = {item.name: item.input_type for item in question.items}
        return {
            row: number if kinds.get(row) == "number" and (number := number_of(each)) is not None else each
            for row, each in answer.items()
        }
    return answer
