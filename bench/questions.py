"""Ten million interactions: each metric's question, and the whole overview, against hand-written SQL for the same numbers.

The hand-written SQL is the best we know how to write: constants written in, no composing, straight through the engine's own
client. It returns the numbers themselves; ours returns what intervals, weights and break-downs need besides.
"""

from __future__ import annotations

import resource
import sys
from typing import Any

from bench.company import company
from bench.measuring import Compared, compared, cpu
from regard import metrics
from regard.metrics import Slice
from regard.metrics.asking import forget
from regard.stream import Question, open_store

WHOLE = "(touchpoint IS NULL OR touchpoint = 'Overall')"
WEIGHTED = "sum(coalesce(weight, 1)), sum(coalesce(weight, 1) * coalesce(weight, 1))"
MONTHS = [f"TIMESTAMP '{2024 + i // 12}-{i % 12 + 1:02d}-01'" for i in range(25)]
YEAR = ("TIMESTAMP '2025-01-10'", "TIMESTAMP '2026-01-10'")


def by_month(metric: str, share: str) -> str:
    """A survey metric, month by month, with what its interval needs."""
    return f"""SELECT date_trunc('month', occurred_at) AS month, {share}, {WEIGHTED}, count(*), sum(coalesce(weight, 1) * score),
        sum(coalesce(weight, 1) * score * score), min(scale_min), max(scale_max), min(orientation)
        FROM interactions WHERE name = 'Survey Answered' AND metric = '{metric}' AND score IS NOT NULL
        {"AND " + WHOLE if metric == "csat" else ""} GROUP BY month ORDER BY month"""


def active(instants: list[str]) -> str:
    """Customers active at each instant, kept from one to the next: one pass, one row a customer."""
    flags = ", ".join(
        f"max(CASE WHEN occurred_at >= {at} - INTERVAL 90 DAY AND occurred_at < {at} THEN 1 ELSE 0 END) AS a{i}"
        for i, at in enumerate(instants)
    )
    sums = [f"sum(a{i})" for i in range(len(instants))] + [f"sum(a{i} * a{i + 1})" for i in range(len(instants) - 1)]
    return f"""SELECT {", ".join(sums)} FROM (SELECT customer, {flags} FROM interactions
        WHERE name = 'Order Completed' AND customer IS NOT NULL GROUP BY customer)"""


TICKETS = """WITH tickets AS (
    SELECT subject, min(occurred_at) FILTER (name = 'Ticket Opened') AS opened, max(occurred_at) FILTER (name = 'Ticket Resolved') AS resolved,
        count(*) FILTER (name = 'Ticket Reopened') AS reopened, count(*) FILTER (name = 'Ticket Reassigned') AS reassigned,
        count(*) FILTER (name = 'Ticket Replied' AND properties->>'by' = 'customer') AS contacts, max(customer) AS customer
    FROM interactions WHERE name IN ('Ticket Opened', 'Ticket Resolved', 'Ticket Reopened', 'Ticket Reassigned', 'Ticket Replied')
    GROUP BY subject
)"""
AGAIN = f"""{TICKETS}, again AS (
    SELECT *, lead(opened) OVER (PARTITION BY customer ORDER BY opened) AS next_opened FROM tickets WHERE resolved IS NOT NULL
)"""
FCR = f"""{AGAIN} SELECT date_trunc('month', resolved) AS month, count(*), count(*) FILTER (reopened = 0 AND reassigned = 0 AND contacts = 0
    AND (next_opened IS NULL OR next_opened > resolved + INTERVAL 7 DAY)) FROM again GROUP BY month ORDER BY month"""
SOLVED = """WITH tickets AS (
    SELECT subject, min(occurred_at) FILTER (name = 'Ticket Opened') AS opened, max(occurred_at) FILTER (name = 'Ticket Resolved') AS resolved
    FROM interactions WHERE name IN ('Ticket Opened', 'Ticket Resolved') GROUP BY subject
) SELECT date_trunc('month', resolved) AS month, count(*), avg(epoch_us(resolved) - epoch_us(opened)),
    stddev(epoch_us(resolved) - epoch_us(opened)), median(epoch_us(resolved) - epoch_us(opened)), quantile_cont(epoch_us(resolved) - epoch_us(opened), 0.9)
    FROM tickets WHERE resolved IS NOT NULL GROUP BY month ORDER BY month"""
