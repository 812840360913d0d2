"""A Qualtrics survey, gone through as Qualtrics does: the flow from the top, page after page.

Display logic is read when a page is shown, so it sees nothing of the answers on the same page, unless it is in-page.
Skip logic is read when its question's page is left. A question that is asked again still has its earlier answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from regard.surveys.moving.qualtrics.ends import redirect_in
from regard.surveys.moving.qualtrics.raw import ordered
from regard.surveys.moving.qualtrics.survey import Block, Node, Survey, key_of
from regard.surveys.moving.walking.qualtrics_conditions import (
    OF_PERSONS,
    State,
    compares,
    holds,
    of_person,
    piped_value,
)
from regard.surveys.moving.walking.qualtrics_questions import PIPE, Questions
from regard.surveys.moving.walking.walked import Choose, Walked, drawn
from regard.surveys.moving.wording import mapping, members, number_of, objects


class _EndedError(Exception):
    """The survey is over; with options, where an end of its own says so."""

    def __init__(self, options: dict[str, Any] | None = None):
        super().__init__()
        self.options = options


class Qualtrics:
    """One survey file."""

    tells_texts = True

    def __init__(self, survey: Survey, asked: frozenset[str]):
        self.survey, self.asked = survey, asked
        self.questions = Questions(survey)

    def walk(self, choose: Choose) -> Walked:
        state = State(choose)
        compared = self._traits()
        for name, values in compared.items():
            state.walked.traits[name] = choose([*sorted(values), None])
        state.walked.traits |= {name: f"some {name}" for name in self.questions.said_of_persons if name not in compared}
        end = self.survey.options
        try:
            self._steps(self.survey.flow, state)
        except _EndedError as ended:
            end = ended.options if ended.options is not None else end
        state.walked.leads = self._leads(end, state)
        state.inside, state.turn = frozenset(), None
        state.walked.quotas = [
            str(raw.get("Name") or raw.get("ID") or "quota")
            for raw in self.survey.quotas
            if holds(raw.get("Logic"), self.survey, state)
        ]
        return state.walked

    def _leads(self, options: dict[str, Any], state: State) -> str | None:
        """Where it goes on, with what is known of the person put in; None where an answer's words are."""
        address = redirect_in(options)
        pipes = PIPE.findall(address)
        if any(kind not in ("e", "m") for kind, _ in pipes):
            return None
        return PIPE.sub(lambda found: quote(self.questions.told(found[1], found[2], state), safe=""), address)

    def _traits(self) -> dict[str, set[str]]:
        """What conditions ask of a person, with the values they compare with."""
        found: dict[str, set[str]] = {}
        for raw in self.questions.conditions:
            if raw.get("LogicType") in OF_PERSONS:
                name, value = of_person(raw)
                if not raw.get("Location"):
                    found.setdefault(name, set()).add(str(value) if value is not None else "something")
        return found

    # --- the flow -----------------------------------------------------------------------------------------------------

    def _steps(self, nodes: Sequence[Node], state: State) -> None:
        for node in nodes:
            if node.kind == "Block":
                self._block(node, state)
            elif node.kind == "Branch":
                if holds(node.raw.get("BranchLogic"), self.survey, state):
                    self._steps(node.children, state)
            elif node.kind == "BlockRandomizer":
                self._randomize(node, state)
            elif node.kind == "EndSurvey":
                options = mapping(node.raw.get("Options"))
                flag = str(options.get("ResponseFlag") or "").lower()
                state.walked.end = "screened out" if flag in ("screened", "screenedout", "quotamet") else "complete"
                raise _EndedError(options if options.get("SurveyTermination") else None)
            elif node.kind == "EmbeddedData":
                self._set(node, state)
            else:
                self._steps(node.children, state)

    def _randomize(self, node: Node, state: State) -> None:
        subset = number_of(node.raw.get("SubSet")) or len(node.children)
        places = [str(place) for place in range(len(node.children))]
        taken = drawn(places, int(subset), state.choose)
        try:
            for place in taken:
                self._steps([node.children[int(place)]], state)
        finally:  # also when the survey ends in here; inner orders come first
            state.walked.orders = [*state.walked.orders, (node.id, places, taken)]

    def _set(self, node: Node, state: State) -> None:
        for each in objects(node.raw.get("EmbeddedData")):
            value = each.get("Value")
            if value not in (None, "") and each.get("Type") != "Recipient":
                state.fields[str(each.get("Field"))] = piped_value(str(value), state)

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _block(self, node: Node, state: State) -> None:
        block = self.survey.blocks.get(node.id)
        if block is None:
            return
        state.turn = node.turn
        state.inside = block.questions
        self._pages_of(block, node, state)
        state.turn, state.inside = None, frozenset()

    def _pages_of(self, block: Block, node: Node, state: State) -> None:
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

    def _pages(self, block: Block, node: Node, state: State) -> list[list[str]]:
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

    def _shuffled(self, block: Block, node: Node, keys: list[str], mode: str, state: State) -> list[list[str]]:
        order = mapping(block.options.get("Randomization"))
        advanced = mapping(order.get("Advanced"))
        name = f"{node.id}~{node.occurrence}"
        if mode == "Advanced" and advanced.get("FixedOrder"):
            slots = [str(slot) for slot in members(advanced["FixedOrder"])]
            never = {str(key) for key in members(advanced.get("Undisplayed"))}
            pool = [key for key in keys if key not in slots and key not in never]
            free = len([slot for slot in slots if slot not in keys])
            taken = drawn(pool, free or len(pool), state.choose)
            state.walked.orders.append((name, pool, taken))
            rest = iter(taken)
            return [[key] for slot in slots for key in ([slot] if slot in keys else [next(rest, "")]) if key]
        subset = number_of(advanced.get("TotalRandSubset")) or number_of(order.get("TotalRandSubset"))
        taken = drawn(keys, int(subset) if mode == "RandomWithOnlyX" and subset else len(keys), state.choose)
        state.walked.orders.append((name, keys, taken))
        return [[key] for key in taken]

    def _page(self, page: list[str], occurrence: int, state: State) -> list[str]:
        """Show a page: what is displayed is known before anything on it is answered, but for what is shown in-page."""
        before = {key for key in page if self._is_in_page(key) or self._is_displayed(key, state, "DisplayLogic")}
        shown = []
        for key in page:
            if key not in before or not self._is_displayed(key, state, "InPageDisplayLogic"):
                continue
            if self._is_in_page(key) and not self._is_displayed(key, state, "DisplayLogic"):
                continue
            shown.append(key)
            state.displayed.add(state.here(key))
            state.displayed |= {f"{state.here(key)}/{code}" for code in self.questions.offered(key, state)}
            self._ask(key, occurrence, state)
        return shown

    def _is_in_page(self, key: str) -> bool:
        return mapping(self.survey.questions[key].get("DisplayLogic")).get("inPage") in (True, "true", 1)

    def _is_displayed(self, key: str, state: State, which: str) -> bool:
        logic = self.survey.questions[key].get(which)
        return not logic or holds(logic, self.survey, state)

    def _skips(self, block: Block, shown: list[str], state: State) -> str | None:
        for question in shown:
            for raw in block.skips.get(question, ()):
                if compares({**raw, "LogicType": "Question"}, self.survey, state):
                    target = str(raw.get("SkipToDestination") or "")
                    if target == "ENDOFSURVEY":
                        raise _EndedError
                    return target
        return None

    # --- answering ----------------------------------------------------------------------------------------------------

    def _ask(self, key: str, occurrence: int, state: State) -> None:
        name = key_of(key, occurrence)
        parts = [part for part in self.asked if part == name or part.startswith((f"{name}#", f"{name}/"))]
        for part in sorted(parts, key=lambda part: _place(part.removeprefix(name), self.survey.questions[key])):
            state.walked.shown.append(part)
            if part != name:
                continue
            state.walked.looks[part] = self.questions.look(key, state)
            answer = self.questions.answer(key, state)
            if answer is not None:
                state.answers[state.here(key)] = state.walked.answers[part] = answer
                state.last[key] = state.here(key)


def _place(ending: str, raw: dict[str, Any]) -> tuple[int, int]:
    """Where a part of a question stands: ``#2/3`` is the third row of the second column."""
    column, _, row = ending.partition("/")
    columns, rows = list(mapping(raw.get("AdditionalQuestions"))), ordered(raw, "Choices")
    return _index(columns, column.removeprefix("#")), _index(rows, row)


def _index(listed: list[str], wanted: str) -> int:
    return listed.index(wanted) if wanted in listed else -1
