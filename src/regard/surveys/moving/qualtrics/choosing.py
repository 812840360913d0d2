"""Qualtrics' questions with choices as ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from regard.base.words import said
from regard.surveys import model
from regard.surveys.model import OTHER, Choice, Value
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.qualtrics.raw import is_text_choice
from regard.surveys.moving.qualtrics.shuffling import shuffle_of
from regard.surveys.moving.qualtrics.source import BESIDE, LOOKS, Made, Source, base_of, values_of
from regard.surveys.moving.wording import count_of, mapping, value_of_code


def choices_of(source: Source, but: Iterable[str] = ()) -> list[Any]:
    """Choices (of a matrix: rows) with their texts, in the places where they start."""
    shuffle, choices, values = shuffle_of(source), source.choices(), _values(source)
    if gone := [key for key in mapping(source.raw.get("Choices")) if key not in choices]:
        why = said(
            "the order of the choices does not name {choices}: they were not shown there either",
            choices=", ".join(gone),
        )
        source.losses.cosmetic(source.key, said("choices without a place"), why)
    if source.raw.get("ChoiceGroups"):
        source.losses.cosmetic(
            source.key, said("headings over groups of choices"), said("the choices stand in one list")
        )
    return [
        Choice(
            value=values[key],
            text=source.text(source.raw, ("Choices", key, "Display")),
            is_exclusive=str(choices[key].get("ExclusiveAnswer", "")).lower() in ("true", "on"),
            is_fixed=key in shuffle.fixed,
        )
        for key in shuffle.keys
        if key not in set(but)
    ]


def _values(source: Source) -> dict[str, Value]:
    return rows_of(source) if source.kind == "Matrix" else values_of(source)


def columns_of(source: Source) -> list[Any]:
    """The columns of a matrix with their texts."""
    values = values_of(source, "Answers")
    return [
        Choice(value=value, text=source.text(source.raw, ("Answers", key, "Display"))) for key, value in values.items()
    ]


def rows_of(source: Source) -> dict[str, Value]:
    """The value of each row: its own number."""
    return {key: value_of_code(key) for key in source.choices()}


def order_of(source: Source) -> dict[str, Any]:
    """The order of a question's choices."""
    shuffle = shuffle_of(source)
    return {"choices_order": "random" if shuffle.is_random else "none", "take": shuffle.take}


def chosen(source: Source) -> Made:
    if source.selector == "NPS":
        return _nps(source)
    kind = _CHOSEN.get(source.selector)
    if kind is None:
        source.losses.cosmetic(source.key, said("selector {name}", name=source.selector), LOOKS)
        kind = model.RadioGroup
    made = base_of(source)
    texts = [key for key, raw in source.choices().items() if is_text_choice(raw)]
    other = texts[-1] if texts and texts[-1] == list(source.choices())[-1] else None
    if [key for key in texts if key != other]:
        source.changed(said("text beside a choice"), BESIDE)
    if other:
        source.changed(said("text beside the last choice"), said("who chooses it must write something"))
        made |= {"show_other_item": True, "other_text": source.text(source.raw, ("Choices", other, "Display"))}
    values = values_of(source) | ({other: OTHER} if other else {})
    made |= {"choices": choices_of(source, but=[other] if other else []), **order_of(source)}
    if kind is model.Checkbox:
        made |= _how_many(source)
    if source.selector in ("SB", "MSB", "DL") or source.selector.endswith(("HR", "COL")):
        source.losses.cosmetic(source.key, said("selector {name}", name=source.selector), LOOKS)
    return [(source.key, kind(**made), Carried(made["name"], values))]


def _how_many(source: Source) -> dict[str, int]:
    found = source.settings
    least, most = count_of(found.get("MinChoices")), count_of(found.get("MaxChoices"))
    is_limited = str(found.get("Type")) in ("ChoiceRange", "MinChoices", "MaxChoices", "ChoicesTotal") or least or most
    return {"min_selected_choices": least or 0, "max_selected_choices": most or 0} if is_limited else {}


def _nps(source: Source) -> Made:
    made = base_of(source)
    places = {key: place for place, key in enumerate(source.choices())}
    numbers: dict[str, Value] = {key: value_of_code(raw.get("Display", key)) for key, raw in source.choices().items()}
    if set(numbers.values()) != set(range(11)):
        numbers = dict(places) if len(places) == 11 else {str(number): number for number in range(11)}
    labels = mapping(source.raw.get("ColumnLabels"))
    shown: dict[str, Any] = {
        side: source.text(source.raw, ("ColumnLabels", str(place), "Display")) if labels else None
        for side, place in (("min_rate_description", 0), ("max_rate_description", max(len(labels) - 1, 0)))
    }
    question = model.Rating(**made, **shown, rate_min=0, rate_max=10, metric="nps")
    return [(source.key, question, Carried(made["name"], numbers))]


def ranking(source: Source) -> Made:
    made = base_of(source)
    if source.selector not in ("DND", ""):
        source.losses.cosmetic(source.key, said("selector {name}", name=source.selector), LOOKS)
    question = model.Ranking(**made, choices=choices_of(source), **order_of(source))
    return [(source.key, question, Carried(made["name"], values_of(source)))]


_CHOSEN: Final[dict[str, type[model.RadioGroup] | type[model.Dropdown] | type[model.Checkbox]]] = {
    **dict.fromkeys(("SAVR", "SAHR", "SACOL"), model.RadioGroup),
    **dict.fromkeys(("DL", "SB"), model.Dropdown),
    **dict.fromkeys(("MAVR", "MAHR", "MACOL", "MSB"), model.Checkbox),
}  # fmt: skip
