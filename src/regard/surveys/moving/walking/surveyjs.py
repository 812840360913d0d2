"""A SurveyJS survey, gone through on its own nested structure: pages, panels in panels, questions, triggers.

Conditions are evaluated as written: the language is the same. What is checked is that nothing of the structure is lost.
"""

from __future__ import annotations

from typing import Any, Final

from regard.base import Invalid
from regard.surveys.evaluating import evaluate, holds
from regard.surveys.expressions import Binary, Constant, Items, Name, names_in, parse, parts_of
from regard.surveys.moving.walking.walked import Choose, Look, Walked, drawn
from regard.surveys.moving.wording import members, objects

_LISTS: Final = ("radiogroup", "dropdown", "checkbox", "tagbox", "buttongroup", "ranking")


class SurveyJS:
    """One survey."""

    tells_texts = False

    def __init__(self, raw: dict[str, Any], asked: frozenset[str]):
        self.raw, self.asked = raw, asked
        self.pages = objects(raw.get("pages")) or [
            {"name": "page1", "elements": raw.get("elements") or raw.get("questions")}
        ]
        self.expressions = [text for text in _conditions(raw) if _is_told(text)]
        self.names = {
            name.removesuffix("-Comment").partition(".")[0] for text in self.expressions for name in names_in(text)
        }
        self.traits = sorted(
            {
                name.removeprefix("profile.")
                for text in self.expressions
                for name in names_in(text)
                if name.startswith("profile.")
            }
        )

    def walk(self, choose: Choose) -> Walked:
        walked, values = Walked(), dict[str, Any]()
        place = 0
        while place < len(self.pages):
            page = self.pages[place]
            place += 1
            self._calculate(values)
            if not self._holds(page.get("visibleIf"), values):
                continue
            before = len(walked.shown)
            self._elements(page, walked, values, choose, page)
            fired = self._fired(set(walked.shown[before:]), values) if len(walked.shown) > before else None
            if fired is None:
                continue
            if str(fired.get("type")).startswith("complete"):
                walked.end = "screened out" if fired.get("isScreenOut") else "complete"
                break
            place = max(place, self._place_of(str(fired.get("gotoName"))))
        return walked

    def _elements(
        self, raw: dict[str, Any], walked: Walked, values: dict[str, Any], choose: Choose, page: dict[str, Any]
    ) -> None:
        listed = objects(raw.get("elements") or raw.get("questions"))
        order = raw.get("questionsOrder") or self.raw.get("questionsOrder")
        if raw is page and order == "random" and len(listed) > 1:
            taken = drawn(listed, len(listed), choose)
            names, order_drawn = ([str(each.get("name")) for each in part] for part in (listed, taken))
            walked.orders.append((f"page:{page.get('name')}", names, order_drawn))
            listed = taken
        for each in listed:
            if (each.get("visible") is False and not each.get("visibleIf")) or not self._holds(
                each.get("visibleIf"), values
            ):
                continue
            if each.get("type") == "panel":
                self._elements(each, walked, values, choose, page)
            else:
                self._ask(each, walked, values, choose)
            self._calculate(values)

    def _ask(self, raw: dict[str, Any], walked: Walked, values: dict[str, Any], choose: Choose) -> None:
        name = str(raw.get("name"))
        if name not in self.asked:
            return
        walked.shown.append(name)
        walked.looks[name] = self._look(raw, values)
        if name not in self.names:
            return
        given = self._answer(raw, name, choose)
        if given is not None:
            values[name] = walked.answers[name] = given

    def _look(self, raw: dict[str, Any], values: dict[str, Any]) -> Look:
        """What a question offers, and whether it must be answered."""
        kind = str(raw.get("type"))
        is_required = bool(raw.get("isRequired")) or (
            bool(raw.get("requiredIf")) and self._holds(raw.get("requiredIf"), values)
        )
        if kind == "matrix" and raw.get("rowsOrder", "initial") in ("initial", "random"):
            rows = self._offered(members(raw.get("rows")), raw.get("rowsVisibleIf"), values)
            return Look(tuple(rows), raw.get("rowsOrder") == "random", raw.get("take"), is_required)
        order = str(raw.get("choicesOrder") or "none")
        if kind not in _LISTS or order not in ("none", "random") or raw.get("choicesFromQuestion"):
            return Look(is_required=None if kind in ("html", "image") else is_required)
        codes = self._offered(members(raw.get("choices")), raw.get("choicesVisibleIf"), values)
        codes += ["other"] if raw.get("hasOther") or raw.get("showOtherItem") else []
        codes += ["none"] if raw.get("hasNone") or raw.get("showNoneItem") else []
        return Look(tuple(codes), order == "random", raw.get("take"), is_required)

    def _offered(self, items: list[Any], condition: Any, values: dict[str, Any]) -> list[str]:
        found = []
        for each in items:
            value, own = (each.get("value"), each.get("visibleIf")) if isinstance(each, dict) else (each, None)
            known = {**values, "item": value}
            if self._holds(condition, known) and self._holds(own, known):
                found.append(str(value))
        return found

    def _answer(self, raw: dict[str, Any], name: str, choose: Choose) -> Any:
        kind = raw.get("type")
        codes = [each.get("value") if isinstance(each, dict) else each for each in members(raw.get("choices"))]
        if raw.get("hasOther") or raw.get("showOtherItem"):
            codes.append("other")
        if kind in ("checkbox", "tagbox") or (kind == "imagepicker" and raw.get("multiSelect")):
            return [code for code in codes if choose([False, True])] or None
        if kind == "boolean":
            return choose([raw.get("valueTrue", True), raw.get("valueFalse", False), None])
        if kind == "matrix":
            rows, columns = (
                [each.get("value") if isinstance(each, dict) else each for each in members(raw.get(side))]
                for side in ("rows", "columns")
            )
            return {str(row): code for row in rows if (code := choose([*columns, None])) is not None} or None
        if kind in ("html", "file", "ranking", "multipletext"):
            return None
        return choose([*(codes or self._compared(name)), None])

    def _compared(self, name: str) -> list[Any]:
        found: dict[Any, None] = {}
        for text in self.expressions:
            for part in parts_of(parse(text)):
                match part:
                    case Binary(_, Name(known), Constant(value)) if known == name:
                        near = (
                            [value - 1, value, value + 1]
                            if isinstance(value, int | float) and not isinstance(value, bool)
                            else [value]
                        )
                        found |= dict.fromkeys(near)
                    case Binary(_, Name(known), Items(items)) if known == name:
                        found |= dict.fromkeys(each.value for each in items if isinstance(each, Constant))
        return list(found) or ["something"]

    def _fired(self, shown: set[str], values: dict[str, Any]) -> dict[str, Any] | None:
        for trigger in objects(self.raw.get("triggers")):
            text = trigger.get("expression") or _old(trigger)
            if not str(trigger.get("type")).startswith(("complete", "skip")) or not text or not _is_told(str(text)):
                continue
            after = trigger.get("after")
            names = {name.removesuffix("-Comment").partition(".")[0] for name in names_in(str(text))}
            if (after in shown if after else names & shown or not names) and holds(str(text), values):
                return trigger
        return None

    def _place_of(self, name: str) -> int:
        return next((place for place, page in enumerate(self.pages) if name in _names(page)), -1)

    def _holds(self, text: Any, values: dict[str, Any]) -> bool:
        return not text or not _is_told(str(text)) or holds(str(text), values)

    def _calculate(self, values: dict[str, Any]) -> None:
        for each in objects(self.raw.get("calculatedValues")):
            if _is_told(str(each.get("expression") or "")):
                values[str(each.get("name"))] = evaluate(parse(str(each["expression"])), values)


def _old(trigger: dict[str, Any]) -> str:
    """The expression of a trigger that has a name, an operator and a value instead."""
    if not trigger.get("name"):
        return ""
    value = trigger.get("value")
    told = f"'{value}'" if isinstance(value, str) else "" if value is None else str(value).lower()
    return f"{{{trigger['name']}}} {trigger.get('operator', 'equal')} {told}"


def _names(raw: dict[str, Any]) -> list[str]:
    inner = objects(raw.get("elements") or raw.get("questions"))
    return [str(raw.get("name")), *(name for each in inner for name in _names(each))]


def _conditions(given: Any) -> list[str]:
    if isinstance(given, list):
        return [text for each in given for text in _conditions(each)]
    if not isinstance(given, dict):
        return []
    own = [str(given[name]) for name in ("visibleIf", "expression", "choicesVisibleIf") if given.get(name)]
    return own + [text for value in given.values() for text in _conditions(value)]


def _is_told(text: str) -> bool:
    try:
        parse(text)
    except Invalid:
        return False
    return bool(text.strip())
