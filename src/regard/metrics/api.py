"""Metrics for programs: definitions, figures, comparisons, explanations, and the rows behind a figure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _

from regard.accounts.api.operations import (
    Day,
    Field,
    Instant,
    Page,
    Paging,
    Path,
    Query,
    Router,
    Schema,
    Text,
    Version,
    cursor_after,
    needs,
    utc,
)
from regard.accounts.api.rows import InteractionOut, interaction
from regard.accounts.site import store_of
from regard.base import Invalid
from regard.metrics.catalogue import CATALOGUE
from regard.metrics.comparing import Compared, compare
from regard.metrics.contract import Metric
from regard.metrics.definitions import definition_of
from regard.metrics.explaining import explain
from regard.metrics.measuring import measure
from regard.metrics.model import Definition, Estimate, Figure, Slice, Unit
from regard.metrics.periods import parse_period
from regard.metrics.rows import rows_behind
from regard.web.site import told

router = Router()
Key = Literal[tuple(CATALOGUE)]
Better = Literal["higher", "lower"]
NPS = {"path": {"metric": "nps"}}


# --- what is asked -------------------------------------------------------------------------------------------------


class Filter(Schema):
    """Which interactions are looked at."""

    where: list[Text] = Field([], max_length=20, description="`column=value`, repeated; values of one column are or.")
    as_of: Instant | None = Field(None, description="As known then: rows received later are not seen.")
    by: Text | None = Field(None, description="Break down by a column or property.")
    settings: Version | None = Field(None, description="An old version of the workspace's settings to measure by.")

    def slice(self, **more: Any) -> Slice:
        """The slice that is asked for."""
        return Slice(by=self.by, where=_wanted(self.where), as_of=self.as_of, settings=self.settings, **more)


class Asked(Filter):
    """What to measure. Without dates: all data, or the window that the metric's definition names."""

    every: Literal["day", "week", "month", "quarter", "year"] | None = Field(None, description="One figure for each.")
    period: Text | None = Field(None, description="`2026`, `2026-Q3`, `2026-05`, `2026-W07`, or `first..end`.")
    start: Day | None = Field(None, description="The first day.")
    end: Day | None = Field(None, description="The day after the last.")

    def slice(self, **more: Any) -> Slice:
        if self.period and (self.start or self.end):
            raise Invalid(_("give period, or start and end, not both"), field="period")
        start, end = parse_period(self.period) if self.period else (self.start, self.end)
        return super().slice(every=self.every, start=start, end=end, **more)


class Two(Filter):
    """Two periods, or two groups of ``by``."""

    a: Text = Field(description="A period such as `2026-Q1`, or a group of `by`.")
    b: Text = Field(description="A period such as `2026-Q2`, or a group of `by`.")
    version: Version | None = None


