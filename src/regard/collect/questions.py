"""What the pages of imports ask of the stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlglot import exp

from regard.stream import COLUMNS, Question, Store, compose
from regard.stream.compose import sql


def kept_of_loads(store: Store) -> dict[str, int]:
    """How many interactions came with each load and are still there."""
    rows = store.ask(
        Question(
            "kept_of_loads",
            sql('SELECT "load", count(*) AS n FROM interactions WHERE "load" IS NOT NULL GROUP BY "load"'),
        )
    ).rows()
    return {row["load"]: int(row["n"]) for row in rows}


def latest(store: Store) -> datetime | None:
    """When the latest interaction occurred (UTC, without a zone); None when there is none."""
    found: datetime | None = store.ask(Question("latest", sql("SELECT max(occurred_at) AS at FROM interactions")))[
        "at"
    ][0]
    return found


def refused_reasons(store: Store, load: str) -> dict[str, int]:
    """How many rows of a load were refused for each reason, the commonest first."""
    rows = store.ask(
        Question(
            "refused_reasons",
            sql(
                'SELECT reason, count(*) AS n FROM refused WHERE "load" = :load GROUP BY reason ORDER BY n DESC, reason'
            ),
            {"load": load},
        )
    ).rows()
    return {row["reason"]: int(row["n"]) for row in rows}


def refused_page(store: Store, load: str, reason: str, first: int, number: int) -> list[dict[str, Any]]:
    """Some of a load's refused rows in the order of the file; ``reason`` empty means any."""
    rows = store.ask(
        Question(
            "refused_page",
            sql(
                'SELECT line, reason, "column", message, raw FROM refused WHERE "load" = :load '
                "AND (:reason = '' OR reason = :reason) ORDER BY line, reason LIMIT :number OFFSET :first"
            ),
            {"load": load, "reason": reason, "number": number, "first": first},
        )
    ).rows()
    return [{**row, "raw": json.loads(row["raw"])} for row in rows]


def interactions_page(
    store: Store,
    values: Mapping[str, str],
    start: datetime | None,
    end: datetime | None,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Interactions whose columns have these values, newest first; from after one (when, id) that was seen."""
    limits, given = compose.between(start, end)
    wanted, parameters = compose.matching(values)
    if after is not None:
        limits.append(sql("(occurred_at < :seen OR (occurred_at = :seen AND id < :seen_id))"))
        given |= {"seen": after[0], "seen_id": after[1]}
    found = _interactions().where(*limits, *wanted).order_by("occurred_at DESC", "id DESC").limit(limit)
    return store.ask(Question("interactions", found, {**given, **parameters})).rows()


def interaction_called(store: Store, key: str) -> dict[str, Any] | None:
    """The interaction of an id; None when there is none."""
    found = _interactions().where(sql("id = :id")).limit(1)
    return next(iter(store.ask(Question("interaction", found, {"id": key})).rows()), None)


def _interactions() -> exp.Select:
    return compose.select(*(exp.column(name, quoted=True) for name in COLUMNS)).from_(compose.TABLE)
