"""What stands in a Qualtrics file, as it stands there: choices, locators, conditions."""

from __future__ import annotations

import re
from typing import Any, Final

from regard.surveys.moving.wording import mapping

LOCATOR: Final = re.compile(r"q://([^/]+)/(\w+)(?:/([^/]+))?(?:/([^/?]+))?")


_FIELD: Final = re.compile(r"e://Field/([^}?]+)")


def located(text: object) -> tuple[str, str, str, str] | None:
    """A locator's question, what of it, and the two ids behind that.

    >>> located("q://QID2/SelectableChoice/1/4"), located("QID2")
    (('QID2', 'SelectableChoice', '1', '4'), None)
    """
    found = LOCATOR.match(str(text or ""))
    return (found[1], found[2], found[3] or "", found[4] or "") if found else None


def ordered(payload: dict[str, Any], what: str) -> list[str]:
    """The ids of a question's choices or answers in the order they are shown in."""
    known = mapping(payload.get(what))
    order = payload.get("ChoiceOrder" if what == "Choices" else "AnswerOrder")
    if isinstance(order, dict):
        order = [order[place] for place in sorted(order, key=lambda place: (len(str(place)), str(place)))]
    listed = [str(each) for each in order] if isinstance(order, list) else []
    found = [each for each in dict.fromkeys(listed) if each in known]
    return found or list(known)


def is_text_choice(choice: object) -> bool:
    """Whether something can be written beside a choice."""
    return isinstance(choice, dict) and str(choice.get("TextEntry", "")).lower() in ("true", "on", "1")


def fields_in(given: Any) -> set[str]:
    """The embedded data that texts and conditions ask for."""
    if isinstance(given, str):
        return set(_FIELD.findall(given))
    if isinstance(given, list):
        return {name for each in given for name in fields_in(each)}
    if not isinstance(given, dict):
        return set()
    own = {str(given.get("LeftOperand"))} if given.get("LogicType") == "EmbeddedField" else set()
    return own | {name for each in given.values() for name in fields_in(each)}


def questions_in(logic: Any) -> list[str]:
    """The questions that a condition asks for."""
    atoms = [raw for each in logic_sets(logic) for _, rows in each for row in rows for raw in row]
    found = (located(raw.get("LeftOperand") or raw.get("Locator") or raw.get("ChoiceLocator")) for raw in atoms)
    return [each[0] for each in found if each]


def logic_sets(logic: Any) -> list[list[tuple[str, list[list[dict[str, Any]]]]]]:
    """A condition as alternatives of sets, and each set as alternatives of expressions that hold together.

    "and" binds tighter than "or", among sets and inside them.
    """
    sets = [(key, value) for key, value in mapping(logic).items() if key.isdigit() and isinstance(value, dict | list)]
    alternatives: list[list[tuple[str, list[list[dict[str, Any]]]]]] = []
    for _, raw in sorted(sets, key=lambda pair: int(pair[0])):
        each = mapping(raw)
        found = (str(each.get("Type")), _alternatives(each))
        if alternatives and "or" not in found[0].lower():
            alternatives[-1].append(found)
        else:
            alternatives.append([found])
    return alternatives


def _alternatives(raw: dict[str, Any]) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    numbered = [(int(key), value) for key, value in raw.items() if key.isdigit() and isinstance(value, dict)]
    for _, expression in sorted(numbered, key=lambda pair: pair[0]):
        joined = str(expression.get("Conjuction") or expression.get("Conjunction") or "And").lower()
        if found and joined != "or":
            found[-1].append(expression)
        else:
            found.append([expression])
    return found
