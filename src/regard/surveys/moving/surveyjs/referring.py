"""Conditions of a SurveyJS survey that ask for what does not come over: they are left out, and listed."""

from __future__ import annotations

from typing import Any

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.checking.references import asked_name
from regard.surveys.expressions import names_in
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.surveyjs.fitting import CONDITIONS
from regard.surveys.moving.surveyjs.questions import ALIKE, KINDS
from regard.surveys.moving.wording import objects

_LISTS = ("pages", "elements", "questions")


def without_unknown(raw: dict[str, Any], losses: Losses) -> dict[str, Any]:
    """The survey without conditions over questions that are left out."""
    known = {str(each.get("name")) for each in _asked(raw)}
    known |= {str(each.get("name")) for each in objects(raw.get("calculatedValues"))}
    found: dict[str, Any] = _kept(raw, known, losses, said("survey"))
    return found


def _asked(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """The elements that become questions or values of ours."""
    inner = [each for name in _LISTS for each in objects(raw.get(name))]
    own = [each for each in inner if str(each.get("type") or "text") in {*KINDS, *ALIKE, "expression"}]
    own = [each for each in own if each.get("visible") is not False or each.get("visibleIf")]
    return [*own, *(each for one in inner for each in _asked(one))]


def _kept(given: Any, known: set[str], losses: Losses, place: str) -> Any:
    if isinstance(given, list):
        return [_kept(each, known, losses, place) for each in given]
    if not isinstance(given, dict):
        return given
    here = str(given.get("name") or place)
    return {
        name: _kept(value, known, losses, here)
        for name, value in given.items()
        if name not in CONDITIONS or not _is_unknown(value, known, losses, here)
    }


def _is_unknown(condition: Any, known: set[str], losses: Losses, place: str) -> bool:
    try:
        names = names_in(condition) if isinstance(condition, str) else []
    except Invalid:  # told where it is read
        return False
    gone = [name for name in names if asked_name(known, name) is None]
    if gone:
        why = said("it asks for {name}, which is no question here; what it hides is shown", name=gone[0])
        losses.changed(place, said("condition {text}", text=condition), why)
    return bool(gone)
