"""Qualtrics' conditions (display, branch, skip and quota logic) as expressions of ours.

What cannot be said here is left out of its conjunction and listed: then a question is shown rather than hidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.expressions import Binary, Call, Constant, Expression, Name, Unary, parse, written
from regard.surveys.model import Checkbox, Matrix, MultipleText, Question
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.qualtrics.loops import Turn
from regard.surveys.moving.qualtrics.raw import located, logic_sets
from regard.surveys.moving.qualtrics.survey import Block, Node, key_of
from regard.surveys.moving.wording import number_of

COMPARED: Final = {
    "EqualTo": "=", "NotEqualTo": "<>", "GreaterThan": ">", "GreaterThanOrEqual": ">=", "LessThan": "<",
    "LessThanOrEqual": "<=", "Contains": "contains", "DoesNotContain": "notcontains", "Is": "=", "IsNot": "<>",
    "Equals": "=", "NotEquals": "<>", "GreaterThanOrEqualTo": ">=", "LessThanOrEqualTo": "<=",
}  # fmt: skip
EMPTINESS: Final = {"Empty": "empty", "NotEmpty": "notempty", "IsEmpty": "empty", "IsNotEmpty": "notempty"}
QUOTAS: Final = {"QuotaMet": False, "QuotaNotMet": True}
"""Conditions over a quota, as they are before it is full."""
LONGEST_CONDITION: Final = 5_000
MOST_AGAIN: Final = 10
"""Times that a question is asked, of which conditions read the last answer."""
NOT_SAID: Final = said("this condition cannot be said here, and is left out: what it hides is shown")
KNOWN_TRAITS: Final = {
    "firstname": "first_name", "lastname": "last_name", "email": "email", "email1": "email",
    "externaldatareference": "external_reference", "language": "language", "q_language": "language",
}  # fmt: skip


@dataclass
class Known:
    """What conditions may ask for: our questions by the source's keys, embedded data, traits."""

    losses: Losses
    questions: dict[str, Question] = field(default_factory=dict)
    carried: dict[str, Carried] = field(default_factory=dict)
    occurrences: dict[str, list[str]] = field(default_factory=dict)
    """Keys of a question, one for each time that it stands in the flow."""
    shown_if: dict[str, str | None] = field(default_factory=dict)
    """The condition under which a question is shown, by key."""
    choice_logic: dict[tuple[str, str], Any] = field(default_factory=dict)
    """The display logic of choices, by question and choice."""
    calculated: dict[str, str] = field(default_factory=dict)
    """Names of calculated values by those of embedded data."""
    traits: dict[str, str] = field(default_factory=dict)
    piped: Callable[[str], str] = str
    """Text with our names in the place of pipes."""
    occurrence: int = 1
    """Which time the block that is just laid is asked."""
    inside: frozenset[str] = frozenset()
    """The questions of that block."""
    turn: Turn | None = None
    """Which turn of a loop is laid."""
    turned: dict[str, str] = field(default_factory=dict)
    """Keys of questions in loops, by how Qualtrics calls them there (``2_QID7``)."""

    def trait(self, field_name: str) -> Name:
        """The name under which embedded data, or what is known of a person, is asked for."""
        if field_name in self.calculated:
            return Name(self.calculated[field_name])
        return self.given(field_name)

    def given(self, field_name: str) -> Name:
        """The trait of a person that embedded data is, where the flow does not set it."""
        self.traits.setdefault(field_name, trait_name(field_name))
        return Name(f"profile.{self.traits[field_name]}")

    def keys(self, question: str) -> list[str]:
        """The keys meant by a question, the last answer counting: in a loop that of this turn, else all until now."""
        if question in self.turned:
            return [self.turned[question]]
        found, here = self.occurrences.get(question, []), key_of(question, self.occurrence)
        if re.split("[#/]", question)[0] not in self.inside or here not in found:
            return self._last_of(found, question)
        return [here] if self.turn else self._last_of(found[: found.index(here) + 1], question)

    def _last_of(self, found: list[str], question: str) -> list[str]:
        if len(found) > MOST_AGAIN:
            why = said("conditions read its last {most} answers", most=MOST_AGAIN)
            self.losses.changed(question, said("question that is asked more than {most} times", most=MOST_AGAIN), why)
        return found[-MOST_AGAIN:]

    def at(self, node: Node | None, block: Block | None = None) -> None:
        """Stand in a block of the flow: what is asked for there means its own questions first."""
        self.occurrence, self.turn = (node.occurrence, node.turn) if node else (1, None)
        self.inside = (
            frozenset(element.question for element in block.elements if element.question) if block else frozenset()
        )

    def parts(self, question: str) -> list[tuple[Question, Carried]]:
        return [(self.questions[key], self.carried[key]) for key in self.keys(question)]