def _wanted(texts: list[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (name and sign):
            raise Invalid(_("a filter is written column=value"), field="where")
        found.setdefault(name, []).append(value)
    return found


# --- what is answered ----------------------------------------------------------------------------------------------


class EstimateOut(Schema):
    """A number with its uncertainty. Shares are 0 to 1; `withheld` says why a number that exists is not told."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: Unit
    confidence: float
    n_effective: float | None
    withheld: str | None


class PeriodOut(Schema):
    """Days, the end not included."""

    start: date
    end: date


class FigureOut(EstimateOut):
    """One measured cell."""

    period: PeriodOut | None
    group: str | None
    is_partial: bool
    parts: dict[str, EstimateOut]


class DefinitionOut(Schema):
    """By which rules a metric is measured; version 0 is what Regard ships with."""

    metric: str
    version: int
    rules: dict[str, Any]
    made_at: datetime | None


class MetricOut(Schema):
    """A metric of the catalogue."""

    key: str
    title: str
    unit: Unit
    better: Better | None
    about: str
    formula: str
    interval: str
    source: str


class MeasurementOut(Schema):
    """A metric measured, with the query that made it and what to know about it."""

    metric: str
    better: Better | None
    definition: DefinitionOut
    settings: dict[str, Any] = Field(description="Of the workspace, as measured by: zone, minimum n, `version`…")
    currency: str | None
    figures: list[FigureOut]
    notes: list[str]
    sql: str


class DifferenceOut(Schema):
    """`after` less `before`; only a significant change has a direction."""

    value: float | None
    low: float | None
    high: float | None
    p_value: float | None
    q_value: float | None
    is_significant: bool
    change: Literal["up", "down", "no_clear_change", "not_enough_data"]
    unit: Unit
    confidence: float


class ComparedOut(Schema):
    """Two figures and their difference."""

    group: str | None
    before: FigureOut
    after: FigureOut
    difference: DifferenceOut


class ComparisonOut(Schema):
    """A metric in `a` and in `b`; among `groups`, false discoveries are controlled."""

    metric: str
    better: Better | None
    definition: DefinitionOut
    a: str
    b: str
    overall: ComparedOut
    groups: list[ComparedOut]
    notes: list[str]
    sql: str


class PartOut(Schema):
    """A number with its interval."""

    value: float
    low: float
    high: float


class GroupPartOut(Schema):
    """What one group adds to the change: by its size (mix), and by its answers (rate)."""

    group: str
    mix: PartOut
    rate: PartOut
    share_before: float
    share_after: float
    mean_before: float | None
    mean_after: float | None
    n_before: int
    n_after: int


class ExplanationOut(Schema):
    """A change, split exactly: the parts of all groups sum to `difference`."""

    metric: str
    better: Better | None
    unit: Unit
    definition: DefinitionOut
    a: str
    b: str
    by: str
    before: float
    after: float
    difference: float
    mix: PartOut
    rate: PartOut
    groups: list[GroupPartOut]
    confidence: float
    notes: list[str]
    sql: str


# --- operations ----------------------------------------------------------------------------------------------------


@router.get("", response=list[MetricOut], **needs("metrics:read"))
def list_metrics(request: HttpRequest) -> Any:
    """The metrics that there are: the eight, and what people look at beside them."""
    return [_metric(one) for one in CATALOGUE.values()]


@router.get(
    "/{metric}", response=MeasurementOut, **needs("metrics:read", **{"x-example": {**NPS, "query": {"every": "month"}}})
)
def measure_metric(
    request: HttpRequest, asked: Query[Asked], metric: Path[Key], version: Query[Version | None] = None
) -> Any:
    """One figure, or one for each period and group, each with its interval, n and unit."""
    store = store_of(request.workspace)
    found = measure(store, metric, asked.slice(), definition=definition_of(store, metric, version))
    return {
        **_shared(found),
        "settings": dict(found.settings),
        "currency": found.currency,
        "figures": [_figure(one) for one in found.figures],
    }


@router.get("/{metric}/definition", response=DefinitionOut, **needs("metrics:read", **{"x-example": NPS}))
def get_definition(request: HttpRequest, metric: Path[Key], version: Query[Version | None] = None) -> Any:
    """By which rules a metric is measured."""
    return _definition(definition_of(store_of(request.workspace), metric, version))


@router.get(
    "/{metric}/comparison",
    response=ComparisonOut,
    **needs("metrics:read", **{"x-example": {**NPS, "query": {"a": "2026-Q1", "b": "2026-Q2"}}}),
)
def compare_metric(request: HttpRequest, asked: Query[Two], metric: Path[Key]) -> Any:
    """The difference between two periods, or two groups of `by`, with its interval and p-value."""
    store = store_of(request.workspace)
    used = definition_of(store, metric, asked.version)
    found = compare(store, metric, asked.a, asked.b, asked.slice(), definition=used)
    pairs = {"overall": _compared(found.overall), "groups": [_compared(pair) for pair in found.groups]}
    return {**_shared(found), "a": found.a, "b": found.b, **pairs}


@router.get(
    "/{metric}/explanation",
    response=ExplanationOut,
    **needs("metrics:read", **{"x-example": {**NPS, "query": {"a": "2026-Q1", "b": "2026-Q2", "by": "channel"}}}),
)
def explain_metric(request: HttpRequest, asked: Query[Two], metric: Path[Key]) -> Any:
    """Why a metric changed from period `a` to `b`: each group's size (mix) and answers (rate)."""
    store = store_of(request.workspace)
    used = definition_of(store, metric, asked.version)
    found = explain(store, metric, asked.a, asked.b, asked.slice(), definition=used)
    names = {"unit": found.unit, "a": found.a, "b": found.b, "by": found.by}
    return {**_shared(found), **names, **dataclasses.asdict(found.split)}


@router.get("/{metric}/rows", response=Page[InteractionOut], **needs("interactions:read", **{"x-example": NPS}))
def list_rows_behind(
    request: HttpRequest,
    asked: Query[Asked],
    metric: Path[Key],
    page: Query[Paging],
) -> Any:
    """The interactions that a figure rests on, newest first."""
    place = f"rows {metric} {asked.model_dump_json()}"
    seen = page.position(request.key, place)
    after = (datetime.fromisoformat(seen[0]), seen[1]) if seen else None
    found = rows_behind(store_of(request.workspace), metric, asked.slice(), after=after, limit=page.limit)
    then = found.following and cursor_after(request.key, place, [found.following[0].isoformat(), found.following[1]])
    return {"data": [interaction(one) for one in found.rows()], "next": then}


# --- figures as JSON values ----------------------------------------------------------------------------------------


def _metric(one: Metric) -> dict[str, Any]:
    names = ("key", "unit", "better")
    words = ("title", "about", "formula", "interval", "source")
    return {name: getattr(one, name) for name in names} | {name: told(getattr(one, name)) for name in words}


def _shared(found: Any) -> dict[str, Any]:
    return {
        "metric": found.metric,
        "better": found.better,
        "definition": _definition(found.definition),
        "notes": [told(note) for note in found.notes],
        "sql": found.sql,
    }


def _definition(one: Definition) -> dict[str, Any]:
    return {"metric": one.metric, "version": one.version, "rules": dict(one.rules), "made_at": utc(one.made_at)}


def _figure(one: Figure) -> dict[str, Any]:
    period = {"start": one.period[0], "end": one.period[1]} if one.period else None
    parts = {name: _estimate(part) for name, part in one.parts.items()}
    own = {"period": period, "group": one.group, "is_partial": one.is_partial, "parts": parts}
    return {**_estimate(one.estimate), **own}


def _estimate(one: Estimate) -> dict[str, Any]:
    return dataclasses.asdict(one)


def _compared(pair: Compared) -> dict[str, Any]:
    told_apart = {**dataclasses.asdict(pair.difference), "change": pair.difference.change}
    return {"group": pair.group, "before": _figure(pair.before), "after": _figure(pair.after), "difference": told_apart}
