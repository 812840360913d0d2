"""Segments: sets of customers that keep themselves, by a condition or an uploaded list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlglot import exp

from regard.base import Conflict, Invalid, NotFound, clock
from regard.base.words import said
from regard.profiles.conditions import (
    AnyOf,
    Condition,
    InSegment,
    Listed,
    Moment,
    as_json,
    condition_of,
    is_text,
    resolved,
    segments_in,
)
from regard.profiles.selecting import select_customers
from regard.profiles.traits import full_name, traits_of
from regard.stream import Question, Record, Store, compose

KIND = "segment"
LONGEST_TITLE = 120
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


@dataclass(frozen=True)
class Segment:
    """A named set of customers. ``key`` names it in filters and addresses; every change makes a new version.

    A static list (``is_list``) has a condition too: to stand in the list.
    """

    key: str
    title: str
    condition: Condition
    is_list: bool = False
    version: int = 0
    made_at: datetime | None = None
    made_by: str | None = None


@dataclass(frozen=True)
class Somebody:
    """One customer of a sample: the number, an identifier they came with, and their name where it is known."""

    customer: int
    source_key: str | None
    name: str | None


# --- keeping -------------------------------------------------------------------------------------------------------


def known_segments(store: Store) -> list[Segment]:
    """Every segment of the workspace in its newest version, by title."""
    found = [_segment(record) for record in store.kept(KIND) if not record.body.get("is_removed")]
    return sorted(found, key=lambda one: (one.title.casefold(), one.key))


def find_segment(store: Store, key: str) -> Segment | None:
    """The segment of this key, if there is one."""
    records = [record for record in store.kept(KIND, key) if not record.body.get("is_removed")]
    return _segment(records[0]) if records else None


def get_segment(store: Store, key: str) -> Segment:
    """The segment of this key. Raises :class:`~regard.base.NotFound` when there is none."""
    found = find_segment(store, key)
    if found is None:
        raise NotFound(said("there is no segment called {key}", key=repr(key)), field="segment")
    return found


def _segment(record: Record) -> Segment:
    body = record.body
    condition, is_list = condition_of(body["condition"]), bool(body.get("is_list"))
    return Segment(record.key, body["title"], condition, is_list, record.version, record.made_at, record.made_by)


def keep_segment(
    store: Store,
    title: str,
    condition: Condition,
    *,
    key: str | None = None,
    made_by: str | None = None,
) -> Segment:
    """Make a segment, or (``key`` of one there is) its next version.

    Raises :class:`~regard.base.Invalid` for a title that cannot be used, and for a condition that names a segment that
    does not exist or that depends on this one.
    """
    title = " ".join(title.split())
    if not 0 < len(title) <= LONGEST_TITLE or not is_text(title):
        raise Invalid(said("a segment needs a name of at most {most} characters", most=LONGEST_TITLE), field="title")
    used = key if key is not None else free_key(store, title)
    if not _KEY.fullmatch(used):
        raise Invalid(
            said("{key} cannot be a segment's key", key=repr(used)),
            field="key",
            remedy=said("use small letters, digits and hyphens"),
        )
    resolved(condition, {**known(store), used: condition}, (used,))
    body = {"title": title, "condition": as_json(condition), "is_list": condition == Listed(key=used)}
    return _segment(store.keep(Record(KIND, used, body, made_by=made_by))[0])


def free_key(store: Store, title: str) -> str:
    """A key that no segment has or had, made of the title.

    >>> from regard.stream import IN_MEMORY, open_store
    >>> free_key(open_store(IN_MEMORY), "Loyal, since 2020!")
    'loyal-since-2020'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    start = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or KIND
    taken = {record.key for record in store.kept(KIND)}
    numbered = (f"{start}-{number}" for number in range(2, len(taken) + 3))
    return start if start not in taken else next(key for key in numbered if key not in taken)


def used_by(store: Store, key: str) -> list[Segment]:
    """The segments whose conditions name this one."""
    return [other for other in known_segments(store) if key in segments_in(other.condition)]


def related_segments(store: Store, keys: Sequence[str]) -> list[str]:
    """The other segments that these are made of, and those made of any of these, by key."""
    conditions = known(store)
    within = {inner for key in keys if key in conditions for inner in segments_in(conditions[key])}
    around = {key for key, condition in conditions.items() if segments_in(condition) & set(keys)}
    return sorted((within | around) - set(keys))


_SHARED = """WITH mine AS (SELECT DISTINCT customer FROM segment_members WHERE segment IN (SELECT unnest(:keys)))
SELECT s.segment AS segment, count(*) AS n, count(m.customer) AS shared, (SELECT count(*) FROM mine) AS size
FROM segment_members AS s LEFT JOIN mine AS m ON m.customer = s.customer
WHERE NOT s.segment IN (SELECT unnest(:keys)) GROUP BY s.segment ORDER BY s.segment"""


