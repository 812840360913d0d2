"""A Formbricks survey as a questionnaire of ours."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

import msgspec

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.expressions import Binary, Call, Constant, Expression, names_in, parse, written
from regard.surveys.model import CalculatedValue, Complete, Ending, Html, Page, Question, Questionnaire, Skip, Text
from regard.surveys.moving.ends import safe_address
from regard.surveys.moving.formbricks.conditions import Known, also_of_nobody, condition_of, operand
from regard.surveys.moving.formbricks.ends import ending_of
from regard.surveys.moving.formbricks.properties import list_settings
from regard.surveys.moving.formbricks.questions import Source, questions_from
from regard.surveys.moving.formbricks.survey import RECALL, Block, Survey, jumps_past, survey_of
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.moved import Moved
from regard.surveys.moving.opening import REMEDY
from regard.surveys.moving.wording import Names, locale_of, mapping, number_of, objects, plain, text_in

NO_JUMP: Final = said("its condition or its target cannot be said here: the next question follows")


def read_formbricks(raw: dict[str, Any]) -> Moved:
    """A survey out of Formbricks' JSON."""
    return _Reader(survey_of(raw)).read()


class _Reader:
    """One survey on its way."""

    def __init__(self, survey: Survey):
        if not survey.elements:
            raise Invalid(said("the file has no questions"), field="file", remedy=REMEDY)
        self.survey, self.losses, self.names = survey, Losses(), Names()
        own = next((each for each in objects(survey.raw.get("languages")) if each.get("default")), {})
        self.own = locale_of(mapping(own.get("language")).get("code") or own.get("code"))
        self.known = Known(survey, self.losses)
        self.pages: list[Page] = []
        self.triggers: list[Complete | Skip] = []
        self.first: dict[str, str] = {}
        self.last: dict[str, str] = {}

    def read(self) -> Moved:
        for key in self.survey.elements:
            self.known.names[key] = self.names.make(key)
        for key, variable in self.survey.variables.items():
            self.known.variables[key] = self.names.make(variable.get("name") or key)
        self._welcome()
        for block in self.survey.blocks:
            self._block(block)
        calculated = self._calculated()
        for place, block in enumerate(self.survey.blocks):
            self._logic(block, place)
        list_settings(self.survey.raw, self.losses)
        end = next(iter(self.survey.endings), self.survey.raw.get("thankYouCard"))
        is_shown = isinstance(end, dict) and end.get("enabled", True)
        last = self._ending(end) if isinstance(end, dict) and is_shown else Ending()
        if redirect := self.survey.raw.get("redirectUrl"):
            address = safe_address(self._address(redirect, said("survey")), said("survey"), self.losses)
            last = msgspec.structs.replace(last, navigate_to_url=address, navigate_text=None)
        questionnaire = Questionnaire(
            title=plain(self.survey.raw.get("name")),
            locale=self.own,
            pages=self.pages,
            triggers=self.triggers,
            calculated_values=calculated,
            page_next_text=self._button(),
            start_survey_text=self._start(),
            completed_text=last.text,
            navigate_to_url=last.navigate_to_url,
            navigate_text=last.navigate_text,
            allow_back=not self.survey.raw.get("isBackButtonHidden"),
            first_page_is_started=bool(self.pages and self.pages[0].name == "welcome"),
        )
        traits = dict(self.known.traits)
        return Moved("formbricks", questionnaire, self.losses.listed(), [], self.known.carried, self.survey, traits)

    # --- texts --------------------------------------------------------------------------------------------------------

    def text(self, given: Any, place: str, keep: bool = False) -> Text | None:
        """A text, in one language or by locale, with recalled answers as pipes of ours."""
        texts = given if isinstance(given, dict) else {"default": given}
        shown = {}
        for code, text in texts.items():
            if isinstance(text, str) and text:
                put = RECALL.sub(lambda found: self._recalled(found, place), text)
                shown[self.own if code == "default" else locale_of(code)] = put if keep else plain(put)
        return text_in(shown, self.own)

    def _recalled(self, found: re.Match[str], place: str) -> str:
        """A recalled answer, variable or hidden field, and what is said instead of none."""
        key, fallback = found[1], re.sub(r"[{}|]", "", found[2]).replace("nbsp", " ").strip()
        name = self.known.names.get(key) or self.known.variables.get(key) or self.known.trait(key)
        if key in self.known.names and key not in self.known.carried:
            self.losses.changed(place, said("recalled answer of {key}", key=key), said("what stands instead is said"))
        return f"{{{name}|{fallback}}}" if fallback else f"{{{name}}}"

    def _address(self, given: Any, place: str) -> Text | None:
        """An address, with recalled values put in as they are kept."""
        recalled = {key for key, _ in RECALL.findall(str(given))}
        if any(self.survey.elements.get(key, {}).get("choices") for key in recalled):
            why = said("the code of the answer is put into the address, not its words")
            self.losses.changed(place, said("recalled answer in an address"), why)
        return self.text(given, place, keep=True)

    def _button(self) -> Text | None:
        """The words of the button that goes on, where all have the same."""
        blocks = objects(self.survey.raw.get("blocks"))
        given = [
            each.get("buttonLabel") for each in [*blocks, *self.survey.elements.values()] if each.get("buttonLabel")
        ]
        if any(each != given[0] for each in given):
            self.losses.cosmetic(said("survey"), "buttonLabel", said("every page has the same button"))
            return None
        return self.text(given[0], said("survey")) if given else None

    def _start(self) -> Text | None:
        card = mapping(self.survey.raw.get("welcomeCard"))
        for name in ("timeToFinish", "showResponseCount"):
            if card.get("enabled") and card.get(name):
                self.losses.cosmetic(said("welcome"), name, said("it looks different here"))
        return self.text(card.get("buttonLabel"), said("welcome")) if card.get("enabled") else None

    # --- pages --------------------------------------------------------------------------------------------------------

    def _welcome(self) -> None:
        card = self.survey.raw.get("welcomeCard")
        if not isinstance(card, dict) or not card.get("enabled"):
            return
        text = self.text(card.get("html") or card.get("subheader"), said("welcome"), keep=True)
        title = self.text(card.get("headline"), said("welcome"))
        if card.get("fileUrl") or card.get("videoUrl"):
            self.losses.lost(said("welcome"), said("picture"), said("pictures are not carried over; its text is"))
        html = [Html(name=self.names.make("welcome_text"), html=text)] if text else []
        if text or title:
            self.pages.append(Page(name=self.names.make("welcome"), title=title, elements=list(html)))

    def _block(self, block: Block) -> None:
        elements: list[Question] = []
        for raw in block.elements:
            key = str(raw.get("id"))
            source = Source(
                key,
                raw,
                self.known.names[key],
                self.losses,
                partial(self.text, place=key),
                self.names.make,
            )
            for part, question, carried in questions_from(source):
                self.known.carried[part], self.known.questions[part] = carried, question
                elements.append(question)
        if not elements:
            self.losses.changed(block.id, said("logic of a question that is left out"), NO_JUMP)
            return
        self.first[block.id], self.last[block.id] = elements[0].name, elements[-1].name
        self.pages.append(
            Page(name=self.names.make(block.name or f"page_{len(self.pages) + 1}", "page"), elements=elements)
        )

    # --- logic --------------------------------------------------------------------------------------------------------

    def _logic(self, block: Block, place: int) -> None:
        after = self.last.get(block.id)
        if after is None:
            return
        for logic in block.logic:
            condition = condition_of(logic.get("conditions"), self.known, block.id)
            jumps = [
                action
                for action in objects(logic.get("actions"))
                if str(action.get("objective", "")).startswith("jumpTo")
            ]
            for action in objects(logic.get("actions")):
                self._require(action, condition, block.id)
            if jumps and condition is None:
                self.losses.lost(block.id, said("jump to {target}", target=jumps[0].get("target")), NO_JUMP)
            elif jumps:
                self._jump(str(jumps[0].get("target")), written(condition), after, place, block.id)  # type: ignore[arg-type]
            if "condition" in logic:
                self._old(logic, block, place, after)
        if block.fallback:
            self._jump(block.fallback, "true", after, place, block.id)

    def _old(self, logic: dict[str, Any], block: Block, place: int, after: str) -> None:
        """Logic as it was before conditions could be joined: one comparison with the question itself."""
        key = str(block.elements[-1].get("id"))
        names = {
            "submitted": "isSubmitted",
            "skipped": "isSkipped",
            "notEquals": "doesNotEqual",
            "lessThan": "isLessThan",
            "lessEqual": "isLessThanOrEqual",
            "greaterThan": "isGreaterThan",
            "greaterEqual": "isGreaterThanOrEqual",
            "includesAll": "includesAllOf",
            "includesOne": "includesOneOf",
            "accepted": "isAccepted",
            "clicked": "isClicked",
            "booked": "isBooked",
        }
        operator = names.get(str(logic["condition"]), str(logic["condition"]))
        value = logic.get("value")
        wanted = (
            [self._choice_id(key, each) for each in value] if isinstance(value, list) else self._choice_id(key, value)
        )
        leaf = {
            "leftOperand": {"type": "question", "value": key},
            "operator": operator,
            "rightOperand": {"type": "static", "value": wanted},
        }
        condition = condition_of({"connector": "and", "conditions": [leaf]}, self.known, block.id)
        if condition is None or not logic.get("destination"):
            self.losses.lost(block.id, said("jump to {target}", target=logic.get("destination")), NO_JUMP)
            return
        self._jump(str(logic["destination"]), written(condition), after, place, block.id)

    def _choice_id(self, key: str, value: Any) -> Any:
        for each in objects(self.survey.elements[key].get("choices")):
            label = each.get("label")
            if value == label or (isinstance(label, dict) and value in label.values()):
                return each.get("id")
        return value

    def _is_unread(self, condition: Expression, block: str) -> bool:
        """Whether a block's condition may hold although nobody has come to the block: it can be jumped over, or lies
        behind an end, and its own answers are not asked for."""
        number = self.survey.block_of(block) or 0
        own = {self.known.names[str(each.get("id"))] for each in self.survey.blocks[number].elements}
        before = self.survey.blocks[:number]
        may_pass = any(jumps_past(each, number, self.survey) for each in before)
        reads_own = any(name.partition(".")[0] in own for name in names_in(condition))
        return may_pass and (also_of_nobody(condition) or not reads_own)

    def _require(self, action: dict[str, Any], condition: Expression | None, place: str) -> None:
        if action.get("objective") != "requireAnswer":
            return
        target = str(action.get("target"))
        name = self.known.names.get(target)
        if condition is None or name is None:
            self.losses.lost(place, said("required answer of {target}", target=target), NO_JUMP)
            return
        if self._is_unread(condition, place):
            why = said("an answer is also needed where the question is not reached")
            self.losses.changed(place, said("required answer of {target}", target=target), why)
        for number, page in enumerate(self.pages):
            elements = [
                _needed(question, condition) if question.name == name else question for question in page.elements
            ]
            self.pages[number] = msgspec.structs.replace(page, elements=elements)

    def _jump(self, target: str, condition: str, after: str, place: int, block: str) -> None:
        ending = next((each for each in self.survey.endings if str(each.get("id")) == target), None)
        if ending is not None or target == "end":
            own = self._ending(ending) if ending else Ending()
            shared: dict[str, Any] = {field: getattr(own, field) for field in own.__struct_fields__}
            self.triggers.append(Complete(expression=condition, after=after, **shared))
            return
        goal = self.survey.block_of(target)
        if goal is None or goal <= place:
            what = said("jump to {target}", target=target)
            if goal is not None:
                what = said("jump back to {target} if {condition}", target=target, condition=condition)
            why = NO_JUMP if goal is None else said("surveys only go forward here: the next question follows")
            self.losses.lost(block, what, why)
            return
        name = next((self.first[each.id] for each in self.survey.blocks[goal:] if each.id in self.first), None)
        if name is None:
            self.triggers.append(Complete(expression=condition, after=after))
        else:
            self.triggers.append(Skip(expression=condition, goto_name=name, after=after))

    def _ending(self, ending: dict[str, Any]) -> Ending:
        return ending_of(ending, self.text, self._address, self.losses)

    def _calculated(self) -> list[CalculatedValue]:
        """Variables as calculated values: what every block that was left does to them, one after another."""
        values: dict[str, Expression] = {
            key: Constant(
                number_of(each.get("value")) or 0 if each.get("type") == "number" else str(each.get("value") or "")
            )
            for key, each in self.survey.variables.items()
        }
        for block in self.survey.blocks:
            for logic in block.logic:
                for action in objects(logic.get("actions")):
                    if action.get("objective") == "calculate":
                        self._calculate(values, block, logic, action)
        return [
            CalculatedValue(name=self.known.variables[key], expression=written(value)) for key, value in values.items()
        ]

    def _calculate(
        self, values: dict[str, Expression], block: Block, logic: dict[str, Any], action: dict[str, Any]
    ) -> None:
        key = str(action.get("variableId"))
        condition = condition_of(logic.get("conditions"), self.known, block.id)
        given = operand(action.get("value"), self.known)
        signs = {"add": "+", "concat": "+", "subtract": "-", "multiply": "*", "divide": "/"}
        operator = str(action.get("operator"))
        if key not in values or condition is None or given is None or (operator not in signs and operator != "assign"):
            self.losses.lost(
                block.id, said("calculation {operator}", operator=operator), said("it cannot be said here")
            )
            return
        if self._is_unread(condition, block.id):
            self.losses.changed(
                block.id,
                said("calculation on what was not answered"),
                said("it also counts where the question is not reached"),
            )
        made = given if operator == "assign" else Binary(signs[operator], values[key], given)
        values[key] = Call("iif", (condition, made, values[key]))


def _needed(question: Question, condition: Expression) -> Question:
    """The question, to be answered also under this condition."""
    before = question.required_if
    whole = Binary("or", parse(before), condition) if before else condition
    return msgspec.structs.replace(question, required_if=written(whole))
