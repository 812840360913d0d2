"""Who belongs to which segment, kept up to date: entering and leaving are domain events."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from regard.base import events
from regard.profiles.changing import change
from regard.profiles.conditions import Condition, Moment, resolved
from regard.profiles.model import SegmentEntered, SegmentLeft
from regard.profiles.segments import known, moment_of
from regard.profiles.selecting import select_customers
from regard.stream import Batch, Change, Question, Store, compose
from regard.stream.compose import naive

_refreshing = threading.Lock()


@dataclass(frozen=True)
class Refreshed:
    """Who entered and who left each segment, by its key."""

    entered: Mapping[str, Sequence[int]] = field(default_factory=dict)
    left: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.entered or self.left)


def refresh_memberships(store: Store, workspace: str, moment: Moment | None = None) -> Refreshed:
    """Bring ``segment_members`` up to date in one transaction, then tell who entered and who left each segment.

    A segment that was removed is left by everybody. Whoever is merged into another profile leaves under the old number
    and enters, where the new one does not belong already, under the new.
    """
    with _refreshing:
        at = moment or moment_of(store)
        found = _differences(store, at)
        if found:
            store.append(Batch(changes=_changes(found, at)))
    for kind, told in ((SegmentLeft, found.left), (SegmentEntered, found.entered)):
        for segment, customers in told.items():
            events.publish(kind(workspace, segment, customers))
    return found


def segments_of(store: Store, customer: int) -> list[str]:
    """The keys of the segments that a customer belonged to when memberships were last brought up to date."""
    query = compose.select("segment").distinct().from_("segment_members")
    query = query.where(exp.column("customer").eq(compose.literal(customer))).order_by("segment")
    return list(store.ask(Question("segments of a customer", query))["segment"])


def _differences(store: Store, moment: Moment) -> Refreshed:
    conditions = known(store)
    written = {key: resolved(condition, conditions) for key, condition in conditions.items()}
    entered = {key: _entered(store, key, condition, moment) for key, condition in written.items()}
    left = {key: _left(store, key, written.get(key), moment) for key in {*written, *_with_members(store)}}
    return Refreshed(*({key: those for key, those in sorted(told.items()) if those} for told in (entered, left)))


def _with_members(store: Store) -> list[str]:
    query = compose.select("segment").distinct().from_("segment_members")
    return list(store.ask(Question("segments with members", query))["segment"])


def _members(key: str) -> exp.Select:
    return compose.select("customer").from_("segment_members").where(exp.column("segment").eq(compose.literal(key)))


def _entered(store: Store, key: str, condition: Condition, moment: Moment) -> list[int]:
    return _asked(store, exp.except_(select_customers(condition, moment), _members(key), distinct=True))


def _left(store: Store, key: str, condition: Condition | None, moment: Moment) -> list[int]:
    if condition is None:
        return _asked(store, _members(key))
    return _asked(store, exp.except_(_members(key), select_customers(condition, moment), distinct=True))


def _asked(store: Store, those: exp.Query) -> list[int]:
    query = compose.select("customer").from_(those.subquery("those")).order_by("customer")
    return list(store.ask(Question("changed members", query))["customer"])


def _changes(found: Refreshed, moment: Moment) -> list[Change]:
    key = ("segment", "customer")
    gone, new = _pairs(found.left), _pairs(found.entered)
    changes = [change("segment_members", gone, key, only_removes=True)] if gone["customer"] else []
    if new["customer"]:
        since = [naive(moment.at)] * len(new["customer"])
        changes.append(change("segment_members", {**new, "since": since}, key))
    return changes


def _pairs(told: Mapping[str, Sequence[int]]) -> dict[str, list[str] | list[int]]:
    return {
        "segment": [segment for segment, customers in told.items() for _ in customers],
        "customer": [customer for customers in told.values() for customer in customers],
    }
