"""SurveyJS's grids of different cells and repeated panels, said with its plainer questions.

A ``matrixdropdown`` becomes a panel with a question for each column; a ``paneldynamic`` becomes a panel with its
questions as often as it is shown at first. Names that conditions and texts use follow.
"""

from __future__ import annotations

import re
from typing import Any, Final

from regard.base.words import said
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.wording import count_of, members, number_of, objects

DEEPEST: Final = 30
MOST_PANELS: Final = 20
_NAME: Final = re.compile(r"\{([^{}]{1,200})\}")
_CHOSEN: Final = ("dropdown", "radiogroup", "checkbox", "tagbox", "boolean", "rating", "buttongroup")
_WRITTEN: Final = ("text", "comment")
_BASE: Final = "type name title description visibleIf visible"
_COLUMN: Final = frozenset(
    """name title cellType choices isRequired inputType width minWidth colCount choicesOrder hasOther placeholder
    requiredErrorText defaultValue rateMin rateMax""".split()  # noqa: SIM905 - a list of words
)
_GRID: Final = frozenset(
    f"""{_BASE} columns rows cellType choices defaultValue rowsVisibleIf columnsVisibleIf rowCount minRowCount
    maxRowCount addRowText removeRowText addRowLocation allowAddRows allowRemoveRows columnMinWidth rowTitleWidth
    horizontalScroll verticalAlign alternateRows showHeader columnColCount columnLayout titleLocation
    confirmDelete startWithNewLine width minWidth maxWidth hideNumber""".split()
)
_PANELS: Final = frozenset(
    f"""{_BASE} templateElements templateTitle templateDescription panelCount minPanelCount maxPanelCount defaultValue
    allowAddPanel allowRemovePanel panelAddText addPanelText panelRemoveText removePanelText panelPrevText panelNextText
    confirmDelete confirmDeleteText renderMode displayMode panelsState showQuestionNumbers titleLocation keyName
    newPanelPosition showProgressBar showRangeInProgress noEntriesText templateTitleLocation templateErrorLocation
    panelRemoveButtonLocation removePanelButtonLocation keyDuplicationError width minWidth maxWidth startWithNewLine
    """.split()
)
_ITEM: Final = re.compile(r"\{\s*item\s*\}")


def unrolled(raw: dict[str, Any], losses: Losses) -> dict[str, Any]:
    """The survey without grids of cells and repeated panels."""
    renamed: dict[str, str] = _by_value(raw, losses)
    made = _inside(raw, losses, renamed, 0)
    spelled: dict[str, Any] = _spelled(made, renamed) if renamed else raw
    return spelled


def _by_value(raw: dict[str, Any], losses: Losses) -> dict[str, str]:
    """Questions that conditions and texts call by another name: by the one under which the answer is kept."""
    found: dict[str, str] = {}
    for each in _every(raw, 0):
        name, kept = str(each.get("name")), each.get("valueName")
        if kept and str(kept) in found:
            losses.changed(
                name, "valueName", said("it has an answer of its own: {other} has not", other=found[str(kept)])
            )
        elif kept and str(kept) != name:
            found[str(kept)] = name
    return found


def _every(raw: dict[str, Any], depth: int) -> list[dict[str, Any]]:
    inner = [each for name in ("pages", "elements", "questions") for each in objects(raw.get(name))]
    return [*inner, *(each for one in inner for each in _every(one, depth + 1))] if depth < DEEPEST else []


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
    if kind == "matrixdynamic" and objects(raw.get("columns")):
        raw, kind = _with_rows(raw, losses), "matrixdropdown"
    if kind == "matrixdropdown" and objects(raw.get("columns")) and members(raw.get("rows")):
        return _grid(raw, losses, renamed)
    if kind == "paneldynamic" and objects(raw.get("templateElements")):
        return _inside(_panels(raw, losses, renamed), losses, renamed, depth + 1)
    if "valueName" in raw:
        raw = {name: value for name, value in raw.items() if name != "valueName"}
    return _inside(raw, losses, renamed, depth + 1)


def _around(raw: dict[str, Any], elements: list[dict[str, Any]]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        name: raw[name] for name in ("name", "title", "description", "visibleIf", "visible") if name in raw
    }
    return {**kept, "type": "panel", "elements": elements}


# --- grids ------------------------------------------------------------------------------------------------------------


def _with_rows(raw: dict[str, Any], losses: Losses) -> dict[str, Any]:
    """A grid of rows that respondents add, as one of the rows that are there at first."""
    least, first = count_of(raw.get("minRowCount")) or 0, count_of(raw.get("rowCount", 2)) or 0
    count = min(max(least, first, 1), MOST_PANELS)
    why = said("it has {count} rows; nobody can add or take away one", count=count)
    losses.changed(str(raw.get("name")), said("rows that are added"), why)
    given = raw.get("defaultValue")
    listed = {str(place): each for place, each in enumerate(given, 1)} if isinstance(given, list) else None
    return {**raw, "rows": [str(place) for place in range(1, count + 1)], "defaultValue": listed}


