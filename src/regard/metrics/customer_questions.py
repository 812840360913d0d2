"""Questions about customers: one pass over the stream, one row a customer inside, one row a group outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlglot import exp

from regard.stream import Question, compose
from regard.stream.vocabulary import (
    SUBSCRIPTION_CANCELLED,
    SUBSCRIPTION_EXPIRED,
    SUBSCRIPTION_RENEWED,
    SUBSCRIPTION_STARTED,
)

Where = Mapping[str, "str | Sequence[str] | None"]

Bought = Mapping[str, tuple[str, str]]
"""Flags of customers, with the parameters between which a purchase sets each."""

MOST_BITS = 60
"""Flags that go into one number: engines sign their 64 bits."""

CONTRACT_EVENTS = (SUBSCRIPTION_STARTED, SUBSCRIPTION_RENEWED, SUBSCRIPTION_CANCELLED, SUBSCRIPTION_EXPIRED)
"""What contracts tell: the first two begin or go on, the others end."""

_RUNS_ON = "name IN (:event0, :event1)"
_ENDS = "name IN (:event2, :event3)"

EXPIRES = "expires_at"
"""The property of a beginning or a renewal that says until when the contract runs."""

FOR_EVER = compose.naive(datetime(2299, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Boundaries:
    """Instants (UTC, without a zone) with the beginning of the time that makes a customer active then, and windows as
    pairs of their places."""

    instants: Sequence[tuple[datetime, datetime]]
    windows: Sequence[tuple[int, int]]

    def passing(self, *, is_contract: bool = False) -> list[int]:
        """The windows inside which a customer can come and go: those longer than customers stay active."""
        places = range(len(self.windows))
        return [place for place in places if is_contract or self._is_long(*self.windows[place])]

    def _is_long(self, first: int, second: int) -> bool:
        return self.instants[second][0] > self.instants[first][1]

    def bought_between(self) -> Bought:
        """What a purchase makes of a customer, and between which parameters: active at an instant, or seen in a window
        that is long enough to come and go in."""
        active = {f"a{i}": (f"since{i}", f"at{i}") for i in range(len(self.instants))}
        inside = {place: self.windows[place] for place in self.passing()}
        return active | {f"i{place}": (f"at{first}", f"at{second}") for place, (first, second) in inside.items()}

    def parameters(self) -> dict[str, Any]:
        sides = {f"since{i}": since for i, (since, _) in enumerate(self.instants)}
        return sides | {f"at{i}": at for i, (_, at) in enumerate(self.instants)}


def customers_question(
    boundaries: Boundaries,
    qualifying: Sequence[str] | None,
    by: str | None,
    where: Where,
    *,
    has_money: bool,
    has_expiry: bool = False,
    as_of: datetime | None,
) -> Question:
    """How many customers were active at each boundary, at both ends of each window, and only inside it.

    ``qualifying`` names what makes a customer active; None: contracts do, until they are ended or (``has_expiry``) the
    time that their beginning or latest renewal names. A customer's group, and whether the filter
    wants them, is what their latest interaction before the last boundary says.
    """
    rows, given = _rows(boundaries, qualifying, as_of)
    bought = {} if qualifying is None else boundaries.bought_between()
    flags = _by_purchase(boundaries, bought) if bought else _by_contract(boundaries, has_expiry=has_expiry)
    money = [_money(boundaries, is_contract=qualifying is None)] if has_money else []
    told = {f"is{i}": name for i, name in enumerate(where)} | ({"part": by} if by else {})
    latest = [latest_value(name, alias) for alias, name in told.items()]
    inner = compose.select("customer", *flags, *money, *latest).from_(compose.TABLE).where(*rows).group_by("customer")
    if qualifying is None:
        inner = inner.select(f"{_CONTRACT} AS contract", "max(occurred_at) AS latest", dialect=compose.DIALECT)
        inner = _active(inner.group_by(_CONTRACT), boundaries, list(told), has_money=has_money, has_expiry=has_expiry)
    given |= {"for_ever": FOR_EVER} if has_expiry else {}
    wanted, values = wanted_customers(where)
    passing = boundaries.passing(is_contract=qualifying is None)
    outer = compose.select(*(["part"] if by else []), *_sums(boundaries, passing, _bits(bought), has_money=has_money))
    outer = outer.from_(inner.subquery("customers")).where(*wanted)
    return Question("customers", outer.group_by("part") if by else outer, boundaries.parameters() | given | values)


def _rows(
    boundaries: Boundaries, qualifying: Sequence[str] | None, as_of: datetime | None
) -> tuple[list[exp.Expr], dict[str, Any]]:
    events = list(qualifying) if qualifying is not None else list(CONTRACT_EVENTS)
    given: dict[str, Any] = {f"event{i}": event for i, event in enumerate(events)}
    named: exp.Expr = exp.column("name").isin(*map(compose.placeholder, given))
    if len(events) == 1:
        named = exp.column("name").eq(compose.placeholder("event0"))
    rows = [named, compose.sql("NOT customer IS NULL"), compose.sql("occurred_at < :last")]
    given["last"] = max(at for _, at in boundaries.instants)
    if qualifying is not None:
        rows.append(compose.sql("occurred_at >= :first"))
        starts = [since for since, _ in boundaries.instants]
        given["first"] = min(starts)
    if as_of is not None:
        rows.append(compose.sql("received_at <= :as_of"))
        given["as_of"] = compose.naive(as_of)
    return rows, given


def _by_purchase(boundaries: Boundaries, bought: Bought) -> list[exp.Expr]:
    """A customer's flags as the bits of a few numbers: far fewer aggregates than flags, and one comparison of instants
    an edge instead of two a flag."""
    instants, names = boundaries.parameters(), list(bought)
    some = [names[place : place + MOST_BITS] for place in range(0, len(names), MOST_BITS)]
    masks = [_mask([bought[name] for name in chunk], instants) for chunk in some]
    return [exp.alias_(exp.BitwiseOrAgg(this=mask), f"m{number}") for number, mask in enumerate(masks)]


def _mask(spans: Sequence[tuple[str, str]], instants: Mapping[str, datetime]) -> exp.Expr:
    """The bits that a purchase sets, one a span: those of the spans around the two edges between which it lies."""
    edges = sorted({edge for span in spans for edge in span}, key=instants.__getitem__)
    case = exp.case().when(compose.sql(f"occurred_at < :{edges[0]}"), "0")
    for low, high in pairwise(edges):
        around = [instants[since] <= instants[low] and instants[high] <= instants[until] for since, until in spans]
        bits = sum(1 << place for place, holds in enumerate(around) if holds)
        case = case.when(compose.sql(f"occurred_at < :{high}"), exp.Literal.number(bits))
    return case.else_("0")


def _bits(bought: Bought) -> Mapping[str, str]:
    """Where to read each flag that purchases set."""
    return {name: f"BIT(m{place // MOST_BITS}, {place % MOST_BITS})" for place, name in enumerate(bought)}


def _inside(boundaries: Boundaries, place: int) -> str:
    first, second = boundaries.windows[place]
    began = f"{_RUNS_ON} AND occurred_at >= :at{first} AND occurred_at < :at{second}"
    return f"max(CASE WHEN {began} THEN 1 ELSE 0 END) AS i{place}"


_CONTRACT = "coalesce(subject, '')"
"""What tells a customer's contracts apart; what ends without a name ends them all."""


