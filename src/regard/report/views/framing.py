"""What the pages of a workspace have in common: their frame, the head of a metric, what was wrong with a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regard.accounts import Right
from regard.base import Invalid
from regard.metrics import METRICS, Metric
from regard.report.site import Look
from regard.report.views.bar import filter_bar
from regard.report.words import METRICS as WORDS
from regard.report.words import said_of

LEAST_TELLING = ("touchpoint", "agent", "currency")  # others tell more of most metrics
TAB_NAMES = {
    "report:metric": gettext_noop("Figures"),
    "report:compare": gettext_noop("Compare"),
    "report:why": gettext_noop("Why did it change?"),
    "report:definition": gettext_noop("Definition and query"),
    "report:rows": gettext_noop("Rows behind it"),
}
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
        return render(
            request,
            f"report/{name}.html",
            {"look": look, "filters": filter_bar(look), "fmt": look.fmt, **context},
            status=status or look.status,
        )


def welcome(request: HttpRequest, look: Look) -> HttpResponse:
    """The page of an empty workspace: how to begin, and what to load for each metric."""
    lessons = [
        {"name": _(metric.title), "teach": _(said_of(metric.key).teach)} for metric in METRICS if metric.key in WORDS
    ]
    may = {"may_listen": request.member.may(Right.MANAGE_SOURCES), "may_ask": request.member.may(Right.MANAGE_SURVEYS)}
    return page(request, "welcome", look, lessons=lessons, **may)


def usual_column(look: Look) -> str | None:
    """The column that a page breaks down by when nobody chose one."""
    return next((column for column in look.columns if column not in LEAST_TELLING), next(iter(look.columns), None))


def attempt(ask: Callable[[], Any]) -> tuple[Any, Invalid | None]:
    """What was asked for, or what was wrong with asking it: to be said on the page, with the rest of it."""
    try:
        return ask(), None
    except Invalid as error:
        return None, error


def metric_page(request: HttpRequest, name: str, look: Look, asked: Metric, **context: Any) -> HttpResponse:
    """A page of one metric: its head and tabs, and what this view puts below them."""
    allowed = [url for url, right in TABS if request.member.may(right)]
    tabs = [_tab(look, url, asked.key, is_current=url == f"report:{name}") for url in allowed]
    more = {"metric": asked, "words": card_words(asked), "tabs": tabs, "may_export": request.member.may(Right.EXPORT)}
    return page(request, name, look, **more, **{"is_compared": True, **context})


def card_words(metric: Metric) -> Mapping[str, Any]:
    """A metric's name, icon and basis, as its card says them."""
    said = said_of(metric.key)
    return {"name": _(metric.title), "of": said.of, "icon": said.icon, "teach": _(said.teach) if said.teach else ""}


def _tab(look: Look, url: str, metric: str, *, is_current: bool) -> dict[str, Any]:
    """A link to one view of a metric."""
    return {"label": _(TAB_NAMES[url]), "href": look.url(url, metric, **look.own()), "is_current": is_current}
