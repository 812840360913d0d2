"""Two questions crossed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import Invalid
from regard.report.responses import drawing
from regard.report.responses.collected import Collected
from regard.report.responses.crossing import Crossed, cross, crossable
from regard.report.responses.showing import cell_words, test_words, weights_words
from regard.report.responses.site import Results, page
from regard.surveys import Rating
from regard.web import WITHHELD
from regard.web.site import told_error


@right_required(Right.VIEW_METRICS)
@require_GET
def crosstab(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Two variables crossed."""
    asked = Results.of(request, key)
    part = asked.part
    names = crossable(part) if part.n and not asked.is_withheld else []
    rows, columns = _pair(request, part, names)
    context: dict[str, Any] = {"filters": asked.filter_bar(), "weights": weights_words(asked.weighing, asked.fmt)}
    if rows and columns:
        context |= _crossed(asked, part, rows, columns)
    choices = {name: drawing.variable_name(part, name, asked.fmt) for name in names}
    return page(
        asked,
        "crosstab",
        rows=[{"value": name, "text": text, "is_chosen": name == rows} for name, text in choices.items()],
        columns=[{"value": name, "text": text, "is_chosen": name == columns} for name, text in choices.items()],
        kept=[(name, value) for name, value in request.GET.items() if name not in ("rows", "columns")],
        withheld=asked.fmt.say(WITHHELD["below_minimum_n"]) if asked.is_withheld else "",
        **context,
    )


def _pair(request: HttpRequest, part: Collected, names: list[str]) -> tuple[str, str]:
    """What is crossed: as chosen, else the first score by the first other variable."""
    rows, columns = (request.GET.get(name, "") for name in ("rows", "columns"))
    names = [name for name in names if part.grouped(name).is_given.sum() > 1] or names
    scores = [name for name in names if _is_score(part, name)] or names
    columns = columns if columns in names else next((name for name in scores if name != rows), "")
    others = [name for name in names if name not in scores] + names
    rows = rows if rows in names else next((name for name in others if name != columns), "")
    return rows, columns


def _is_score(part: Collected, variable: str) -> bool:
    item = part.item(variable.removeprefix("question:"))
    return item is not None and isinstance(item.question, Rating)


def _crossed(asked: Results, part: Collected, rows: str, columns: str) -> dict[str, Any]:
    weights = asked.weighing.of(asked.mask) if asked.weighing.is_weighted else None
    try:
        found = cross(part, rows, columns, weights, asked.settings.minimum_n)
    except Invalid as error:
        return {"problem": told_error(error)}
    return {"table": _table(asked, found), "test": test_words(found.table, asked.fmt)}


def _table(asked: Results, found: Crossed) -> dict[str, Any]:
    def named(axis: Any, value: str) -> str:
        return drawing.category_name(axis.variable, value, axis.labels, asked.fmt)

    lines = [
        {"name": named(found.rows, name), "cells": [cell_words(found, cell, asked.fmt) for cell in cells]}
        for name, cells in zip(found.table.rows, found.table.cells, strict=True)
    ]
    return {
        "columns": [named(found.columns, name) for name in found.table.columns],
        "lines": lines,
        "rows_name": drawing.variable_name(asked.part, found.rows.variable, asked.fmt),
        "columns_name": drawing.variable_name(asked.part, found.columns.variable, asked.fmt),
        "n": asked.fmt.number(found.table.n, 0),
        "withheld": len(found.withheld),
    }
