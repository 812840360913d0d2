"""What LimeSurvey's variables stand for: ``Q1``, ``Q1_SQ001``, ``Q1_other``, ``12X3X45SQ001``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from regard.surveys.moving.limesurvey.survey import MULTIPLE, Asked, Survey

Kind = Literal["value", "tick", "row", "cell", "other", "comment", "beside", "rank"]
ARRAYS: Final = "ABCEFH"
LINES: Final = "QK"
GRIDS: Final = ";:"
CHOSEN: Final = "L!OGYIR5"


@dataclass(frozen=True, eq=False)
class Place:
    """A part of a question: which one, and the codes of its row and column (or scale)."""

    question: Asked
    kind: Kind
    row: str = ""
    column: str = ""


def places_in(survey: Survey) -> dict[str, Place]:
    """By every name that an expression may use."""
    found: dict[str, Place] = {}
    for question in survey.questions:
        sgqa = f"{survey.sid}X{question.gid}X{question.qid}"
        for ending, place in _endings(question):
            found[question.code + (f"_{ending}" if ending else "")] = place
            found[sgqa + ending.replace("_", "#" if question.type == "1" else "_")] = place
            found[sgqa + ending] = place
    return found


def _endings(question: Asked) -> Iterator[tuple[str, Place]]:
    """What stands behind the question's name, and what it means."""
    yield "", Place(question, "value")
    if question.row.get("other") == "Y":
        yield "other", Place(question, "other")
    if question.type == "O":
        yield "comment", Place(question, "comment")
    for sub in question.rows():
        yield from _row_endings(question, sub.code)
    if question.type == "R":
        for rank in range(1, len(question.answers) + 1):
            yield str(rank), Place(question, "rank", str(rank))


def _row_endings(question: Asked, code: str) -> Iterator[tuple[str, Place]]:
    """What one row's variables end with."""
    if question.type in MULTIPLE:
        yield code, Place(question, "tick", code)
        if question.type == "P":
            yield f"{code}comment", Place(question, "beside", code)
    elif question.type in GRIDS:
        for column in question.rows(1):
            yield f"{code}_{column.code}", Place(question, "cell", code, column.code)
    elif question.type == "1":
        yield f"{code}_0", Place(question, "cell", code, "0")
        yield f"{code}_1", Place(question, "cell", code, "1")
    else:
        yield code, Place(question, "row", code)


def members(found: dict[str, Place], name: str, own: Asked | None) -> list[Place]:
    """The places a variable means: one, or for ``that.Q1`` (and ``self``, ``this``) each part of a question."""
    if name in ("self", "this") and own:
        return _parts(found, own) or [Place(own, "value")]
    if name.startswith(("that.", "self.", "this.")):
        first, *rest = (
            name.split(".")[1:] if name.startswith("that.") else [own.code if own else "", *name.split(".")[1:]]
        )
        base = found.get(first)
        wanted = [part.removeprefix("sq_") for part in rest if part.startswith("sq_")]
        if base is None:
            return []
        parts = _parts(found, base.question) or [base]
        return [part for part in parts if not wanted or part.row in wanted or part.column in wanted]
    return [found[name]] if name in found else []


def _parts(found: dict[str, Place], question: Asked) -> list[Place]:
    """A question's rows, boxes or cells, each once."""
    parts = {
        (place.row, place.column): place
        for place in found.values()
        if place.question is question and place.kind in ("tick", "row", "cell")
    }
    return list(parts.values())
