"""Formbricks' conditions as expressions of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from regard.base.words import said
from regard.surveys.evaluating import holds
from regard.surveys.expressions import Binary, Constant, Expression, Items, Name, Unary
from regard.surveys.model import Boolean, Checkbox, Html, Question
from regard.surveys.moving.formbricks.survey import Survey
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.wording import objects

COMPARED: Final = {
    "isGreaterThan": ">", "isLessThan": "<", "isGreaterThanOrEqual": ">=", "isLessThanOrEqual": "<=", "isAfter": ">",
    "isBefore": "<", "contains": "contains", "doesNotContain": "notcontains",
}  # fmt: skip
_GIVEN: Final = frozenset({"isSubmitted", "isSet", "isNotEmpty", "isBooked"})
_MISSING: Final = frozenset({"isSkipped", "isNotSet", "isEmpty"})


@dataclass
class Known:
    """What conditions may ask for."""

    survey: Survey
    losses: Losses
    names: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    carried: dict[str, Carried] = field(default_factory=dict)
    traits: dict[str, str] = field(default_factory=dict)

    def trait(self, hidden: str) -> str:
        self.traits.setdefault(hidden, hidden)
        return f"profile.{hidden}"


def condition_of(group: Any, known: Known, place: str) -> Expression | None:
    """A group of conditions; None, and a loss, when it cannot be said whole."""
    if not isinstance(group, dict) or not group.get("conditions"):
        return None
    joined, sign = None, "or" if group.get("connector") == "or" else "and"
    for raw in objects(group["conditions"]):
        part = condition_of(raw, known, place) if "conditions" in raw else _leaf(raw, known, place)
        if part is None:
            return None
        joined = Binary(sign, joined, part) if joined else part
    return joined


def operand(raw: Any, known: Known) -> Expression | None:
    """A value: fixed, an answer, a variable, a hidden field."""
    if not isinstance(raw, dict):
        return None
    kind, value = raw.get("type"), raw.get("value")
    if kind == "static":
        return Items(tuple(Constant(each) for each in value)) if isinstance(value, list) else Constant(value)  # type: ignore[arg-type]
    if kind in ("question", "element") and str(value) in known.carried:
        row = (raw.get("meta") or {}).get("row") if isinstance(raw.get("meta"), dict) else None
        return Name(_row(str(value), row, known) if row is not None else known.names[str(value)])
    if kind == "variable" and str(value) in known.variables:
        return Name(known.variables[str(value)])
    return Name(known.trait(str(value))) if kind == "hiddenField" else None


def _row(key: str, row: Any, known: Known) -> str:
    rows = list(known.carried[key].rows.values())
    place = int(row) if str(row).isdigit() else -1
    return f"{known.names[key]}.{rows[place]}" if 0 <= place < len(rows) else known.names[key]


def _leaf(raw: dict[str, Any], known: Known, place: str) -> Expression | None:
    operator = str(raw.get("operator"))
    left = raw.get("leftOperand") if isinstance(raw.get("leftOperand"), dict) else {}
    found = _said(operator, left or {}, raw.get("rightOperand"), known)
    if found is None:
        kind = said("condition {kind} {operator}", kind=(left or {}).get("type"), operator=operator)
        known.losses.changed(place, kind, said("this condition cannot be said here"))
    return found


def _said(operator: str, left: dict[str, Any], right: Any, known: Known) -> Expression | None:
    mine, key = operand(left, known), str(left.get("value"))
    if mine is None or isinstance(known.questions.get(key), Html):  # whether its button was pressed is not known here
        return None
    if operator in _GIVEN or (operator == "isClicked" and key in known.questions):
        return (
            Unary("notempty", mine)
            if not isinstance(known.questions.get(key), Boolean)
            else Binary("=", mine, Constant(True))
        )
    if operator in _MISSING:
        return Unary("empty", mine)
    if operator in ("isCompletelySubmitted", "isPartiallySubmitted"):
        return _submitted(known.names[key], known.carried[key], operator) if key in known.carried else None
    if operator == "isAccepted":
        return Binary("=", mine, Constant(True))
    value = _matched(operand(right, known), key, known, "meta" in left)
    if value is None:
        return None
    return _compared(operator, mine, value, known.questions.get(key))


def _submitted(name: str, carried: Carried, operator: str) -> Expression | None:
    """Whether every row of a grid was answered, or some and not every one."""
    rows = [Unary("notempty", Name(f"{name}.{row}")) for row in carried.rows.values()]
    if not rows:
        return None
    whole: Expression = rows[0]
    for row in rows[1:]:
        whole = Binary("and", whole, row)
    if operator == "isCompletelySubmitted":
        return whole
    return Binary("and", Unary("notempty", Name(name)), Unary("not", whole))


def _matched(value: Expression | None, key: str, known: Known, is_row: bool) -> Expression | None:
    """A fixed value as ours: ids of choices become the values of choices; columns of a matrix go by their number."""
    carried = known.carried.get(key)
    if carried is None:
        return value
    if is_row and isinstance(value, Constant):
        columns = list(carried.choices.values())
        place = int(value.value) if str(value.value).isdigit() else -1
        return Constant(columns[place]) if 0 <= place < len(columns) else None
    match value:
        case Constant(given):
            return Constant(carried.choices.get(str(given), given))
        case Items(items):
            return Items(
                tuple(
                    Constant(carried.choices.get(str(each.value), each.value))
                    for each in items
                    if isinstance(each, Constant)
                )
            )
    return value


def _compared(operator: str, left: Expression, right: Expression, question: Question | None) -> Expression | None:
    is_many = isinstance(question, Checkbox)
    if operator in ("equals", "doesNotEqual"):
        whole = Items((right,)) if is_many and isinstance(right, Constant) else right
        found: Expression = Binary("=", left, whole)
        return Unary("not", found) if operator == "doesNotEqual" else found
    if operator in ("equalsOneOf", "isAnyOf", "includesOneOf"):
        return Binary("anyof", left, right)
    if operator == "includesAllOf":
        return Binary("allof", left, right)
    if operator in ("doesNotIncludeOneOf", "doesNotIncludeAllOf"):
        return Binary("and", Unary("notempty", left), Unary("not", Binary("anyof", left, right)))
    return Binary(COMPARED[operator], left, right) if operator in COMPARED else None


def also_of_nobody(condition: Expression) -> bool:
    """Whether a condition also holds where nothing has been answered: where its block is not reached."""
    return holds(condition, {})
