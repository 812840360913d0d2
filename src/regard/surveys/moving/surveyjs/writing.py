"""A questionnaire of ours as JSON that SurveyJS reads.

Our own properties stay beside SurveyJS's, which passes over names it does not know: so the file comes back whole.
"""

from __future__ import annotations

import re
from typing import Any, Final

from regard.base.words import said
from regard.surveys.expressions import Binary, Call, Expression, Unary, parse, parts_of, written
from regard.surveys.model import Questionnaire, placed_texts
from regard.surveys.moving.losses import Loss, Losses
from regard.surveys.moving.surveyjs.fitting import CONDITIONS
from regard.surveys.reading import as_json

_FALLBACK: Final = re.compile(r"\{([^{}|]+)\|[^{}]*\}")
"""A name in a text, with what is said where nothing is known of it."""
THEIRS: Final = frozenset({"iif", "sum", "avg", "min", "max", "round"})


def surveyjs_json(questionnaire: Questionnaire) -> dict[str, Any]:
    """The JSON for ``new Survey.Model(json)``.

    >>> surveyjs_json(Questionnaire(title="One", completed_text="Thanks"))["completedHtml"]
    'Thanks'
    """
    found: dict[str, Any] = _walked(as_json(questionnaire))
    if "completedText" in found:
        found["completedHtml"] = found["completedText"]
    found["showProgressBar"] = questionnaire.show_progress_bar
    for question in _questions(found):
        question |= _hidden_when_empty(question)
    if own := _own_addresses(found.get("triggers", [])):
        found["navigateToUrlOnCondition"] = [*own, *found.get("navigateToUrlOnCondition", [])]
    for trigger in found.get("triggers", []):
        if trigger["expression"].strip() == "true" and trigger.get("after"):
            trigger["expression"] = f"{{{trigger['after']}}} notempty"
    return found


def _own_addresses(triggers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where ends lead to by themselves; in SurveyJS only a condition says so."""
    found = [each for each in triggers if each.get("navigateToUrl")]
    return [{"expression": each["expression"], "url": each["navigateToUrl"]} for each in found]


def _questions(given: dict[str, Any]) -> list[dict[str, Any]]:
    return [question for page in given.get("pages", []) for question in page.get("elements", [])]


def _listed(question: dict[str, Any]) -> list[Any]:
    rows = question.get("rows")
    return rows if isinstance(rows, list) else []  # of a comment, they are a number


def _hidden_when_empty(question: dict[str, Any]) -> dict[str, bool]:
    """Ours is not asked when no choice or row is left; SurveyJS wants that said."""
    filters = [isinstance(row, dict) and "visibleIf" in row for row in _listed(question)]
    if question["type"] == "matrix" and ("rowsVisibleIf" in question or any(filters)):
        return {"hideIfRowsEmpty": True}
    return {"hideIfChoicesEmpty": True} if "choicesVisibleIf" in question else {}


def export_losses(questionnaire: Questionnaire) -> list[Loss]:
    """What of a questionnaire SurveyJS passes over."""
    losses, given = Losses(), as_json(questionnaire)
    for name, why in (
        ("quotas", said("SurveyJS counts no quotas")),
        ("randomGroups", said("SurveyJS has no random order of pages")),
    ):
        if given.get(name):
            losses.lost(said("survey"), name, why)
    if any(_FALLBACK.search(words) for words in _texts(questionnaire)):
        losses.changed(said("survey"), said("words for the unknown"), said("SurveyJS puts in nothing"))
    _list_ends(given, losses)
    for question in _questions(given):
        _list_unknown(question, losses)
    for place, expression in _expressions(given, "survey"):
        unknown = sorted({part.function for part in parts_of(parse(expression)) if isinstance(part, Call)} - THEIRS)
        if unknown:
            losses.changed(place, said("function {names}", names=", ".join(unknown)), said("SurveyJS does not know it"))
    return losses.listed()


def _texts(questionnaire: Questionnaire) -> list[str]:
    texts = (text for _place, text in placed_texts(questionnaire))
    return [words for text in texts for words in (text.values() if isinstance(text, dict) else [text])]


def _list_ends(given: dict[str, Any], losses: Losses) -> None:
    triggers = given.get("triggers", [])
    for trigger in triggers:
        place = said("trigger {kind}", kind=trigger["type"])
        if trigger.get("after"):
            losses.changed(place, "after", said("SurveyJS reads a trigger whenever one of its answers changes"))
        if trigger.get("navigateToUrl"):
            losses.changed(place, "navigateToUrl", said("SurveyJS asks its condition at every end"))
    if any(each.get("navigateText") for each in (given, *triggers)):
        losses.changed(said("survey"), "navigateText", said("SurveyJS goes there at once"))


def _list_unknown(question: dict[str, Any], losses: Losses) -> None:
    if question.get("take"):
        losses.lost(question["name"], "take", said("SurveyJS shows all choices in random order"))
    if any("visibleIf" in line for line in question.get("items", [])):
        losses.lost(question["name"], said("conditions of single lines"), said("SurveyJS shows every line"))
    if any("min" in line or "max" in line for line in question.get("items", [])):
        losses.lost(question["name"], said("limits of lines"), said("SurveyJS has none for a line of several texts"))


def _expressions(given: Any, place: str) -> list[tuple[str, str]]:
    if isinstance(given, list):
        return [found for each in given for found in _expressions(each, place)]
    if not isinstance(given, dict):
        return []
    here = str(given.get("name") or place)
    found = [(here, str(given[name])) for name in CONDITIONS if given.get(name)]
    return [*found, *(inner for value in given.values() for inner in _expressions(value, here))]


def _walked(given: Any) -> Any:
    """The JSON with every condition as SurveyJS writes it."""
    if isinstance(given, list):
        return [_walked(each) for each in given]
    if isinstance(given, str):
        return _FALLBACK.sub(r"{\1}", given)
    if not isinstance(given, dict):
        return given
    return {
        name: _theirs(parse(value)) if name in CONDITIONS and isinstance(value, str) and value else _walked(value)
        for name, value in given.items()
    }


def _theirs(expression: Expression) -> str:
    """An expression with ``!`` for "not" and ``0 - x`` for ``-x``, which SurveyJS has no words for.

    >>> _theirs(parse("not {a} = 1 and {b} notempty"))
    '(!({a} = 1)) and ({b} notempty)'
    >>> _theirs(parse("sum(iif(not {a} = 1, 1, 0), -{b}) > 2"))
    'sum(iif(!({a} = 1), 1, 0), (0 - {b})) > 2'
    """
    match expression:
        case Unary("not", operand):
            return f"!({_theirs(operand)})"
        case Unary("-", operand):
            return f"(0 - {_within(operand)})"
        case Unary(sign, operand):
            return f"{_within(operand)} {sign}"
        case Binary("and" | "or" as sign, left, right):
            return f"({_theirs(left)}) {sign} ({_theirs(right)})"
        case Binary(sign, left, right):
            return f"{_within(left)} {sign} {_within(right)}"
        case Call(function, arguments):
            return f"{function}({', '.join(map(_theirs, arguments))})"
    return written(expression)


def _within(expression: Expression) -> str:
    """An expression as a part of another."""
    text = _theirs(expression)
    return f"({text})" if isinstance(expression, Binary) or (isinstance(expression, Unary) and text[0] != "(") else text
