"""How closely a line is drawn, and what each of its points stands for, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regard.metrics import Metric
from regard.report.filters import EVERY, Period
from regard.report.site import Look
from regard.web import ngettext

PACES = {
    "day": gettext_noop("every day, with 95% interval"),
    "week": gettext_noop("every week, with 95% interval"),
    "month": gettext_noop("every month, with 95% interval"),
    "quarter": gettext_noop("every quarter, with 95% interval"),
    "year": gettext_noop("every year, with 95% interval"),
}
WITHIN = {
    "day": gettext_noop("within each day, with 95% interval"),
    "week": gettext_noop("within each week, with 95% interval"),
    "month": gettext_noop("within each month, with 95% interval"),
    "quarter": gettext_noop("within each quarter, with 95% interval"),
    "year": gettext_noop("within each year, with 95% interval"),
}
LENGTHS = {
    "day": gettext_noop("Each point is of one day"),
    "week": gettext_noop("Each point is of one week"),
    "month": gettext_noop("Each point is of one month"),
    "quarter": gettext_noop("Each point is of one quarter"),
    "year": gettext_noop("Each point is of one year"),
}
LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
DAYS = ngettext("{n} day", "{n} days")


def pace_words(metric: Metric, every: str) -> str:
    return _((WITHIN if metric.grows else PACES)[every])


def length_words(look: Look, metric: Metric, every: str, period: Period | None) -> str:
    """Why the points of a line are not the figure at the head, where it is of a longer time and grows with it."""
    days = (period[1] - period[0]).days if period else 0
    if period is None or not metric.grows or days <= LONGEST[every]:
        return ""
    told = look.fmt.count_of(DAYS, days)
    point = _(LENGTHS[every])
    return _(
        "%(point)s, the figure above of %(days)s (%(period)s). It counts what customers did by the end of that "
        "time: the longer the time, the more."
    ) % {"point": point, "days": told, "period": look.fmt.period(period[0], None, period[1])}


def paces(look: Look, every: str) -> list[dict[str, Any]]:
    """Links to every pace that a trend can be drawn at."""
    return [
        {"name": _(label), "href": look.filters.query(every=name), "is_current": name == every}
        for name, label in EVERY.items()
    ]
