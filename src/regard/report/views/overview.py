"""The overview: every metric at a glance, the clearest changes, the latest words."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.metrics import COMPANIONS, Metric, explain
from regard.report.overview import Glance, clearest_first, glances, known_points
from regard.report.questions import recent_words
from regard.report.showing import (
    as_change,
    line,
)
from regard.report.site import (
    Look,
    period_text,
)
from regard.report.views.framing import LEAST_TELLING, attempt, card_words, page, usual_column, welcome
from regard.report.views.pacing import pace_words
from regard.report.wording import (
    NAMELESS,
    interval_of,
    voice,
)
from regard.report.words import said_of
from regard.web import Card

RECENT = 6
TRENDS = 2


@right_required(Right.VIEW_METRICS)
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    look = Look.of(request)
    if look.extent is None:
        return welcome(request, look)
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
    pace = pace_words(one.metric, every)
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
