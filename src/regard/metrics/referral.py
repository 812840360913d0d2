"""Referral rate: customers who brought others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regard.base.words import said
from regard.metrics import intervals
from regard.metrics.answers import Answers
from regard.metrics.asking import ask
from regard.metrics.contract import Gathered, Metric, Reading, Rule, Rules, whole_number
from regard.metrics.customers import count, shares
from regard.metrics.model import Unit
from regard.metrics.referral_questions import everyone_question, referrals_question, referrers_question
from regard.metrics.scope import Scope, Window, seen_until
from regard.stream import Answer, compose

MICROSECONDS = "datetime64[us]"
NEVER = np.datetime64("NaT", "us")


@dataclass(frozen=True)
class Made:
    """Referrals as arrays, one entry each: who made it, when, when it converted (NaT: never), how many alike."""

    customer: NDArray[np.int64]
    made: NDArray[np.datetime64]
    converted: NDArray[np.datetime64]
    times: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.made)

    def only(self, chosen: Any) -> Made:
        """Those that a mask keeps, or those at these places."""
        places = np.asarray(chosen) if len(chosen) else np.zeros(0, dtype=np.int64)
        return Made(self.customer[places], self.made[places], self.converted[places], self.times[places])


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
        "per_customer": intervals.mean_count(each, unit=Unit.SCORE),
        "conversion": intervals.share(cell.converted, cell.judged),
        "referrers": count(cell.referrers),
        "referrals": count(sum(cell.made)),
    }
    return Reading(headline, parts)


def gather(scope: Scope) -> Gathered:
    """Everybody known by the end of each window, and every referral with what came of it."""
    if not scope.windows:
        return Gathered({}, "")
    referrals = _made(ask(scope.store, referrals_question(scope.slice.as_of)))
    if not len(referrals):
        nobody = said("Nobody has been seen to refer anybody: a rate of 0 would claim to know that.")
        return Gathered({}, "", [nobody])
    window_of = {window: scope.bounds(window) for window in scope.windows}
    ends = [end for _, end in window_of.values()]
    known, text = _known(scope, ends)
    groups = _groups_of_referrers(scope, ends) if _is_divided(scope) else None
    days = timedelta(days=scope.rules["referral_rate"]["window_days"])
    until = seen_until(scope)
    cells: dict[tuple[Window, str | None], Any] = {}
    for place, (window, bounds) in enumerate(window_of.items()):
        told = groups[place] if groups is not None else None
        sizes = known[place]
        made = _by_group(referrals, bounds, told)
        for group in sizes.keys() | made.keys():
            cells[window, group] = _cell(sizes.get(group, 0), made.get(group, referrals.only([])), days, until)
    note = said(
        "A referral converts when the recommended person becomes a customer within {days} days of it.", days=days.days
    )
    return Gathered(cells, text, [note])


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


def _made(answer: Answer) -> Made:
    """The referrals of an answer; what converted without ever having been made is nobody's referral."""
    made, converted = _instants(answer["made"]), _instants(answer["converted"])
    customer = np.ma.filled(np.ma.asarray(answer["customer"]), -1)
    return Made(customer, made, converted, np.asarray(answer["times"], dtype=np.int64)).only(~np.isnat(made))


def _instants(column: Any) -> NDArray[np.datetime64]:
    found: NDArray[np.datetime64] = np.ma.filled(np.ma.asarray(column, dtype=MICROSECONDS), NEVER)
    return found


def _by_group(
    referrals: Made, bounds: tuple[datetime | None, datetime | None], groups: Mapping[int, str | None] | None
) -> dict[str | None, Made]:
    start, end = (None if side is None else np.datetime64(compose.naive(side), "us") for side in bounds)
    inside = np.ones(len(referrals), dtype=bool)
    if start is not None:
        inside &= referrals.made >= start
    if end is not None:
        inside &= referrals.made < end
    within = referrals.only(inside)
    if groups is None:
        return {None: within}
    found: dict[str | None, list[int]] = defaultdict(list)
    for place, customer in enumerate(within.customer.tolist()):
        if customer in groups:
            found[groups[customer]].append(place)
    return {group: within.only(places) for group, places in found.items()}


def _cell(customers: int, made: Made, days: timedelta, until: datetime | None) -> Referrals:
    _, who = np.unique(made.customer, return_inverse=True)
    often = np.bincount(who, weights=made.times).astype(int) if len(made) else np.zeros(0, dtype=int)
    if until is None:
        return Referrals(customers, tuple(often.tolist()))
    window = np.timedelta64(days)
    judged = made.only(made.made + window <= np.datetime64(until, "us"))
    waited = judged.converted - judged.made
    converted = (waited >= np.timedelta64(0)) & (waited <= window)
    return Referrals(customers, tuple(often.tolist()), int(judged.times.sum()), int(converted.sum()))


METRIC = Metric(
    key="referral_rate",
    title="Referral rate",
    unit=Unit.SHARE,
    better="higher",
    about="The share of all customers known by the end of the period who recommended the company to somebody in it.",
    formula="customers who referred ÷ all customers. Beside it: referrals per customer, and the share of referrals "
    "that became customers within the attribution window.",
    interval="Wilson's score interval; Student's t with the skewness taken out for referrals per customer, Poisson's "
    "exact limit where there are none.",
    source="Wilson 1927, JASA 22; Hall 1992, JRSS B 54; Garwood 1936, Biometrika 28.",
    reads=("Referral Made", "Referral Converted"),
    rules=(Rule("window_days", 90, "Days in which the recommended must become a customer.", whole_number(1, 3650)),),
    gather=gather,
    read=read,
    units=units,
    nothing=Referrals,
    family="referrals",
    grows=True,
)
