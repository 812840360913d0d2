"""Gathering tickets: one question, one row a ticket, however many metrics and windows read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from regard.metrics.answers import Answers, Floats
from regard.metrics.asking import ask, remembered
from regard.metrics.contract import Gathered
from regard.metrics.customer_questions import latest_value, wanted_customers
from regard.metrics.scope import Scope, seen_until
from regard.stream import Answer, Question, compose
from regard.stream.vocabulary import (
    TICKET_CLOSED,
    TICKET_OPENED,
    TICKET_REASSIGNED,
    TICKET_REOPENED,
    TICKET_REPLIED,
    TICKET_RESOLVED,
)

Instants = NDArray[np.datetime64]
Mask = NDArray[np.bool_]
NEVER = np.datetime64("NaT", "us")

EVENTS = {
    "opened": TICKET_OPENED,
    "replied": TICKET_REPLIED,
    "reassigned": TICKET_REASSIGNED,
    "resolved": TICKET_RESOLVED,
    "reopened": TICKET_REOPENED,
    "closed": TICKET_CLOSED,
    "progressed": "Ticket Progressed",
}

_WHEN = "CASE WHEN name = :{} THEN occurred_at END"
_BY = "PROPERTY(properties, 'by')"
_COUNT = "count(CASE WHEN name = :{} THEN 1 END)"
FACETS = {
    "opened": (f"min({_WHEN.format('opened')})", ("opened",)),
    "resolved": (f"max({_WHEN.format('resolved')})", ("resolved",)),
    "first_resolved": (f"min({_WHEN.format('resolved')})", ("resolved",)),
    "last": ("max(occurred_at)", tuple(EVENTS)),
    "closed": (f"max({_WHEN.format('closed')})", ("closed",)),
    "last_reopened": (f"max({_WHEN.format('reopened')})", ("reopened",)),
    "reopened": (_COUNT.format("reopened"), ("reopened",)),
    "reassigned": (_COUNT.format("reassigned"), ("reassigned",)),
    "customer": ("max(customer)", ("opened",)),
    "contacts": (
        f"count(CASE WHEN name = :replied AND {_BY} = 'customer' THEN 1 END)",
        ("replied",),
    ),
    "first_reply": (
        f"min(CASE WHEN name = :replied AND coalesce({_BY}, '') <> 'customer' THEN occurred_at END)",
        ("replied",),
    ),
    "touch": (
        "sum(CASE WHEN name = :replied THEN TRY_CAST(PROPERTY(properties, 'duration_seconds') AS DOUBLE) END)",
        ("replied",),
    ),
}
"""What may be asked about a ticket: the piece of SQL, and the events it reads. Unsigned replies are an agent's."""

ALWAYS = frozenset({"opened", "resolved", "closed", "last_reopened"})
"""What every look at tickets asks: without it nobody can tell which are resolved."""

TIMES = (*ALWAYS, "first_resolved", "last", "first_reply")


@dataclass(frozen=True)
class Tickets:
    """Tickets as arrays, one entry each. ``facts`` holds the facets asked for; ``next_opened`` is when the same
    customer opened their next ticket after this one was resolved."""

    facts: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.facts.values()), ()))

    def __getitem__(self, name: str) -> Any:
        return self.facts[name]

    def only(self, mask: Any) -> Tickets:
        """Those tickets that a mask keeps, or those at these places."""
        places = np.flatnonzero(mask) if np.asarray(mask).dtype == bool else mask
        return Tickets({name: values[places] for name, values in self.facts.items()})


@dataclass(frozen=True)
class Desk:
    """One cell: a group's tickets, the window (UTC), and the instant after which nothing is known."""

    tickets: Tickets = field(default_factory=Tickets)
    start: np.datetime64 = NEVER
    end: np.datetime64 = NEVER
    seen_until: np.datetime64 = NEVER

    def within(self, instants: Instants) -> Mask:
        """Which instants lie in the window; a missing one never does (it compares as false)."""
        is_bounded = not (np.isnat(self.start) and np.isnat(self.end))
        inside: Mask = np.ones(len(instants), dtype=bool) if is_bounded else ~np.isnat(instants)
        if not np.isnat(self.start):
            inside &= instants >= self.start
        if not np.isnat(self.end):
            inside &= instants < self.end
        return inside

    @cached_property
    def resolved(self) -> Tickets:
        """The tickets resolved in the window, by their last resolution."""
        return self.tickets.only(self.within(self.tickets["resolved"])) if len(self.tickets) else Tickets()

    @cached_property
    def opened(self) -> Tickets:
        """The tickets opened in the window."""
        return self.tickets.only(self.within(self.tickets["opened"])) if len(self.tickets) else Tickets()


def seconds(begin: Instants, end: Instants) -> Floats:
    """Seconds from one instant to the other, ticket by ticket; NaN where either is missing."""
    missing = np.isnat(begin) | np.isnat(end)
    spent = (end - begin).astype("timedelta64[us]").astype(np.int64) / 1e6
    return np.where(missing, np.nan, spent)


def durations(begin: Instants, end: Instants) -> Answers:
    """Seconds as answers; a ticket that ended before it began is a fault in the records and left out."""
    spent = seconds(begin, end)
    return Answers.of_values(spent[spent >= 0])


# --- asking --------------------------------------------------------------------------------------------------------


