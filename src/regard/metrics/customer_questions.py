"""Questions about customers: one pass over the stream, one row a customer inside, one row a group outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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
    flags = _by_purchase(boundaries) if qualifying is not None else _by_contract(boundaries, has_expiry=has_expiry)
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
    outer = compose.select(*(["part"] if by else []), *_sums(boundaries, passing, has_money=has_money))
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


def _by_purchase(boundaries: Boundaries) -> list[str]:
    active = [
        f"max(CASE WHEN occurred_at >= :since{i} AND occurred_at < :at{i} THEN 1 ELSE 0 END) AS a{i}"
        for i in range(len(boundaries.instants))
    ]
    return active + [_inside(boundaries, place, "occurred_at") for place in boundaries.passing()]


def _inside(boundaries: Boundaries, place: int, condition: str) -> str:
    first, second = boundaries.windows[place]
    return f"max(CASE WHEN {condition} >= :at{first} AND occurred_at < :at{second} THEN 1 ELSE 0 END) AS i{place}"


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
    began = f"{_RUNS_ON} AND occurred_at"
    inside = [_inside(boundaries, place, began) for place in boundaries.passing(is_contract=True)]
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


def _sums(boundaries: Boundaries, passing: Sequence[int], *, has_money: bool) -> list[str]:
    sums = [f"sum(a{i}) AS a{i}" for i in range(len(boundaries.instants))]
    for place, (first, second) in enumerate(boundaries.windows):
        sums.append(f"sum(a{first} * a{second}) AS k{place}")
        inside = f"i{place} * (1 - a{first}) * (1 - a{second})"
        sums.append(f"sum({inside}) AS w{place}" if place in passing else f"0 AS w{place}")
    if has_money:
        first, second = boundaries.windows[0]
        lost = f"a{first} * (1 - a{second})"
        for name, factor in (("", f"a{first}"), ("lost_", lost)):
            sums += [f"sum({factor} * money) AS {name}money", f"sum({factor} * money * money) AS {name}squares"]
    return sums
