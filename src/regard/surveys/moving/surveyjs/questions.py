"""SurveyJS's questions as ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from regard.base.words import said
from regard.surveys import model
from regard.surveys.model import Line, Question
from regard.surveys.moving.ends import with_filled
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.surveyjs.fitting import choices_of, fitted, validators_of
from regard.surveys.moving.wording import media_in, members, number_of, objects, plain

NOT_HERE: Final = said("Regard has no such question; it is left out, and conditions over it are left out too")
HIDDEN_WHEN_EMPTY: Final = said("it is not asked where nothing is left to choose")
OLD_NAMES: Final = {
    "hasOther": "showOtherItem", "hasNone": "showNoneItem", "isAllRowRequired": "isAllRowRequired",
    "eachRowRequired": "isAllRowRequired", "placeHolder": "placeholder", "minRateDescription": "minRateDescription",
    "rowOrder": "rowsOrder", "rowSortOrder": "rowsOrder", "allowImagesPreview": "allowImagesPreview",
    "rateDisplayMode": "rateType", "mininumRateDescription": "minRateDescription",
    "maximumRateDescription": "maxRateDescription",
}  # fmt: skip
KINDS: Final[dict[str, type[Any]]] = {
    "rating": model.Rating, "radiogroup": model.RadioGroup, "dropdown": model.Dropdown, "checkbox": model.Checkbox,
    "ranking": model.Ranking, "boolean": model.Boolean, "matrix": model.Matrix, "text": model.TextLine,
    "multipletext": model.MultipleText, "comment": model.Comment, "file": model.File, "html": model.Html,
}  # fmt: skip
ALIKE: Final = {"tagbox": "checkbox", "buttongroup": "radiogroup", "imagepicker": "radiogroup", "slider": "text"}


MOST_NUMBERS: Final = 1_000
_MORE: Final = (("Refuse", "refused", "Refuse to answer"), ("DontKnow", "dontknow", "Don't know"))
_NUMBERS: Final = (
    "choicesMin", "choicesMax", "choicesStep", "showRefuseItem", "refuseText", "showDontKnowItem", "dontKnowText",
)  # fmt: skip


def question_from(raw: dict[str, Any], name: str, condition: str | None, losses: Losses) -> Question | None:
    """The question of ours that an element becomes; None for one that cannot be asked here."""
    kind = str(raw.get("type") or "text")
    given = {OLD_NAMES.get(key, key): value for key, value in raw.items()} | {"name": name}
    if kind in ALIKE:
        kind, given = _alike(kind, given, losses)
    if kind not in KINDS:
        losses.lost(name, said("question type {kind}", kind=kind), NOT_HERE)
        return None
    given = _CHANGED.get(kind, _same)(given, losses)
    kind = str(given.pop("type", kind)) if str(given.get("type")) in KINDS else kind
    given["visibleIf"] = condition
    for text in ("title", "description"):
        _plain(given, text, losses)
    there = given.pop("defaultValue", None)
    made: Question = fitted(KINDS[kind], _parts(kind, given, losses), name, losses)
    return with_filled(made, _fitting(made, there), name, losses)


def _fitting(question: Question, there: Any) -> Any:
    """A filled-in answer as ours; "indeterminate" is none."""
    if isinstance(question, model.Boolean):
        return {"true": True, "false": False, "indeterminate": None}.get(str(there).lower(), there)
    return there


def _parts(kind: str, given: dict[str, Any], losses: Losses) -> dict[str, Any]:
    """With choices, rows, lines and validators as ours."""
    place = str(given["name"])
    made = dict(given)
    for name in ("choices", "rows", "columns"):
        if isinstance(given.get(name), list):
            made[name] = [msgspec.to_builtins(each) for each in choices_of(given[name], place, losses)]
    if "validators" in given:
        made["validators"] = [msgspec.to_builtins(each) for each in validators_of(given["validators"], place, losses)]
    if kind == "multipletext":
        lines = [
            fitted(Line, each, f"{place} {each.get('name')}", losses)
            for each in objects(given.get("items"))
            if each.get("name")
        ]
        made["items"] = [msgspec.to_builtins(each) for each in lines]
    return made


def _plain(given: dict[str, Any], name: str, losses: Losses) -> None:
    """Titles are text only."""
    text = given.get(name)
    texts = list(text.values()) if isinstance(text, dict) else [text]
    media = [tag for each in texts for tag in media_in(each)]
    if media:
        losses.lost(
            str(given["name"]),
            said("{media} in the text", media=", ".join(dict.fromkeys(media))),
            said("titles are text only"),
        )
    if isinstance(text, dict):
        given[name] = {code: plain(each) for code, each in text.items() if isinstance(each, str)}
    elif isinstance(text, str):
        given[name] = plain(text)


def _alike(kind: str, given: dict[str, Any], losses: Losses) -> tuple[str, dict[str, Any]]:
    """A question that we ask in another shape."""
    place = str(given["name"])
    if kind == "imagepicker":
        losses.changed(place, said("pictures to choose from"), said("they are chosen by their names"))
        made = {
            key: value
            for key, value in given.items()
            if key not in ("multiSelect", "imageHeight", "imageWidth", "imageFit", "showLabel", "contentMode")
        }
        made["choices"] = [
            {key: value for key, value in each.items() if key != "imageLink"} if isinstance(each, dict) else each
            for each in members(given.get("choices"))
        ]
        return ("checkbox" if given.get("multiSelect") else "radiogroup"), made
    losses.cosmetic(
        place, said("question type {kind}", kind=kind), said("it is asked with another look; answers are the same")
    )
    if kind == "slider":
        return "text", {**given, "inputType": "number", "min": given.get("min", 0), "max": given.get("max", 100)}
    return ALIKE[kind], given


def _text(given: dict[str, Any], losses: Losses) -> dict[str, Any]:
    if given.get("inputType") == "range":
        losses.cosmetic(str(given["name"]), said("slider"), said("the number is typed"))
        return {**given, "inputType": "number", "min": given.get("min", 0), "max": given.get("max", 100)}
    return given


def _same(given: dict[str, Any], _: Losses) -> dict[str, Any]:
    return given


def _rating(given: dict[str, Any], losses: Losses) -> dict[str, Any]:
    """A scale of whole numbers, else choices."""
    values = given.pop("rateValues", None)
    listed = (
        [each.get("value") if isinstance(each, dict) else each for each in values]
        if isinstance(values, list) and values
        else []
    )
    numbers = [number_of(each) for each in listed]
    count, step = given.pop("rateCount", None), number_of(given.pop("rateStep", 1)) or 1
    low = int(number_of(given.get("rateMin", 1)) or 0)
    if listed and numbers == list(range(int(numbers[0] or 0), int(numbers[0] or 0) + len(numbers))):
        return {**given, "rateMin": numbers[0], "rateMax": numbers[-1]}
    if not listed and step == 1:
        return (
            {**given, "rateMax": low + int(count) - 1} if isinstance(count, int) and "rateMax" not in given else given
        )
    top = number_of(given.get("rateMax", 5)) or 5
    steps = values if listed else [low + place * step for place in range(int((top - low) / step) + 1)]
    losses.changed(str(given["name"]), said("scale that is not whole numbers"), said("it is asked as a choice"))
    kept = {key: value for key, value in given.items() if not key.startswith(("rate", "minRate", "maxRate"))}
    return {**kept, "type": "radiogroup", "choices": steps}


def _boolean(given: dict[str, Any], losses: Losses) -> dict[str, Any]:
    """Yes and no; with values of the author's own, a choice of two."""
    yes, no = given.pop("valueTrue", None), given.pop("valueFalse", None)
    if yes in (None, True) and no in (None, False):
        return given
    losses.cosmetic(str(given["name"]), said("own values of yes and no"), said("it is asked as a choice of two"))
    labels = [given.pop(name, text) for name, text in (("labelTrue", "Yes"), ("labelFalse", "No"))]
    values = [True if yes is None else yes, False if no is None else no]
    choices = [{"value": value, "text": label} for value, label in zip(values, labels, strict=True)]
    return {**given, "type": "radiogroup", "choices": choices}