def trait_name(field_name: str) -> str:
    """What a field is called as a trait.

    >>> trait_name("FirstName"), trait_name("Order-ID"), trait_name("plan")
    ('first_name', 'Order_ID', 'plan')
    """
    made = "".join(sign if sign.isalnum() else "_" for sign in field_name).strip("_")
    return KNOWN_TRAITS.get(field_name.lower(), made or "field")


def condition_of(logic: Any, known: Known, place: str) -> str | None:
    """A whole condition; None when there is none or none of it can be said."""
    alternatives: list[Expression | None] = []
    for sets in logic_sets(logic):
        every_set = [_either([_all([atom_of(each, known, place) for each in row]) for row in rows]) for _, rows in sets]
        alternatives.append(_all(every_set))
    found = _either(alternatives)
    text = written(found) if found else None
    if text and not is_sayable(text):
        known.losses.changed(place, said("condition of {length} characters", length=len(text)), NOT_SAID)
        return None
    return text


def is_whole(logic: Any, known: Known, place: str) -> bool:
    """Whether every comparison of a condition can be said."""
    atoms = [raw for sets in logic_sets(logic) for _, rows in sets for row in rows for raw in row]
    return all(atom_of(raw, known, place) is not None for raw in atoms)


def is_sayable(text: str) -> bool:
    """Whether a condition is short and flat enough to be read again, also when others are put beside it."""
    try:
        parse(text)
    except Invalid:
        return False
    return len(text) <= LONGEST_CONDITION


def _all(parts: Iterable[Expression | None]) -> Expression | None:
    """All that can be said of a conjunction."""
    return _joined("and", [part for part in parts if part])


def _either(parts: list[Expression | None]) -> Expression | None:
    """A disjunction; nothing when one of its parts cannot be said, because that one might hold."""
    given = [part for part in parts if part]
    return _joined("or", given) if len(given) == len(parts) else None


def _joined(sign: str, parts: list[Expression]) -> Expression | None:
    if not parts:
        return None
    found = parts[0]
    for part in parts[1:]:
        found = Binary(sign, found, part)
    return found


def atom_of(raw: dict[str, Any], known: Known, place: str) -> Expression | None:
    """One comparison; None, and a loss, when it cannot be said."""
    operator = str(raw.get("Operator") or raw.get("Condition") or "")
    left = raw.get("LeftOperand") or raw.get("Locator") or raw.get("ChoiceLocator")
    right = raw.get("RightOperand", raw.get("Value"))
    kind = str(raw.get("LogicType") or ("Question" if located(left) else ""))
    found = None
    if kind == "Question":
        found = _of_question(raw, operator, left, right, known, place)
    elif kind in ("EmbeddedField", "EmbeddedData", "PanelData", "GeoIP", "DeviceType"):
        found = _of_person(kind, operator, raw, known, place)
    elif kind == "Quota" and operator in QUOTAS:
        why = said("a quota that is full ends the response here: this is read as if it never were")
        known.losses.changed(place, said("condition over a quota"), why)
        return Constant(QUOTAS[operator])
    if found is None:
        known.losses.changed(place, said("condition {kind} {operator}", kind=kind, operator=operator), NOT_SAID)
    return found


def _of_person(kind: str, operator: str, raw: dict[str, Any], known: Known, place: str) -> Expression | None:
    left, right = str(raw.get("LeftOperand") or raw.get("Field") or ""), raw.get("RightOperand", raw.get("Value"))
    if kind == "DeviceType":
        left, right = "device_type", left
    name = left.removeprefix("e://Field/").removeprefix("m://").removeprefix("loc://")
    if kind in ("GeoIP", "DeviceType"):
        why = said("Regard looks up no place or device: the trait {trait} of the person is asked instead", trait=name)
        known.losses.changed(place, said("condition over {kind}", kind=kind), why)
    if kind == "GeoIP" and raw.get("Location"):
        return None
    return _compared(known.trait(name), operator, right, known)


