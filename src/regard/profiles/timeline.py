"""One timeline of a customer over all channels, newest first, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from regard.profiles.traits import object_in
from regard.stream import COLUMNS, Interaction, Question, Store, compose
from regard.stream.compose import Wanted, sql

LARGEST_PAGE: Final = 500

Before = tuple[datetime, str]
"""The last interaction of the page before: when it occurred, and its id."""


@dataclass(frozen=True)
class Thread:
    """Interactions of one order, ticket or conversation that follow each other on a page, newest first."""

    subject: str | None
    interactions: Sequence[Interaction]


@dataclass(frozen=True)
class Page:
    """A page of a timeline, newest first. ``following`` begins the next page; None on the last one."""

    interactions: Sequence[Interaction]
    following: Before | None = None
    sql: str = field(default="", repr=False)

    def __len__(self) -> int:
        return len(self.interactions)

    def threads(self) -> list[Thread]:
        """The page in the order of its threads' latest interactions: what belongs to one subject stands together."""
        placed: dict[str, list[Interaction]] = {}
        for item in self.interactions:
            placed.setdefault(item.subject or f"\n{item.id}", []).append(item)
        return [Thread(items[0].subject, items) for items in placed.values()]


def timeline(
    store: Store, customer: int, *, before: Before | None = None, where: Wanted | None = None, limit: int = 50
) -> Page:
    """What happened with a customer before an interaction seen already, over all channels.

    ``where`` filters by columns (channel, name, touchpoint, metric, subject…) or properties, as in a slice.
    """
    limit = max(1, min(limit, LARGEST_PAGE))
    conditions, given = compose.matching(where or {})
    if before is not None:
        conditions.append(sql("(occurred_at < :seen OR (occurred_at = :seen AND id < :seen_id))"))
        given |= {"seen": compose.naive(before[0]), "seen_id": before[1]}
    query = compose.select(*(compose.column(name) for name in COLUMNS)).from_(compose.TABLE)
    query = (
        query.where(sql("customer = :customer"), *conditions).order_by("occurred_at DESC", "id DESC").limit(limit + 1)
    )
    answer = store.ask(Question("timeline", query, {"customer": customer, **given}))
    items = [_interaction(row) for row in answer.rows()]
    last = items[limit - 1] if len(items) > limit else None
    return Page(items[:limit], (last.occurred_at, last.id) if last else None, answer.sql)


def kinds_of(store: Store, customer: int) -> dict[str, dict[str, int]]:
    """What a timeline may be filtered by: how many interactions there are of each ``name`` and in each ``channel``."""
    query = sql(
        "SELECT name, channel, count(*) AS n FROM interactions WHERE customer = :customer GROUP BY name, channel"
    )
    rows = store.ask(Question("kinds of interactions", query, {"customer": customer})).rows()
    return {column: _counts(rows, column) for column in ("name", "channel")}


def _counts(rows: Sequence[dict[str, Any]], column: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        if row[column] is not None:
            found[row[column]] = found.get(row[column], 0) + int(row["n"])
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _interaction(row: dict[str, Any]) -> Interaction:
    instants = {name: row[name].replace(tzinfo=UTC) for name in ("occurred_at", "received_at")}
    objects = {name: object_in(row[name]) or None for name in ("properties", "context")}
    return Interaction(**{**row, **instants, **objects})
