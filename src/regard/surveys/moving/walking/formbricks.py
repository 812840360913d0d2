"""A Formbricks survey, gone through as Formbricks does: block after block, and where their logic jumps to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from regard.surveys.evaluating import as_text
from regard.surveys.moving.formbricks.ends import address_in
from regard.surveys.moving.formbricks.survey import RECALL, Block, Survey
from regard.surveys.moving.walking.walked import Choose, Look, Walked
from regard.surveys.moving.wording import mapping, number_of, objects, plain


class Formbricks:
    """One survey."""

    tells_texts = True

    def __init__(self, survey: Survey, asked: frozenset[str]):
        self.survey, self.asked = survey, asked
        texts = [each for element in survey.elements.values() for each in _texts(element)]
        self.recalled = {key for each in texts for key, _ in RECALL.findall(each)}
        self.leaves = [
            leaf for block in survey.blocks for logic in block.logic for leaf in _leaves(logic.get("conditions"))
        ]

    def walk(self, choose: Choose) -> Walked:
        walked = Walked()
        for name in self.survey.hidden:
            walked.traits[name] = choose(
                [*self._compared(name), *(["something"] if name in self.recalled else []), None]
            )
        variables = {key: each.get("value") for key, each in self.survey.variables.items()}
        place, steps, target = 0, 0, None
        self.needed: set[str] = set()
        while place < len(self.survey.blocks) and steps < 10 * len(self.survey.blocks):
            block, steps = self.survey.blocks[place], steps + 1
            for element in block.elements:
                self._ask(element, walked, choose, self._said(element.get("headline"), walked, variables))
            target = self._leave(block, walked, variables)
            goal = self.survey.block_of(target) if target else place + 1
            if goal is None:
                break
            target, place = None, goal
        walked.leads = self._leads(target)
        return walked

    def _leads(self, target: str | None) -> str | None:
        """Where the ending leads to that is reached; None where something is put into the address."""
        endings = {str(each.get("id")): each for each in self.survey.endings}
        first = next(iter(self.survey.endings), mapping(self.survey.raw.get("thankYouCard")))
        ending = endings.get(str(target), first)
        address = str(self.survey.raw.get("redirectUrl") or "") if ending is first else ""
        address = address or address_in(ending)
        return None if "#recall:" in address else address

    def _said(self, text: Any, walked: Walked, variables: dict[str, Any]) -> str | None:
        """A text with what is recalled put in; None where nothing is, or where it is not known here what is said."""
        own = text.get("default") if isinstance(text, dict) else text
        found = RECALL.findall(own) if isinstance(own, str) else []
        if not isinstance(own, str) or not found or not all(self._is_plain(key) for key, _ in found):
            return None

        def put(match: re.Match[str]) -> str:
            value = self._recalled(match[1], walked, variables)
            return ", ".join(map(as_text, value)) if value else match[2].replace("nbsp", " ").strip()

        return " ".join(plain(RECALL.sub(put, own)).split())

    def _is_plain(self, key: str) -> bool:
        """Whether it is known here how Formbricks says what is recalled."""
        element = self.survey.elements.get(key)
        others = [each.get("id") for each in objects((element or {}).get("choices"))]
        return element is None or (element.get("type") in _PLAIN and key in self.asked and "other" not in others)

    def _recalled(self, key: str, walked: Walked, variables: dict[str, Any]) -> list[Any]:
        if key in self.survey.elements:
            value = self._label(key, walked.answers.get(key))
        else:
            value = variables.get(key, walked.traits.get(key))
        return value if isinstance(value, list) else [] if value in (None, "") else [value]

    def _ask(self, element: dict[str, Any], walked: Walked, choose: Choose, text: str | None) -> None:
        key = str(element.get("id"))
        if key not in self.asked:
            return
        walked.shown.append(key)
        look = _look(element)
        needs = None if look.is_required is None else look.is_required or key in self.needed
        walked.looks[key] = replace(look, is_required=needs, text=None if element.get("type") == "cta" else text)
        given = self._answer(element, choose)
        if given is not None:
            walked.answers[key] = given

    def _answer(self, element: dict[str, Any], choose: Choose) -> Any:
        key, kind = str(element.get("id")), str(element.get("type"))
        used = any(mapping(leaf.get("leftOperand")).get("value") == key for leaf in self.leaves) or any(
            "condition" in logic
            for block in self.survey.blocks
            for logic in block.logic
            if block.elements[-1] is element
        )
        if not used and key not in self.recalled:
            return None
        codes = [str(each.get("id")) for each in objects(element.get("choices"))]
        if kind == "multipleChoiceMulti" or (kind == "pictureSelection" and element.get("allowMulti")):
            return [code for code in codes if choose([False, True])] or None
        if kind in ("multipleChoiceSingle", "pictureSelection"):
            return choose([*codes, None])
        if kind in ("nps", "rating"):
            least, most = (0, 10) if kind == "nps" else (1, int(number_of(element.get("range")) or 5))
            return choose([*range(least, most + 1), None])
        if kind == "consent":
            return choose(["accepted", None])
        if kind == "openText":
            return choose([*self._compared(key), 7 if element.get("inputType") == "number" else "something", None])
        if kind == "date":
            return choose([*self._compared(key), "2026-11-22", None])
        columns = _ids(element, "columns") if kind == "matrix" else ["something"]
        given = {row: choose([*columns, None]) for row in _rows(element)}
        return {row: each for row, each in given.items() if each is not None} or None

    def _compared(self, key: str) -> list[Any]:
        """Values that tell apart the comparisons with something."""
        wanted = [
            mapping(leaf.get("rightOperand"))
            for leaf in self.leaves
            if mapping(leaf.get("leftOperand")).get("value") == key
        ]
        values = [each.get("value") if each.get("type") in (None, "static") else 1 for each in wanted]
        found: dict[Any, None] = {}
        for value in values:
            number = number_of(value) if not isinstance(value, list) else None
            if number is not None:
                found |= dict.fromkeys([number - 1, number, number + 1])
            elif isinstance(value, list):
                found |= dict.fromkeys(str(each) for each in value)
            elif value is not None:
                found[value] = None
        return list(found)

    # --- logic --------------------------------------------------------------------------------------------------------

    def _leave(self, block: Block, walked: Walked, variables: dict[str, Any]) -> str | None:
        """Where to go from a block; None for the next one. Every logic that holds runs; the first jump counts."""
        target: str | None = None
        for logic in block.logic:
            if "condition" in logic:
                key = str(block.elements[-1].get("id"))
                if self._old(logic, walked.answers.get(key), key):
                    target = target or str(logic.get("destination"))
                continue
            if not self._holds(logic.get("conditions"), walked, variables):
                continue
            for action in objects(logic.get("actions")):
                if action.get("objective") == "calculate":
                    self._calculate(action, walked, variables)
                elif action.get("objective") == "requireAnswer":
                    self.needed.add(str(action.get("target")))
                elif str(action.get("objective", "")).startswith("jumpTo"):
                    target = target or str(action.get("target"))
        return target or block.fallback

    def _old(self, logic: dict[str, Any], given: Any, key: str) -> bool:
        label = self._label(key, given)
        value: Any = logic.get("value")
        tests: dict[str, Callable[[], bool]] = {
            "submitted": lambda: given not in (None, "", []),
            "skipped": lambda: given in (None, "", []),
            "clicked": lambda: given is not None,
            "accepted": lambda: given == "accepted",
            "equals": lambda: label == value or str(given) == str(value),
            "notEquals": lambda: not (label == value or str(given) == str(value)),
            "lessThan": lambda: given is not None and float(given) < float(value),
            "lessEqual": lambda: given is not None and float(given) <= float(value),
            "greaterThan": lambda: given is not None and float(given) > float(value),
            "greaterEqual": lambda: given is not None and float(given) >= float(value),
            "includesOne": lambda: bool(set(label or []) & set(value)),
            "includesAll": lambda: set(value) <= set(label or []),
        }
        test = tests.get(str(logic["condition"]))
        return test() if test else False

    def _label(self, key: str, given: Any) -> Any:
        if isinstance(given, list):
            return [self._label(key, each) for each in given]
        for each in objects(self.survey.elements[key].get("choices")):
            if str(each.get("id")) == str(given):
                label = each.get("label")
                return label.get("default") if isinstance(label, dict) else label
        return given

    def _calculate(self, action: dict[str, Any], walked: Walked, variables: dict[str, Any]) -> None:
        key, value = str(action.get("variableId")), self._operand(action.get("value"), walked, variables)
        before, operator = variables.get(key), action.get("operator")
        if operator == "assign":
            variables[key] = value
        elif operator == "concat":
            variables[key] = f"{before or ''}{value or ''}"
        else:
            a, b = float(number_of(before) or 0), float(number_of(value) or 0)
            variables[key] = {"add": a + b, "subtract": a - b, "multiply": a * b, "divide": a / b if b else a}.get(
                str(operator), a
            )

    def _holds(self, group: Any, walked: Walked, variables: dict[str, Any]) -> bool:
        results = [
            self._holds(each, walked, variables) if "conditions" in each else self._leaf(each, walked, variables)
            for each in objects(mapping(group).get("conditions"))
        ]
        return any(results) if mapping(group).get("connector") == "or" else all(results) and bool(results)

    def _operand(self, raw: Any, walked: Walked, variables: dict[str, Any]) -> Any:
        raw = raw if isinstance(raw, dict) else {}
        kind, value = raw.get("type"), raw.get("value")
        if kind == "variable":
            return variables.get(str(value))
        if kind == "hiddenField":
            return walked.traits.get(str(value))
        if kind not in ("question", "element"):
            return value
        given, row = walked.answers.get(str(value)), mapping(raw.get("meta")).get("row")
        return given if row is None else _column(self.survey.elements.get(str(value), {}), given, row)

    def _is_whole(self, leaf: dict[str, Any], given: dict[str, Any]) -> bool:
        element = self.survey.elements[str(mapping(leaf.get("leftOperand")).get("value"))]
        return set(_rows(element)) <= given.keys()

    def _leaf(self, leaf: dict[str, Any], walked: Walked, variables: dict[str, Any]) -> bool:
        a, b = (self._operand(leaf.get(side), walked, variables) for side in ("leftOperand", "rightOperand"))
        number: Any
        other: Any
        number, other = (
            number_of(a) if not isinstance(a, list) else None,
            number_of(b) if not isinstance(b, list) else None,
        )
        both = number is not None and other is not None
        many, wanted = a if isinstance(a, list) else [a], b if isinstance(b, list) else [b]
        is_empty = a is None or a in ("", [])
        equal = (isinstance(a, list) and a == [b]) or a == b or (both and number == other)
        text, part = str(a).lower(), str(b).lower()
        tests: dict[str, Callable[[], bool]] = {
            "equals": lambda: equal,
            "doesNotEqual": lambda: not equal,
            "isSubmitted": lambda: not is_empty,
            "isSkipped": lambda: is_empty,
            "isSet": lambda: not is_empty,
            "isNotSet": lambda: is_empty,
            "isEmpty": lambda: is_empty,
            "isNotEmpty": lambda: not is_empty,
            "isCompletelySubmitted": lambda: isinstance(a, dict) and self._is_whole(leaf, a),
            "isPartiallySubmitted": lambda: isinstance(a, dict) and not self._is_whole(leaf, a),
            "isBooked": lambda: not is_empty,
            "isAccepted": lambda: a == "accepted",
            "isClicked": lambda: not is_empty,
            "isGreaterThan": lambda: both and number > other,
            "isLessThan": lambda: both and number < other,
            "isGreaterThanOrEqual": lambda: both and number >= other,
            "isLessThanOrEqual": lambda: both and number <= other,
            "isAfter": lambda: not is_empty and str(a) > str(b),
            "isBefore": lambda: not is_empty and str(a) < str(b),
            "equalsOneOf": lambda: a in wanted,
            "isAnyOf": lambda: a in wanted,
            "includesOneOf": lambda: not is_empty and bool(set(many) & set(wanted)),
            "includesAllOf": lambda: not is_empty and set(wanted) <= set(many),
            "doesNotIncludeOneOf": lambda: not is_empty and not set(many) & set(wanted),
            "doesNotIncludeAllOf": lambda: not is_empty and not set(many) & set(wanted),
            "contains": lambda: not is_empty and part in text,
            "doesNotContain": lambda: is_empty or part not in text,
        }
        test = tests.get(str(leaf.get("operator")))
        return test() if test else False


_PLAIN: Final = ("openText", "nps", "rating", "multipleChoiceSingle", "multipleChoiceMulti")


def _texts(element: dict[str, Any]) -> list[str]:
    given = element.get("headline")
    return [text for text in (given.values() if isinstance(given, dict) else [given]) if isinstance(text, str)]


def _ids(element: dict[str, Any], side: str) -> list[str]:
    """The ids of a matrix's rows or columns: their places, where they have none."""
    given = element.get(side)
    return [
        str(mapping(each).get("id") or place) for place, each in enumerate(given if isinstance(given, list) else [])
    ]


