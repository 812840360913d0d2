"""Where the results begin: the way to the answers, and what was answered to each question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.report.responses import drawing
from regard.report.responses.showing import bounds_words, weights_words
from regard.report.responses.site import Results, page
from regard.report.responses.wordlist import has_words
from regard.web import WITHHELD


@right_required(Right.VIEW_METRICS)
@require_GET
def results(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The way to the answers, and what was answered to each question."""
    asked = Results.of(request, key)
    context: dict[str, Any] = {"filters": asked.filter_bar(), "weights": weights_words(asked.weighing, asked.fmt)}
    if asked.is_withheld:
        return page(asked, "results", withheld=asked.fmt.say(WITHHELD["below_minimum_n"]), **context)
    if not asked.whole.n:
        return page(asked, "results", is_empty=True, invited=asked.invited, **context)
    if not asked.part.n:
        return page(asked, "results", is_none=True, **context)
    bounds = {} if asked.chosen.is_narrowed else {one.item.key: bounds_words(one, asked.fmt) for one in asked.silence}
    found = [drawing.question(one, number, asked.fmt) for number, one in enumerate(asked.answered(), 1)]
    for one in found:
        one |= {"bounds": bounds.get(one["item"].key), "words_url": _words_url(asked, one)}
    stops = asked.stops()
    return page(
        asked,
        "results",
        questions=found,
        silence_url=asked.url("results:silence"),
        summary=_summary(asked),
        funnel=_funnel(asked),
        stops=stops,
        stops_chart=drawing.stops_chart(stops, asked.fmt),
        worst=max(stops, key=lambda stop: stop["share"], default=None),
        may_read=asked.may(Right.VIEW_ROWS),
        **context,
    )


def _words_url(asked: Results, one: Mapping[str, Any]) -> str:
    """Where the words of a question are read, for those who may."""
    is_read = one["is_answered"] and has_words(one["item"]) and asked.may(Right.VIEW_ROWS)
    return asked.url("results:words", question=one["item"].key) if is_read else ""


def _summary(asked: Results) -> list[dict[str, str]]:
    """The line of numbers at the head."""
    part, fmt = asked.part, asked.fmt
    complete = sum(one.is_complete for one in part.responses)
    flagged = sum(bool(one.flags) for one in part.responses)
    median = drawing.median_time(part)
    found = [
        (_("Responses"), fmt.number(part.n, 0), ""),
        (_("Complete"), fmt.percent(complete / part.n) if part.n else "–", fmt.number(complete, 0)),
        (_("Flagged as careless or double"), fmt.number(flagged, 0), ""),
    ]
    if median and median.value is not None:
        found.insert(2, (_("Median time"), fmt.value(median.value, "seconds"), fmt.interval(median)))
    return [{"name": name, "value": value, "note": note} for name, value, note in found]


def _funnel(asked: Results) -> dict[str, Any] | None:
    """The way of those who were invited; nothing where nobody was."""
    if not asked.invited.sent:
        return None
    others = asked.everything.n - asked.funnel.started
    return {
        "chart": drawing.way(asked.funnel, _("From invitation to answer"), asked.fmt),
        "rates": drawing.rates(asked.funnel, asked.eligible, asked.fmt),
        "completion": asked.fmt.estimate(asked.funnel.completion, drawing.RESPONSES),
        "others": asked.fmt.count_of(drawing.RESPONSES, others) if others > 0 else "",
        "eligible": asked.fmt.percent(asked.eligible, 0),
    }
