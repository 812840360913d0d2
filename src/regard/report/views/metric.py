"""One metric: its figures over time and by group, and how it is computed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.metrics import Definition, Measurement, Metric, changed, cohorts, versions_of, versions_of_settings
from regard.metrics.site import rule_name, value_words
from regard.report.breakdowns import broken_down
from regard.report.overview import has_line
from regard.report.showing import (
    MOST_ROWS,
    Group,
    arranged,
    as_change,
    cohort_map,
    dots,
    groups,
    line,
    shares_given,
    still_open,
    window_curve,
)
from regard.report.site import (
    Look,
    metric_in,
)
from regard.report.views.framing import metric_page, usual_column, welcome
from regard.report.views.groups import group_rows, sorts
from regard.report.views.pacing import DAYS, length_words, paces
from regard.report.wording import (
    NAMELESS,
    estimate_words,
    parts_of,
)

MOST_COHORTS = 18


@right_required(Right.VIEW_METRICS)
def metric(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    look, asked = Look.of(request), metric_in(key)
    if look.extent is None:
        return welcome(request, look)
    look.asked = replace(look.asked, filters=replace(look.filters, by=look.filters.by or usual_column(look)))
    now, over_time = look.measure(asked), look.measure(asked, every=look.every)
    if look.wider and not has_line(over_time.figures):
        over_time = look.measure(asked, look.extent, every=look.wider.every)
    every, headline = look.pace_of(over_time.figures), _headline(look, asked, now)
    return metric_page(
        request,
        "metric",
        look,
        asked,
        headline=headline,
        is_compared=headline["change"] is not None,
        parts=parts_of(look.fmt, now),
        extras=_extras(look, asked, now),
        trend=line(over_time.figures, _(asked.title), every, look.fmt),
        paces=paces(look, every),
        length=length_words(look, asked, every, now.figures[-1].period),
        breakdown=_breakdown(look, asked, now),
        notes=list(dict.fromkeys([*now.notes, *over_time.notes])),
        kept=look.other_pairs("by"),
        trend_file=look.file_url("report:trend_csv", asked.key),
        groups_file=look.file_url("report:groups_csv", asked.key),
    )


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
    shown, whole = grouped(look, asked, by), now.figures[-1].estimate
    title = _("%(metric)s by %(column)s") % {"metric": _(asked.title), "column": by}
    chart = dots(shown, title, look.fmt, whole, _("All together"), _("· differs"))
    return {
        "by": by,
        "rows": group_rows(look, shown, str(whole.unit), now.better),
        "chart": chart,
        "is_cut": len(shown) > MOST_ROWS,
        "withheld": sum(1 for group in shown if group.estimate.withheld),
        "sorts": sorts(look),
        "find": look.find,
        "unit": str(whole.unit),
    }


def grouped(look: Look, asked: Metric, by: str) -> list[Group]:
    found = broken_down(look.store, asked.key, look.slice(by=by), look.definition(asked))
    return arranged(groups(found.measurement, found.rest, look.fmt.say(NAMELESS)), look.sort, look.find)


# --- one metric: its contract ----------------------------------------------------------------------------------------


@right_required(Right.VIEW_METRICS)
def definition(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    look, asked = Look.of(request), metric_in(key)
    used = look.definition(asked)
    sql = look.measure(asked).sql if look.extent else ""
    return metric_page(
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
        versions=[_version_link(look, version, used) for version in reversed(versions_of(look.store, asked.key))],
        settings_versions=_settings_versions(look),
        settings_url=look.settings_url(asked.key),
        sql=sql,
    )


def _version_link(look: Look, version: Definition, used: Definition) -> dict[str, Any]:
    """A version of a definition, with the address that measures by it."""
    return {
        "number": version.version,
        "made_at": version.made_at,
        "made_by": version.made_by,
        "is_current": version.version == used.version,
        "href": look.filters.query(version=version.version or "0"),
    }


def _settings_versions(look: Look) -> list[dict[str, Any]]:
    """Every version of the settings, newest first, with the address that measures by it."""
    return [
        {
            "number": record.version,
            "made_at": record.made_at,
            "is_current": record.version == look.settings.version,
            "href": look.filters.query(settings=record.version),
        }
        for record in reversed(versions_of_settings(look.store))
    ]
