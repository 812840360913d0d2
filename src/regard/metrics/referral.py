"""Referral rate: customers who brought others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from regard.metrics import intervals
from regard.metrics.answers import Answers
from regard.metrics.asking import ask
from regard.metrics.contract import Gathered, Metric, Reading, Rule, Rules, whole_number
from regard.metrics.customers import count, shares
from regard.metrics.model import Unit
from regard.metrics.referral_questions import everyone_question, referrals_question, referrers_question
from regard.metrics.scope import Scope, Window, last_instant
from regard.stream import compose


@dataclass(frozen=True)
class Referrals:
    """One cell: customers known, how often each referrer referred, and how many referrals could and did convert."""

    customers: int = 0
    made: tuple[int, ...] = ()
    judged: int = 0
    converted: int = 0

    @property
    def referrers(self) -> int:
        return len(self.made)


def units(cell: Referrals, rules: Rules, whole: Sequence[Any] = ()) -> Answers:
    """1 for a customer who referred somebody, else 0."""
    return shares(cell.referrers, max(0, cell.customers - cell.referrers))


def read(cell: Referrals, rules: Rules, whole: Sequence[Any]) -> Reading:
    headline = intervals.share(cell.referrers, max(cell.customers, cell.referrers))
    often = Counter(cell.made) + Counter({0: max(0, cell.customers - cell.referrers)})
    each = Answers.of((float(times), float(people)) for times, people in often.items())
    parts = {
        "published": headline,
        "per_customer": intervals.skewed_mean(each, Unit.SCORE),
        "conversion": intervals.share(cell.converted, cell.judged),
        "referrers": count(cell.referrers),
        "referrals": count(sum(cell.made)),
    }
    return Reading(headline, parts)


def gather(scope: Scope) -> Gathered:
    """Everybody known by the end of each window, and every referral with what came of it."""
    referrals = ask(scope.store, referrals_question(scope.slice.as_of)).rows()
    if not referrals:
        return Gathered({}, "", ["Nobody has been seen to refer anybody: a rate of 0 would claim to know that."])
    window_of = {window: scope.bounds(window) for window in scope.windows}
    ends = [end for _, end in window_of.values()]
    known, text = _known(scope, ends)
    groups = _groups_of_referrers(scope, ends) if _is_divided(scope) else None
    days = timedelta(days=scope.rules["referral_rate"]["window_days"])
    until = last_instant(scope.store)
    cells: dict[tuple[Window, str | None], Any] = {}
    for place, (window, bounds) in enumerate(window_of.items()):
        told = groups[place] if groups is not None else None
        sizes = known[place]
        made = _by_group(referrals, bounds, told)
        for group in sizes.keys() | made.keys():
            cells[window, group] = _cell(sizes.get(group, 0), made.get(group, []), days, until)
    note = f"A referral converts when the recommended person becomes a customer within {days.days} days of it."
    return Gathered(cells, text, [note])


Row = Mapping[str, Any]


def _is_divided(scope: Scope) -> bool:
    return scope.slice.by is not None or bool(scope.slice.where)


def _known(scope: Scope, ends: Sequence[datetime | None]) -> tuple[list[dict[str | None, int]], str]:
    """How many customers had been seen by each end, group by group."""
    found, texts = [], []
    for some in [[end] for end in ends] if _is_divided(scope) else [ends]:
        answer = ask(scope.store, everyone_question(some, scope.slice.by, scope.slice.where, scope.slice.as_of))
        texts.append(answer.sql)
        for place in range(len(some)):
            by = scope.slice.by
            found.append({(row["part"] or "") if by else None: int(row[f"c{place}"] or 0) for row in answer.rows()})
    return found, ";\n\n".join(texts)


def _groups_of_referrers(scope: Scope, ends: Sequence[datetime | None]) -> list[dict[int, str | None]]:
    """The group of everyone who ever referred, as of each end; those whom the filter does not want are missing."""
    found = []
    for end in ends:
        question = referrers_question(end, scope.slice.by, scope.slice.where, scope.slice.as_of)
        rows = ask(scope.store, question).rows()
        found.append({row["customer"]: (row["part"] or "") if scope.slice.by else None for row in rows})
    return found


def _by_group(
    referrals: Sequence[Row], bounds: tuple[datetime | None, datetime | None], groups: Mapping[int, str | None] | None
) -> dict[str | None, list[Row]]:
    start, end = (None if side is None else compose.naive(side) for side in bounds)
    found: dict[str | None, list[Row]] = defaultdict(list)
    for row in referrals:
        inside = (start is None or row["made"] >= start) and (end is None or row["made"] < end)
        if inside and (groups is None or row["customer"] in groups):
            found[None if groups is None else groups[row["customer"]]].append(row)
    return found


def _cell(customers: int, made: Sequence[Row], days: timedelta, until: datetime | None) -> Referrals:
    often = Counter(row["customer"] for row in made)
    judged = [row for row in made if until and row["made"] + days <= until]
    converted = sum(1 for row in judged if row["converted"] and timedelta() <= row["converted"] - row["made"] <= days)
    return Referrals(customers, tuple(often.values()), len(judged), converted)


METRIC = Metric(
    key="referral_rate",
    title="Referral rate",
    unit=Unit.SHARE,
    better="higher",
    about="The share of all customers known by the end of the period who recommended the company to somebody in it.",
    formula="customers who referred ÷ all customers. Beside it: referrals per customer, and the share of referrals "
    "that became customers within the attribution window.",
    interval="Wilson's score interval; Student's t with the skewness taken out for referrals per customer.",
    source="Wilson 1927, JASA 22; Hall 1992, JRSS B 54.",
    reads=("Referral Made", "Referral Converted"),
    rules=(Rule("window_days", 90, "Days in which the recommended must become a customer.", whole_number(1, 3650)),),
    gather=gather,
    read=read,
    units=units,
    nothing=Referrals,
    family="referrals",
)
