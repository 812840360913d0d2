"""A Formbricks survey as a questionnaire of ours."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

import msgspec

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.expressions import Binary, Call, Constant, Expression, Name, Unary, written
from regard.surveys.model import CalculatedValue, Complete, Html, Page, Question, Questionnaire, Skip, Text
from regard.surveys.moving.formbricks.conditions import Known, condition_of, operand
from regard.surveys.moving.formbricks.questions import Source, questions_from
from regard.surveys.moving.formbricks.survey import Block, Survey, survey_of
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.moved import Moved
from regard.surveys.moving.opening import REMEDY
from regard.surveys.moving.wording import Names, locale_of, mapping, number_of, objects, plain, text_in

_RECALL: Final = re.compile(r"#recall:([\w-]+)/fallback:([^#]*)#")
_QUIET: Final = frozenset(
    [
        "id",
        "name",
        "title",
        "questions",
        "blocks",
        "endings",
        "variables",
        "hiddenFields",
        "welcomeCard",
        "languages",
        "createdAt",
        "updatedAt",
        "type",
        "status",
        "createdBy",
        "environmentId",
        "workspaceId",
        "displayOption",
        "isBackButtonHidden",
        "metadata",
        "slug",
        "followUps",
        "data",
        "thankYouCard",
        "productOverwrites",
        "projectOverwrites",
        "inlineTriggers",
        "resultShareKey",
        "showLanguageSwitch",
    ]
)
_SAID_AS_GIVEN: Final = ("openText", "nps", "rating", "date")
"""Kinds whose answers are read as they are kept."""
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
        self.said: dict[tuple[str, str], CalculatedValue] = {}
        """What stands for a recalled answer and its fallback in texts."""
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
        self._list_unread()
        end = next(iter(self.survey.endings), self.survey.raw.get("thankYouCard"))
        last = self._ending(end) if isinstance(end, dict) else None
        questionnaire = Questionnaire(
            title=plain(self.survey.raw.get("name")),
            locale=self.own,
            pages=self.pages,
            triggers=self.triggers,
            calculated_values=[*calculated, *self.said.values()],
            completed_text=last,
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
                put = _RECALL.sub(lambda found: self._recalled(found, place), text)
                shown[self.own if code == "default" else locale_of(code)] = put if keep else plain(put)
        return text_in(shown, self.own)

    def _recalled(self, found: re.Match[str], place: str) -> str:
        """A recalled answer, variable or hidden field; what is said instead of none is worked out with it."""
        key, fallback = found[1], found[2].replace("nbsp", " ").strip()
        name = self.known.names.get(key) or self.known.variables.get(key) or self.known.trait(key)
        if not fallback:
            return f"{{{name}}}"
        if key in self.known.names and self.survey.elements[key].get("type") not in _SAID_AS_GIVEN:
            why = said("nothing is said where there is no answer")
            self.losses.changed(place, said("fallback of a recalled answer"), why)
            return f"{{{name}}}"
        if (key, fallback) not in self.said:
            made = self.names.make(f"{key}_said")
            expression = Call("iif", (Unary("notempty", Name(name)), Name(name), Constant(fallback)))
            self.said[key, fallback] = CalculatedValue(name=made, expression=written(expression))
        return f"{{{self.said[key, fallback].name}}}"

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

    def _require(self, action: dict[str, Any], condition: Expression | None, place: str) -> None:
        if action.get("objective") != "requireAnswer":
            return
        target = str(action.get("target"))
        name = self.known.names.get(target)
        if condition is None or name is None:
            self.losses.lost(place, said("required answer of {target}", target=target), NO_JUMP)
            return
        for number, page in enumerate(self.pages):
            elements = [
                msgspec.structs.replace(question, required_if=written(condition)) if question.name == name else question
                for question in page.elements
            ]
            self.pages[number] = msgspec.structs.replace(page, elements=elements)

    def _jump(self, target: str, condition: str, after: str, place: int, block: str) -> None:
        ending = next((each for each in self.survey.endings if str(each.get("id")) == target), None)
        if ending is not None or target == "end":
            text = self._ending(ending) if ending else None
            is_screen_out = False
            self.triggers.append(Complete(expression=condition, after=after, text=text, is_screen_out=is_screen_out))
            return
        goal = self.survey.block_of(target)
        if goal is None or goal <= place:
            why = NO_JUMP if goal is None else said("surveys only go forward here: the next question follows")
            self.losses.lost(block, said("jump to {target}", target=target), why)
            return
        name = next((self.first[each.id] for each in self.survey.blocks[goal:] if each.id in self.first), None)
        if name is None:
            self.triggers.append(Complete(expression=condition, after=after))
        else:
            self.triggers.append(Skip(expression=condition, goto_name=name, after=after))

    def _ending(self, ending: dict[str, Any]) -> Text | None:
        if ending.get("type") == "redirectToUrl" or ending.get("url"):
            why = said("respondents stay here; the address was {address}", address=ending.get("url"))
            self.losses.lost(said("ending {id}", id=ending.get("id")), said("redirect at an end"), why)
        if ending.get("buttonLink"):
            self.losses.lost(said("ending {id}", id=ending.get("id")), said("button"), said("an end is text only"))
        parts = [self.text(ending.get(name), said("ending")) for name in ("headline", "subheader")]
        given = [part if isinstance(part, dict) else {"default": part} for part in parts if part]
        codes = dict.fromkeys(code for part in given for code in part)
        joined = {code: "\n".join(part.get(code) or part.get("default", "") for part in given) for code in codes}
        return joined.get("default") if set(joined) == {"default"} else joined or None

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
        if written(condition).startswith("not") or " empty" in written(condition):
            self.losses.changed(
                block.id,
                said("calculation on what was not answered"),
                said("it also counts where the question is not reached"),
            )
        made = given if operator == "assign" else Binary(signs[operator], values[key], given)
        values[key] = Call("iif", (condition, made, values[key]))

    def _list_unread(self) -> None:
        self.losses.unknown(said("survey"), self.survey.raw, _QUIET)