def near_segments(store: Store, keys: Sequence[str], fewer_than: int) -> list[str]:
    """The other segments that share members with these and lack, or have beyond them, fewer than so many, by key."""
    rows = store.ask(Question("segments that are nearly these", compose.sql(_SHARED), {"keys": list(keys)})).rows()
    apart = [(row["segment"], {row["n"] - row["shared"], row["size"] - row["shared"]}) for row in rows if row["shared"]]
    return [key for key, differences in apart if any(0 < n < fewer_than for n in differences)]


def remove_segment(store: Store, key: str, *, made_by: str | None = None) -> None:
    """Take a segment away; its versions stay kept. Raises :class:`~regard.base.Conflict` while others name it."""
    segment, others = get_segment(store, key), used_by(store, key)
    if others:
        raise Conflict(
            said("{title} is part of other segments: {others}", title=segment.title, others=_titles(others)),
            field="segment",
            remedy=said("change those first"),
        )
    body = {"title": segment.title, "condition": as_json(segment.condition), "is_removed": True}
    store.keep(Record(KIND, key, body, made_by=made_by))


def _titles(those: Sequence[Segment]) -> str:
    return ", ".join(one.title for one in those)


def known(store: Store) -> dict[str, Condition]:
    """Every segment's condition by its key."""
    return {one.key: one.condition for one in known_segments(store)}


# --- asking --------------------------------------------------------------------------------------------------------


def moment_of(store: Store, as_of: datetime | None = None) -> Moment:
    """When conditions are read: now, or where the data end if that is earlier, so that "the last 90 days" of data that
    end in 2018 are of 2018, and what was asked once has the same answer until something arrives."""
    query = compose.select("max(occurred_at) AS last").from_(compose.TABLE)
    given: dict[str, Any] = {}
    if as_of is not None:
        query, given = query.where(compose.sql("received_at <= :as_of")), {"as_of": compose.naive(as_of)}
    query = query.select("count(*) AS rows_seen")
    answer = store.ask(Question("last instant", query, given))
    limit = as_of or clock.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
    if answer["rows_seen"][0]:
        limit = min(limit, answer["last"][0].replace(tzinfo=UTC))
    zone = next((record.body.get("time_zone") for record in store.kept("settings", "workspace")), None)
    return Moment(at=limit + timedelta(microseconds=1), as_of=as_of, time_zone=zone or "UTC")


def select_members(store: Store, keys: Sequence[str], moment: Moment) -> exp.Select:
    """The customers who belong to any of these segments, as a sub-select.

    Raises :class:`~regard.base.Invalid` where one does not exist.
    """
    whole = AnyOf(of=[InSegment(key=key) for key in keys])
    return select_customers(resolved(whole, known(store)), moment)


def select_those(store: Store, condition: Condition, moment: Moment) -> exp.Select:
    """The customers for whom a condition holds, its segments looked up."""
    return select_customers(resolved(condition, known(store)), moment)


def count_customers(store: Store, condition: Condition, moment: Moment | None = None) -> int:
    """How many customers a condition holds for."""
    those = select_those(store, condition, moment or moment_of(store))
    query = compose.select("count(*) AS customers").from_(those.subquery("those"))
    return int(store.ask(Question("size of a segment", query))["customers"][0])


def sample_customers(
    store: Store, condition: Condition, moment: Moment | None = None, limit: int = 10, *, after: int | None = None
) -> list[Somebody]:
    """A few of the customers a condition holds for: those of the least numbers (above ``after``), which are as good as
    drawn by lot."""
    those = select_those(store, condition, moment or moment_of(store))
    query = compose.select("customer").from_(those.subquery("those")).order_by("customer").limit(limit)
    query = query if after is None else query.where(compose.sql("customer > :after"))
    return people(store, store.ask(Question("sample of a segment", query, {"after": after}))["customer"])


def people(store: Store, customers: Sequence[int]) -> list[Somebody]:
    """Customers with what they are called."""
    if not customers:
        return []
    query = compose.select("customer", "min(source_key) AS source_key").from_(compose.TABLE)
    query = query.where(exp.column("customer").isin(*map(compose.literal, customers))).group_by("customer")
    keys: Mapping[int, str] = {
        row["customer"]: row["source_key"] for row in store.ask(Question("identifiers of some", query)).rows()
    }
    traits = traits_of(store, customers)
    return [Somebody(one, keys.get(one), full_name(traits.get(one, {}))) for one in customers]