def _by_contract(boundaries: Boundaries, *, has_expiry: bool) -> list[str]:
    """When a contract began or went on, when it ended, and until when it was to run, as seen at each boundary; and when
    it began first."""
    latest = [
        f"max(CASE WHEN {what} AND occurred_at < :at{i} THEN occurred_at END) AS {side}{i}"
        for i in range(len(boundaries.instants))
        for side, what in (("b", _RUNS_ON), ("e", _ENDS))
    ]
    until = [_until(i) for i in range(len(boundaries.instants)) if has_expiry]
    inside = [_inside(boundaries, place) for place in boundaries.passing(is_contract=True)]
    return [*latest, *until, f"min(CASE WHEN {_RUNS_ON} THEN occurred_at END) AS began", *inside]


def _until(place: int) -> str:
    """Until when the latest beginning or renewal says that the contract runs; for ever where it does not say."""
    told = f"coalesce(INSTANT(PROPERTY(properties, '{EXPIRES}')), :for_ever)"
    return f"LATEST(CASE WHEN {_RUNS_ON} AND occurred_at < :at{place} THEN {told} END, occurred_at) AS x{place}"


def _active(
    inner: exp.Select, boundaries: Boundaries, told: Sequence[str], *, has_money: bool, has_expiry: bool
) -> exp.Select:
    """Customers out of their contracts: active while any contract is, and what the latest one says of them."""
    places = range(len(boundaries.instants))
    run = [f"{_runs(i)} AND x{i} > :at{i}" if has_expiry else _runs(i) for i in places]
    columns: list[str | exp.Expr] = [f"max(CASE WHEN {run[i]} THEN b{i} END) AS b{i}" for i in places]
    columns += [f"max(CASE WHEN contract = '' THEN e{i} END) AS e{i}" for i in places]
    columns += [f"max(i{place}) AS i{place}" for place in boundaries.passing(is_contract=True)]
    columns += [compose.sql(f"LATEST({name}, latest) AS {name}") for name in told]
    if has_money:
        first = boundaries.windows[0][0]
        columns.append(f"sum(CASE WHEN {run[first]} THEN money ELSE 0 END) AS money")
    contracts = compose.select("customer", "min(began) AS began", *columns).from_(inner.subquery("contracts"))
    flags = [f"CASE WHEN {_runs(i)} THEN 1 ELSE 0 END AS a{i}" for i in places]
    inside = [f"i{place}" for place in boundaries.passing(is_contract=True)]
    people = contracts.group_by("customer").subquery("people")
    return compose.select(*flags, *inside, *told, *(["money"] if has_money else [])).from_(people)


