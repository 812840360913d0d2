"""The generator's ledger: customers, their orders, tickets and answers, drawn from :mod:`regard.demo.company`.

Plain arrays, one element per thing, in local seconds (see :mod:`regard.demo.hours`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from regard.demo import company
from regard.demo.company import Floats, Ints
from regard.demo.hours import DAY, HOUR, after_work, at_waking_hours, local_midnight, month_of

Draw = np.random.Generator


@dataclass(frozen=True)
class Period:
    """The simulated time, as local seconds, half-open."""

    start: int
    end: int
    months: int

    @property
    def first_month(self) -> int:
        return int(month_of(np.array([self.start]))[0])


@dataclass(frozen=True)
class Customers:
    number: Ints
    country: Ints
    mood: Ints
    joined: Ints
    left: Ints


@dataclass(frozen=True)
class Orders:
    """``is_hit``: placed in the incident, to be delivered by the partner that failed."""

    customer: Ints
    at: Ints
    month: Ints
    shop: Ints
    is_hit: Ints
    is_late: Ints
    delivered: Ints
    amount: Floats


@dataclass(frozen=True)
class Tickets:
    """``resolved`` is the last solution; ``working`` the working seconds until then; ``is_again`` a re-contact."""

    customer: Ints
    opened: Ints
    desk: Ints
    path: Ints
    is_hit: Ints
    working: Ints
    resolved: Ints
    is_again: Ints
    may_return: Ints


@dataclass(frozen=True)
class Answers:
    """``cell``: the numbers that pick the row of chances the score was drawn from; ``about`` what it was asked on."""

    customer: Ints
    at: Ints
    cell: tuple[Ints, ...]
    score: Ints
    about: Ints


def period_of(months: int) -> Period:
    """The last ``months`` calendar months before :data:`company.ENDS_ON`."""
    ends = company.ENDS_ON
    year, month = divmod(ends.year * 12 + ends.month - 1 - months, 12)
    return Period(local_midnight(date(year, month + 1, 1)), local_midnight(ends), months)


def choose(draw: Draw, chances: Floats) -> Ints:
    """One choice for each row of chances."""
    edges = np.cumsum(chances, axis=-1)
    places = (draw.random(len(chances))[:, None] * edges[:, -1:] >= edges).sum(axis=1)
    return np.asarray(places, dtype=np.int64)


def draw_customers(draw: Draw, count: int, period: Period) -> Customers:
    mood = draw.choice(len(company.MOODS), count, p=company.MOOD_SHARES)
    joined = np.sort(draw.integers(period.start, period.end - 10 * DAY, count))
    left = joined + np.rint(draw.exponential(company.MOOD_STAY_DAYS[mood]) * DAY).astype(np.int64)
    return Customers(
        number=np.arange(1, count + 1),
        country=draw.choice(len(company.COUNTRIES), count, p=company.COUNTRY_SHARES),
        mood=mood,
        joined=at_waking_hours(joined, draw.random(count)),
        left=np.minimum(left, period.end),
    )


def moments(draw: Draw, people: Customers, per_day: float) -> tuple[Ints, Ints]:
    """Who and when: a Poisson process for every customer while they stay."""
    stay = np.maximum(people.left - people.joined - DAY, 0)
    who = np.repeat(np.arange(len(stay)), draw.poisson(stay / DAY * per_day))
    at = people.joined[who] + DAY + (draw.random(len(who)) * stay[who]).astype(np.int64)
    return who, at_waking_hours(at, draw.random(len(who)))


def draw_orders(draw: Draw, people: Customers, period: Period) -> Orders:
    """A first order on joining, then as often as :data:`company.ORDERS_PER_DAY` while the customer stays."""
    who, at = moments(draw, people, company.ORDERS_PER_DAY)
    who = np.concatenate([np.arange(len(people.number)), who])
    at = np.concatenate([people.joined + HOUR // 2, at])
    kept = at < period.end
    who, at = who[kept], at[kept]
    month = month_of(at) - period.first_month
    shop = choose(draw, company.shop_shares(month, period.months))
    is_hit = in_incident(at) & (people.country[who] == company.COUNTRIES.index(company.INCIDENT_COUNTRY)) & (shop != 2)
    is_late = (shop != 2) & (draw.random(len(who)) < company.LATE_SHARE[is_hit.astype(int)])
    days = draw.integers(2, 6, len(who)) + is_late * draw.integers(5, 13, len(who))
    delivered = at_waking_hours(at + days * DAY, draw.random(len(who)))
    amount = np.round(draw.lognormal(3.7, 0.6, len(who)), 2)
    return Orders(who, at, month, shop, is_hit.astype(np.int64), is_late.astype(np.int64), delivered, amount)


def in_incident(at: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    starts, ends = local_midnight(company.INCIDENT_STARTS_ON), local_midnight(company.INCIDENT_ENDS_ON)
    return (at >= starts) & (at < ends)


def draw_tickets(draw: Draw, people: Customers, orders: Orders, period: Period) -> Tickets:
    """Tickets about orders, other questions, and people who ask again after their ticket was solved."""
    asks = np.flatnonzero(draw.random(len(orders.at)) < company.TICKET_CHANCE[orders.is_hit])
    other, asked = moments(draw, people, company.QUESTIONS_PER_DAY)
    about = orders.at[asks] + draw.integers(DAY, 10 * DAY, len(asks))
    who = np.concatenate([orders.customer[asks], other])
    opened = np.concatenate([at_waking_hours(about, draw.random(len(asks))), asked])
    is_hit = np.concatenate([orders.is_hit[asks], np.zeros(len(other), dtype=np.int64)])
    kept = spaced(who, opened) & (opened < period.end)
    first = work_on(draw, who[kept], opened[kept], is_hit[kept], period, is_again=0)
    returns = np.flatnonzero(first.may_return & (draw.random(len(first.opened)) < company.RECONTACT_CHANCE))
    back = first.resolved[returns] + draw.integers(DAY, 11 * DAY // 2, len(returns))
    back = np.maximum(at_waking_hours(back, draw.random(len(returns))), first.resolved[returns] + HOUR)
    inside = back < period.end
    returns, back = returns[inside], back[inside]
    again = work_on(draw, first.customer[returns], back, first.is_hit[returns], period, is_again=1)
    return Tickets(*(np.concatenate([getattr(first, x), getattr(again, x)]) for x in Tickets.__annotations__))


def spaced(who: Ints, opened: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which tickets come 30 days or more after the same customer's one before: so re-contacts are only the planted."""
    order = np.lexsort((opened, who))
    near = (np.diff(who[order]) == 0) & (np.diff(opened[order]) < 30 * DAY)
    kept = np.ones(len(who), dtype=bool)
    kept[order[1:]] = ~near
    return kept