REFERRED = """SELECT date_trunc('month', occurred_at) AS month, count(*), count(DISTINCT customer) FROM interactions
    WHERE name = 'Referral Made' AND customer IS NOT NULL GROUP BY month ORDER BY month"""
KNOWN = """SELECT date_trunc('month', first) AS month, count(*) FROM (
    SELECT customer, min(occurred_at) AS first FROM interactions WHERE customer IS NOT NULL GROUP BY customer
) GROUP BY month ORDER BY month"""

PROMOTERS = "sum(coalesce(weight, 1)) FILTER (score >= 9), sum(coalesce(weight, 1)) FILTER (score <= 6)"
SURVEYS = f"""SELECT metric, date_trunc('month', occurred_at) AS month, occurred_at >= {YEAR[0]} AS is_current, {PROMOTERS},
    sum(coalesce(weight, 1)) FILTER (score >= 4), {WEIGHTED}, count(*), sum(coalesce(weight, 1) * score),
    sum(coalesce(weight, 1) * score * score), min(scale_min), max(scale_max), min(orientation)
    FROM interactions WHERE name = 'Survey Answered' AND score IS NOT NULL
    AND (metric IN ('nps', 'ces') OR (metric = 'csat' AND {WHOLE})) GROUP BY metric, month, is_current"""

BY_HAND: dict[str, list[str]] = {
    "csat": [by_month("csat", "sum(coalesce(weight, 1)) FILTER (score >= 4)")],
    "nps": [by_month("nps", PROMOTERS)],
    "ces": [by_month("ces", "avg(score)")],
    "retention": [active(MONTHS)],
    "churn": [active(MONTHS)],
    "fcr": [FCR],
    "resolution_time": [SOLVED],
    "referral_rate": [REFERRED, KNOWN],
}
DESK = f"""{AGAIN} SELECT date_trunc('month', resolved) AS month, resolved >= {YEAR[0]} AS is_current, count(*),
    count(*) FILTER (reopened = 0 AND reassigned = 0 AND contacts = 0
    AND (next_opened IS NULL OR next_opened > resolved + INTERVAL 7 DAY)), avg(epoch_us(resolved) - epoch_us(opened)),
    stddev(epoch_us(resolved) - epoch_us(opened)) FROM again GROUP BY month, is_current"""
OVERVIEW = [SURVEYS, active([YEAR[0], *MONTHS[13:], YEAR[1]]), DESK, REFERRED, KNOWN]


class Listening:
    """A store that keeps the questions put to it."""

    def __init__(self, store: Any):
        self._store, self.asked, self.dialect = store, [], store.dialect

    def ask(self, question: Question) -> Any:
        self.asked.append(question)
        return self._store.ask(question)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def main(total: int | str) -> dict[str, Any]:
    """Everything at one size: CPU seconds by metric, of the overview, of the overview from the cache; peak memory in MB."""
    import duckdb

    path = company(int(total))
    with open_store(path) as store:
        by_hand = duckdb.connect(str(path), config=_like(store)).cursor()
        by_hand.execute("SET enable_progress_bar = false")
        rows = [_metric(store, by_hand, name) for name in BY_HAND]
        forget()
        ours = lambda: (forget(), metrics.overview(store))  # noqa: E731
        hand = lambda: [by_hand.execute(text).fetchall() for text in OVERVIEW]  # noqa: E731
        rows.append(compared("the whole overview", ours, hand))
        cached = cpu(lambda: metrics.overview(store))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": rows, "cached": cached, "peak_mb": peak}


def _like(store: Any) -> dict[str, Any]:
    """The same settings as ours: DuckDB shares one open file within a process, and they must agree."""
    from regard.stream.engines.duckdb import settings

    return settings()


def _metric(store: Any, by_hand: Any, name: str) -> Compared:
    listening = Listening(store)
    forget()
    metrics.measure(listening, name, Slice(every="month"))
    asked = [question for question in listening.asked if question.name not in {"time span", "last instant"}]
    return compared(
        name,
        lambda: [store.ask(question) for question in asked],
        lambda: [by_hand.execute(text).fetchall() for text in BY_HAND[name]],
    )


if __name__ == "__main__":
    found = main(sys.argv[1] if len(sys.argv) > 1 else 10_000_000)
    for row in found["rows"]:
        print(f"{row.what:20} {row.ours:7.3f} {row.limit:7.3f} {row.ratio:5.2f}")
    print(f"from the cache {found['cached']:.3f} s, peak {found['peak_mb']:.0f} MB")
