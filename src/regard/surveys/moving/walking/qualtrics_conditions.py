"""What holds where somebody stands in a Qualtrics survey: its comparisons, by its own rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from regard.surveys.moving.qualtrics.conditions import QUOTAS
from regard.surveys.moving.qualtrics.loops import Turn
from regard.surveys.moving.qualtrics.raw import located, logic_sets
from regard.surveys.moving.qualtrics.survey import Survey, nodes_in
from regard.surveys.moving.walking.walked import Choose, Walked
from regard.surveys.moving.wording import mapping, number_of

OF_PERSONS: Final = ("EmbeddedField", "EmbeddedData", "PanelData", "GeoIP", "DeviceType")


@dataclass
class State:
    """What is known on the way. In a loop every turn has answers of its own, called ``2_QID7``."""

    choose: Choose
    walked: Walked = field(default_factory=Walked)
    answers: dict[str, Any] = field(default_factory=dict)
    texts: dict[tuple[str, str], Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    displayed: set[str] = field(default_factory=set)
    turn: Turn | None = None
    inside: frozenset[str] = frozenset()
    """The questions of the block that is asked."""
    last: dict[str, str] = field(default_factory=dict)
    """How a question was called that a loop asked last."""

    def here(self, question: str) -> str:
        """What a question of this block is called."""
        return f"{self.turn.id}_{question}" if self.turn else question

    def known(self, question: str) -> str:
        """The answer that is meant by a question: this turn's, or the last that was given."""
        return self.here(question) if question in self.inside else self.last.get(question, question)

    def answer(self, question: str) -> Any:
        return self.answers.get(self.known(question))

    def text(self, question: str, line: str) -> Any:
        return self.texts.get((self.known(question), line))

    def field(self, name: str) -> Any:
        """Embedded data: what the flow set, else what is known of the person."""
        return self.fields.get(name, self.walked.traits.get(name))


def comparisons_in(survey: Survey) -> Iterator[dict[str, Any]]:
    """Every comparison that stands anywhere in the survey."""
    logics = [node.raw.get("BranchLogic") for node in nodes_in(survey.flow)]
    logics += [raw.get("Logic") for raw in survey.quotas]
    for raw in survey.questions.values():
        logics += [raw.get("DisplayLogic"), raw.get("InPageDisplayLogic")]
        for what in ("Choices", "Answers"):
            logics += [mapping(choice).get("DisplayLogic") for choice in mapping(raw.get(what)).values()]
    for logic in logics:
        for sets in logic_sets(logic):
            yield from (raw for _, rows in sets for row in rows for raw in row)
    for block in survey.blocks.values():
        yield from (raw for element in block.elements for raw in element.skips)


def left_of(raw: dict[str, Any]) -> object:
    return raw.get("LeftOperand") or raw.get("Locator") or raw.get("ChoiceLocator")


def of_person(raw: dict[str, Any]) -> tuple[str, Any]:
    """What of a person a comparison asks for, and what it compares with."""
    left = str(raw.get("LeftOperand") or raw.get("Field") or "")
    if raw.get("LogicType") == "DeviceType":
        return "device_type", left
    for prefix in ("e://Field/", "m://", "loc://"):
        left = left.removeprefix(prefix)
    return left, raw.get("RightOperand", raw.get("Value"))


def holds(logic: Any, survey: Survey, state: State) -> bool:
    """Whether a whole condition holds; an empty one does."""
    sets = logic_sets(logic)
    return not sets or any(
        all(any(all(compares(raw, survey, state) for raw in row) for row in rows) for _, rows in each) for each in sets
    )


def compares(raw: dict[str, Any], survey: Survey, state: State) -> bool:
    """Whether one comparison holds; what no program could know of does."""
    operator = str(raw.get("Operator") or raw.get("Condition") or "")
    right = piped_value(str(raw.get("RightOperand", raw.get("Value")) or ""), state)
    if raw.get("LogicType") in OF_PERSONS:
        name, value = of_person(raw)
        return compare(state.field(name), operator, value if raw.get("LogicType") == "DeviceType" else right)
    if raw.get("LogicType") == "Quota":  # none is full: a walk is the first response
        return QUOTAS.get(operator, True)
    found = located(left_of(raw))
    if not found:
        return True
    key, what, first, second = found
    if what in ("QuestionDisplayed", "DisplayableQuestion", "ChoiceDisplayed"):
        seen = f"{state.known(key)}/{first}" if first else state.known(key)
        return (seen in state.displayed) is not operator.startswith("Not")
    given = state.answer(key)
    if what in ("SelectableChoice", "SelectedChoice", "SelectableAnswer"):
        return _is_selected(given, first, second) is not operator.startswith("Not")
    if what == "SelectedChoicesCount":
        count = len(given) if isinstance(given, list | dict) else int(given is not None)
        return compare(count, operator, right)
    if what == "SelectedChoicesRecode":
        recodes = mapping(survey.questions.get(key, {}).get("RecodeValues"))
        return compare(recodes.get(str(given), given) if given is not None else None, operator, right)
    text = state.text(key, first)
    return compare(given if text is None and not first else text, operator, right)


def piped_value(text: str, state: State) -> Any:
    """A value, or the answer that stands for it."""
    found = located(text[2:-1]) if text.startswith("${q://") and text.endswith("}") else None
    if found:
        text_given = state.text(found[0], found[2])
        return state.answer(found[0]) if text_given is None else text_given
    if state.turn and text.startswith("${lm://") and text.endswith("}"):
        return state.turn.text(text[7:-1], "")
    return text


def _is_selected(given: Any, first: str, second: str) -> bool:
    if isinstance(given, dict):
        row = given.get(first)
        chosen = row if isinstance(row, list) else [row] if row is not None else []
        return bool(chosen) if not second else second in chosen
    return first in given if isinstance(given, list) else given is not None and str(given) == first


def compare(given: Any, operator: str, right: Any) -> bool:
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
