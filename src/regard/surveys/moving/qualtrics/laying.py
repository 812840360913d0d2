"""Qualtrics' survey flow as pages of ours: branches become conditions of pages, ends become triggers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from regard.base.words import said
from regard.surveys.expressions import Call, Constant, Expression, Name, every, parse, written
from regard.surveys.model import CalculatedValue, Complete, Ending, Page, Question, RandomGroup, Skip, Text
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.qualtrics.conditions import Known, condition_of, is_whole, without
from regard.surveys.moving.qualtrics.ends import THANKS, address_of, leads_elsewhere
from regard.surveys.moving.qualtrics.ordering import Ordering, ordering_of
from regard.surveys.moving.qualtrics.raw import fields_in, questions_in
from regard.surveys.moving.qualtrics.skipping import Guard, guards_of
from regard.surveys.moving.qualtrics.survey import Block, Node, Survey, key_of, nodes_in
from regard.surveys.moving.wording import Names, count_of, mapping, number_of, objects, plain

FAR: Final = 12
"""So many pages before an end in a branch may be the last one that somebody sees."""
NOT_RUN: Final = said("Regard has no such step; nothing happens there")


def set_fields(survey: Survey) -> list[str]:
    """Embedded data that the flow itself gives a value, outside of random choices."""
    inside = {
        id(inner.raw)
        for node in nodes_in(survey.flow)
        if node.kind == "BlockRandomizer"
        for inner in nodes_in(node.children)
    }
    fields = {
        str(each.get("Field")): None
        for node in nodes_in(survey.flow)
        if node.kind == "EmbeddedData" and id(node.raw) not in inside
        for each in objects(node.raw.get("EmbeddedData"))
        if each.get("Value") not in (None, "") and each.get("Type") != "Recipient"
    }
    return list(fields)


@dataclass(frozen=True)
class Laid:
    """A page as far as ends need it: when it is seen, and questions by which its leaving can be told."""

    conditions: tuple[str, ...]
    anchors: tuple[str, ...]


@dataclass
class Layout:
    """The flow of one survey, gone through once."""

    survey: Survey
    known: Known
    losses: Losses
    refine: Callable[[str], dict[str, Question]]
    triggers: list[Complete | Skip] = field(default_factory=list)
    groups: list[RandomGroup] = field(default_factory=list)
    units: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    made: list[Page] = field(default_factory=list)
    laid: list[Laid] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    values: dict[str, Expression] = field(default_factory=dict)
    guards: tuple[str, ...] = ()
    asked_for: set[str] = field(default_factory=set)
    """Embedded data that the flow has asked for so far."""
    is_over: bool = False
    no_end: str = ""
    """Why nobody ends in the branch that is laid, where that is so."""
    address: Text | None = None
    is_random: bool = False

    def pages(self) -> list[Page]:
        self._lay(self.survey.flow, ())
        return self.made

    @property
    def calculated(self) -> list[CalculatedValue]:
        return [
            CalculatedValue(name=self.known.calculated[name], expression=written(value))
            for name, value in self.values.items()
        ]

    def end_text(self) -> Text | None:
        """What is said at the end, where the file itself holds it."""
        text = plain(self.survey.options.get("EOSMessage"))
        if text.startswith("MS_") or self.survey.options.get("EOSMessageLibrary"):
            self.losses.lost(
                said("file"), said("message at the end"), said("it is kept in a library, not in this file")
            )
            return None
        return text or None

    def end_address(self) -> Text | None:
        """Where it goes on at the end: what an end on every way says, else what the file says."""
        return self.address or address_of(self.survey.options, self.known, said("file"))

    def _lay(self, nodes: Sequence[Node], conditions: tuple[str, ...]) -> list[str]:
        """Lay these steps; returns the names of their pages."""
        found: list[str] = []
        for node in nodes:
            if self.is_over:
                self.losses.changed(node.id, said("flow after an end"), said("nobody can get there; it is left out"))
                break
            found += _STEPS.get(node.kind, Layout._nothing)(self, node, conditions)
        return found

    # --- steps --------------------------------------------------------------------------------------------------------

    def _group(self, node: Node, conditions: tuple[str, ...]) -> list[str]:
        return self._lay(node.children, conditions)

    def _branch(self, node: Node, conditions: tuple[str, ...]) -> list[str]:
        self.asked_for |= fields_in(node.raw.get("BranchLogic"))
        logic = node.raw.get("BranchLogic")
        condition, before = condition_of(logic, self.known, node.id), self.no_end
        if condition == "false":
            self.no_end = said("the quota itself ends the response")
        elif not is_whole(logic, self.known, node.id):
            self.no_end = said("its condition cannot be said here: rather a question too many than somebody sent away")
        found = self._lay(node.children, (*conditions, condition) if condition else conditions)
        self.no_end = before
        self.is_over = self.is_over and not condition
        return found

    def _randomizer(self, node: Node, conditions: tuple[str, ...]) -> list[str]:
        before, self.is_random = self.is_random, True
        units = [self._lay([child], conditions) for child in node.children]
        self.is_random = before
        for place, unit in enumerate(units):
            self.units[f"{node.id}/{place}"] = unit
        take = count_of(node.raw.get("SubSet"))
        if not all(units) and take and take < len(units):
            why = said("chance only chooses among steps that ask something")
            self.losses.changed(node.id, said("random choice among steps without questions"), why)
        pages = [name for unit in units for name in unit]
        if len([unit for unit in units if unit]) > 1 or (take and pages and take < len(units)):
            is_even = str(node.raw.get("EvenPresentation", "")).lower() in ("true", "1", "on")
            self._random(pages, [unit for unit in units if unit], take if take and take < len(units) else None, is_even)
        return pages

    def _random(self, pages: list[str], units: list[list[str]], take: int | None, is_balanced: bool) -> None:
        blocks = [unit for unit in units if len(unit) > 1]
        self.groups.append(RandomGroup(pages=pages, blocks=blocks, take=take, is_balanced=is_balanced))

    def _end(self, node: Node, conditions: tuple[str, ...]) -> list[str]:
        options = mapping(node.raw.get("Options"))
        address = address_of(options, self.known, node.id)
        if str(options.get("EOSMessage") or "").startswith("MS_"):
            self.losses.lost(node.id, said("message at an end"), said("it is kept in a library, not in this file"))
        if self.no_end:
            self.losses.lost(node.id, said("end in a branch"), self.no_end)
            return []
        if self.is_random:
            self.losses.lost(node.id, said("end inside a random choice"), NOT_RUN)
            return []
        condition = every(list(conditions))
        if condition is None:
            self.is_over, self.address = True, address
            return []
        flag = str(options.get("ResponseFlag") or "")
        text = THANKS if leads_elsewhere(options, self.survey.options) else None
        end = Ending(text=text, navigate_to_url=address)
        self._end_if(condition, conditions, end, flag.lower() in ("screened", "screenedout", "quotamet"))
        self.is_over = True
        return []

    def _end_if(self, condition: str, conditions: tuple[str, ...], end: Ending, is_screen_out: bool) -> None:
        """Triggers on every page that may be the last one before this end."""
        later: list[str] = []
        shuffled = {name for group in self.groups for name in group.pages}
        for made, page in list(zip(reversed(self.made), reversed(self.laid), strict=True))[:FAR]:
            if made.name in shuffled:
                if is_screen_out or end.text or end.navigate_to_url:
                    why = said("nobody is asked more; it counts as the survey's own end")
                    self.losses.changed(made.name, said("end behind a random order"), why)
                break
            guard = every([condition, *map(without, later)])
            shared: dict[str, Any] = {"text": end.text, "navigate_to_url": end.navigate_to_url}
            self.triggers += [
                Complete(expression=guard or "true", after=name, is_screen_out=is_screen_out, **shared)
                for name in page.anchors
            ]
            if set(page.conditions) <= set(conditions):
                return
            later.append(every(list(page.conditions)) or "true")
        self.guards = (*self.guards, without(condition))

    def _fields(self, node: Node, conditions: tuple[str, ...]) -> list[str]:
        for each in objects(node.raw.get("EmbeddedData")):
            name, value = str(each.get("Field")), each.get("Value")
            if value in (None, "") or each.get("Type") == "Recipient":
                self.known.trait(name)
                continue
            made = None if self.is_random or name not in self.known.calculated else self._value(str(value), name)
            if made is None:
                why = said("its value cannot be worked out here; it is read from the person's trait of that name")
                self.losses.lost(node.id, said("embedded data {name}", name=name), why)
                continue
            if name in self.asked_for:
                why = said("it has this value from the beginning, also where it was asked for before")
                self.losses.changed(node.id, said("embedded data {name}", name=name), why)
            condition = every(list(conditions))
            if condition:
                made = _if(parse(condition), made, self.values.get(name, self.known.given(name)))
            self.values[name] = made
        return []

    def _value(self, text: str, name: str) -> Expression | None:
        if "$e{" in text:
            return None
        put = self.known.piped(text)
        if "${" not in text:
            number = number_of(put)
            return Constant(put if number is None else number)
        is_one = put.startswith("{") and put.endswith("}") and put.count("{") == 1
        return Name(put[1:-1]) if is_one and put[1:-1] != self.known.calculated.get(name) else None

    def _nothing(self, node: Node, _: tuple[str, ...]) -> list[str]:
        self.losses.lost(node.id, said("flow step {kind}", kind=node.kind), NOT_RUN)
        return self._lay(node.children, _) if node.children else []

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _block(self, node: Node, conditions: tuple[str, ...]) -> list[str]:
        block = self.survey.blocks.get(node.id)
        if block is None:
            self.losses.lost(node.id, said("block {id}", id=node.id), said("the file does not hold it"))
            return []
        self.known.at(node, block)
        guards = guards_of(block, self.known, node.occurrence, self.triggers, self.losses)
        self.asked_for |= {name for key in block.questions for name in fields_in(self.survey.questions.get(key))}
        order = ordering_of(block, self.losses)
        found: list[str] = []
        for part in order.parts(block):
            name = self._page(block, node, part, (*self.guards, *conditions), guards, order)
            if name:
                found.append(name)
        self.known.at(None)
        self._shuffle(node, order)
        return found

    def _page(
        self,
        block: Block,
        node: Node,
        part: Sequence[str],
        conditions: tuple[str, ...],
        guards: dict[str, list[Guard]],
        order: Ordering,
    ) -> str | None:
        listed = [(key_of(key, node.occurrence), guards.get(key, [])) for key in part]
        common = (
            [guard.condition for guard in listed[0][1] if all(guard in more for _, more in listed)] if listed else []
        )
        whole = (*conditions, *common)
        elements: list[Question] = []
        for key, own in listed:
            display = self._display(key.partition("~")[0], part)
            for made_key, question in self.refine(key).items():
                shown = every([display, *(guard.condition for guard in own if guard.condition not in common)])
                elements.append(msgspec.structs.replace(question, visible_if=shown))
                self.known.shown_if[made_key] = every([*whole, shown])
        if not elements:
            return None
        name = self.names.make(f"{block.title or 'page'}_{len(self.made) + 1}", "page")
        self.made.append(Page(name=name, visible_if=every(list(whole)), elements=elements))
        self.laid.append(_laid(whole, elements))
        for key in part:
            self.units.setdefault(f"{node.id}~{node.occurrence}/{key}", []).append(name)
        if order.within:
            self.made[-1] = msgspec.structs.replace(self.made[-1], questions_order="random")
        return name

    def _display(self, question: str, page: Sequence[str]) -> str | None:
        """When a question is shown; also what its logic asks of the same page counts as soon as it is answered."""
        raw = self.survey.questions.get(question, {})
        logic = raw.get("DisplayLogic")
        if mapping(logic).get("inPage") not in (True, "true", 1) and set(questions_in(logic)) & set(page):
            why = said("it is read anew while the page is answered; there only when the page is opened")
            self.losses.changed(question, said("display logic over a question of the same page"), why)
        conditions = [
            condition_of(raw.get(name), self.known, question)
            for name in ("DisplayLogic", "InPageDisplayLogic")
            if raw.get(name)
        ]
        return every(conditions)

    def _shuffle(self, node: Node, order: Ordering) -> None:
        """Questions in random order that have a page each."""
        if order.within or not order.pool:
            return
        names = [self.units.get(f"{node.id}~{node.occurrence}/{key}", []) for key in order.pool]
        units = [unit for unit in names if unit]
        if len(units) > 1:
            self._random([name for unit in units for name in unit], units, order.take, order.is_balanced)


def _laid(conditions: tuple[str, ...], elements: Sequence[Question]) -> Laid:
    always = [question.name for question in elements if not question.visible_if]
    if always:
        return Laid(conditions, (always[0],))
    any_of = " or ".join(f"({question.visible_if})" for question in elements)
    return Laid((*conditions, written(parse(any_of))), tuple(question.name for question in elements))


def _if(condition: Expression, yes: Expression, no: Expression) -> Expression:
    return Call("iif", (condition, yes, no))


_STEPS: Final[dict[str, Callable[[Layout, Node, tuple[str, ...]], list[str]]]] = {
    "Block": Layout._block, "Branch": Layout._branch, "BlockRandomizer": Layout._randomizer, "Group": Layout._group,
    "EndSurvey": Layout._end, "EmbeddedData": Layout._fields,
}  # fmt: skip
