"""LimeSurvey's texts as ours: in every language, with expressions inside them as pipes."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Final

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.expressions import Expression, Name, written
from regard.surveys.model import CalculatedValue, Text
from regard.surveys.moving.ends import safe_address
from regard.surveys.moving.limesurvey import manager
from regard.surveys.moving.limesurvey.survey import MULTIPLE, Survey
from regard.surveys.moving.limesurvey.translating import Known, in_text, value_of
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.wording import Names, locale_of, plain, text_in

_EMBEDDED: Final = re.compile(r"\{(?!\s)([^{}]+)(?<!\s)\}")


@dataclass
class Texts:
    """The texts of one survey, and the values that are worked out for them."""

    survey: Survey
    known: Known
    names: Names
    own: str
    calculated: list[CalculatedValue]
    said: dict[str, str] = field(default_factory=dict)
    """The pipe of each expression."""
    is_address: bool = False

    @property
    def losses(self) -> Losses:
        return self.known.losses

    def of_survey(self, name: str) -> Text | None:
        """A text of the survey itself."""
        return self.put({code: row.get(name, "") for code, row in self.survey.texts.items()})

    def put(self, texts: dict[str, str], place: str = "") -> Text | None:
        """A text in every language, with expressions inside it as pipes of ours. ``\\0`` before it keeps its HTML."""
        shown = {}
        for language, text in texts.items():
            keep = text.startswith("\x00")
            made = self._tailored(text.lstrip("\x00"), place or said("texts"))
            shown[locale_of(language) if language else self.own] = made if keep else plain(made)
        return text_in({code: text for code, text in shown.items() if code in self.survey.languages}, self.own)

    def _tailored(self, text: str, place: str) -> str:
        def put(found: re.Match[str]) -> str:
            return self._pipe(plain(found[1]), place)

        return _EMBEDDED.sub(put, text) if "{" in text else text

    def _pipe(self, expression: str, place: str) -> str:
        """The pipe that says what an expression in a text says; a calculated value where it is more than a name."""
        if expression in self.said:
            return self.said[expression]
        made = ""
        try:
            node = manager.read(expression)
        except Invalid:
            return "{" + expression + "}"
        if isinstance(node, manager.Variable):
            made = self._named(node, place)
        elif listed := self._listed(node):
            made = f"{{{listed}}}"
        else:
            value = value_of(expression, self.known, place)
            made = self._worked_out(value) if value is not None else ""
        self.said[expression] = made
        return made

    def _listed(self, node: manager.Node) -> str | None:
        """The question whose ticked boxes a ``list(that.Q.shown)`` tells, as a pipe of ours does by itself."""
        match node:
            case manager.Function("list", (manager.Variable(name, ("shown",)),)) if name.startswith("that."):
                place = self.known.places.get(name.removeprefix("that."))
                if place and place.question.type in MULTIPLE and place.question.code in self.known.carried:
                    return self.known.carried[place.question.code].name
        return None

    def _named(self, node: manager.Variable, place: str) -> str:
        """The pipe of a variable: the words of what was chosen (``.shown``), or its code."""
        if node.name.startswith("TOKEN:"):
            return f"{{{self.known.trait(node.name.removeprefix('TOKEN:'))}}}"
        if node.name.upper() == "TOKEN":
            return f"{{{self.known.trait('token')}}}"
        known = self.known.places.get(node.name)
        value = None
        if known is not None and "question" not in node.suffixes:
            try:
                value = in_text(node, known, self.known, is_address=self.is_address)
            except Invalid:
                value = None
        if value is None:
            self.losses.lost(place, said("{name} in a text", name=node.name), said("the text says nothing instead"))
            return ""
        return f"{{{value.name}}}" if isinstance(value, Name) else self._worked_out(value)

    def _worked_out(self, value: Expression) -> str:
        name = self.names.make(f"text_{len(self.calculated) + 1}")
        self.calculated.append(CalculatedValue(name=name, expression=written(value)))
        return f"{{{name}}}"

    def address(self, name: str, place: str, rows: dict[str, dict[str, str]] | None = None) -> Text | None:
        """An address to go on at, with answers put in as codes."""
        texts = {code: row.get(name, "") for code, row in (self.survey.texts if rows is None else rows).items()}
        self.said, before, self.is_address = {}, self.said, True  # the same pipe says something else in a text
        wanted = {code: self._tailored(html.unescape(text.strip()), place) for code, text in texts.items()}
        self.said, self.is_address = before, False
        given = {code: text for code, text in wanted.items() if text and text not in ("http://", "https://")}
        return safe_address(text_in(given, self.own), place, self.losses)
