"""What is true of the simulated company: the values that the eight metrics estimate.

Two kinds of truth, and each fact says which:

``expected``
    CSAT, NPS, CES, FCR and ART. Computed from the generating probabilities, for the answers and tickets that came to
    be: who was asked, where and when is given; how they answered, how long their tickets took, is averaged over every
    possibility. A sample's interval should cover it in 95 of 100 companies.
``census``
    Retention, churn and referral rate. Every customer is in the stream, so the truth is counted in the generator's
    own ledger. A metric must equal it.

Nothing here imports :mod:`regard.metrics`. Shares are 0–1, NPS is in points, times are in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from regard.demo import company
from regard.demo.company import Floats, Ints
from regard.demo.hours import DAY, after_work, local_midnight, month_of, to_utc
from regard.demo.people import Answers, Customers, Orders, Period, Referrals, Tickets

Mask = NDArray[np.bool_]
ACTIVE_DAYS = 90


@dataclass(frozen=True)
class Fact:
    """A metric's true value by the published formula, and by the corrected ones by name; ``n`` things are behind it."""

    published: float
    corrected: Mapping[str, float]
    n: int
    basis: Literal["expected", "census"]


@dataclass(frozen=True)
class Ledger:
    """All that the generator drew."""

    period: Period
    people: Customers
    orders: Orders
    tickets: Tickets
    csat: Answers
    nps_asked: Answers
    nps: Answers
    ces: Answers
    referrals: Referrals


@dataclass(frozen=True)
class MixShift:
    """The true split of the change of CSAT (share of 4–5) from the first half of the time to the second.

    The parts of all channels add up: ``sum(mix) + sum(rate) = after - before``. A channel's own ``mix`` is its
    change of share times its mean rate, not centred.
    """

    before: float
    after: float
    mix: Mapping[str, float]
    rate: Mapping[str, float]


@dataclass(frozen=True)
class Incident:
    """What the failure of the delivery partner did to the orders it hit: expected values as usual, and in it."""

    country: str
    starts_on: date
    ends_on: date
    orders: int
    as_usual: Mapping[str, float]
    in_it: Mapping[str, float]


class Truth:
    """The true values: ``of(metric)`` overall, ``by_channel(metric)`` and ``by_month(metric)``.

    Months are ``YYYY-MM`` in the company's time zone: when an answer was given or a ticket solved.
    """

    def __init__(self, ledger: Ledger):
        self.ledger = ledger
        self._solving = Solving(ledger.tickets, ledger.period)

    def of(self, metric: str) -> Fact:
        """The true value over the whole time; retention and churn over the last twelve months."""
        if metric in ANSWERED:
            return self._answered(metric, self._everyone(metric))
        if metric in SOLVED:
            return self._solving.fact(metric, np.ones(len(self.ledger.tickets.opened), dtype=bool))
        if metric == "referral":
            return referral_fact(self.ledger)
        return customer_fact(self.ledger, metric, year_before(company.ENDS_ON), company.ENDS_ON)

    def by_channel(self, metric: str) -> dict[str, Fact]:
        """By the channel that was asked on, or the help desk's."""
        if metric in ANSWERED:
            labels, places = ANSWERED[metric][1], getattr(self.ledger, metric).cell[-1]
            return {label: self._answered(metric, places == i) for i, label in enumerate(labels) if (places == i).any()}
        if metric in SOLVED:
            desk = self.ledger.tickets.desk
            return {x: self._solving.fact(metric, desk == i) for i, x in enumerate(company.DESKS) if (desk == i).any()}
        return {}

    def by_month(self, metric: str) -> dict[str, Fact]:
        """Month by month; months in which nothing was counted are left out."""
        if metric in ANSWERED:
            months = month_of(getattr(self.ledger, metric).at)
            return {str(np.datetime64(int(m), "M")): self._answered(metric, months == m) for m in np.unique(months)}
        if metric in SOLVED:
            return self._solving.by_month(metric)
        return {} if metric == "referral" else self._customers_by_month(metric)

    def _customers_by_month(self, metric: str) -> dict[str, Fact]:
        first = self.ledger.period.first_month
        starts = [np.datetime64(first + i, "M") for i in range(self.ledger.period.months + 1)]
        days = [start.astype("datetime64[D]").item() for start in starts]
        facts = {str(starts[i]): customer_fact(self.ledger, metric, days[i], days[i + 1]) for i in range(len(days) - 1)}
        return {month: fact for month, fact in facts.items() if fact.n}

    def _everyone(self, metric: str) -> Mask:
        return np.ones(len(getattr(self.ledger, metric).at), dtype=bool)

    def _answered(self, metric: str, who: Mask) -> Fact:
        answers: Answers = getattr(self.ledger, metric)
        chances = ANSWERED[metric][0]()[tuple(x[who] for x in answers.cell)]
        return ANSWERED[metric][2](chances, answers.cell[-1][who])

    def csat_change(self) -> MixShift:
        """Why CSAT changed between the halves of the time, channel by channel."""
        answers, period = self.ledger.csat, self.ledger.period
        later = month_of(answers.at) - period.first_month >= period.months // 2
        chances = company.csat_chances()[answers.cell][:, 3:].sum(axis=1)
        share, rate = np.zeros((2, len(company.SHOPS))), np.zeros((2, len(company.SHOPS)))
        for half, who in enumerate((~later, later)):
            counts = np.bincount(answers.cell[1][who], minlength=len(company.SHOPS))
            share[half] = counts / counts.sum()
            rate[half] = np.bincount(answers.cell[1][who], chances[who], len(company.SHOPS)) / counts
        mix = (share[1] - share[0]) * rate.mean(axis=0)
        own = (rate[1] - rate[0]) * share.mean(axis=0)
        before, after = (share * rate).sum(axis=1)
        return MixShift(float(before), float(after), _named(company.SHOPS, mix), _named(company.SHOPS, own))

    def incident(self) -> Incident:
        """The planted incident and its true effect on the orders it hit."""
        hit = self.ledger.orders.is_hit == 1
        shop = self.ledger.orders.shop[hit]
        starts, ends = company.INCIDENT_STARTS_ON, company.INCIDENT_ENDS_ON
        usual, within = (effects(shop, hit) for hit in (0, 1))
        return Incident(company.INCIDENT_COUNTRY, starts, ends, int(hit.sum()), usual, within)


