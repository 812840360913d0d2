"""Questions about referrals: everybody known, every referral and what came of it, and what referrers are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlglot import exp

from regard.metrics.customer_questions import Where, latest_value, wanted_customers
from regard.stream import Question, compose
from regard.stream.vocabulary import REFERRAL_CONVERTED, REFERRAL_MADE


def everyone_question(
    ends: Sequence[datetime | None], by: str | None, where: Where, as_of: datetime | None
) -> Question:
    """How many customers had been seen before each end; groups and filters go by their latest values before the end."""
    limits, given = _seen(ends[0] if len(ends) == 1 else None, as_of)
    if len(ends) == 1 and by is None and not where:
        query = compose.select("count(DISTINCT customer) AS c0").from_(compose.TABLE).where(*limits)
        return Question("customers known", query, given)
    latest = [latest_value(name, f"is{place}") for place, name in enumerate(where)]
    latest += [latest_value(by, "part")] if by else []
    inner = compose.select("customer", 'min(occurred_at) AS "first"', *latest).from_(compose.TABLE)
    inner = inner.where(*limits).group_by("customer")
    given |= {f"end{i}": compose.naive(end) for i, end in enumerate(ends) if end is not None}
    counts = [_count(i, end) for i, end in enumerate(ends)]
    wanted, values = wanted_customers(where)
    outer = compose.select(*(["part"] if by else []), *counts).from_(inner.subquery("customers")).where(*wanted)
    return Question("customers known", outer.group_by("part") if by else outer, given | values)


def _count(place: int, end: datetime | None) -> str:
    if end is None:
        return f"count(*) AS c{place}"
    return f'sum(CASE WHEN "first" < :end{place} THEN 1 ELSE 0 END) AS c{place}'


def _seen(end: datetime | None, as_of: datetime | None) -> tuple[list[exp.Expr], dict[str, Any]]:
    limits, given = compose.between(None, end, as_of)
    return [compose.sql("NOT customer IS NULL"), *limits], given


def referrals_question(as_of: datetime | None) -> Question:
    """Every referral: who made it, when, when the recommended person became a customer, and how often it stands there.

    A ``subject`` links a referral to what came of it. Those without one are told apart by customer and instant, not by
    their ids: reading a column in which every value differs would cost more than all the rest. The range of names tells
    a store nothing new, but it is quicker to pass over than a list.
    """
    alone = [f"CASE WHEN subject IS NULL THEN {name} END" for name in ("name", "customer", "occurred_at")]
    limits, given = _seen(None, as_of)
    query = (
        compose.select(
            "max(CASE WHEN name = :made THEN customer END) AS customer",
            "min(CASE WHEN name = :made THEN occurred_at END) AS made",
            "min(CASE WHEN name = :converted THEN occurred_at END) AS converted",
            "CASE WHEN subject IS NULL THEN count(*) ELSE 1 END AS times",
        )
        .from_(compose.TABLE)
        .where(compose.sql("name BETWEEN :converted AND :made"), compose.sql("name IN (:made, :converted)"), *limits)
        .group_by("subject", *alone)
    )
    return Question("referrals", query, {"made": REFERRAL_MADE, "converted": REFERRAL_CONVERTED, **given}, is_bulk=True)


def referrers_question(end: datetime | None, by: str | None, where: Where, as_of: datetime | None) -> Question:
    """Everyone who ever referred and whom the filter wants, with their group: their latest values before ``end``."""
    limits, given = _seen(end, as_of)
    who = compose.select("customer").from_(compose.TABLE).where(compose.sql("name = :made"))
    latest = [latest_value(name, f"is{place}") for place, name in enumerate(where)]
    latest += [latest_value(by, "part")] if by else []
    inner = compose.select("customer", *latest).from_(compose.TABLE)
    inner = inner.where(*limits, exp.column("customer").isin(query=who)).group_by("customer")
    wanted, values = wanted_customers(where)
    outer = compose.select("customer", *(["part"] if by else [])).from_(inner.subquery("referrers")).where(*wanted)
    return Question("referrers", outer, {"made": REFERRAL_MADE, **given, **values})
