"""What the pages of a workspace have in common: their frame, the head of a metric, what was wrong with a question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from regard.accounts import Right
from regard.base import Invalid
from regard.metrics import Metric
from regard.report.site import (
    Look,
    card_words,
)

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


def metric_page(request: HttpRequest, name: str, look: Look, asked: Metric, **context: Any) -> HttpResponse:
    """A page of one metric: its head and tabs, and what this view puts below them."""
    allowed = [url for url, right in TABS if request.member.may(right)]
    tabs = [look.tab(url, asked.key, is_current=url == f"report:{name}") for url in allowed]
    more = {"metric": asked, "words": card_words(asked), "tabs": tabs, "may_export": request.member.may(Right.EXPORT)}
    return page(request, name, look, **more, **{"is_compared": True, **context})
