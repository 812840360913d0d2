"""A SurveyJS survey, gone through on its own nested structure: pages, panels in panels, questions, triggers.

Conditions are evaluated as written: the language is the same. What is checked is that nothing of the structure is lost.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from regard.base import Invalid
from regard.surveys.evaluating import evaluate, holds
from regard.surveys.expressions import Binary, Constant, Items, Name, names_in, parse, parts_of
from regard.surveys.leaving import spelled
from regard.surveys.moving.surveyjs.fitting import CONDITIONS, order_of
from regard.surveys.moving.surveyjs.questions import choices_in
from regard.surveys.moving.walking.walked import NOTHING, Choose, Look, Walked, drawn
from regard.surveys.moving.wording import members, objects, plain

_NAME: Final = re.compile(r"\{([^{}]{1,200})\}")
_PLAIN: Final = ("text", "comment", "rating", "radiogroup", "dropdown", "checkbox", "tagbox", "buttongroup")
_LISTS: Final = ("radiogroup", "dropdown", "checkbox", "tagbox", "buttongroup", "ranking")


class SurveyJS:
    """One survey."""

    tells_texts = True

    def __init__(self, raw: dict[str, Any], asked: frozenset[str]):
        self.raw, self.asked = raw, asked
        self.pages = objects(raw.get("pages")) or [
            {"name": "page1", "elements": raw.get("elements") or raw.get("questions")}
        ]
        self.expressions = [text for text in _conditions(raw) if _is_told(text)]
        self.names = {
            name.removesuffix("-Comment").partition(".")[0] for text in self.expressions for name in names_in(text)
        }
        self.elements = {str(each.get("name")): each for each in _elements(raw)}
        self.worked_out = {str(each.get("name")) for each in objects(raw.get("calculatedValues"))}
        self.names |= {name.strip() for each in _texts(raw) for name in _NAME.findall(each)}
        self.traits = sorted(
            {
                name.removeprefix("profile.")
                for text in self.expressions
                for name in names_in(text)
                if name.startswith("profile.")
            }
        )

    def walk(self, choose: Choose) -> Walked:
        walked, values = (
            Walked(),
            {name: each["defaultValue"] for name, each in self.elements.items() if _has_default(each)},
        )
        place = 0
        while place < len(self.pages):
            page = self.pages[place]
            place += 1
            self._calculate(values)
            is_hidden = page.get("visible") is False and not page.get("visibleIf")
            if is_hidden or not self._holds(page.get("visibleIf"), values):
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
        walked.leads = self._leads(values)
        return walked

    def _leads(self, values: dict[str, Any]) -> str:
        """Where it goes on at the end, with values (not their words) put in."""
        listed = objects(self.raw.get("navigateToUrlOnCondition"))
        fitting = (each.get("url") for each in listed if self._holds(each.get("expression"), values))
        address = self._own(next(fitting, None) or self.raw.get("navigateToUrl"))
        return _NAME.sub(lambda found: quote(spelled(values.get(found[1].strip())), safe=""), address)

    def _own(self, text: Any) -> str:
        """A text in the survey's own language."""
        if isinstance(text, dict):
            text = text.get("default") or text.get(str(self.raw.get("locale") or "en"))
        return text if isinstance(text, str) else ""

    def _elements(
        self, raw: dict[str, Any], walked: Walked, values: dict[str, Any], choose: Choose, page: dict[str, Any]
    ) -> None:
        listed = objects(raw.get("elements") or raw.get("questions"))
        order = order_of(raw) or order_of(self.raw)
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
        values.pop(name, None)
        if given is not None:
            values[name] = walked.answers[name] = given

    def _look(self, raw: dict[str, Any], values: dict[str, Any]) -> Look:
        """What a question offers and says, what is filled in, and whether it must be answered."""
        kind, order = str(raw.get("type")), str(raw.get("choicesOrder") or "none")
        needs = bool(raw.get("isRequired")) or (bool(raw.get("requiredIf")) and self._holds(raw["requiredIf"], values))
        there = raw["defaultValue"] if _has_default(raw) else NOTHING
        look = Look(is_required=needs, text=self._said(raw.get("title"), values), filled=there)
        if kind in ("html", "image"):
            return Look(text=self._said(raw.get("html"), values))
        hides = raw.get("rowsVisibleIf") or any("visibleIf" in each for each in objects(raw.get("items")))
        if raw.get("defaultValueExpression") or kind == "file" or hides:
            look = replace(look, filled=None)
        if kind == "matrix" and raw.get("rowsOrder", "initial") in ("initial", "random"):
            rows = self._offered(members(raw.get("rows")), raw.get("rowsVisibleIf"), values)
            columns = tuple(self._offered(members(raw.get("columns")), raw.get("columnsVisibleIf"), values))
            is_random = raw.get("rowsOrder") == "random"
            return replace(look, offered=tuple(rows), is_random=is_random, take=raw.get("take"), columns=columns)
        if kind not in _LISTS or order not in ("none", "random") or raw.get("choicesFromQuestion"):
            return look
        codes = self._offered(choices_in(raw), raw.get("choicesVisibleIf"), values)
        codes += ["other"] if raw.get("hasOther") or raw.get("showOtherItem") else []
        codes += ["none"] if raw.get("hasNone") or raw.get("showNoneItem") else []
        is_there = all(str(each) in codes for each in (there if isinstance(there, list) else [there]))
        look = look if is_there else replace(look, filled=NOTHING if there == NOTHING else None)
        return replace(look, offered=tuple(codes), is_random=order == "random", take=raw.get("take"))

    def _said(self, text: Any, values: dict[str, Any]) -> str | None:
        """A text with answers put in; None where nothing is, or where SurveyJS's words for one are not known here."""
        own = self._own(text)
        names = [name.strip() for name in _NAME.findall(own)]
        if not names or not all(name in self.worked_out or _is_plain(self.elements.get(name)) for name in names):
            return None
        put = _NAME.sub(lambda found: self._told(found[1].strip(), values), own)
        return " ".join(plain(put).split())

    def _told(self, name: str, values: dict[str, Any]) -> str:
        given, raw = values.get(name), self.elements.get(name, {})
        listed = given if isinstance(given, list) else [] if given is None else [given]
        texts = {
            str(each.get("value")): self._own(each.get("text"))
            for each in objects(choices_in(raw))
        }  # fmt: skip
        return ", ".join(texts.get(str(each)) or spelled(each) for each in listed)

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
        codes = [each.get("value") if isinstance(each, dict) else each for each in choices_in(raw)]
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
        possible = codes or self._compared(name)
        there = [raw["defaultValue"]] if _has_default(raw) and raw["defaultValue"] not in possible else []
        return choose([*possible, *there, None])

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


