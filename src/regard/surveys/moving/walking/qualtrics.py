"""A Qualtrics survey, gone through as Qualtrics does: the flow from the top, page after page.

Display logic is read when a page is shown, so it sees nothing of the answers on the same page, unless it is in-page.
Skip logic is read when its question's page is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from regard.surveys.moving.equivalence import Walked
from regard.surveys.moving.qualtrics.survey import Block, Node, Survey, key_of, located, logic_sets, nodes_in, ordered
from regard.surveys.moving.wording import mapping, members, number_of, objects

Choose = Callable[[Sequence[Any]], Any]


class _EndedError(Exception):
    """The survey is over."""


@dataclass
class _State:
    choose: Choose
    walked: Walked = field(default_factory=Walked)
    answers: dict[str, Any] = field(default_factory=dict)
    texts: dict[tuple[str, str], Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    displayed: set[str] = field(default_factory=set)


class Qualtrics:
    """One survey file."""

    def __init__(self, survey: Survey, asked: frozenset[str]):
        self.survey, self.asked = survey, asked
        self.conditions = [*_logics(survey)]
        self.matters = {found[0] for raw in self.conditions if (found := located(_left(raw)))} | _carried_from(survey)

    def walk(self, choose: Choose) -> Walked:
        state = _State(choose)
        for name, values in self._traits().items():
            state.walked.traits[name] = choose([*sorted(values), None])
        with suppress(_EndedError):
            self._steps(self.survey.flow, state)
        return state.walked

    def _traits(self) -> dict[str, set[str]]:
        """What conditions ask of a person, with the values they compare with."""
        found: dict[str, set[str]] = {}
        for raw in self.conditions:
            if raw.get("LogicType") in ("EmbeddedField", "EmbeddedData", "PanelData", "GeoIP", "DeviceType"):
                name, value = _person(raw)
                if not raw.get("Location"):
                    found.setdefault(name, set()).add(str(value) if value is not None else "something")
        return found

    # --- the flow -----------------------------------------------------------------------------------------------------

    def _steps(self, nodes: Sequence[Node], state: _State) -> None:
        for node in nodes:
            if node.kind == "Block":
                self._block(node, state)
            elif node.kind == "Branch":
                if self._holds(node.raw.get("BranchLogic"), state):
                    self._steps(node.children, state)
            elif node.kind == "BlockRandomizer":
                self._randomize(node, state)
            elif node.kind == "EndSurvey":
                raise _EndedError
            elif node.kind == "EmbeddedData":
                self._set(node, state)
            else:
                self._steps(node.children, state)

    def _randomize(self, node: Node, state: _State) -> None:
        subset = number_of(node.raw.get("SubSet")) or len(node.children)
        members = [str(place) for place in range(len(node.children))]
        drawn = _draw(members, int(subset), state.choose)
        at = len(state.walked.orders)
        for member in drawn:
            self._steps([node.children[int(member)]], state)
        state.walked.orders.insert(at, (node.id, members, drawn))
        state.walked.orders[at:] = [*state.walked.orders[at + 1 :], state.walked.orders[at]]  # inner orders come first

    def _set(self, node: Node, state: _State) -> None:
        for each in objects(node.raw.get("EmbeddedData")):
            value = each.get("Value")
            if value not in (None, "") and each.get("Type") != "Recipient":
                state.fields[str(each.get("Field"))] = self._piped(str(value), state)

    def _piped(self, text: str, state: _State) -> Any:
        found = located(text[2:-1]) if text.startswith("${q://") and text.endswith("}") else None
        if found:
            return state.texts.get((found[0], found[2]), state.answers.get(found[0]))
        return text

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _block(self, node: Node, state: _State) -> None:
        block = self.survey.blocks.get(node.id)
        if block is None:
            return
        skipped_to: str | None = None
        for page in self._pages(block, node, state):
            visible = [
                key for key in page if skipped_to is None or key == skipped_to or self._is_past(page, key, skipped_to)
            ]
            if skipped_to in page:
                skipped_to = None
            shown = self._page(visible, node.occurrence, state)
            target = self._skips(block, shown, state)
            if target == "ENDOFBLOCK":
                return
            skipped_to = target or skipped_to

    @staticmethod
    def _is_past(page: list[str], key: str, target: str) -> bool:
        return target in page and page.index(key) > page.index(target)

    def _pages(self, block: Block, node: Node, state: _State) -> list[list[str]]:
        pages: list[list[str]] = [[]]
        for element in block.elements:
            if element.question is None:
                pages.append([])
            elif element.question in self.survey.questions:
                pages[-1].append(element.question)
                if element.skips:
                    pages.append([])
        mode = str(block.options.get("RandomizeQuestions") or "false")
        if mode.lower() in ("false", "none", ""):
            return [page for page in pages if page]
        return self._shuffled(block, node, [key for page in pages for key in page], mode, state)

    def _shuffled(self, block: Block, node: Node, keys: list[str], mode: str, state: _State) -> list[list[str]]:
        order = mapping(block.options.get("Randomization"))
        advanced = mapping(order.get("Advanced"))
        name = f"{node.id}~{node.occurrence}"
        if mode == "Advanced" and advanced.get("FixedOrder"):
            slots = [str(slot) for slot in members(advanced["FixedOrder"])]
            never = {str(key) for key in members(advanced.get("Undisplayed"))}
            pool = [key for key in keys if key not in slots and key not in never]
            free = len([slot for slot in slots if slot not in keys])
            drawn = _draw(pool, free or len(pool), state.choose)
            state.walked.orders.append((name, pool, drawn))
            rest = iter(drawn)
            return [[key] for slot in slots for key in ([slot] if slot in keys else [next(rest, "")]) if key]
        subset = number_of(advanced.get("TotalRandSubset")) or number_of(order.get("TotalRandSubset"))
        drawn = _draw(keys, int(subset) if mode == "RandomWithOnlyX" and subset else len(keys), state.choose)
        state.walked.orders.append((name, keys, drawn))
        return [[key] for key in drawn]

    def _page(self, page: list[str], occurrence: int, state: _State) -> list[str]:
        """Show a page: what is displayed is known before anything on it is answered."""
        before = [key for key in page if self._is_displayed(key, state, "DisplayLogic")]
        shown = []
        for key in before:
            if not self._is_displayed(key, state, "InPageDisplayLogic"):
                continue
            shown.append(key)
            state.displayed.add(key)
            self._ask(key, occurrence, state)
        return shown

    def _is_displayed(self, key: str, state: _State, which: str) -> bool:
        logic = self.survey.questions[key].get(which)
        return not logic or self._holds(logic, state)

    def _skips(self, block: Block, shown: list[str], state: _State) -> str | None:
        for element in block.elements:
            for raw in element.skips if element.question in shown else ():
                if self._atom({**raw, "LogicType": "Question"}, state):
                    target = str(raw.get("SkipToDestination") or "")
                    if target == "ENDOFSURVEY":
                        raise _EndedError
                    return target
        return None

    # --- answering ----------------------------------------------------------------------------------------------------

    def _ask(self, key: str, occurrence: int, state: _State) -> None:
        raw = self.survey.questions[key]
        name = key_of(key, occurrence)
        parts = [part for part in self.asked if part == name or part.startswith((f"{name}#", f"{name}/"))]
        for part in sorted(parts, key=lambda part: (len(part), part)):
            state.walked.shown.append(part)
            if part != name:
                continue
            answer = self._answer(key, raw, state)
            state.answers.pop(key, None)
            if answer is not None:
                state.answers[key] = answer
                state.walked.answers[part] = answer

    def _answer(self, key: str, raw: dict[str, Any], state: _State) -> Any:
        """An answer to a question, among those that conditions tell apart; none where no condition asks."""
        if key not in self.matters:
            return None
        kind, possible = str(raw.get("QuestionType")), self._offered(raw, state)
        if kind == "MC" and possible:
            if str(raw.get("Selector")).startswith("MA") or raw.get("Selector") == "MSB":
                chosen = [code for code in possible if state.choose([False, True])]
                return chosen or None
            return state.choose([*possible, None])
        if kind == "Matrix":
            return self._grid(raw, possible, state)
        if kind == "Slider" and raw.get("Selector") == "STAR":
            return state.choose([1, 2, 3, 4, 5, None])
        if kind in ("TE", "Slider", "CS"):
            return self._written(key, raw, state)
        return None

    def _offered(self, raw: dict[str, Any], state: _State) -> list[str]:
        found = []
        dynamic = located(mapping(raw.get("DynamicChoices")).get("Locator"))
        if dynamic:
            given = state.answers.get(dynamic[0])
            chosen = list(given) if isinstance(given, list | dict) else [given] if given is not None else []
            origin = ordered(self.survey.questions.get(dynamic[0], {}), "Choices")
            is_chosen = not dynamic[2].startswith(("Unselected", "NotSelected"))
            every_one = not dynamic[2].startswith(("Selected", "Unselected", "NotSelected"))
            found = [f"x{code}" for code in origin if every_one or (code in chosen) is is_chosen]
        choices = mapping(raw.get("Choices"))
        for code in ordered(raw, "Choices"):
            logic = mapping(choices.get(code)).get("DisplayLogic")
            if not logic or self._holds(logic, state):
                found.append(code)
        return found

    def _grid(self, raw: dict[str, Any], rows: list[str], state: _State) -> dict[str, Any] | None:
        columns, is_many = ordered(raw, "Answers"), str(raw.get("SubSelector")) in ("MultipleAnswer", "DND")
        if not columns or str(raw.get("Selector")) in ("TE", "CS"):
            return None
        found = {}
        for row in rows:
            given = state.choose([*columns, None])
            if given is not None:
                found[row] = [given] if is_many else given
        return found or None

    def _written(self, key: str, raw: dict[str, Any], state: _State) -> Any:
        """A text or a number that some condition compares with, or one that none does."""
        lines = ordered(raw, "Choices")
        if not lines or (len(lines) == 1 and raw.get("QuestionType") == "Slider"):
            given = state.choose(self._texts(key))
            state.texts[key, ""] = given
            for line in lines:
                state.texts[key, line] = given
            return given
        found = {}
        for line in lines:
            given = state.choose(self._texts(key))
            if given is not None:
                found[line] = state.texts[key, line] = given
        return found or None

    def _texts(self, key: str) -> list[Any]:
        found: dict[Any, None] = {}
        for raw in self.conditions:
            place = located(_left(raw))
            value = raw.get("RightOperand", raw.get("Value"))
            if place and place[0] == key and value is not None and "${" not in str(value):
                number = number_of(value)
                found |= dict.fromkeys([number - 1, number, number + 1] if number is not None else [str(value)])
        return [*found, *([] if found else ["something"]), None]

    # --- conditions ---------------------------------------------------------------------------------------------------

    def _holds(self, logic: Any, state: _State) -> bool:
        sets = logic_sets(logic)
        return not sets or any(
            all(any(all(self._atom(raw, state) for raw in row) for row in rows) for _, rows in each) for each in sets
        )

    def _atom(self, raw: dict[str, Any], state: _State) -> bool:
        operator = str(raw.get("Operator") or raw.get("Condition") or "")
        right = self._piped(str(raw.get("RightOperand", raw.get("Value")) or ""), state)
        if raw.get("LogicType") in ("EmbeddedField", "EmbeddedData", "PanelData", "GeoIP", "DeviceType"):
            name, value = _person(raw)
            given = state.fields.get(name, state.walked.traits.get(name))
            return _compare(given, operator, value if raw.get("LogicType") == "DeviceType" else right)
        found = located(_left(raw))
        if not found:
            return True  # a condition that cannot be told here
        key, what, first, second = found
        if what in ("QuestionDisplayed", "DisplayableQuestion", "ChoiceDisplayed"):
            return (key in state.displayed) is not operator.startswith("Not")
        given = state.answers.get(key)
        if what in ("SelectableChoice", "SelectedChoice", "SelectableAnswer"):
            return _is_selected(given, first, second) is not operator.startswith("Not")
        if what == "SelectedChoicesCount":
            count = len(given) if isinstance(given, list | dict) else int(given is not None)
            return _compare(count, operator, right)
        if what == "SelectedChoicesRecode":
            recodes = mapping(self.survey.questions.get(key, {}).get("RecodeValues"))
            return _compare(recodes.get(str(given), given) if given is not None else None, operator, right)
        return _compare(state.texts.get((key, first), given if not first else None), operator, right)


def _logics(survey: Survey) -> Any:
    """Every comparison that stands anywhere in the survey."""
    logics = [node.raw.get("BranchLogic") for node in nodes_in(survey.flow)]
    for raw in survey.questions.values():
        logics += [raw.get("DisplayLogic"), raw.get("InPageDisplayLogic")]
        for what in ("Choices", "Answers"):
            logics += [mapping(choice).get("DisplayLogic") for choice in mapping(raw.get(what)).values()]
    for logic in logics:
        for sets in logic_sets(logic):
            yield from (raw for _, rows in sets for row in rows for raw in row)
    for block in survey.blocks.values():
        yield from (raw for element in block.elements for raw in element.skips)


def _carried_from(survey: Survey) -> set[str]:
    found = (located(mapping(raw.get("DynamicChoices")).get("Locator")) for raw in survey.questions.values())
    return {each[0] for each in found if each}


def _left(raw: dict[str, Any]) -> object:
    return raw.get("LeftOperand") or raw.get("Locator") or raw.get("ChoiceLocator")


def _person(raw: dict[str, Any]) -> tuple[str, Any]:
    left = str(raw.get("LeftOperand") or raw.get("Field") or "")
    if raw.get("LogicType") == "DeviceType":
        return "device_type", left
    for prefix in ("e://Field/", "m://", "loc://"):
        left = left.removeprefix(prefix)
    return left, raw.get("RightOperand", raw.get("Value"))


def _draw(members: list[str], count: int, choose: Choose) -> list[str]:
    left = list(members)
    drawn: list[str] = []
    while left and len(drawn) < count:
        drawn.append(choose(left))
        left.remove(drawn[-1])
    return drawn


def _is_selected(given: Any, first: str, second: str) -> bool:
    if isinstance(given, dict):
        row = given.get(first)
        chosen = row if isinstance(row, list) else [row] if row is not None else []
        return bool(chosen) if not second else second in chosen
    return first in given if isinstance(given, list) else given is not None and str(given) == first


def _compare(given: Any, operator: str, right: Any) -> bool:
    """Qualtrics' comparison of two values: as numbers where both are, else as texts without regard to case."""
    text, other = "" if given is None else str(given).strip().lower(), str(right).strip().lower()
    if operator in ("Empty", "IsEmpty", "NotEmpty", "IsNotEmpty"):
        return (text == "") is (operator in ("Empty", "IsEmpty"))
    numbers = number_of(text), number_of(other)
    a: Any
    b: Any
    a, b = numbers if None not in numbers else (text, other)
    tests: dict[str, Callable[[], bool]] = {
        "EqualTo": lambda: a == b, "Is": lambda: a == b, "Equals": lambda: a == b,
        "NotEqualTo": lambda: a != b, "IsNot": lambda: a != b, "NotEquals": lambda: a != b,
        "GreaterThan": lambda: text != "" and a > b, "GreaterThanOrEqual": lambda: text != "" and a >= b,
        "LessThan": lambda: text != "" and a < b, "LessThanOrEqual": lambda: text != "" and a <= b,
        "GreaterThanOrEqualTo": lambda: text != "" and a >= b, "LessThanOrEqualTo": lambda: text != "" and a <= b,
        "Contains": lambda: bool(text) and other in text, "DoesNotContain": lambda: not (text and other in text),
    }  # fmt: skip
    return tests[operator]() if operator in tests else True
