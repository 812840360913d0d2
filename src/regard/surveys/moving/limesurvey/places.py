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
    if question.type == "O":
        yield "comment", Place(question, "comment")
    for sub in question.rows():
        yield from _row_endings(question, sub.code)
    if question.row.get("other") == "Y":
        yield "other", Place(question, "other")
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
    """The places a variable means: one, or for ``that.Q1`` (and ``self``, ``this``) each part of a question.

    ``sq_A`` keeps the parts with ``A`` in their codes, ``nosq_A`` those without; ``comments`` and ``nocomments`` keep
    what is written beside the boxes, or all else.
    """
    match name.split("."):
        case ["self" | "this", *wanted] if own:
            asked = own
        case ["that", code, *wanted] if code in found:
            asked = found[code].question
        case _:
            return [found[name]] if name in found else []
    parts = _parts(found, asked) or [found.get(asked.code) or Place(asked, "value")]
    return [part for part in parts if _is_wanted(part, wanted)]


def _is_wanted(part: Place, wanted: list[str]) -> bool:
    ending = "_".join(filter(None, (part.row, part.column))) if part.kind != "other" else "other"
    within = [each.removeprefix("sq_") for each in wanted if each.startswith("sq_")]
    without = [each.removeprefix("nosq_") for each in wanted if each.startswith("nosq_")]
    if any(each in ending for each in without) or (within and not any(each in ending for each in within)):
        return False
    return part.kind != "beside" if "nocomments" in wanted else part.kind == "beside" or "comments" not in wanted


def _parts(found: dict[str, Place], question: Asked) -> list[Place]:
    """A question's rows, boxes or cells, with what is written beside boxes; each once."""
    kinds = ("tick", "beside", "other") if question.type in MULTIPLE else ("row", "cell", "rank")
    parts = {
        (place.kind, place.row, place.column): place
        for place in found.values()
        if place.question is question and place.kind in kinds
    }
    return list(parts.values())
