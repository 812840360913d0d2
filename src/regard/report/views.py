"""The pages of a workspace: its overview, and each metric from every side. Read the address, ask one verb, show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import Invalid
from regard.metrics import COMPANIONS, Measurement, Metric, changed, cohorts, explain, rows_behind, versions_of
from regard.metrics import compare as compare_sides
from regard.metrics.site import rule_name, value_words
from regard.report.breakdowns import broken_down
from regard.report.differences import parts_of_change
from regard.report.overview import Glance, clearest_first, glances, has_line, known_points
from regard.report.questions import recent_words
from regard.report.results import Figures, Rows
from regard.report.showing import (
    MOST_ROWS,
    Group,
    arranged,
    as_change,
    bars,
    cohort_map,
    dots,
    groups,
    line,
    shares_given,
    still_open,
    window_curve,
)
from regard.report.site import (
    DAYS,
    Look,
    after_in,
    card_words,
    cursor,
    group_rows,
    metric_in,
    period_text,
    version_link,
)
from regard.report.wording import (
    NAMELESS,
    difference_words,
    estimate_words,
    explained_words,
    interval_of,
    pair_words,
    part_words,
    parts_of,
    voice,
)
from regard.report.words import said_of
from regard.web import Card, Row, breakdown

RECENT = 6
TRENDS = 2
ROWS_A_PAGE = 25
MOST_IN_A_FILE = 50_000
MOST_COHORTS = 18
LEAST_TELLING = ("touchpoint", "agent", "currency")  # others tell more of most metrics
TABS = (
    ("report:metric", Right.VIEW_METRICS),
    ("report:compare", Right.VIEW_METRICS),
    ("report:why", Right.VIEW_METRICS),
    ("report:definition", Right.VIEW_METRICS),
    ("report:rows", Right.VIEW_ROWS),
)


def page(request: HttpRequest, name: str, look: Look, *, status: int | None = None, **context: Any) -> HttpResponse:
    """A page in the frame that every page of a workspace has: 422 when a filter could not be used."""
    request.kept_query = look.filters.kept_everywhere().query().removesuffix("?")
    with timezone.override(look.settings.time_zone):
        return render(request, f"report/{name}.html", look.context(**context), status=status or look.status)


def usual_column(look: Look) -> str | None:
    """The column that a page breaks down by when nobody chose one."""
    return next((column for column in look.columns if column not in LEAST_TELLING), next(iter(look.columns), None))


def attempt(ask: Callable[[], Any]) -> tuple[Any, Invalid | None]:
    """What was asked for, or what was wrong with asking it: to be said on the page, with the rest of it."""
    try:
        return ask(), None
    except Invalid as error:
        return None, error


# --- overview --------------------------------------------------------------------------------------------------------


@right_required(Right.VIEW_METRICS)
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    look = Look.of(request)
    if look.extent is None:
        return page(request, "welcome", look)
    found = glances(look.store, look.slice(every=look.every), look.before, look.wider)
    compared = clearest_first(found)
    clear = [one for one in compared if one.change.is_significant]
    drawn = [one for one in found if known_points(one.card.trend) > 1][:TRENDS]
    return page(
        request,
        "overview",
        look,
        cards=[_card(look, one) for one in sorted(found, key=lambda one: not one.has_any)],
        trends=[_trend(look, one) for one in drawn],
        changes=[_told(look, one) for one in clear],
        steady=look.fmt.listed([_(one.metric.title) for one in compared if one not in clear]),
        recent=_recent(look) if request.member.may(Right.VIEW_ROWS) else None,
        companions=[(_(one.title), look.url("report:metric", one.key)) for one in COMPANIONS],
        loaded=max((record.made_at for record in look.store.kept("load") if record.made_at), default=None),
        facts=look.settings.facts,
    )


def _card(look: Look, one: Glance) -> dict[str, Any]:
    """A card; or, where nothing was ever counted, what to load."""
    words, url = card_words(one.metric), look.url("report:metric", one.metric.key)
    if not one.has_any:
        return {"url": url, **words}
    compared = one.change is not None and one.change.value is not None
    change = as_change(one.change, one.card.measurement.better, look.versus) if compared else None
    card = Card(
        words["name"],
        one.card.current.estimate,
        url,
        look.url("report:definition", one.metric.key),
        change,
        [figure.estimate.value for figure in one.card.trend],
        any(figure.is_partial for figure in one.card.trend[-1:]),
        of=words["of"],
        note=_("nothing to compare with") if look.before else "",
    )
    return {"card": card}


def _trend(look: Look, one: Glance) -> dict[str, Any]:
    name = _(one.metric.title)
    every = look.pace_of(one.card.trend)
    chart = line(one.card.trend, name, every, look.fmt)
    pace = look.pace_words(one.metric, every)
    return {"name": name, "url": look.url("report:metric", one.metric.key), "chart": chart, "pace": pace}


def _told(look: Look, one: Glance) -> dict[str, Any]:
    """A change as the list tells it."""
    return {
        "name": _(one.metric.title),
        "change": as_change(one.change, one.card.measurement.better, look.versus),
        "unit": str(one.change.unit),
        "icon": said_of(one.metric.key).icon,
        "url": look.url("report:why", one.metric.key),
        "interval": interval_of(look.fmt, one.change),
        "segment": _segment(look, one.metric),
    }


def _segment(look: Look, asked: Metric) -> str:
    """The group that did most to a change, by the first column that the data have."""
    by = usual_column(look)
    if by in (None, *LEAST_TELLING):
        return ""
    sides = period_text(look.before), period_text(look.period)
    found, _problem = attempt(lambda: explain(look.store, asked.key, *sides, look.slice(by=by)))
    if found is None or len(found.split.groups) < 2:
        return ""
    most = max(found.split.groups, key=lambda group: abs(group.value))
    said = {
        "column": by,
        "group": most.group or look.fmt.say(NAMELESS),
        "part": look.fmt.change(most.value, str(found.unit)),
    }
    return _("most of it: %(column)s %(group)s, %(part)s") % said


def _recent(look: Look) -> list[dict[str, Any]]:
    return [voice(row) for row in recent_words(look.store, look.slice(), look.instants, RECENT)]


# --- one metric: its figures -----------------------------------------------------------------------------------------


@right_required(Right.VIEW_METRICS)
def metric(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    look, asked = Look.of(request), metric_in(key)
    if look.extent is None:
        return page(request, "welcome", look)
    look.asked = replace(look.asked, filters=replace(look.filters, by=look.filters.by or usual_column(look)))
    now, over_time = look.measure(asked), look.measure(asked, every=look.every)
    if look.wider and not has_line(over_time.figures):
        over_time = look.measure(asked, look.extent, every=look.wider.every)
    every, headline = look.pace_of(over_time.figures), _headline(look, asked, now)
    return _metric_page(
        request,
        "metric",
        look,
        asked,
        headline=headline,
        is_compared=headline["change"] is not None,
        parts=parts_of(look.fmt, now),
        extras=_extras(look, asked, now),
        trend=line(over_time.figures, _(asked.title), every, look.fmt),
        paces=look.paces(every),
        length=look.length_words(asked, every, now.figures[-1].period),
        breakdown=_breakdown(look, asked, now),
        notes=list(dict.fromkeys([*now.notes, *over_time.notes])),
        kept=look.other_pairs("by"),
        trend_file=look.file_url("report:trend_csv", asked.key),
        groups_file=look.file_url("report:groups_csv", asked.key),
    )


def _metric_page(request: HttpRequest, name: str, look: Look, asked: Metric, **context: Any) -> HttpResponse:
    """A page of one metric: its head and tabs, and what this view puts below them."""
    allowed = [url for url, right in TABS if request.member.may(right)]
    tabs = [look.tab(url, asked.key, is_current=url == f"report:{name}") for url in allowed]
    more = {"metric": asked, "words": card_words(asked), "tabs": tabs, "may_export": request.member.may(Right.EXPORT)}
    return page(request, name, look, **more, **{"is_compared": True, **context})


def _headline(look: Look, asked: Metric, now: Measurement) -> dict[str, Any]:
    """The figure itself, drawn as its card is, with the change from the period before."""
    estimate = now.figures[-1].estimate
    earlier = look.measure(asked, look.before).figures[-1] if look.before else None
    found = changed(asked, earlier, now.figures[-1]) if earlier else None
    change = as_change(found, now.better, look.versus) if found and found.value is not None else None
    return estimate_words(look.fmt, asked, estimate, change)


def _extras(look: Look, asked: Metric, now: Measurement) -> list[dict[str, Any]]:
    """What only some metrics have: the answers given, the curve of the window, the cohorts."""
    parts = now.figures[-1].parts
    answers, window = _("Answers given"), _("The longer the window, the fewer are resolved at first contact")
    found = [
        (answers, "", shares_given(parts, answers, look.fmt)),
        (_("By the length of the window"), window, window_curve(parts, _(asked.title), DAYS, look.fmt)),
    ]
    if now.figures[-1].curve:
        title, about = _("Still open"), _("Of the tickets opened in this time, the share still open after so long")
        found.append((title, about, still_open(now.figures[-1].curve(), title, look.fmt)))
    if asked.key == "retention":
        title, about = (
            _("Cohorts"),
            _("Customers by their first month, and the share back in each later month"),
        )
        kept = cohorts(look.store, look.slice()).cohorts
        found.append((title, about, cohort_map(kept, title, _("First month"), MOST_COHORTS, look.fmt)))
    return [{"name": name, "about": about, "chart": chart} for name, about, chart in found if chart]


def _breakdown(look: Look, asked: Metric, now: Measurement) -> dict[str, Any] | None:
    """The metric by the column in the address, or else by the usual one; nothing where there is none."""
    by = look.filters.by
    if by is None:
        return None
    shown, whole = _groups(look, asked, by), now.figures[-1].estimate
    title = _("%(metric)s by %(column)s") % {"metric": _(asked.title), "column": by}
    chart = dots(shown, title, look.fmt, whole, _("All together"), _("· differs"))
    return {
        "by": by,
        "rows": group_rows(look, shown, str(whole.unit), now.better),
        "chart": chart,
        "is_cut": len(shown) > MOST_ROWS,
        "withheld": sum(1 for group in shown if group.estimate.withheld),
        "sorts": look.sorts(),
        "find": look.find,
        "unit": str(whole.unit),
    }


def _groups(look: Look, asked: Metric, by: str) -> list[Group]:
    found = broken_down(look.store, asked.key, look.slice(by=by), look.definition(asked))
    return arranged(groups(found.measurement, found.rest, look.fmt.say(NAMELESS)), look.sort, look.find)


# --- one metric: its contract ----------------------------------------------------------------------------------------


@right_required(Right.VIEW_METRICS)
def definition(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    look, asked = Look.of(request), metric_in(key)
    used = look.definition(asked)
    sql = look.measure(asked).sql if look.extent else ""
    return _metric_page(
        request,
        "definition",
        look,
        asked,
        used=used,
        contract={name: _(getattr(asked, name)) for name in ("about", "formula", "interval")},
        rules=[
            {"label": rule_name(rule.name), "said": value_words(used.rules.get(rule.name)), "about": _(rule.about)}
            for rule in asked.rules
        ],
        versions=[version_link(look, version, used) for version in reversed(versions_of(look.store, asked.key))],
        settings_url=look.settings_url(asked.key),
        sql=sql,
    )


# --- one metric: differences -------------------------------------------------------------------------------------


@right_required(Right.VIEW_METRICS)
def compare(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Two periods, group by group where a column is chosen; or two groups of that column."""
    look, asked = Look.of(request), metric_in(key)
    if look.extent is None:
        return page(request, "welcome", look)
    sides = look.sides()
    found, problem = attempt(lambda: _compared(look, asked, sides)) if all(sides) else (None, None)
    return _metric_page(
        request,
        "compare",
        look,
        asked,
        sides=sides,
        found=found,
        problem=problem,
        choices=look.side_choices(),
        kept=look.other_pairs("by"),
        status=422 if problem else look.status,
    )


