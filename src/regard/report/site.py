"""What every page of the report knows: whose workspace, which filters and period, how its reader sees figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
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
    METRICS,
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
    versions_of_settings,
)
from regard.profiles import known_segments
from regard.report.filters import (
    AGAINST,
    EVERY,
    PERIODS,
    Asked,
    Filters,
    Period,
    coarse_every,
    drawn_every,
    pace_of,
    read_filters,
    read_period,
)
from regard.report.questions import columns_of, extent_of, suggestions, usual_period
from regard.report.showing import SORTS, Group, told
from regard.report.wording import range_words, withheld_words
from regard.report.words import METRICS as WORDS
from regard.report.words import said_of
from regard.stream import compose
from regard.web import Format, ngettext
from regard.web.site import current_format

ALWAYS = {"metric", "name", "subject", "agent", "customer", "channel", "touchpoint", "language", "currency", "load"} | {
    compose.ACCOUNT
}
UNKNOWN_COLUMN = gettext_noop("There is no column or property of that name. Choose one from the list.")
FIELDS = {
    "from": gettext_noop("From"),
    "to": gettext_noop("To"),
    "where": gettext_noop("Only where"),
    "by": gettext_noop("Break down by"),
    "every": gettext_noop("Every"),
    "period": gettext_noop("Period"),
    "against": gettext_noop("Compare with"),
    "version": gettext_noop("Version"),
    "settings": gettext_noop("Settings"),
}
TAB_NAMES = {
    "report:metric": gettext_noop("Figures"),
    "report:compare": gettext_noop("Compare"),
    "report:why": gettext_noop("Why did it change?"),
    "report:definition": gettext_noop("Definition and query"),
    "report:rows": gettext_noop("Rows behind it"),
}
PACES = {
    "day": gettext_noop("every day, with 95% interval"),
    "week": gettext_noop("every week, with 95% interval"),
    "month": gettext_noop("every month, with 95% interval"),
    "quarter": gettext_noop("every quarter, with 95% interval"),
    "year": gettext_noop("every year, with 95% interval"),
}
DAYS = ngettext("{n} day", "{n} days")
KEPT = ("period", "every", "by", "version", "settings")
WITHIN = {
    "day": gettext_noop("within each day, with 95% interval"),
    "week": gettext_noop("within each week, with 95% interval"),
    "month": gettext_noop("within each month, with 95% interval"),
    "quarter": gettext_noop("within each quarter, with 95% interval"),
    "year": gettext_noop("within each year, with 95% interval"),
}
LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
LENGTHS = {
    "day": gettext_noop("Each point is of one day"),
    "week": gettext_noop("Each point is of one week"),
    "month": gettext_noop("Each point is of one month"),
    "quarter": gettext_noop("Each point is of one quarter"),
    "year": gettext_noop("Each point is of one year"),
}
SORT_NAMES = {"name": gettext_noop("Group"), "value": gettext_noop("Value"), "n": gettext_noop("Counted")}


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

    def sides(self) -> tuple[str, str]:
        """What is compared: two periods or groups as typed, else the period before and the one shown."""
        given = tuple(self.request.GET.get(name, "").strip()[:200] for name in ("a", "b"))
        usual = (period_text(self.before), period_text(self.period))
        return tuple(said or default for said, default in zip(given, usual, strict=True))

    def side_name(self, side: str) -> str:
        """A side as people read it: a period by its dates, a group by its name."""
        try:
            start, end = read_period(side)
        except Invalid:
            return side
        return self.fmt.period(start, None, end)

    def side_choices(self) -> list[str]:
        """The years and quarters of the data, newest first, and the values of the column chosen."""
        if not self.extent:
            return []
        years = range(self.extent[1].year, self.extent[0].year - 1, -1)
        quarters = [f"{year}-Q{quarter}" for year in list(years)[:3] for quarter in (4, 3, 2, 1)]
        by = self.filters.by
        values = [text.partition("=")[2] for text in suggestions(self.store, [by])] if by else []
        return [*values, *map(str, years), *quarters]

    def own(self) -> dict[str, Any]:
        """What goes along between the views of one metric."""
        return {"by": self.filters.by, "version": self.filters.version}

    def sorts(self) -> list[dict[str, Any]]:
        """The headings that order a break-down: a second click turns the order round."""
        shown = []
        for name, label in SORT_NAMES.items():
            first = name if name == "name" else f"-{name}"
            turned = f"-{name}" if first == name else name
            following = turned if self.sort == first else first
            direction = (
                "" if self.sort.lstrip("-") != name else "descending" if self.sort.startswith("-") else "ascending"
            )
            href = self.filters.query(sort=following, find=self.find)
            shown.append({"name": name, "label": _(label), "href": href, "direction": direction})
        return shown

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

    def pace_words(self, metric: Metric, every: str) -> str:
        return _((WITHIN if metric.grows else PACES)[every])

    def length_words(self, metric: Metric, every: str, period: Period | None) -> str:
        """Why the points of a line are not the figure at the head, where it is of a longer time and grows with it."""
        days = (period[1] - period[0]).days if period else 0
        if period is None or not metric.grows or days <= LONGEST[every]:
            return ""
        told = self.fmt.count_of(DAYS, days)
        point = _(LENGTHS[every])
        return _(
            "%(point)s, the figure above of %(days)s (%(period)s). It counts what customers did by the end of that "
            "time: the longer the time, the more."
        ) % {"point": point, "days": told, "period": self.fmt.period(period[0], None, period[1])}

    def tab(self, url: str, metric: str, *, is_current: bool) -> dict[str, Any]:
        """A link to one view of a metric."""
        return {"label": _(TAB_NAMES[url]), "href": self.url(url, metric, **self.own()), "is_current": is_current}

    @property
    def lessons(self) -> list[dict[str, str]]:
        """What to load for each metric."""
        return [
            {"name": _(metric.title), "teach": _(said_of(metric.key).teach)}
            for metric in METRICS
            if metric.key in WORDS
        ]

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

    def settings_versions(self) -> list[dict[str, Any]]:
        """Every version of the settings, newest first, with the address that measures by it."""
        return [
            {
                "number": record.version,
                "made_at": record.made_at,
                "is_current": record.version == self.settings.version,
                "href": self.filters.query(settings=record.version),
            }
            for record in reversed(versions_of_settings(self.store))
        ]

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

    def context(self, **more: Any) -> dict[str, Any]:
        """What the frame of a page needs, and ``more``."""
        return {"look": self, "filters": self.filter_bar(), "fmt": self.fmt, **more}

    def filter_bar(self) -> dict[str, Any]:
        """The bar: quick periods, dates, filters, comparison; problems beside the field they belong to."""
        filters, typed, problems = self.filters, self.asked.typed, self.asked.problems
        current = "" if filters.first or filters.last else filters.period or self.usual
        return {
            "quick": [
                {"name": _(label), "href": filters.quick(name).query(), "is_current": name == current}
                for name, label in PERIODS.items()
            ],
            "chips": [
                {"text": f"{column} = {value}", "column": column, "href": filters.without(place).query()}
                for place, (column, value) in enumerate(filters.where)
            ],
            "from": typed.get("from", "") if "from" in problems else filters.first,
            "to": typed.get("to", "") if "to" in problems else filters.last,
            "where": typed.get("where", "") if "where" in problems else "",
            "against": [(value, _(label), value == filters.against) for value, label in AGAINST.items()],
            "suggestions": self._suggestions() if self.extent else [],
            "problems": {name: _(text) for name, text in problems.items()},
            "named_problems": [(_(FIELDS.get(name, name)), _(text)) for name, text in problems.items()],
            "keep": [(name, value) for name, value in filters.pairs() if name in KEPT],
            "kept_where": [f"{column}={value}" for column, value in filters.where],
            "is_open": bool(problems or filters.first or filters.last),
            "count": len(filters.where) + bool(filters.first or filters.last),
            "reset": self.request.path,
        }

    def _suggestions(self) -> list[str]:
        return [f"{name}={key}" for name, key in self.segments] + suggestions(self.store, self.columns)

    def pace_of(self, figures: Sequence[Figure]) -> str:
        """The pace of a line: the one asked for, or the slower one of :attr:`wider`."""
        return pace_of([figure.period for figure in figures if figure.period])

    def paces(self, every: str) -> list[dict[str, Any]]:
        """Links to every pace that a trend can be drawn at."""
        return [
            {"name": _(label), "href": self.filters.query(every=name), "is_current": name == every}
            for name, label in EVERY.items()
        ]

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


def card_words(metric: Metric) -> Mapping[str, Any]:
    """A metric's name, icon and basis, as its card says them."""
    said = said_of(metric.key)
    return {"name": _(metric.title), "of": said.of, "icon": said.icon, "teach": _(said.teach) if said.teach else ""}


