"""Qualtrics' skip logic: what lies between a question and where it skips to gets a condition."""

from __future__ import annotations

from typing import Final, NamedTuple

from regard.base.words import said
from regard.surveys.expressions import every, written
from regard.surveys.model import Complete, Skip
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.qualtrics.conditions import Known, atom_of, without
from regard.surveys.moving.qualtrics.survey import Block, key_of

NO_SKIP: Final = said("the condition or the target cannot be said here: nothing is skipped")
_UNANSWERED: Final = (
    "NotSelected", "Empty", "IsEmpty", "NotEqualTo", "IsNot", "NotEquals", "DoesNotContain", "NotDisplayed",
)  # fmt: skip
"""Conditions that also hold of a question without an answer."""


class Guard(NamedTuple):
    """A condition under which a question is asked, though an earlier one may skip it."""

    condition: str


def guards_of(
    block: Block, known: Known, occurrence: int, triggers: list[Complete | Skip], losses: Losses
) -> dict[str, list[Guard]]:
    """By question: the guards against being skipped. Ends of the survey become triggers."""
    keys = [element.question for element in block.elements if element.question]
    found: dict[str, list[Guard]] = {}
    for element in block.elements:
        passed: list[str] = []
        for raw in element.skips if element.question else ():
            question, target = str(element.question), str(raw.get("SkipToDestination") or "")
            atom = atom_of({**raw, "LogicType": "Question"}, known, question)
            mine = known.questions.get(key_of(question, occurrence))
            if atom is None or mine is None or not target:
                losses.lost(question, said("skip logic to {target}", target=target), NO_SKIP)
                continue
            condition = written(atom)
            if condition in passed:
                continue  # the one before it always comes first
            whole = every([condition, *map(without, passed)]) or condition
            passed.append(condition)
            if str(raw.get("Condition") or raw.get("Operator")) in _UNANSWERED:
                losses.changed(
                    question,
                    said("skip logic on what was not answered"),
                    said("it also holds where the question is hidden"),
                )
            if target == "ENDOFSURVEY":
                triggers.append(Complete(expression=whole, after=mine.name))
                continue
            _guard(found, keys, question, target, whole, triggers, known, occurrence, losses, mine.name)
    return found


def _guard(
    found: dict[str, list[Guard]], keys: list[str], question: str, target: str, condition: str,
    triggers: list[Complete | Skip], known: Known, occurrence: int, losses: Losses, name: str,
) -> None:  # fmt: skip
    start = keys.index(question) + 1
    if target in ("ENDOFBLOCK", *keys[start:]):
        end = len(keys) if target == "ENDOFBLOCK" else keys.index(target)
        for skipped in keys[start:end]:
            found.setdefault(skipped, []).append(Guard(without(condition)))
    elif target in known.occurrences and target not in keys:
        goal = known.questions.get(key_of(target, occurrence)) or known.questions.get(target)
        if goal:
            triggers.append(Skip(expression=condition, goto_name=goal.name, after=name))
    else:
        losses.lost(question, said("skip logic to {target}", target=target), NO_SKIP)
