"""The rows behind a figure, and figures as files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base import Invalid
from regard.metrics import Metric, rows_behind
from regard.report.breakdowns import broken_down
from regard.report.results import Figures, Rows
from regard.report.site import Look, metric_in
from regard.report.tables import UTF_8
from regard.report.views.framing import metric_page
from regard.report.views.metric import grouped
from regard.report.wording import voice

ROWS_A_PAGE = 25
MOST_IN_A_FILE = 50_000


@right_required(Right.VIEW_ROWS)
def rows(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The interactions that the figure rests on, newest first, page by page from the last row seen."""
    look, asked = Look.of(request), metric_in(key)
    used = look.definition(asked)
    after = _after_in(request)
    found = rows_behind(look.store, asked.key, look.slice(), definition=used, after=after, limit=ROWS_A_PAGE)
    following = look.filters.query(after=_cursor(found.following)) if found.following else ""
    return metric_page(
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


def _cursor(following: tuple[datetime, str]) -> str:
    """The last row of a page as it stands in an address."""
    return f"{following[0].isoformat()}~{following[1]}"


def _after_in(request: HttpRequest) -> tuple[datetime, str] | None:
    """The row that a page begins after; Invalid when the address was cut."""
    text = request.GET.get("after", "")
    instant, _sign, name = text.partition("~")
    try:
        return (datetime.fromisoformat(instant), name) if text else None
    except ValueError as error:
        raise Invalid(_("This address is not complete."), field="after", remedy=_("begin at the first page")) from error


@right_required(Right.EXPORT)
def rows_csv(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The rows behind the figure as a file: needs the right to see them as well as the right to export."""
    if not request.member.may(Right.VIEW_ROWS):
        raise PermissionDenied
    look, asked = _understood(Look.of(request)), metric_in(key)
    found = rows_behind(look.store, asked.key, look.slice(), definition=look.definition(asked), limit=MOST_IN_A_FILE)
    return _csv(look, asked, Rows(asked.key, found.columns, found.sql), "rows")


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
    shown = [group.key for group in grouped(look, asked, by)] if by else []
    figures = sorted(measured.figures, key=lambda figure: _place(shown, figure.group or ""))
    kept = [figure for figure in figures if not by or (figure.group or "") in set(shown)]
    return _csv(look, asked, Figures(replace(measured, figures=kept), look.fmt), by or "all")


def _place(order: list[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _csv(look: Look, asked: Metric, result: Any, what: str) -> HttpResponse:
    """A result as a file. What may run in a spreadsheet is made harmless where results write CSV."""
    name = f"{look.request.workspace.slug}-{asked.key}-{what}.csv"
    answer = HttpResponse(UTF_8 + result.to_csv(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{"".join(c for c in name if c.isalnum() or c in "-_.")}"'
    return answer