def _grid(raw: dict[str, Any], losses: Losses, renamed: dict[str, str]) -> dict[str, Any]:
    key = str(raw.get("name"))
    losses.changed(key, said("grid of different cells"), said("every column became a question of its own"))
    losses.unknown(key, raw, _GRID)
    elements = []
    for column in objects(raw["columns"]):
        name, kind = str(column.get("name")), column.get("cellType")
        kind = str(raw.get("cellType") or "dropdown") if kind in (None, "default") else str(kind)
        made = _column(raw, column, kind)
        if made is None:
            losses.lost(f"{key} {name}", said("cells of type {kind}", kind=kind), said("they are left out"))
            continue
        losses.unknown(f"{key} {name}", column, _COLUMN)
        if condition := raw.get("columnsVisibleIf"):
            made["visibleIf"] = _ITEM.sub(lambda _, name=name: f"'{name}'", str(condition))  # type: ignore[misc]
        elements.append(made)
        for place, row in enumerate(map(_value, raw["rows"])):
            renamed[f"{key}.{row}.{name}"] = renamed[f"{key}[{place}].{name}"] = f"{made['name']}.{row}"
    return _around(raw, elements)


def _column(raw: dict[str, Any], column: dict[str, Any], kind: str) -> dict[str, Any] | None:
    """One column as a question over all rows."""
    needed = bool(column.get("isRequired"))
    base: dict[str, Any] = {
        "name": f"{raw.get('name')}_{column.get('name')}",
        "title": column.get("title") or column.get("name"),
        "isRequired": needed,
        "defaultValue": _there(raw, column),
    }
    condition = raw.get("rowsVisibleIf")
    if kind in _CHOSEN:
        choices = _choices(raw, column, kind)
        more: dict[str, Any] = {"cellType": "checkbox"} if kind in ("checkbox", "tagbox") else {}
        more |= {"rowsVisibleIf": condition} if condition else {}
        rows = {"rows": raw["rows"], "isAllRowRequired": needed}
        return {**base, **rows, **more, "type": "matrix", "columns": choices} if choices else None
    if kind in _WRITTEN:
        kept = {"inputType": column["inputType"]} if column.get("inputType") in _LINES else {}
        items = [
            {"name": str(_value(row)), "title": _text(row), "isRequired": needed, **kept, **_if_row(condition, row)}
            for row in raw["rows"]
        ]
        return {**base, "type": "multipletext", "items": items}
    return None


_LINES: Final = ("number", "date", "email", "tel", "url")


def _if_row(condition: Any, row: Any) -> dict[str, str]:
    """The condition of rows, for one row."""
    return {"visibleIf": _ITEM.sub(lambda _: f"'{_value(row)}'", str(condition))} if condition else {}


def _choices(raw: dict[str, Any], column: dict[str, Any], kind: str) -> Any:
    if kind == "rating":
        return list(range(_whole(column, "rateMin", 1), _whole(column, "rateMax", 5) + 1))
    return [True, False] if kind == "boolean" else column.get("choices") or raw.get("choices")


def _whole(raw: dict[str, Any], name: str, otherwise: int) -> int:
    """A whole number, where there is one."""
    number = number_of(raw.get(name))
    return otherwise if number is None else int(number)


def _there(raw: dict[str, Any], column: dict[str, Any]) -> dict[str, Any] | None:
    """What is filled in of a column, by row: what the grid says, else what the column says of every row."""
    given = raw.get("defaultValue")
    of_rows = given if isinstance(given, dict) else {}
    found: dict[str, Any] = {}
    for row in map(_value, raw["rows"]):
        cells = of_rows.get(str(row))
        there = (cells if isinstance(cells, dict) else {}).get(str(column.get("name")), column.get("defaultValue"))
        if there is not None:
            found[str(row)] = there
    return found or None


def _value(item: Any) -> Any:
    return item.get("value") if isinstance(item, dict) else item


def _text(item: Any) -> Any:
    return (item.get("text") or item.get("value")) if isinstance(item, dict) else item


# --- panels -----------------------------------------------------------------------------------------------------------


def _panels(raw: dict[str, Any], losses: Losses, renamed: dict[str, str]) -> dict[str, Any]:
    key = str(raw.get("name"))
    least, first = count_of(raw.get("minPanelCount")) or 0, count_of(raw.get("panelCount")) or 0
    first = max(first, len(members(raw.get("defaultValue"))))
    count = min(max(least, first, 1), MOST_PANELS)
    is_fixed = count == (count_of(raw.get("maxPanelCount")) or 0) == least
    if not is_fixed and (raw.get("allowAddPanel", True) or raw.get("allowRemovePanel", True)):
        why = said("it is asked {count} times; nobody can add or take away one", count=count)
        losses.changed(key, said("repeated panel"), why)
    else:
        losses.cosmetic(key, said("repeated panel"), said("its questions stand one below the other"))
    losses.unknown(key, raw, _PANELS)
    if raw.get("templateTitle") or raw.get("templateDescription"):
        losses.cosmetic(key, "templateTitle", said("it looks different here"))
    elements, there = [], members(raw.get("defaultValue"))
    for number in range(1, count + 1):
        own = {
            f"panel.{each.get('name')}": f"{key}_{number}_{each.get('name')}"
            for each in objects(raw["templateElements"])
        }
        renamed |= {f"{key}[{number - 1}].{name.removeprefix('panel.')}": new for name, new in own.items()}
        for each in objects(raw["templateElements"]):
            copy = _spelled(each, own) | {"name": own[f"panel.{each.get('name')}"]}
            given = there[number - 1] if number <= len(there) else None
            if isinstance(given, dict) and str(each.get("name")) in given:
                copy["defaultValue"] = given[str(each["name"])]
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
