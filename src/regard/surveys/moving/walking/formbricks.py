"""A Formbricks survey, gone through as Formbricks does: block after block, and where their logic jumps to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from regard.surveys.moving.formbricks.survey import Block, Survey
from regard.surveys.moving.walking.walked import Choose, Look, Walked
from regard.surveys.moving.wording import mapping, number_of, objects


class Formbricks:
    """One survey."""

    tells_texts = False

    def __init__(self, survey: Survey, asked: frozenset[str]):
        self.survey, self.asked = survey, asked
        self.leaves = [
            leaf for block in survey.blocks for logic in block.logic for leaf in _leaves(logic.get("conditions"))
        ]

    def walk(self, choose: Choose) -> Walked:
        walked = Walked()
        for name in self.survey.hidden:
            walked.traits[name] = choose([*self._compared(name), None])
        variables = {key: each.get("value") for key, each in self.survey.variables.items()}
        place, steps = 0, 0
        while place < len(self.survey.blocks) and steps < 10 * len(self.survey.blocks):
            block, steps = self.survey.blocks[place], steps + 1
            for element in block.elements:
                self._ask(element, walked, choose)
            target = self._leave(block, walked, variables)
            goal = self.survey.block_of(target) if target else place + 1
            if goal is None:
                break
            place = goal
        return walked

    def _ask(self, element: dict[str, Any], walked: Walked, choose: Choose) -> None:
        key = str(element.get("id"))
        if key not in self.asked:
            return
        walked.shown.append(key)
        walked.looks[key] = _look(element)
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
        if not used:
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
        return None

    def _compared(self, key: str) -> list[Any]:
        values = [
            mapping(leaf.get("rightOperand")).get("value")
            for leaf in self.leaves
            if mapping(leaf.get("leftOperand")).get("value") == key
        ]
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
        return walked.answers.get(str(value)) if kind in ("question", "element") else value

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
            "isCompletelySubmitted": lambda: not is_empty,
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
