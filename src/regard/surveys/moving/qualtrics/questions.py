"""Qualtrics' questions as ours: what is asked and what can be answered; conditions come later."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from regard.base.words import said
from regard.surveys import model
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.qualtrics.choosing import chosen, ranking
from regard.surveys.moving.qualtrics.grids import groups, matrix
from regard.surveys.moving.qualtrics.lines import lines, slider, text
from regard.surveys.moving.qualtrics.source import NOT_HERE, ONE_EACH, Made, Source, base_of
from regard.surveys.moving.wording import mapping, media_in


def questions_from(source: Source) -> Made:
    """The questions of ours that a question of the file becomes."""
    make = _MAKERS.get(source.kind)
    if make is None:
        what = said("question type {kind}", kind=f"{source.kind} {source.selector}".strip())
        source.lost(what, NOT_HERE)
        return []
    if media_in(source.raw.get("QuestionText")) and source.kind != "DB":
        found = ", ".join(media_in(source.raw.get("QuestionText")))
        source.lost(said("{media} in the text", media=found), said("titles are text only"))
    return make(source)


def _part_name(source: Source, number: str, more: str) -> str:
    """What a part of a column is called."""
    return source.name(f"{number}_{more}" if more else number)


def _side_by_side(source: Source) -> Made:
    source.changed(said("side by side"), ONE_EACH)
    found: Made = []
    for number, raw in mapping(source.raw.get("AdditionalQuestions")).items():
        inner = mapping(raw)
        shared = {
            key: inner.get(key) or source.raw.get(key) for key in ("Choices", "ChoiceOrder", "Validation", "Language")
        }
        part = Source(
            f"{source.key}#{number}", {**inner, **shared}, source.losses, source.text,
            partial(_part_name, source, number),
        )  # fmt: skip
        for key, question, carried in questions_from(part):
            found.append(
                (
                    key,
                    msgspec.structs.replace(question, description=source.text(source.raw, ("QuestionText",))),
                    carried,
                )
            )
    return found


def _statement(source: Source) -> Made:
    if source.selector == "GRB":
        source.lost(said("picture"), said("pictures are not carried over; its text is"))
    html = source.text(source.raw, ("QuestionText", "")) or ""
    name = source.name("")
    return [(source.key, model.Html(name=name, html=html), Carried(name))]


def _file(source: Source) -> Made:
    made = base_of(source)
    return [(source.key, model.File(**made), Carried(made["name"]))]


_MAKERS: Final[dict[str, Callable[[Source], Made]]] = {
    "MC": chosen, "Matrix": matrix, "TE": text, "Slider": slider, "RO": ranking, "SBS": _side_by_side,
    "DB": _statement, "FileUpload": _file, "PGR": groups, "CS": lambda source: lines(source, is_number=True),
}  # fmt: skip