def _of_question(
    raw: dict[str, Any], operator: str, left: object, right: object, known: Known, place: str
) -> Expression | None:
    found = located(left)
    if not found:
        return None
    question, what, first, second = found
    negated = operator.startswith("Not") and operator not in ("NotEmpty", "NotEqualTo")
    if what in ("QuestionDisplayed", "DisplayableQuestion", "ChoiceDisplayed"):
        holds_ = _displayed(question, known)
        choice = condition_of(known.choice_logic.get((question, first)), known, place)
        holds_ = _joined("and", [holds_, parse(choice)]) if holds_ and choice else holds_
    else:
        said_of = [
            _said(part, carried, what, first, second, operator, right, known) for part, carried in known.parts(question)
        ]
        holds_ = _last(said_of, [part.name for part, _ in known.parts(question)])
    if holds_ is None:
        return None
    return Unary("not", holds_) if negated else holds_


def _last(said_of: list[Expression | None], names: list[str]) -> Expression | None:
    """A comparison with the last answer, of a question that is asked several times."""
    found: Expression | None = None
    for part, name in zip(said_of, names, strict=True):
        if part is None:
            return None
        given = Unary("notempty", Name(name))
        found = (
            part
            if found is None
            else Binary("or", Binary("and", given, part), Binary("and", Unary("not", given), found))
        )
    return found


def _displayed(question: str, known: Known) -> Expression | None:
    conditions = [known.shown_if.get(key) for key in known.keys(question)]
    if not conditions:
        return None
    if None in conditions:
        return Constant(True)
    return _joined("or", [parse(condition) for condition in conditions if condition])


def _said(
    part: Question, carried: Carried, what: str, first: str, second: str, operator: str, right: object, known: Known
) -> Expression | None:
    """One comparison with one question of ours; ``NotSelected`` is said as ``Selected``."""
    name = part.name
    if what in ("SelectableChoice", "SelectedChoice", "SelectableAnswer"):
        return _selected(part, carried, first, second)
    if what == "SelectedChoicesCount":
        return _compared(Call("count", (Name(name),)), operator, right, known)
    if what in ("SelectedChoicesRecode", "SelectedAnswerRecode"):
        return _compared(Name(f"{name}.{carried.rows.get(first, first)}" if first else name), operator, right, known)
    if what in ("ChoiceTextEntryValue", "ChoiceNumericEntryValue", "ChoiceGroup", "TotalSum"):
        if what == "TotalSum":
            return _compared(Call("sum", (Name(name),)), operator, right, known)
        return _compared(Name(text_place(part, carried, first)), operator, right, known)
    return None


def text_place(part: Question, carried: Carried, choice: str) -> str:
    """Where the text of a choice, a line or a row is kept."""
    if isinstance(part, MultipleText | Matrix) and choice:
        return f"{part.name}.{carried.rows.get(choice, choice)}"
    return f"{part.name}-Comment" if choice and choice in carried.choices else part.name


def _selected(part: Question, carried: Carried, first: str, second: str) -> Expression | None:
    if isinstance(part, Matrix):
        row = Name(f"{part.name}.{carried.rows.get(first, first)}")
        if first not in carried.rows:
            return None
        if not second:
            return Unary("notempty", row)
        if second not in carried.choices:
            return None
        sign = "contains" if part.cell_type == "checkbox" else "="
        return Binary(sign, row, Constant(carried.choices[second]))
    if first not in carried.choices:
        return None
    sign = "contains" if isinstance(part, Checkbox) else "="
    return Binary(sign, Name(part.name), Constant(carried.choices[first]))


def _compared(left: Expression, operator: str, right: object, known: Known) -> Expression | None:
    if operator in EMPTINESS:
        return Unary(EMPTINESS[operator], left)
    if operator not in COMPARED or right is None:
        return None
    text = known.piped(str(right))
    if text.startswith("{") and text.endswith("}") and text.count("{") == 1:
        return Binary(COMPARED[operator], left, Name(text[1:-1]))
    number = (
        number_of(text) if operator not in ("Contains", "DoesNotContain") and (text == "0" or text[:1] != "0") else None
    )
    return Binary(COMPARED[operator], left, Constant(text if number is None else number))


def without(condition: str) -> str:
    """A condition that holds when this one does not.

    >>> without("{a} = 1")
    'not {a} = 1'
    """
    return written(Unary("not", parse(condition)))