def work_on(draw: Draw, who: Ints, opened: Ints, is_hit: Ints, period: Period, is_again: int) -> Tickets:
    desk = draw.choice(len(company.DESKS), len(who), p=company.DESK_SHARES)
    path = choose(draw, company.PATH_SHARES[is_hit, desk])
    working = company.working_seconds()[is_hit, desk, path, draw.integers(0, company.LEVELS, len(who))]
    may_return = (is_again == 0) & (opened < period.end - 12 * DAY)
    return Tickets(
        customer=who,
        opened=opened,
        desk=desk,
        path=path,
        is_hit=is_hit,
        working=working,
        resolved=after_work(opened, working),
        is_again=np.full(len(who), is_again),
        may_return=may_return.astype(np.int64),
    )


def draw_csat(draw: Draw, orders: Orders, period: Period) -> Answers:
    """A week after the order, late or not."""
    answered = np.flatnonzero(draw.random(len(orders.at)) < company.SHOP_ANSWER_RATE[orders.shop])
    at = at_waking_hours(
        orders.at[answered] + draw.integers(7 * DAY, 9 * DAY, len(answered)), draw.random(len(answered))
    )
    answered, at = answered[at < period.end], at[at < period.end]
    cell = (orders.is_hit[answered], orders.shop[answered])
    # The score follows the delivery that the customer really had; over both kinds it has the chances of the cell.
    score = choose(draw, company.csat_chances_by_lateness()[orders.shop[answered], orders.is_late[answered]])
    return Answers(orders.customer[answered], at, cell, score + 1, answered)


def draw_nps(draw: Draw, people: Customers, period: Period) -> tuple[Answers, Answers]:
    """Asked once at most, at a random moment after the first fortnight: those asked, and those who answered."""
    count = len(people.number)
    channel = draw.choice(len(company.NPS_CHANNELS), count, p=company.NPS_CHANNEL_SHARES)
    sent = people.joined + 14 * DAY + (draw.random(count) * (period.end - people.joined)).astype(np.int64)
    sent = at_waking_hours(sent, draw.random(count))
    score = choose(draw, company.nps_chances_by_mood()[channel, people.mood])
    asked = (sent < period.end) & (draw.random(count) < company.NPS_ASKED[channel])
    at = sent + draw.integers(HOUR, 2 * DAY, count)
    answered = asked & (draw.random(count) < company.NPS_ANSWER_RATE[channel]) & (at < period.end)

    def those(who: Ints, when: Ints) -> Answers:
        return Answers(who, when[who], (channel[who],), score[who], who)

    return those(np.flatnonzero(asked), sent), those(np.flatnonzero(answered), at)


def draw_ces(draw: Draw, tickets: Tickets, period: Period) -> Answers:
    """After the ticket was solved for good."""
    at = tickets.resolved + draw.integers(HOUR, DAY, len(tickets.opened))
    answered = np.flatnonzero((draw.random(len(at)) < company.CES_ANSWER_RATE) & (at < period.end))
    cell = (tickets.is_hit[answered], tickets.desk[answered])
    score = choose(draw, company.ces_chances_by_path()[tickets.desk[answered], tickets.path[answered]])
    return Answers(tickets.customer[answered], at[answered], cell, score + 1, answered)


@dataclass(frozen=True)
class Referrals:
    customer: Ints
    at: Ints
    converted: Ints
    """When the friend bought; 0 when not."""


def draw_referrals(draw: Draw, people: Customers, period: Period) -> Referrals:
    refers = np.flatnonzero(draw.random(len(people.number)) < company.MOOD_REFERS[people.mood])
    who = np.repeat(refers, 1 + draw.poisson(0.4, len(refers)))
    at = people.joined[who] + (draw.random(len(who)) * (period.end - people.joined[who])).astype(np.int64)
    at = at_waking_hours(at, draw.random(len(who)))
    at = np.minimum(np.maximum(at, people.joined[who] + HOUR), period.end - 1)
    converted = at + draw.integers(DAY, 30 * DAY, len(who))
    bought = (draw.random(len(who)) < company.REFERRAL_CONVERTS) & (converted < period.end)
    return Referrals(who, at, np.where(bought, converted, 0))