def _runs(place: int) -> str:
    """Begun and not ended since; an end and a new beginning at one instant are a switch, not an end."""
    b, e = f"b{place}", f"e{place}"
    return f"NOT {b} IS NULL AND ({e} IS NULL OR {b} > {e} OR ({b} = {e} AND began < {b}))"


def _money(boundaries: Boundaries, *, is_contract: bool) -> exp.Expr:
    first = boundaries.windows[0][0]
    if is_contract:
        began = f"CASE WHEN {_RUNS_ON} AND occurred_at < :at{first} THEN amount END"
        return compose.sql(f"coalesce(LATEST({began}, occurred_at), 0) AS money")
    paid = f"CASE WHEN occurred_at >= :since{first} AND occurred_at < :at{first} THEN amount ELSE 0 END"
    return compose.sql(f"sum({paid}) AS money")


def latest_value(name: str, alias: str) -> exp.Expr:
    """A column or property as the latest interaction has it: what a customer or ticket is filtered and grouped by.

    For a segment or a company it is whose it is.
    """
    if name in compose.WHOSE:
        return compose.sql(f"max(customer) AS {alias}")
    return exp.alias_(compose.call("LATEST", compose.as_text(name), exp.column("occurred_at")), alias)


def wanted_customers(where: Where) -> tuple[list[exp.Expr], dict[str, Any]]:
    """The filter, over the latest values of each customer or ticket, which are called ``is0``, ``is1``…"""
    conditions: list[exp.Expr] = []
    parameters: dict[str, Any] = {}
    for place, (name, wanted) in enumerate(where.items()):
        left = exp.column(f"is{place}")
        if name in compose.WHOSE:
            conditions.append(left.isin(query=compose.WHOSE[name](wanted)))
            continue
        if wanted is None:
            conditions.append(left.is_(exp.null()))
            continue
        values = [wanted] if isinstance(wanted, str) else [str(value) for value in wanted]
        keys = [f"is_{place}_{number}" for number in range(len(values))]
        parameters |= dict(zip(keys, values, strict=True))
        conditions.append(left.isin(*map(compose.placeholder, keys)))
    return conditions, parameters


def _sums(boundaries: Boundaries, passing: Sequence[int], bits: Mapping[str, str], *, has_money: bool) -> list[str]:
    active = [bits.get(f"a{i}", f"a{i}") for i in range(len(boundaries.instants))]
    sums = [f"sum({flag}) AS a{i}" for i, flag in enumerate(active)]
    for place, (first, second) in enumerate(boundaries.windows):
        sums.append(f"sum({active[first]} * {active[second]}) AS k{place}")
        inside = f"{bits.get(f'i{place}', f'i{place}')} * (1 - {active[first]}) * (1 - {active[second]})"
        sums.append(f"sum({inside}) AS w{place}" if place in passing else f"0 AS w{place}")
    if has_money:
        first, second = boundaries.windows[0]
        lost = f"{active[first]} * (1 - {active[second]})"
        for name, factor in (("", active[first]), ("lost_", lost)):
            sums += [f"sum({factor} * money) AS {name}money", f"sum({factor} * money * money) AS {name}squares"]
    return sums
