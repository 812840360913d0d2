"""Qualtrics' texts, numbers and sliders as ours."""

from __future__ import annotations

from typing import Any, Final

from regard.base.words import said
from regard.surveys import model
from regard.surveys.model import Choice, Line, Question, Validator, Value
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.qualtrics.source import Made, Source, base_of
from regard.surveys.moving.wording import count_of, mapping, number_of, value_of_code


def lines(source: Source, is_number: bool = False, **limits: Any) -> Made:
    """Several lines to write in."""
    made = base_of(source)
    items = [
        Line(name=key, title=source.text(source.raw, ("Choices", key, "Display")), is_required=made["is_required"],
             input_type="number" if is_number else _line_type(raw), **limits)
        for key, raw in source.choices().items()
    ]  # fmt: skip
    validators = total_of(source, made["name"]) if is_number else []
    question = model.MultipleText(**made, items=items, validators=validators)
    return [
        (source.key, question, Carried(made["name"], rows={key: key for key in source.choices()}, numeric=is_number))
    ]


def _line_type(raw: dict[str, Any]) -> Any:
    kind = mapping(raw.get("TextEntryValidation") if isinstance(raw.get("TextEntryValidation"), dict) else {})
    return _CONTENT.get(str(kind.get("Type") or raw.get("TextEntryValidation")), "text")


def total_of(source: Source, name: str) -> list[Validator]:
    """A constant sum must come to its total."""
    total = number_of(source.settings.get("ChoiceTotal"))
    if total is None or str(source.settings.get("EnforceRange", "ON")).upper() == "OFF":
        return []
    return [Validator(type="expression", expression=f"sum({{{name}}}) = {total}")]


def text(source: Source) -> Made:
    if source.selector == "FORM" or source.choices():
        return lines(source)
    made, settings = base_of(source), source.settings
    content = str(settings.get("ContentType") or "")
    longest = count_of(settings.get("TotalChars")) or count_of(settings.get("MaxChars"))
    least = count_of(settings.get("MinChars"))
    limits = mapping(mapping(settings.get("ValidNumber")) or settings)
    if least:
        made["validators"] = [Validator(type="text", min_length=least)]
    if source.selector in ("ML", "ESTB"):
        return [(source.key, model.Comment(**made, max_length=longest), Carried(made["name"]))]
    if source.selector == "PW":
        source.changed(said("hidden text (password)"), said("what is written can be seen"))
    kind: Any = _CONTENT.get(content, "text")
    if content and content not in _CONTENT and str(settings.get("Type")) == "ContentType":
        source.lost(said("validation {kind}", kind=content), said("any text is taken"))
    made |= {"min": number_of(limits.get("Min")), "max": number_of(limits.get("Max"))} if kind == "number" else {}
    question = model.TextLine(**made, input_type=kind, max_length=longest)
    return [(source.key, question, Carried(made["name"], numeric=kind == "number"))]


def slider(source: Source) -> Made:
    settings = mapping(source.raw.get("Configuration"))
    least, most = number_of(settings.get("CSSliderMin")), number_of(settings.get("CSSliderMax"))
    if source.selector == "STAR":
        return _stars(source, count_of(settings.get("StarCount")) or 5)
    source.losses.cosmetic(source.key, said("slider"), said("the number is typed"))
    if settings.get("NotApplicable") in (True, "true"):
        source.changed(said("'not applicable' beside a slider"), said("nothing is written instead"))
    limits: dict[str, Any] = {"min": 0 if least is None else least, "max": 100 if most is None else most}
    if len(source.choices()) == 1:
        made = base_of(source)
        question = model.TextLine(**made, input_type="number", **limits)
        return [(source.key, question, Carried(made["name"], numeric=True))]
    return lines(source, is_number=True, **limits)


def _stars(source: Source, count: int) -> Made:
    made = base_of(source)
    numbers: dict[str, Value] = {str(number): number for number in range(1, min(count, 20) + 1)}
    if len(source.choices()) == 1:
        question: Question = model.Rating(**made, rate_min=1, rate_max=len(numbers), rate_type="stars")
        return [(source.key, question, Carried(made["name"], numbers))]
    rows: list[Any] = [
        Choice(value=value_of_code(key), text=source.text(source.raw, ("Choices", key, "Display")))
        for key in source.choices()
    ]
    question = model.Matrix(**made, rows=rows, columns=list(numbers.values()))
    return [(source.key, question, Carried(made["name"], numbers, {str(row.value): row.value for row in rows}))]


_CONTENT: Final[dict[str, Any]] = {
    "ValidNumber": "number", "ValidEmail": "email", "ValidDate": "date", "ValidPhone": "tel", "ValidURL": "url",
    "ValidUSPhone": "tel", "ValidTextOnly": "text",
}  # fmt: skip