def effects(shop: Ints, hit: int) -> dict[str, float]:
    """Expected values for orders placed in these shops, as usual (0) or in the incident (1)."""
    chances = company.csat_chances()[hit, shop]
    paths, desks = company.PATH_SHARES[hit], company.DESK_SHARES
    work = np.einsum("d,dp,dpl->", desks, paths, company.working_seconds()[hit]) / company.LEVELS
    return {
        "late": float(company.LATE_SHARE[hit]),
        "csat": float((chances @ np.arange(1, 6)).mean()) if len(shop) else float("nan"),
        "csat_top_box": float(chances[:, 3:].sum(axis=1).mean()) if len(shop) else float("nan"),
        "tickets": float(company.TICKET_CHANCE[hit]),
        "solved_at_once": float(desks @ paths[:, 0]),
        "working_seconds": float(work),
    }


def _named(names: tuple[str, ...], values: Floats) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def csat_fact(chances: Floats, channel: Ints) -> Fact:
    mean = float((chances @ np.arange(1, 6)).mean())
    top = float(chances[:, 3:].sum(axis=1).mean())
    return Fact(mean, {"top_box": top, "index": (mean - 1) / 4 * 100}, len(channel), "expected")


def ces_fact(chances: Floats, channel: Ints) -> Fact:
    mean = float((chances @ np.arange(1, 8)).mean())
    return Fact(mean, {"ease_index": (mean - 1) / 6 * 100}, len(channel), "expected")


def nps_fact(chances: Floats, channel: Ints) -> Fact:
    """The published formula knows no weights; ``weighted`` makes up for asking the app's users more often."""
    shares = np.stack([chances[:, 9:].sum(axis=1), chances[:, 7:9].sum(axis=1), chances[:, :7].sum(axis=1)])
    plain, weighted = shares.mean(axis=1), np.average(shares, axis=1, weights=company.NPS_WEIGHTS[channel])
    parts = {
        "promoters": plain[0],
        "passives": plain[1],
        "detractors": plain[2],
        "weighted": 100 * (weighted[0] - weighted[2]),
    }
    return Fact(float(100 * (plain[0] - plain[2])), {x: float(y) for x, y in parts.items()}, len(channel), "expected")


ANSWERED: Final[Mapping[str, tuple[Callable[[], Floats], tuple[str, ...], Callable[[Floats, Ints], Fact]]]] = {
    "csat": (company.csat_chances, company.SHOPS, csat_fact),
    "nps": (company.nps_chances, company.NPS_CHANNELS, nps_fact),
    "ces": (company.ces_chances, company.DESKS, ces_fact),
}
SOLVED = ("fcr", "art")


