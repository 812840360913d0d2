"""LimeSurvey's expressions on its own variables and codes, with its rules: an empty value is never smaller or greater,
and a variable without ``.NAOK`` that is not relevant makes the whole false, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from regard.base import Invalid
from regard.surveys.evaluating import as_text
from regard.surveys.moving.limesurvey.manager import (
    Function,
    Literal,
    Node,
    Operation,
    Sign,
    Variable,
    read,
    variables_in,
)
from regard.surveys.moving.limesurvey.places import Place, members, places_in
from regard.surveys.moving.limesurvey.survey import Asked, Survey
from regard.surveys.moving.limesurvey.words import WORDS
from regard.surveys.moving.walking.walked import Choose, Walked
from regard.surveys.moving.wording import number_of, plain

_SIGNS: Final = {
    "lt": "<", "<": "<", "le": "<=", "<=": "<=", "gt": ">", ">": ">", "ge": ">=", ">=": ">=", "eq": "==", "==": "==",
    "ne": "!=", "!=": "!=",
}  # fmt: skip
EMBEDDED: Final = re.compile(r"\{(?!\s)([^{}]+)(?<!\s)\}")


class UntoldError(Exception):
    """An expression that cannot be evaluated here."""


class IrrelevantError(Exception):
    """A variable whose question is not relevant makes the expression false."""


@dataclass
class State:
    """One walk: what was answered, and which questions are relevant."""

    choose: Choose
    walked: Walked = field(default_factory=Walked)
    values: dict[Place, Any] = field(default_factory=dict)
    relevant: set[str] = field(default_factory=set)


class Expressions:
    """The expressions of one structure file."""

    def __init__(self, survey: Survey):
        self.survey = survey
        self.own = survey.languages[0] if survey.languages else "en"
        self.places = places_in(survey)

    def holds(self, text: str, state: State, own: Asked | None) -> bool:
        """Whether a condition is true; one that cannot be told is."""
        if not text or text.strip() == "1":
            return True
        node = read_or_none(text)
        try:
            return node is None or _true(self._whole(node, state, own))
        except UntoldError:
            return True
        except IrrelevantError:
            return False

    def equated(self, question: Asked, state: State) -> Any:
        """What an equation comes to; nothing, where something it asks for is not relevant."""
        node = read_or_none(equation_of(question))
        try:
            return self._whole(node, state, question) if node else ""
        except (UntoldError, IrrelevantError):
            return ""

    def value_of(self, node: Node, state: State, own: Asked | None) -> Any:
        """The value of a node."""
        match node:
            case Literal(value):
                return value
            case Variable():
                return self._variable(node, state, own)
            case Sign("!", operand):
                return not _true(self.value_of(operand, state, own))
            case Sign(_, operand):
                return -(number_of(self.value_of(operand, state, own)) or 0)
            case Operation("&&", left, right):
                a, b = self.value_of(left, state, own), self.value_of(right, state, own)
                return _true(a) and _true(b)
            case Operation("||", left, right):
                a, b = self.value_of(left, state, own), self.value_of(right, state, own)
                return _true(a) or _true(b)
            case Operation(sign, left, right):
                return _joined(sign, self.value_of(left, state, own), self.value_of(right, state, own))
            case Function(name, arguments):
                return self._called(name, arguments, state, own)
        raise UntoldError

    def _variable(self, node: Variable, state: State, own: Asked | None) -> Any:
        if node.name.startswith("TOKEN:"):
            return state.walked.traits.get(node.name) or ""
        found = members(self.places, node.name, own)
        if len(found) != 1:
            raise UntoldError
        value = state.values.get(found[0], "")
        return self._shown(found[0], value, state) if "shown" in node.suffixes else value

    def _whole(self, node: Node, state: State, own: Asked | None) -> Any:
        """The value of a whole expression: none, when anything it asks for is not relevant, wherever that stands."""
        for variable in variables_in(node):
            for place in [] if variable.is_na_ok else members(self.places, variable.name, own)[:1]:
                if place.question.code not in state.relevant and place.question is not own:
                    raise IrrelevantError
        return self.value_of(node, state, own)

    def _shown(self, place: Place, value: Any, state: State) -> Any:
        """The words of what was chosen."""
        asked = place.question
        if value == "" or place.kind not in ("value", "tick", "row"):
            return value
        if value == "-oth-":
            return state.values.get(self.places[f"{asked.code}_other"], "")
        options = asked.rows() if place.kind == "tick" else asked.answers
        wanted = place.row if place.kind == "tick" else str(value)
        texts = next((each.texts for each in options if each.code == wanted), None)
        if texts is None:
            texts = (
                {self.own: WORDS[wanted]["default"]}
                if asked.type in "YGCE" and wanted in WORDS
                else {self.own: str(value)}
            )
        words = plain(texts.get(self.own) or next(iter(texts.values()), ""))
        if EMBEDDED.search(words):  # words that show what was said elsewhere
            raise UntoldError
        return words

    def _all(self, arguments: Sequence[Node], state: State, own: Asked | None) -> list[Any]:
        found: list[Any] = []
        for argument in arguments:
            places = members(self.places, argument.name, own) if isinstance(argument, Variable) else []
            is_shown = isinstance(argument, Variable) and "shown" in argument.suffixes
            values = [state.values.get(place, "") for place in places]
            found += (
                [
                    self._shown(place, value, state) if is_shown else value
                    for place, value in zip(places, values, strict=True)
                ]
                if len(places) > 1
                else [self.value_of(argument, state, own)]
            )
        return found

    def _called(self, name: str, arguments: Sequence[Node], state: State, own: Asked | None) -> Any:
        if name == "if" and len(arguments) == 3:
            return self.value_of(arguments[1 if _true(self.value_of(arguments[0], state, own)) else 2], state, own)
        if name == "list" and not all(isinstance(each, Variable) and "shown" in each.suffixes for each in arguments):
            raise UntoldError
        given = self._all(arguments, state, own)
        numbers = [number for value in given if (number := number_of(value)) is not None]
        functions: dict[str, Callable[[], Any]] = {
            "is_empty": lambda: given[0] in ("", False),
            "count": lambda: len([value for value in given if value not in ("", False)]),
            "countif": lambda: len(_those("==", given[0], given[1:])),
            "countifop": lambda: len(_those(given[0], given[1], given[2:])),
            "sumif": lambda: _added(_those("==", given[0], given[1:])),
            "sumifop": lambda: _added(_those(given[0], given[1], given[2:])),
            "sum": lambda: sum(numbers),
            "abs": lambda: abs(numbers[0]) if numbers else "",
            "min": lambda: min(numbers, default=""),
            "max": lambda: max(numbers, default=""),
            "strlen": lambda: len(str(given[0])),
            "round": lambda: round(numbers[0], int((numbers[1:] or [0])[0])) if numbers else "",
            "intval": lambda: int(numbers[0]) if numbers else "",
            "floatval": lambda: numbers[0] if numbers else "",
            "trim": lambda: str(given[0]).strip(),
            "is_numeric": lambda: bool(numbers),
            "is_int": lambda: bool(numbers) and float(numbers[0]).is_integer(),
            "list": lambda: ", ".join(spelled(value) for value in given if value not in ("", False)),
            "strval": lambda: str(given[0]),
            "join": lambda: "".join(map(spelled, given)),
            "concat": lambda: "".join(map(spelled, given)),
        }
        if name not in functions:
            raise UntoldError
        return functions[name]()


def na_ok(node: Node) -> Node:
    """The same, for a text: what is not relevant says nothing there."""
    match node:
        case Variable(name, suffixes):
            return Variable(name, (*suffixes, "NAOK"))
        case Operation(sign, left, right):
            return Operation(sign, na_ok(left), na_ok(right))
        case Sign(sign, operand):
            return Sign(sign, na_ok(operand))
        case Function(name, arguments):
            return Function(name, tuple(map(na_ok, arguments)))
    return node


def spelled(value: Any) -> str:
    """A value as a text says it."""
    if isinstance(value, bool):
        return "1" if value else ""
    return as_text(value)


def read_or_none(text: str) -> Node | None:
    """The tree of an expression; None for one that makes no sense."""
    try:
        return read(text)
    except Invalid:
        return None


def equation_of(question: Asked) -> str:
    """What an equation works out."""
    text = question.attribute("equation") or next(iter(question.texts.values()), "")
    return re.sub(r"<[^>]*>", "", text).strip().removeprefix("{").removesuffix("}")


def _those(sign: Any, wanted: Any, given: list[Any]) -> list[Any]:
    """The values that compare well with one."""
    sign = _SIGNS.get(str(sign).lower(), str(sign))
    if sign not in _SIGNS.values():
        raise UntoldError
    return [value for value in given if _joined(sign, value, wanted)]


def _added(given: list[Any]) -> float:
    return sum(number for value in given if (number := number_of(value)) is not None)


def _true(value: Any) -> bool:
    return bool(value) and value != "0"


def _joined(sign: str, left: Any, right: Any) -> Any:
    """Two values joined or compared; numbers where both are."""
    numbers = number_of(left), number_of(right)
    a, b = numbers if None not in numbers else (str(left), str(right))
    if sign in ("==", "!="):
        return (a == b) is (sign == "==")
    if sign in ("<", "<=", ">", ">="):
        if "" in (left, right):
            return False
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]  # type: ignore[operator]
    if None in numbers:
        return f"{left}{right}" if sign == "+" else ""
    x, y = float(numbers[0] or 0), float(numbers[1] or 0)
    if sign == "/" and y == 0:
        return ""
    return {"+": x + y, "-": x - y, "*": x * y, "/": x / y if y else 0.0, "%": x % y if y else 0.0}[sign]