def _compared(look: Look, asked: Metric, sides: tuple[str, str]) -> dict[str, Any]:
    """Both sides and their difference, in words, and the same for every group."""
    slice, used = look.slice(by=look.filters.by), look.definition(asked)
    found = compare_sides(look.store, asked.key, *sides, slice, definition=used)
    unit = str(found.overall.after.estimate.unit)
    names = [look.side_name(side) for side in sides]
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


@right_required(Right.VIEW_METRICS)
def why(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The change from the period before, split exactly by group into who answered and how they answered."""
    look, asked = Look.of(request), metric_in(key)
    if look.extent is None:
        return page(request, "welcome", look)
    by = look.filters.by or usual_column(look)
    found, problem = attempt(lambda: _explained(look, asked, by)) if look.before and by else (None, None)
    return _metric_page(request, "why", look, asked, by=by, found=found, problem=problem, kept=look.other_pairs("by"))


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


# --- one metric: the rows behind it ------------------------------------------------------------------------------


@right_required(Right.VIEW_ROWS)
def rows(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The interactions that the figure rests on, newest first, page by page from the last row seen."""
    look, asked = Look.of(request), metric_in(key)
    used = look.definition(asked)
    after = after_in(request)
    found = rows_behind(look.store, asked.key, look.slice(), definition=used, after=after, limit=ROWS_A_PAGE)
    following = look.filters.query(after=cursor(found.following)) if found.following else ""
    return _metric_page(
        request,
        "rows",
        look,
        asked,
        rows=[voice(row) for row in found.rows()],
        row_notes=found.notes,
        following=following,
        is_first="after" not in request.GET,
        first=look.filters.query(),
        file=look.file_url("report:rows_csv", asked.key),
        most=MOST_IN_A_FILE,
        sql=found.sql,
    )


@right_required(Right.EXPORT)
def rows_csv(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The rows behind the figure as a file: needs the right to see them as well as the right to export."""
    if not request.member.may(Right.VIEW_ROWS):
        raise PermissionDenied
    look, asked = _understood(Look.of(request)), metric_in(key)
    found = rows_behind(look.store, asked.key, look.slice(), definition=look.definition(asked), limit=MOST_IN_A_FILE)
    return _csv(look, asked, Rows(asked.key, found.columns, found.sql), "rows")


# --- files -----------------------------------------------------------------------------------------------------------


def _understood(look: Look) -> Look:
    """A file has no place to say that a filter was dropped: it is made of exactly what was asked, or not at all."""
    for name, text in look.asked.problems.items():
        raise Invalid(text, field=name)
    return look


@right_required(Right.EXPORT)
def trend_csv(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The line of the page, every value exact."""
    look, asked = _understood(Look.of(request)), metric_in(key)
    return _csv(look, asked, Figures(look.measure(asked, every=look.every), look.fmt), look.every)


@right_required(Right.EXPORT)
def groups_csv(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The groups of the page, in its order and found by its search, every value exact."""
    look, asked = _understood(Look.of(request)), metric_in(key)
    by = look.filters.by or ""
    measured = broken_down(look.store, asked.key, look.slice(by=by or None), look.definition(asked)).measurement
    shown = [group.key for group in _groups(look, asked, by)] if by else []
    figures = sorted(measured.figures, key=lambda figure: _place(shown, figure.group or ""))
    kept = [figure for figure in figures if not by or (figure.group or "") in set(shown)]
    return _csv(look, asked, Figures(replace(measured, figures=kept), look.fmt), by or "all")


def _place(order: list[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _csv(look: Look, asked: Metric, result: Any, what: str) -> HttpResponse:
    """A result as a file. What may run in a spreadsheet is made harmless where results write CSV."""
    name = f"{look.request.workspace.slug}-{asked.key}-{what}.csv"
    answer = HttpResponse("\ufeff" + result.to_csv(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{"".join(c for c in name if c.isalnum() or c in "-_.")}"'
    return answer
