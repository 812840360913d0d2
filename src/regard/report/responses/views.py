"""The pages of a survey's results: read the address, ask one verb, show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required
from regard.base import Invalid, NotFound
from regard.base.ids import profile_number
from regard.base.words import said
from regard.report.responses import drawing
from regard.report.responses.collected import Collected
from regard.report.responses.crossing import Crossed, cross, crossable
from regard.report.responses.files import FORMATS
from regard.report.responses.forms import MarginForm
from regard.report.responses.items import Item
from regard.report.responses.showing import (
    balance_rows,
    bounds_words,
    cell_words,
    drift_words,
    flag_words,
    test_words,
    weights_words,
)
from regard.report.responses.site import Results, page
from regard.report.responses.tabling import table_of
from regard.report.responses.wordlist import has_words, is_told, page_of
from regard.surveys import Rating, language_name
from regard.surveys.site import Single, keep_margins, newest_first, response_called
from regard.web import WITHHELD
from regard.web.site import told_error

# --- figures ---------------------------------------------------------------------------------------------------------


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


# --- those who did not answer ----------------------------------------------------------------------------------------


@right_required(Right.VIEW_METRICS)
def silence(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Bounds, early against late, and known shares of all customers; POST keeps the shares of one variable."""
    asked = Results.of(request, key)
    if request.method == "POST":
        return _keep(asked)
    return _silence_page(asked)


def _silence_page(asked: Results, form: MarginForm | None = None, variable: str = "") -> HttpResponse:
    chosen = variable or asked.request.GET.get("variable", "")
    margins, whole = asked.survey.margins, asked.whole
    variables = list(dict.fromkeys([*margins, *whole.variables]))
    if chosen in variables and form is None:
        form = MarginForm(_categories(asked, chosen), margins.get(chosen, {}))
    raked = asked.weighed("raked") if margins and whole.n else None
    may = asked.may(Right.MANAGE_SURVEYS)
    return page(
        asked,
        "silence",
        status=422 if form is not None and form.is_bound else 200,
        invited=asked.invited,
        bounds=[bounds_words(one, asked.fmt) for one in asked.silence],
        drifts=[words for one in asked.silence if (words := drift_words(one, asked.fmt))],
        variables=[
            {"value": one, "text": drawing.variable_name(whole, one, asked.fmt), "is_chosen": one == chosen}
            for one in variables
        ],
        kept=[{"value": one, "text": drawing.variable_name(whole, one, asked.fmt)} for one in margins],
        form=form if may else None,
        chosen=chosen,
        chosen_name=drawing.variable_name(whole, chosen, asked.fmt) if chosen else "",
        balance=balance_rows(whole, raked.raked, asked.fmt) if raked and raked.raked else None,
        problem=told_error(raked.problem) if raked and raked.problem else "",
        may_manage=may,
        caps=asked.caps(),
        kept_query=[(name, value) for name, value in asked.request.GET.items() if name not in ("cap", "variable")],
        raked_url=asked.url("results:results", weights="raked"),
    )


def _categories(asked: Results, variable: str) -> dict[str, str]:
    """The categories that answers are in: those nobody is in cannot be weighted to."""
    used = {one for one in asked.whole.category(variable) if one is not None}
    labels = asked.whole.categories(variable)
    return {value: drawing.category_name(variable, value, labels, asked.fmt) for value in labels if value in used}


def _keep(asked: Results) -> HttpResponse:
    """Keep (or take away) the known shares of one variable."""
    if not asked.may(Right.MANAGE_SURVEYS):
        raise PermissionDenied
    survey, request = asked.survey, asked.request
    variable = request.POST.get("variable", "")
    rest = {name: shares for name, shares in survey.margins.items() if name != variable}
    if "remove" in request.POST:
        keep_margins(survey, rest)
    elif variable not in asked.whole.variables and variable not in survey.margins:
        raise Invalid(said("nothing is known of {name}", name=variable), field="variable")
    else:
        form = MarginForm(_categories(asked, variable), {}, request.POST)
        if not form.is_valid():
            return _silence_page(asked, form, variable)
        keep_margins(survey, {**rest, variable: form.shares})
    record_audit(request.workspace, request.user, "survey margins changed", survey.key, variables=len(survey.margins))
    messages.success(request, _("The known shares are kept."))
    return redirect(asked.url("results:silence"))


