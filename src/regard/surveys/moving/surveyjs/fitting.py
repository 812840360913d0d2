"""JSON fitted into our model: what has a place is kept, what has none is listed."""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

import msgspec

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.expressions import parse
from regard.surveys.model import Choice, Part, Validator
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.surveyjs.properties import LOOKS
from regard.surveys.moving.wording import objects

P = TypeVar("P", bound=Part)
_PLACE: Final = re.compile(r"`\$\.?([^`.\[]+)")
CONDITIONS: Final = (
    "visibleIf", "requiredIf", "choicesVisibleIf", "rowsVisibleIf", "columnsVisibleIf", "defaultValueExpression",
    "expression",
)  # fmt: skip


def fitted(kind: type[P], given: dict[str, Any], place: str, losses: Losses) -> P:
    """A part of ours out of an object; properties without a place, or with a value that does not fit, are listed."""
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    kept = {name: value for name, value in given.items() if name in known and value is not None}
    for name in given.keys() - known - {"type"}:
        if given[name] in (None, "", [], {}, False):
            continue
        if name in LOOKS:
            losses.cosmetic(place, name, said("it looks different here"))
        else:
            losses.lost(place, name, said("this property has no place here"))
    for name in CONDITIONS:
        if name in kept and not is_readable(kept[name], place, losses):
            del kept[name]
    while True:
        try:
            return msgspec.convert(kept, kind)
        except msgspec.ValidationError as error:
            found = _PLACE.search(str(error))
            if not found or found[1] not in kept:
                raise Invalid(
                    said("{place} cannot be used: {reason}", place=place, reason=str(error)), field=place
                ) from None
            losses.lost(place, found[1], said("its value does not fit: {reason}", reason=str(error).split(" - ")[0]))
            del kept[found[1]]


def order_of(raw: dict[str, Any]) -> Any:
    """The order of the questions of a page, or of every page, by its newer name or the older one."""
    return raw.get("questionOrder", raw.get("questionsOrder"))


def is_readable(condition: Any, place: str, losses: Losses) -> bool:
    """Whether a condition is in our part of SurveyJS's language; one that is not is listed."""
    if not str(condition or "").strip():
        return False
    try:
        parse(str(condition))
    except Invalid as error:
        why = said("Regard's expressions cannot say this ({near}); what it hides is shown", near=error.message)
        losses.changed(place, said("condition {text}", text=condition), why)
        return False
    return isinstance(condition, str)


def choices_of(given: Any, place: str, losses: Losses) -> list[Any]:
    """Choices, rows or columns; a plain value stays one."""
    found: list[Any] = []
    for each in given if isinstance(given, list) else []:
        if isinstance(each, dict):
            value = each.get("value", each.get("name"))
            if isinstance(value, str | int | float | bool):
                raw = {**each, "value": value, "text": each.get("text", each.get("title"))}
                found.append(
                    fitted(
                        Choice, {k: v for k, v in raw.items() if k not in ("name", "title")}, f"{place} {value}", losses
                    )
                )
            else:
                losses.lost(place, said("choice"), said("its value is more than a text or a number"))
        elif isinstance(each, str | int | float | bool):
            found.append(each)
    return found


def validators_of(given: Any, place: str, losses: Losses) -> list[Validator]:
    """Validators that we have too."""
    found = []
    for each in objects(given):
        kind = str(each.get("type") or "").removesuffix("validator")
        if kind not in ("regex", "expression", "email", "numeric", "answercount", "text"):
            losses.lost(place, said("validator {kind}", kind=kind), said("any answer is taken"))
            continue
        kept = {name: value for name, value in each.items() if name != "type"}
        if kind == "expression" and not is_readable(kept.get("expression"), place, losses):
            continue
        found.append(fitted(Validator, kept | {"type": kind}, place, losses))
    return found