class Solving:
    """Every way in which each ticket might have gone: [ticket, path, level], with the chance of each."""

    def __init__(self, tickets: Tickets, period: Period):
        self.tickets = tickets
        self.working = company.working_seconds()[tickets.is_hit, tickets.desk]
        shape = self.working.shape
        self.chance = np.broadcast_to(
            company.PATH_SHARES[tickets.is_hit, tickets.desk][..., None] / company.LEVELS, shape
        )
        solved = after_work(np.broadcast_to(tickets.opened[:, None, None], shape), self.working)
        self.elapsed = to_utc(solved) - to_utc(tickets.opened)[:, None, None]
        self.month = month_of(solved)
        self.is_solved = solved < period.end

    def fact(self, metric: str, who: Mask) -> Fact:
        return self._fact(metric, who, self.is_solved[who])

    def by_month(self, metric: str) -> dict[str, Fact]:
        month = self.month
        found = np.unique(month[self.is_solved])
        facts = {}
        for m in found:
            inside = self.is_solved & (month == m)
            who = inside.any(axis=(1, 2))
            facts[str(np.datetime64(int(m), "M"))] = self._fact(metric, who, inside[who])
        return facts

    def _fact(self, metric: str, who: Mask, counted: Mask) -> Fact:
        weight = self.chance[who] * counted
        total = float(weight.sum())
        return (self._fcr if metric == "fcr" else self._art)(who, weight, total)

    def _fcr(self, who: Mask, weight: Floats, total: float) -> Fact:
        """First contact: one reply of an agent, no hand-over, never reopened; and nothing new within seven days."""
        at_once = weight[:, 0].sum(axis=1)
        stays = 1 - company.RECONTACT_CHANCE * self.tickets.may_return[who]
        parts = {"within_7_days": float((at_once * stays).sum() / total)}
        return Fact(float(at_once.sum() / total), parts, round(total), "expected")

    def _art(self, who: Mask, weight: Floats, total: float) -> Fact:
        """From opening to the last solution, of tickets solved; quantiles of all tickets, as Kaplan–Meier sees them."""
        elapsed, chance = self.elapsed[who].ravel(), self.chance[who].ravel()
        order = np.argsort(elapsed)
        passed = np.cumsum(chance[order]) / chance.sum()
        median, ninth = (float(elapsed[order][np.searchsorted(passed, q)]) for q in (0.5, 0.9))
        business = float((weight * self.working[who]).sum() / total)
        mean = float((weight * self.elapsed[who]).sum() / total)
        return Fact(mean, {"business_hours": business, "median": median, "p90": ninth}, round(total), "expected")


def active(orders: Orders, at: int) -> Ints:
    """Customers with an order in the 90 days (of 24 hours) before a local time."""
    instants, moment = to_utc(orders.at), int(to_utc(np.array([at]))[0])
    return np.unique(orders.customer[(instants >= moment - ACTIVE_DAYS * DAY) & (instants < moment)])


def customer_fact(ledger: Ledger, metric: str, start: date, end: date) -> Fact:
    """Retention or churn in ``[start, end)``, counted: active at the start, at the end, and at both."""
    before, after = (active(ledger.orders, local_midnight(day)) for day in (start, end))
    kept = len(np.intersect1d(before, after))
    at_start = len(before) or float("nan")
    counts = {
        "at_start": float(len(before)),
        "at_end": float(len(after)),
        "kept": float(kept),
        "left": float(len(before) - kept),
    }
    if metric == "churn":
        return Fact((len(before) - kept) / at_start, counts, len(before), "census")
    return Fact(len(after) / at_start, {"retention": kept / at_start} | counts, len(before), "census")


def referral_fact(ledger: Ledger) -> Fact:
    """Customers who referred, of all customers; referrals each; the share that led to a purchase.

    ``conversion_judged`` looks only at referrals that had 90 days to lead to one before the end.
    """
    referrals, everyone = ledger.referrals, len(ledger.people.number)
    bought, judged = referrals.converted > 0, referrals.at < ledger.period.end - 90 * DAY
    parts = {
        "per_customer": len(referrals.at) / everyone,
        "conversion": float(bought.sum() / max(len(bought), 1)),
        "conversion_judged": float(bought[judged].sum() / max(judged.sum(), 1)),
    }
    return Fact(len(np.unique(referrals.customer)) / everyone, parts, everyone, "census")


def year_before(day: date) -> date:
    return day.replace(year=day.year - 1)
