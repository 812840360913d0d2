"""A metric broken down by a column: its groups as rows, and the headings that order them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regard.report.showing import Group, told
from regard.report.site import Look
from regard.report.wording import range_words, withheld_words

SORT_NAMES = {"name": gettext_noop("Group"), "value": gettext_noop("Value"), "n": gettext_noop("Counted")}


def sorts(look: Look) -> list[dict[str, Any]]:
    """The headings that order a break-down: a second click turns the order round."""
    shown = []
    for name, label in SORT_NAMES.items():
        first = name if name == "name" else f"-{name}"
        turned = f"-{name}" if first == name else name
        following = turned if look.sort == first else first
        direction = "" if look.sort.lstrip("-") != name else "descending" if look.sort.startswith("-") else "ascending"
        href = look.filters.query(sort=following, find=look.find)
        shown.append({"name": name, "label": _(label), "href": href, "direction": direction})
    return shown


def group_rows(look: Look, found: Sequence[Group], unit: str, better: str | None) -> list[dict[str, Any]]:
    """The rows of a break-down in words; a group's name leads to the same page of it alone."""
    return [_group_row(look, group, unit, better) for group in found]


def _group_row(look: Look, group: Group, unit: str, better: Any) -> dict[str, Any]:
    shown, apart, by = look.fmt.estimate(group.estimate), group.versus_rest, look.filters.by
    known = apart is not None and apart.value is not None
    narrowed = replace(look.filters, where=(*look.filters.where, (by, group.key))) if by and group.key else None
    return {
        "name": group.name,
        "href": narrowed.query(by=None) if narrowed else "",
        "withheld": withheld_words(look.fmt, group.estimate.withheld),
        "shown": shown,
        "range": range_words(look.fmt, group.estimate),
        "n": look.fmt.number(group.estimate.n, 0),
        "change": told(apart, better, unit, gettext_noop("than the rest"), look.fmt) if known else None,
    }