def gather(scope: Scope) -> Gathered:
    """Ask once for all tickets: one belongs to a window by an instant that only its whole history tells."""
    answer = ask(scope.store, tickets_question(scope))
    tickets = remembered(scope.store, f"tickets {answer.sql}", lambda: _tickets(answer))
    if scope.slice.where:
        tickets = tickets.only(tickets["wanted"] == 1)
    until = _instant(seen_until(scope))
    groups = _groups(answer, tickets) if scope.slice.by else [(None, tickets)] if len(tickets) else []
    cells = {
        (window, group): Desk(its, _instant(scope.bounds(window)[0]), _instant(scope.bounds(window)[1]), until)
        for group, its in groups
        for window in scope.windows
    }
    return Gathered(cells, answer.sql)


def _tickets(answer: Answer) -> Tickets:
    facts = {name: _array(name, values) for name, values in answer.columns.items()}
    tickets = Tickets({**facts, "resolved": ended(Tickets(facts))})
    if "customer" not in facts:
        return tickets
    return Tickets({**tickets.facts, "next_opened": next_opened(tickets)})


def tickets_question(scope: Scope) -> Question:
    """One row a ticket with the facets wanted, over the ticket's whole history."""
    facets = [name for name in FACETS if name in scope.facets | ALWAYS]
    columns: list[str | exp.Expr] = [f"{FACETS[name][0]} AS {name}" for name in facets]
    where = scope.slice.where
    columns += [latest_value(name, f"is{place}") for place, name in enumerate(where)]
    columns += [latest_value(scope.slice.by, "part")] if scope.slice.by else []
    events = {event: EVENTS[event] for name in facets for event in FACETS[name][1]}
    named = exp.column("name").isin(*map(compose.placeholder, events))
    query = compose.select(*columns).from_(compose.TABLE).where(named, compose.sql("NOT subject IS NULL"))
    given: dict[str, Any] = dict(events)
    if scope.slice.as_of is not None:
        query, given["as_of"] = query.where(compose.sql("received_at <= :as_of")), compose.naive(scope.slice.as_of)
    query = query.group_by("subject")
    if not where:
        return Question("tickets", query, given, is_bulk=True)
    conditions, values = wanted_customers(where)
    flag = exp.alias_(exp.case().when(compose.every(conditions), exp.Literal.number(1)).else_("0"), "wanted")
    outer = compose.select(*facets, *(["part"] if scope.slice.by else []), flag).from_(query.subquery("tickets"))
    return Question("tickets", outer, given | values, is_bulk=True)


def _array(name: str, values: Any) -> Any:
    if name in TIMES:
        return np.ma.filled(np.ma.asarray(values).astype("datetime64[us]"), NEVER)
    if name == "part":
        return np.ma.filled(np.ma.asarray(values, dtype=object), "")
    empty: Any = np.nan if np.asarray(values).dtype.kind == "f" else -1
    return np.ma.filled(np.ma.asarray(values), empty)


def _groups(answer: Answer, tickets: Tickets) -> Iterable[tuple[str | None, Tickets]]:
    import pyarrow as pa

    coded = pa.array([part or "" for part in tickets["part"]], type=pa.string()).dictionary_encode()
    places = coded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(places, kind="stable")
    edges = np.searchsorted(places[order], np.arange(len(coded.dictionary) + 1))
    for place, group in enumerate(coded.dictionary.to_pylist()):
        yield group, tickets.only(order[edges[place] : edges[place + 1]])


def _instant(instant: datetime | None) -> np.datetime64:
    if instant is None:
        return NEVER
    return np.datetime64(compose.naive(instant) if instant.tzinfo else instant, "us")


def next_opened(tickets: Tickets) -> Instants:
    """When each ticket's customer next opened one, at or after this one's resolution; NaT: never, or nobody knows."""
    customer, opened, resolved = tickets["customer"], tickets["opened"], tickets["resolved"]
    found = np.full(len(customer), NEVER, dtype="datetime64[us]")
    # Few customers come back, and putting in order is dear: the others are left out of it.
    maybe = np.flatnonzero((customer >= 0) & (_is_repeated(customer) | (opened >= resolved)))
    found[maybe] = _following(customer[maybe], opened[maybe], resolved[maybe])
    return found


def _is_repeated(values: NDArray[np.int64]) -> Mask:
    """Which values are there more than once."""
    order = np.argsort(values)
    same = np.diff(values[order]) == 0
    repeated = np.zeros(len(values), dtype=bool)
    repeated[order[1:]] |= same
    repeated[order[:-1]] |= same
    return repeated


def _following(customer: NDArray[np.int64], opened: Instants, resolved: Instants) -> Instants:
    """Openings and resolutions are put in one order, by customer, then time, then resolutions first; walking it
    backwards, the last opening seen of the same customer is the next one.
    """
    asking, answering = np.flatnonzero(~np.isnat(opened)), np.flatnonzero(~np.isnat(resolved))
    who = np.concatenate([customer[answering], customer[asking]])
    when = np.concatenate([resolved[answering], opened[asking]])
    is_opening = np.repeat([False, True], [len(answering), len(asking)])
    order = np.lexsort((is_opening, when, who))
    place = np.where(is_opening[order], np.arange(len(order)), len(order))
    following = np.minimum.accumulate(place[::-1])[::-1]
    found = np.full(len(customer), NEVER, dtype="datetime64[us]")
    reached = following < len(order)
    source, target = order[reached], order[following[reached]]
    same = (who[source] == who[target]) & ~is_opening[source]
    found[answering[source[same]]] = when[target[same]]
    return found


def ended(tickets: Tickets) -> Instants:
    """When each ticket was last resolved; when it was closed, where nobody said that it was resolved.

    NaT where it was reopened after both: it is open again.
    """
    resolved: Instants = np.where(np.isnat(tickets["resolved"]), tickets["closed"], tickets["resolved"])
    is_open_again = tickets["last_reopened"] > np.fmax(tickets["resolved"], tickets["closed"])
    return np.where(is_open_again, NEVER, resolved)
