"""What every page of the report knows: whose workspace, which filters and period, how its reader sees figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regard.accounts import Right
from regard.accounts.site import store_of
from regard.base import Invalid, NotFound
from regard.metrics import (
    Definition,
    Figure,
    Measurement,
    Metric,
    Slice,
    bounds_utc,
    currency_of,
    definition_of,
    measure,
    settings_for,
)
from regard.profiles import known_segments
from regard.report.filters import (
    Asked,
    Filters,
    Period,
    coarse_every,
    drawn_every,
    pace_of,
    read_filters,
)
from regard.report.questions import columns_of, extent_of, usual_period
from regard.report.showing import SORTS
from regard.stream import compose
from regard.web import Format
from regard.web.site import current_format

ALWAYS = {"metric", "name", "subject", "agent", "customer", "channel", "touchpoint", "language", "currency", "load"} | {
    compose.ACCOUNT
}
UNKNOWN_COLUMN = gettext_noop("There is no column or property of that name. Choose one from the list.")


@dataclass
class Look:
    """One request's look at a workspace. What it asks of the store, it asks once."""

    request: HttpRequest
    asked: Asked

    @classmethod
    def of(cls, request: HttpRequest) -> Look:
        """Read the address. Columns that the workspace does not have are problems, like any other."""
        look = cls(request, read_filters(dict(request.GET.lists())))
        look.asked = look._known_columns_only()
        return look

    @cached_property
    def store(self) -> Any:
        return store_of(self.request.workspace)

    @cached_property
    def settings(self) -> Any:
        """The newest settings, or the version in the address."""
        return settings_for(self.store, self.filters.settings)

    @cached_property
    def fmt(self) -> Format:
        return replace(
            current_format(currency_of(self.store, self.filters.slice(None).where, self.filters.settings) or ""),
            time_zone=self.settings.time_zone,
        )

    @property
    def filters(self) -> Filters:
        return self.asked.filters

    @cached_property
    def extent(self) -> Period | None:
        """From the first to the day after the last interaction; None in an empty workspace."""
        return extent_of(self.store, self.settings)

    @cached_property
    def usual(self) -> str:
        """The quick period of a page that nobody set one for."""
        return usual_period(self.store, self.extent, self.settings.time_zone) if self.extent else "all"

    @cached_property
    def period(self) -> Period | None:
        return self.filters.bounds(self.extent, self.usual)

    @cached_property
    def before(self) -> Period | None:
        return self.filters.before(self.period, self.extent)

    @cached_property
    def columns(self) -> list[str]:
        return columns_of(self.store) if self.extent else []

    @cached_property
    def segments(self) -> list[tuple[str, str]]:
        """The filters by segment that there are."""
        return [("segment", one.key) for one in known_segments(self.store)]

    @property
    def status(self) -> int:
        return 422 if self.asked.problems else 200

    # --- measuring ---------------------------------------------------------------------------------------------

    def slice(self, period: Period | None = None, **changes: Any) -> Slice:
        """The filters as a slice, neither broken down nor over time unless that is asked."""
        return replace(self.filters.slice(period or self.period), **{"by": None, "every": None, **changes})

    def measure(self, metric: Metric, period: Period | None = None, **changes: Any) -> Measurement:
        return measure(self.store, metric.key, self.slice(period, **changes), definition=self.definition(metric))

    def definition(self, metric: Metric) -> Definition:
        """The newest definition, or the version in the address."""
        return definition_of(self.store, metric.key, self.filters.version)

    @property
    def every(self) -> str:
        return drawn_every(self.filters.every, self.period)

    @cached_property
    def instants(self) -> Any:
        """The period as two aware instants."""
        return bounds_utc(self.period, self.settings.time_zone) if self.period else None

    @property
    def sort(self) -> str:
        """How a break-down is ordered: by its basis, largest first, unless the address says otherwise."""
        asked = self.request.GET.get("sort", "")
        return asked if asked.lstrip("-") in SORTS else "-n"

    @property
    def find(self) -> str:
        return self.request.GET.get("find", "").strip()[:200]

    def own(self) -> dict[str, Any]:
        """What goes along between the views of one metric."""
        return {"by": self.filters.by, "version": self.filters.version}

    @property
    def wider(self) -> Slice | None:
        """All the data at a slow pace: where the period is too short to draw a line, and nobody chose a pace."""
        if self.filters.every or not self.extent:
            return None
        return self.slice(self.extent, every=coarse_every(self.extent))

    @property
    def is_narrowed(self) -> bool:
        """Whether somebody chose dates or filters, so that finding nothing may be their doing."""
        return bool(self.filters.where or self.filters.first or self.filters.last or self.filters.period)

    # --- words -------------------------------------------------------------------------------------------------

    @property
    def period_words(self) -> str:
        return self.fmt.period(self.period[0], None, self.period[1]) if self.period else _("No data yet")

    @property
    def before_words(self) -> str:
        return self.fmt.period(self.before[0], None, self.before[1]) if self.before else ""

    @property
    def versus(self) -> str:
        return _("than a year before") if self.filters.against == "year" else _("than the period before")

    # --- addresses ---------------------------------------------------------------------------------------------

    def url(self, name: str, *arguments: str, **changes: Any) -> str:
        """The address of a page of this workspace, with the filters that go along everywhere."""
        path = reverse(name, args=[self.request.workspace.slug, *arguments])
        query = self.filters.kept_everywhere().query(**changes)
        return path if query == "?" else path + query

    @property
    def overview_url(self) -> str:
        return self.url("report:overview")

    @property
    def newest_url(self) -> str:
        return self.filters.query(version=None)

    @property
    def newest_settings_url(self) -> str:
        return self.filters.query(settings=None)

    def file_url(self, name: str, metric: str) -> str:
        """The address of exactly what the page shows, as a file."""
        path = reverse(name, args=[self.request.workspace.slug, metric])
        return path + self.filters.query(sort=self.sort, find=self.find)

    def other_pairs(self, *but: str) -> list[tuple[str, str]]:
        """The filters that a form of the page hands on unchanged."""
        return [(name, value) for name, value in self.filters.pairs() if name not in but]

    @property
    def may_import(self) -> bool:
        return self.request.member.may(Right.IMPORT_DATA)

    def settings_url(self, metric: str) -> str:
        """Where the rules of a metric are changed; nothing for those who may not."""
        if not self.request.member.may(Right.EDIT_DEFINITIONS):
            return ""
        return reverse("metrics:definition", args=[self.request.workspace.slug, metric])

    @property
    def imports_url(self) -> str:
        try:
            return reverse("collect:imports", args=[self.request.workspace.slug])
        except NoReverseMatch:
            return ""

    def pace_of(self, figures: Sequence[Figure]) -> str:
        """The pace of a line: the one asked for, or the slower one of :attr:`wider`."""
        return pace_of([figure.period for figure in figures if figure.period])

    def _known_columns_only(self) -> Asked:
        """Leave out names that the workspace does not have, and say so."""
        known, problems, filters = (set(self.columns) | ALWAYS) - {"segment"}, dict(self.asked.problems), self.filters
        if not self.extent:
            return self.asked
        if filters.by and filters.by not in self.columns:
            problems["by"] = UNKNOWN_COLUMN
            filters = replace(filters, by=None)
        kept = tuple(pair for pair in filters.where if pair[0] in known or pair in self.segments)
        if kept != filters.where:
            problems["where"] = UNKNOWN_COLUMN
            filters = replace(filters, where=kept)
        return Asked(filters, problems, self.asked.typed)


def metric_in(path: str) -> Metric:
    """The metric of an address; NotFound when there is none (a wrong address is not a wrong filter)."""
    from regard.metrics import metric_called

    try:
        return metric_called(path)
    except Invalid as error:
        raise NotFound(_("There is no such metric."), remedy=error.remedy) from error


def period_text(period: Period | None) -> str:
    """A period as it may be typed."""
    return f"{period[0].isoformat()}..{period[1].isoformat()}" if period else ""
