"""SurveyJS's grids of different cells and repeated panels, said with its plainer questions.

A ``matrixdropdown`` becomes a panel with a question for each column; a ``paneldynamic`` becomes a panel with its
questions as often as it is shown at first. Names that conditions and texts use follow.
"""

from __future__ import annotations

import re
from typing import Any, Final

from regard.base.words import said
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.wording import count_of, members, objects

DEEPEST: Final = 30
MOST_PANELS: Final = 20
_NAME: Final = re.compile(r"\{([^{}]{1,200})\}")
_CHOSEN: Final = ("dropdown", "radiogroup", "checkbox", "tagbox", "boolean")
_WRITTEN: Final = ("text", "comment")
_COLUMN: Final = frozenset(
    """name title cellType choices isRequired inputType width minWidth colCount choicesOrder hasOther placeholder
    requiredErrorText""".split()  # noqa: SIM905 - a list of words
)


def unrolled(raw: dict[str, Any], losses: Losses) -> dict[str, Any]:
    """The survey without grids of cells and repeated panels."""
    renamed: dict[str, str] = {}
    made = _inside(raw, losses, renamed, 0)
    spelled: dict[str, Any] = _spelled(made, renamed) if renamed else raw
    return spelled


def _inside(raw: dict[str, Any], losses: Losses, renamed: dict[str, str], depth: int) -> dict[str, Any]:
    if depth > DEEPEST:
        return raw
    found = dict(raw)
    for name in ("pages", "elements", "questions"):
        if isinstance(raw.get(name), list):
            found[name] = [
                _element(each, losses, renamed, depth) if isinstance(each, dict) else each for each in raw[name]
            ]
    return found


def _element(raw: dict[str, Any], losses: Losses, renamed: dict[str, str], depth: int) -> dict[str, Any]:
    kind = raw.get("type")
    if kind == "matrixdropdown" and objects(raw.get("columns")) and members(raw.get("rows")):
        return _grid(raw, losses, renamed)
    if kind == "paneldynamic" and objects(raw.get("templateElements")):
        return _inside(_panels(raw, losses, renamed), losses, renamed, depth + 1)
    return _inside(raw, losses, renamed, depth + 1)


def _around(raw: dict[str, Any], elements: list[dict[str, Any]]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        name: raw[name] for name in ("name", "title", "description", "visibleIf", "visible") if name in raw
    }
    return {**kept, "type": "panel", "elements": elements}


# --- grids ------------------------------------------------------------------------------------------------------------


def _grid(raw: dict[str, Any], losses: Losses, renamed: dict[str, str]) -> dict[str, Any]:
    key = str(raw.get("name"))
    losses.changed(key, said("grid of different cells"), said("every column became a question of its own"))
    elements = []
    for column in objects(raw["columns"]):
        kind = column.get("cellType")
        kind = str(raw.get("cellType") or "dropdown") if kind in (None, "default") else str(kind)
        made = _column(raw, column, kind, losses)
        if made is None:
            losses.lost(
                f"{key} {column.get('name')}", said("cells of type {kind}", kind=kind), said("they are left out")
            )
            continue
        losses.unknown(f"{key} {column.get('name')}", column, _COLUMN)
        elements.append(made)
        for row in map(_value, raw["rows"]):
            renamed[f"{key}.{row}.{column.get('name')}"] = f"{made['name']}.{row}"
    return _around(raw, elements)


def _column(raw: dict[str, Any], column: dict[str, Any], kind: str, losses: Losses) -> dict[str, Any] | None:
    """One column as a question over all rows."""
    name = f"{raw.get('name')}_{column.get('name')}"
    base = {
        "name": name,
        "title": column.get("title") or column.get("name"),
        "isRequired": bool(column.get("isRequired")),
    }
    if kind in _CHOSEN:
        choices = [True, False] if kind == "boolean" else column.get("choices") or raw.get("choices")
        more = {"cellType": "checkbox"} if kind in ("checkbox", "tagbox") else {}
        rows = {"rows": raw["rows"], "isAllRowRequired": base["isRequired"]}
        return {**base, **rows, **more, "type": "matrix", "columns": choices} if choices else None
    if kind in _WRITTEN:
        kept = (
            {"inputType": column["inputType"]}
            if column.get("inputType") in ("number", "date", "email", "tel", "url")
            else {}
        )
        items = [
            {"name": str(_value(row)), "title": _text(row), "isRequired": base["isRequired"], **kept}
            for row in raw["rows"]
        ]
        return {**base, "type": "multipletext", "items": items}
    return None


def _value(item: Any) -> Any:
    return item.get("value") if isinstance(item, dict) else item


def _text(item: Any) -> Any:
    return (item.get("text") or item.get("value")) if isinstance(item, dict) else item


# --- panels -----------------------------------------------------------------------------------------------------------


def _panels(raw: dict[str, Any], losses: Losses, renamed: dict[str, str]) -> dict[str, Any]:
    key = str(raw.get("name"))
    least, first = count_of(raw.get("minPanelCount")) or 0, count_of(raw.get("panelCount")) or 0
    count = min(max(least, first, 1), MOST_PANELS)
    is_fixed = count == (count_of(raw.get("maxPanelCount")) or 0) == least
    if not is_fixed and (raw.get("allowAddPanel", True) or raw.get("allowRemovePanel", True)):
        why = said("it is asked {count} times; nobody can add or take away one", count=count)
        losses.changed(key, said("repeated panel"), why)
    else:
        losses.cosmetic(key, said("repeated panel"), said("its questions stand one below the other"))
    elements = []
    for number in range(1, count + 1):
        own = {
            f"panel.{each.get('name')}": f"{key}_{number}_{each.get('name')}"
            for each in objects(raw["templateElements"])
        }
        renamed |= {f"{key}[{number - 1}].{name.removeprefix('panel.')}": new for name, new in own.items()}
        for each in objects(raw["templateElements"]):
            copy = _spelled(each, own) | {"name": own[f"panel.{each.get('name')}"]}
            elements.append(copy if number <= max(least, 1) else {**copy, "isRequired": False})
    return _around(raw, elements)


def _spelled(given: Any, renamed: dict[str, str]) -> Any:
    """The JSON with new names in the braces of conditions and texts."""
    if isinstance(given, str):
        return (
            _NAME.sub(lambda found: "{" + renamed.get(found[1].strip(), found[1]) + "}", given)
            if "{" in given
            else given
        )
    if isinstance(given, list):
        return [_spelled(each, renamed) for each in given]
    if isinstance(given, dict):
        return {name: _spelled(value, renamed) for name, value in given.items()}
    return given