def _rows(element: dict[str, Any]) -> list[str]:
    """The rows of a matrix, or the fields of an address that are shown."""
    if element.get("type") == "matrix":
        return _ids(element, "rows")
    return [name for name, each in element.items() if isinstance(each, dict) and each.get("show", "show" in each)]


def _column(element: dict[str, Any], given: Any, row: Any) -> str | None:
    """The place of the column that was chosen in the row of a place, as logic compares it."""
    rows, columns = _ids(element, "rows"), _ids(element, "columns")
    place = int(row) if str(row).isdigit() else len(rows)
    chosen = mapping(given).get(rows[place]) if place < len(rows) else None
    return str(columns.index(chosen)) if chosen in columns else None


def _look(element: dict[str, Any]) -> Look:
    """What an element offers, and whether it must be answered; a call to action is read only."""
    kind, shuffle = str(element.get("type")), str(element.get("shuffleOption") or "none")
    is_required = None if kind == "cta" else bool(element.get("required"))
    if kind in ("multipleChoiceSingle", "multipleChoiceMulti", "ranking"):
        codes = [str(each.get("id")) for each in objects(element.get("choices"))]
        return Look(tuple(codes), shuffle != "none", is_required=is_required)
    return Look(is_required=is_required)


def _leaves(group: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each in objects(mapping(group).get("conditions")) if isinstance(group, dict) else []:
        found += _leaves(each) if "conditions" in each else [each]
    return found
