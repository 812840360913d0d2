"""Loop and merge, said in Qualtrics' own terms without loops: each turn is a branch with the block inside.

A loop over fixed rows takes a turn for each of them; one over a question takes a turn for each of its choices, under
the condition that it was (or was not) chosen; one over a number takes as many turns as the number says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from regard.base.words import said
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.qualtrics.raw import ordered
from regard.surveys.moving.wording import count_of, locale_of, mapping, objects

MOST_TURNS: Final = 50
"""Turns of one loop that are carried over."""
MOST_UNROLLED: Final = 1_500
"""Questions that loops may come to, all together."""
_COUNTED: Final = re.compile(r"lm://(CurrentLoopNumber|TotalLoops)")
_SUBSETS: Final = ("TotalRandSubset", "RandomSubset", "SubSet", "Subset")
_NUMBER: Final = re.compile(r"MergeOnNumericResponse(?:\?v=(\d+))?")


Raw: TypeAlias = tuple[str, dict[str, Mapping[str, str]], Mapping[str, Any] | None]
"""A turn's id, its fields and its condition."""


@dataclass(frozen=True)
class Turn:
    """One time that a loop asks its block."""

    id: str
    """How exports call it: they put it before the names of columns (``2_Q5``)."""
    number: int
    of: int
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The texts of the loop's fields by number and language; ``""`` is the survey's own."""
    logic: Mapping[str, Any] | None = None
    """The condition of the turn, written as Qualtrics writes branch logic."""

    def text(self, name: str, language: str) -> str | None:
        """What ``${lm://…}`` says in this turn."""
        if name == "CurrentLoopNumber":
            return str(self.number)
        if name == "TotalLoops":
            return str(self.of)
        texts = self.fields.get(name.removeprefix("Field/"))
        return None if texts is None else texts.get(language) or texts.get("", "")


@dataclass(frozen=True)
class Loop:
    """All turns of a block; ``take`` of them in random order, or as they stand."""

    turns: tuple[Turn, ...]
    is_random: bool = False
    take: int | None = None


def loop_of(
    block: Mapping[str, Any], questions: Mapping[str, dict[str, Any]], losses: Losses, room: int = MOST_UNROLLED
) -> Loop | None:
    """The loop of a block; None when it has none, or one that cannot be told from the file (and is listed)."""
    options = mapping(block.get("Options"))
    if options.get("Looping") in (None, "None", "", False, "false"):
        return None
    looping = mapping(options.get("LoopingOptions"))
    place = str(block.get("Description") or block.get("ID"))
    asked = [questions.get(str(each.get("QuestionID")), {}) for each in objects(block.get("BlockElements"))]
    rows = mapping(looping.get("Static"))
    if options.get("Looping") == "Question":
        turns = _over_question(looping, rows, questions, place, losses)
    else:
        turns = _numbered([(key, _fields(row), None) for key, row in rows.items()])
    if not turns:
        why = said("the file does not say what it goes through: the block is asked once, not in a loop")
        losses.changed(place, said("loop and merge"), why)
        return None
    most = min(MOST_TURNS, room // max(1, len(asked)))
    if len(turns) > most:
        why = said("{count} turns: only the first {most} are asked", count=len(turns), most=most)
        losses.lost(place, said("loop and merge"), why)
    if any(turn.logic for turn in turns) and _COUNTED.search(str(asked)):
        why = said("they count all turns, also those that are not asked")
        losses.changed(place, said("number of the turn in a text"), why)
    return _ordered(looping, tuple(turns[:most]), place, losses)


def _ordered(looping: dict[str, Any], turns: tuple[Turn, ...], place: str, losses: Losses) -> Loop:
    order = str(looping.get("Randomization") or "None").lower()
    if order in ("none", "false"):
        return Loop(turns)
    sizes = [count for name in _SUBSETS if (count := count_of(looping.get(name)))]
    take = sizes[0] if order != "all" and sizes and sizes[0] < len(turns) else None
    if take and any(turn.logic for turn in turns):
        why = said("it is drawn among all turns, also those that are not asked")
        losses.changed(place, said("random choice of turns"), why)
    return Loop(turns, True, take)


def _over_question(
    looping: dict[str, Any],
    rows: dict[str, Any],
    questions: Mapping[str, dict[str, Any]],
    place: str,
    losses: Losses,
) -> list[Turn]:
    """As many turns as a number says, or a turn for each choice."""
    locator = str(looping.get("Locator") or looping.get("ChoiceGroupLocator") or "")
    question = str(looping.get("QID") or locator.removeprefix("q://").partition("/")[0])
    raw = questions.get(question)
    if raw is None:
        return []
    if number := _NUMBER.search(locator):
        turns = [str(turn) for turn in range(1, (count_of(number[1]) or len(rows)) + 1)][: MOST_TURNS + 1]
        return _numbered([(turn, _fields(rows.get(turn)), _at_least(question, raw, turn)) for turn in turns])
    which = locator.partition("?")[0].rpartition("/")[2]
    is_not = which.startswith(("Unselected", "NotSelected"))
    operator = "NotSelected" if is_not else "Selected" if which.startswith("Selected") else None
    if operator is None and not which.startswith(("All", "Displayed")):
        losses.changed(place, said("loop and merge over {which}", which=which), said("every choice gets its turn"))
    return _numbered(
        [
            (code, {**_fields(rows.get(code)), "1": _texts(raw, code)}, _chosen(question, code, operator))
            for code in ordered(raw, "Choices")
        ]
    )


def _texts(raw: dict[str, Any], code: str) -> Mapping[str, str]:
    """A choice's text by language: the first field of a loop over choices."""
    written = {"": raw, **{locale_of(language): each for language, each in mapping(raw.get("Language")).items()}}
    found = {
        language: mapping(mapping(mapping(each).get("Choices")).get(code)).get("Display")
        for language, each in written.items()
    }
    return {language: str(text) for language, text in found.items() if text}


def _numbered(found: Sequence[Raw]) -> list[Turn]:
    return [Turn(key, number, len(found), fields, logic) for number, (key, fields, logic) in enumerate(found, 1)]


def _fields(row: Any) -> dict[str, Mapping[str, str]]:
    return {number: {"": str(text or "")} for number, text in mapping(row).items()}


def _chosen(question: str, code: str, operator: str | None) -> Mapping[str, Any] | None:
    if operator is None:
        return None
    locator = f"q://{question}/SelectableChoice/{code}"
    return _logic({"LeftOperand": locator, "ChoiceLocator": locator, "Operator": operator})


def _at_least(question: str, raw: dict[str, Any], turn: str) -> Mapping[str, Any]:
    lines = list(mapping(raw.get("Choices")))
    locator = f"q://{question}/ChoiceTextEntryValue" + (f"/{lines[0]}" if lines else "")
    return _logic({"LeftOperand": locator, "Operator": "GreaterThanOrEqual", "RightOperand": turn})


def _logic(expression: dict[str, Any]) -> Mapping[str, Any]:
    whole = {"LogicType": "Question", "Type": "Expression", **expression}
    return {"0": {"0": whole, "Type": "If"}, "Type": "BooleanExpression"}