# --- two questions ---------------------------------------------------------------------------------------------------


@right_required(Right.VIEW_METRICS)
@require_GET
def crosstab(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Two variables crossed."""
    asked = Results.of(request, key)
    part = asked.part
    names = crossable(part) if part.n and not asked.is_withheld else []
    rows, columns = _pair(request, part, names)
    context: dict[str, Any] = {"filters": asked.filter_bar(), "weights": weights_words(asked.weighing, asked.fmt)}
    if rows and columns:
        context |= _crossed(asked, part, rows, columns)
    choices = {name: drawing.variable_name(part, name, asked.fmt) for name in names}
    return page(
        asked,
        "crosstab",
        rows=[{"value": name, "text": text, "is_chosen": name == rows} for name, text in choices.items()],
        columns=[{"value": name, "text": text, "is_chosen": name == columns} for name, text in choices.items()],
        kept=[(name, value) for name, value in request.GET.items() if name not in ("rows", "columns")],
        withheld=asked.fmt.say(WITHHELD["below_minimum_n"]) if asked.is_withheld else "",
        **context,
    )


def _pair(request: HttpRequest, part: Collected, names: list[str]) -> tuple[str, str]:
    """What is crossed: as chosen, else the first score by the first other variable."""
    rows, columns = (request.GET.get(name, "") for name in ("rows", "columns"))
    names = [name for name in names if part.grouped(name).is_given.sum() > 1] or names
    scores = [name for name in names if _is_score(part, name)] or names
    columns = columns if columns in names else next((name for name in scores if name != rows), "")
    others = [name for name in names if name not in scores] + names
    rows = rows if rows in names else next((name for name in others if name != columns), "")
    return rows, columns


def _is_score(part: Collected, variable: str) -> bool:
    item = part.item(variable.removeprefix("question:"))
    return item is not None and isinstance(item.question, Rating)


def _crossed(asked: Results, part: Collected, rows: str, columns: str) -> dict[str, Any]:
    weights = asked.weighing.of(asked.mask) if asked.weighing.is_weighted else None
    try:
        found = cross(part, rows, columns, weights, asked.settings.minimum_n)
    except Invalid as error:
        return {"problem": told_error(error)}
    return {"table": _table(asked, found), "test": test_words(found.table, asked.fmt)}


def _table(asked: Results, found: Crossed) -> dict[str, Any]:
    def named(axis: Any, value: str) -> str:
        return drawing.category_name(axis.variable, value, axis.labels, asked.fmt)

    lines = [
        {"name": named(found.rows, name), "cells": [cell_words(found, cell, asked.fmt) for cell in cells]}
        for name, cells in zip(found.table.rows, found.table.cells, strict=True)
    ]
    return {
        "columns": [named(found.columns, name) for name in found.table.columns],
        "lines": lines,
        "rows_name": drawing.variable_name(asked.part, found.rows.variable, asked.fmt),
        "columns_name": drawing.variable_name(asked.part, found.columns.variable, asked.fmt),
        "n": asked.fmt.number(found.table.n, 0),
        "withheld": len(found.withheld),
    }


COMMENTS = "~comments"
"""In the place of one question: all that ask for more than a short text. No question's key begins so."""

# --- single responses ------------------------------------------------------------------------------------------------


@right_required(Right.VIEW_ROWS)
@require_GET
def words(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """What customers wrote, the newest first."""
    asked = Results.of(request, key)
    search, question = request.GET.get("q", "").strip()[:200], request.GET.get("question", "")
    before = request.GET.get("before", "")
    items = [item for item in asked.everything.items if has_words(item)]
    comments = [item for item in items if is_told(item)]
    wanted = comments if question == COMMENTS else [item for item in items if item.key == question] or items
    zone = ZoneInfo(asked.settings.time_zone)
    singles = newest_first(asked.survey, int(before) if before.isdecimal() and len(before) < 19 else None)
    found = page_of(singles, wanted, lambda one: asked.chosen.holds(one, zone), search)
    return page(
        asked,
        "words",
        filters=asked.filter_bar(),
        verbatims=[_verbatim(asked, one) for one in found.found],
        q=search,
        questions=[
            {"value": value, "text": text, "is_chosen": value == question}
            for value, text in _asked_for_words(items, comments)
        ],
        kept=[(name, value) for name, value in request.GET.items() if name not in ("q", "question", "before")],
        following=asked.url("results:words", q=search, question=question, before=str(found.following or "")),
        has_more=found.following is not None,
        is_cut=found.is_cut,
        is_first=not before,
        first=asked.url("results:words", q=search, question=question),
    )


def _asked_for_words(items: Sequence[Item], comments: Sequence[Item]) -> Iterator[tuple[str, str]]:
    """What may be chosen beside all: one question, or comments without names, numbers and other short texts."""
    if comments and len(comments) < len(items):
        yield COMMENTS, _("comments only, no short texts")
    yield from ((item.key, item.title) for item in items)


def _verbatim(asked: Results, one: Any) -> dict[str, Any]:
    response = one.single.response
    return {
        "text": one.text,
        "question": one.item.title,
        "score": _score(asked.everything, response),
        "at": response.by.completed_at or response.by.started_at,
        "language": response.by.language,
        "language_name": language_name(response.by.language),
        "flags": flag_words(response.by.flags, asked.fmt),
        "url": asked.url("results:response", response.by.id),
        "person": _person(one.single),
    }


def _score(collected: Collected, response: Any) -> dict[str, Any] | None:
    """The first score that this respondent gave, on its scale."""
    for item in collected.items:
        question, value = item.question, response.answers.get(item.name)
        if isinstance(question, Rating) and response.by.version in item.versions and isinstance(value, int | float):
            tone = ("good" if value >= 9 else "" if value >= 7 else "bad") if item.metric == "nps" else ""
            return {"value": value, "low": question.rate_min, "high": question.rate_max, "tone": tone}
    return None


def _person(single: Single) -> int | None:
    """The number of the profile behind a response; None where nobody knows."""
    if single.customer is not None:
        return single.customer
    return profile_number(single.source_key) if single.source_key else None


@right_required(Right.VIEW_ROWS)
@require_GET
def response(request: HttpRequest, slug: str, key: str, response: str) -> HttpResponse:
    """One response: what was asked on its way, what was answered, what was noticed."""
    asked = Results.of(request, key)
    single = response_called(asked.survey, response)
    one = single.response.by
    questionnaire = asked.versions[one.version]
    alone = Collected.of({one.version: questionnaire}, [single.response], asked.fmt.language)
    by_name = {item.name: item for item in alone.items}
    steps = [
        {
            "title": step.page.name,
            "answers": [
                {
                    "title": by_name[name].title,
                    "lines": drawing.answer_lines(by_name[name], step.values, asked.fmt.language),
                    "files": single.files.get(name, []),
                }
                for name in step.names
                if name in by_name
            ],
        }
        for step in single.response.way_through(questionnaire).steps
    ]
    return page(
        asked,
        "response",
        one=one,
        steps=[step for step in steps if step["answers"]],
        flags=flag_words(one.flags, asked.fmt),
        language=language_name(one.language),
        way=asked.fmt.say(drawing.WAYS.get(one.way, one.way)),
        seconds=asked.fmt.value(one.seconds, "seconds"),
        person=_person(single),
        back=asked.url("results:words"),
    )


# --- files -----------------------------------------------------------------------------------------------------------


@right_required(Right.EXPORT)
@require_GET
def file(request: HttpRequest, slug: str, key: str, file: str) -> HttpResponse:
    """The responses as a file: needs the right to see single ones as well as the right to export."""
    if not request.member.may(Right.VIEW_ROWS):
        raise PermissionDenied
    asked, written = Results.of(request, key), _format(file)
    raked = asked.weighing.of(asked.mask) if asked.weighing.raked is not None else None
    made = written(table_of(asked.part, raked, asked.fmt), asked.survey.name, asked.fmt)
    record_audit(request.workspace, request.user, "survey exported", key, file=file, responses=asked.part.n)
    stem, _dot, ending = file.rpartition(".")
    answer = HttpResponse(made, content_type=CONTENT_TYPES[ending])
    answer.headers["Content-Disposition"] = f'attachment; filename="{key}-{stem}.{ending}"'
    return answer


CONTENT_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "sav": "application/x-spss-sav",
    "sps": "text/plain; charset=utf-8",
}


def _format(file: str) -> Callable[..., Any]:
    if file not in FORMATS:
        raise NotFound(said("there is no such file"))
    return FORMATS[file]