def group_rows(look: Look, found: Sequence[Group], unit: str, better: str | None) -> list[dict[str, Any]]:
    """The rows of a break-down in words; a group's name leads to the same page of it alone."""
    return [_group_row(look, group, unit, better) for group in found]


def _group_row(look: Look, group: Group, unit: str, better: Any) -> dict[str, Any]:
    shown, apart, by = look.fmt.estimate(group.estimate), group.versus_rest, look.filters.by
    known = apart is not None and apart.value is not None
    narrowed = replace(look.filters, where=(*look.filters.where, (by, group.key))) if by and group.key else None
    return {
        "name": group.name,
        "href": narrowed.query(by=None) if narrowed else "",
        "withheld": withheld_words(look.fmt, group.estimate.withheld),
        "shown": shown,
        "range": range_words(look.fmt, group.estimate),
        "n": look.fmt.number(group.estimate.n, 0),
        "change": told(apart, better, unit, gettext_noop("than the rest"), look.fmt) if known else None,
    }


def period_text(period: Period | None) -> str:
    """A period as it may be typed."""
    return f"{period[0].isoformat()}..{period[1].isoformat()}" if period else ""


def cursor(following: tuple[datetime, str]) -> str:
    """The last row of a page as it stands in an address."""
    return f"{following[0].isoformat()}~{following[1]}"


def after_in(request: HttpRequest) -> tuple[datetime, str] | None:
    """The row that a page begins after; Invalid when the address was cut."""
    text = request.GET.get("after", "")
    instant, _sign, name = text.partition("~")
    try:
        return (datetime.fromisoformat(instant), name) if text else None
    except ValueError as error:
        raise Invalid(_("This address is not complete."), field="after", remedy=_("begin at the first page")) from error


def version_link(look: Look, version: Definition, used: Definition) -> dict[str, Any]:
    """A version of a definition, with the address that measures by it."""
    return {
        "number": version.version,
        "made_at": version.made_at,
        "made_by": version.made_by,
        "is_current": version.version == used.version,
        "href": look.filters.query(version=version.version or "0"),
    }