def _matrix(given: dict[str, Any], losses: Losses) -> dict[str, Any]:
    _hidden_when_empty(given, "hideIfRowsEmpty", "rowsVisibleIf", losses)
    if given.get("rowsOrder") not in (None, "initial", "random"):
        losses.cosmetic(str(given["name"]), "rowsOrder", said("it looks different here"))
        given.pop("rowsOrder")
    if isinstance(given.get("cellType"), str) and given["cellType"] not in ("radio", "checkbox"):
        given.pop("cellType")
    return given


def choices_in(raw: dict[str, Any]) -> list[Any]:
    """The choices of an element: those it lists, a row of numbers, and "refused" and "don't know"."""
    found = [*members(raw.get("choices"))]
    least, most = number_of(raw.get("choicesMin")), number_of(raw.get("choicesMax"))
    if most is not None:
        step, first = number_of(raw.get("choicesStep")) or 1, least or 0
        count = int((most - first) / step) + 1 if step > 0 else 0
        found += [number_of(first + place * step) for place in range(min(max(count, 0), MOST_NUMBERS))]
    for name, value, words in _MORE:
        if raw.get(f"show{name}Item"):
            text = raw.get(f"{name[0].lower()}{name[1:]}Text") or words
            found.append({"value": value, "text": text, "isFixed": True, "isExclusive": True})
    return found


def _hidden_when_empty(given: dict[str, Any], name: str, condition: str, losses: Losses) -> None:
    """A question none of whose choices (or rows) is left is never asked here; there, only where that is said."""
    if not given.pop(name, None) and given.get(condition):
        losses.changed(str(given["name"]), name, HIDDEN_WHEN_EMPTY)


def _chosen(given: dict[str, Any], losses: Losses) -> dict[str, Any]:
    """Choices; "select all" is only a convenience, and a question without any choice is never asked here."""
    _hidden_when_empty(given, "hideIfChoicesEmpty", "choicesVisibleIf", losses)
    if given.pop("choicesByUrl", None):
        why = said("choices are not fetched from an address: write them down")
        losses.lost(str(given["name"]), "choicesByUrl", why)
    given["choices"] = choices_in(given)
    for name in _NUMBERS:
        given.pop(name, None)
    for name in ("hasSelectAll", "showSelectAllItem"):
        if given.pop(name, None):
            losses.cosmetic(str(given["name"]), name, said("it looks different here"))
    return given


_CHANGED: Final[dict[str, Callable[[dict[str, Any], Losses], dict[str, Any]]]] = {
    "rating": _rating, "boolean": _boolean, "matrix": _matrix, "text": _text,
    **dict.fromkeys(("radiogroup", "dropdown", "checkbox", "ranking"), _chosen),
}  # fmt: skip
