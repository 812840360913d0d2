"""The bar above the figures: quick periods, dates, filters, comparison; problems beside the field they belong to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regard.report.filters import AGAINST, PERIODS
from regard.report.questions import suggestions
from regard.report.site import Look

FIELDS = {
    "from": gettext_noop("From"),
    "to": gettext_noop("To"),
    "where": gettext_noop("Only where"),
    "by": gettext_noop("Break down by"),
    "every": gettext_noop("Every"),
    "period": gettext_noop("Period"),
    "against": gettext_noop("Compare with"),
    "version": gettext_noop("Version"),
    "settings": gettext_noop("Settings"),
}
KEPT = ("period", "every", "by", "version", "settings")


def filter_bar(look: Look) -> dict[str, Any]:
    """What the bar shows, as its template takes it."""
    filters, typed, problems = look.filters, look.asked.typed, look.asked.problems
    current = "" if filters.first or filters.last else filters.period or look.usual
    return {
        "quick": [
            {"name": _(label), "href": filters.quick(name).query(), "is_current": name == current}
            for name, label in PERIODS.items()
        ],
        "chips": [
            {"text": f"{column} = {value}", "column": column, "href": filters.without(place).query()}
            for place, (column, value) in enumerate(filters.where)
        ],
        "from": typed.get("from", "") if "from" in problems else filters.first,
        "to": typed.get("to", "") if "to" in problems else filters.last,
        "where": typed.get("where", "") if "where" in problems else "",
        "against": [(value, _(label), value == filters.against) for value, label in AGAINST.items()],
        "suggestions": _suggestions(look) if look.extent else [],
        "problems": {name: _(text) for name, text in problems.items()},
        "named_problems": [(_(FIELDS.get(name, name)), _(text)) for name, text in problems.items()],
        "keep": [(name, value) for name, value in filters.pairs() if name in KEPT],
        "kept_where": [f"{column}={value}" for column, value in filters.where],
        "is_open": bool(problems or filters.first or filters.last),
        "count": len(filters.where) + bool(filters.first or filters.last),
        "reset": look.request.path,
    }


def _suggestions(look: Look) -> list[str]:
    return [f"{name}={key}" for name, key in look.segments] + suggestions(look.store, look.columns)