def _has_default(raw: dict[str, Any]) -> bool:
    return raw.get("defaultValue") not in (None, "", [], {}, "indeterminate")


def _is_plain(raw: dict[str, Any] | None) -> bool:
    """Whether it is known here how SurveyJS says an answer to this question."""
    is_other = raw is not None and any(
        raw.get(name) for name in ("hasOther", "showOtherItem", "hasNone", "showNoneItem")
    )
    return raw is not None and not is_other and raw.get("type") in _PLAIN


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


def _elements(raw: dict[str, Any]) -> list[dict[str, Any]]:
    inner = objects(raw.get("pages")) + objects(raw.get("elements") or raw.get("questions"))
    return [*inner, *(each for one in inner for each in _elements(one))]


def _texts(given: Any) -> list[str]:
    """Every text that may have an answer put in."""
    if isinstance(given, str):
        return [given] if "{" in given else []
    inner = given.values() if isinstance(given, dict) else given if isinstance(given, list) else ()
    return [text for each in inner for text in _texts(each)]


def _conditions(given: Any) -> list[str]:
    if isinstance(given, list):
        return [text for each in given for text in _conditions(each)]
    if not isinstance(given, dict):
        return []
    own = [str(given[name]) for name in CONDITIONS if given.get(name)]
    return own + [text for value in given.values() for text in _conditions(value)]


def _is_told(text: str) -> bool:
    try:
        parse(text)
    except Invalid:
        return False
    return bool(text.strip())
