"""One metric on two sides, and why it changed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import Invalid
from regard.metrics import Metric, explain
from regard.metrics import compare as compare_sides
from regard.report.differences import parts_of_change
from regard.report.filters import read_period
from regard.report.questions import suggestions
from regard.report.showing import (
    MOST_ROWS,
    bars,
)
from regard.report.site import (
    Look,
    metric_in,
    period_text,
)
from regard.report.views.framing import attempt, metric_page, usual_column, welcome
from regard.report.wording import (
    NAMELESS,
    difference_words,
    estimate_words,
    explained_words,
    pair_words,
    part_words,
)
from regard.web import Row, breakdown


@right_required(Right.VIEW_METRICS)
def compare(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Two periods, group by group where a column is chosen; or two groups of that column."""
    look, asked = Look.of(request), metric_in(key)
    if look.extent is None:
        return welcome(request, look)
    sides = _sides(look)
    found, problem = attempt(lambda: _compared(look, asked, sides)) if all(sides) else (None, None)
    return metric_page(
        request,
        "compare",
        look,
        asked,
        sides=sides,
        found=found,
        problem=problem,
        choices=_side_choices(look),
        kept=look.other_pairs("by"),
        status=422 if problem else look.status,
    )


def _compared(look: Look, asked: Metric, sides: tuple[str, str]) -> dict[str, Any]:
    """Both sides and their difference, in words, and the same for every group."""
    slice, used = look.slice(by=look.filters.by), look.definition(asked)
    found = compare_sides(look.store, asked.key, *sides, slice, definition=used)
    unit = str(found.overall.after.estimate.unit)
    names = [_side_name(look, side) for side in sides]
    rows = [
        Row(name, one.value, one.low, one.high, one.n)
        for name, one in zip(names, (found.overall.before.estimate, found.overall.after.estimate), strict=True)
    ]
    return {
        "names": names,
        "figures": [
            estimate_words(look.fmt, asked, side.estimate, None) for side in (found.overall.before, found.overall.after)
        ],
        "difference": difference_words(look.fmt, found.overall.difference, found.better, unit),
        "chart": breakdown(rows, title=_(asked.title), unit=unit, fmt=look.fmt),
        "groups": [pair_words(look.fmt, pair, found.better, unit) for pair in found.groups],
        "unit": unit,
        "notes": found.notes,
        "sql": found.sql,
    }


def _sides(look: Look) -> tuple[str, str]:
    """What is compared: two periods or groups as typed, else the period before and the one shown."""
    given = tuple(look.request.GET.get(name, "").strip()[:200] for name in ("a", "b"))
    usual = (period_text(look.before), period_text(look.period))
    return tuple(said or default for said, default in zip(given, usual, strict=True))


def _side_name(look: Look, side: str) -> str:
    """A side as people read it: a period by its dates, a group by its name."""
    try:
        start, end = read_period(side)
    except Invalid:
        return side
    return look.fmt.period(start, None, end)


def _side_choices(look: Look) -> list[str]:
    """The years and quarters of the data, newest first, and the values of the column chosen."""
    if not look.extent:
        return []
    years = range(look.extent[1].year, look.extent[0].year - 1, -1)
    quarters = [f"{year}-Q{quarter}" for year in list(years)[:3] for quarter in (4, 3, 2, 1)]
    by = look.filters.by
    values = [text.partition("=")[2] for text in suggestions(look.store, [by])] if by else []
    return [*values, *map(str, years), *quarters]


@right_required(Right.VIEW_METRICS)
def why(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The change from the period before, split exactly by group into who answered and how they answered."""
    look, asked = Look.of(request), metric_in(key)
    if look.extent is None:
        return welcome(request, look)
    by = look.filters.by or usual_column(look)
    found, problem = attempt(lambda: _explained(look, asked, by)) if look.before and by else (None, None)
    return metric_page(request, "why", look, asked, by=by, found=found, problem=problem, kept=look.other_pairs("by"))


def _explained(look: Look, asked: Metric, by: str) -> dict[str, Any]:
    sides = period_text(look.before), period_text(look.period)
    found = explain(look.store, asked.key, *sides, look.slice(by=by), definition=look.definition(asked))
    split, unit = found.split, str(found.unit)
    largest = sorted(split.groups, key=lambda group: -abs(group.value))
    rows = parts_of_change(split.groups, look.fmt.say(NAMELESS), look.fmt)
    return {
        "before": look.fmt.value(split.before, unit),
        "after": look.fmt.value(split.after, unit),
        "difference": look.fmt.change(split.difference, unit),
        "mix": part_words(look.fmt, split.mix, unit),
        "rate": part_words(look.fmt, split.rate, unit),
        "chart": bars(rows, _("Parts of the change"), unit, found.better, look.fmt),
        "groups": [explained_words(look.fmt, group, unit) for group in largest],
        "is_cut": len(rows) > MOST_ROWS,
        "notes": found.notes,
        "sql": found.sql,
    }
