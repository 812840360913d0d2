"""A company of any size, made inside the engine: 1, 10 or 50 million interactions over 24 months.

Its mix is that of a web shop: mostly visits, 8 % orders, 9 % survey answers, tickets with their whole life. A quarter of the
customers make three quarters of the interactions. Same size, same rows, on every machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from bench.measuring import DATA
from regard.stream import Record, open_store

START = "TIMESTAMP '2024-01-01'"
SPAN_SECONDS = 24 * 30 * 86_400

_ROWS = """
INSERT INTO interactions
WITH numbered AS (
    SELECT i, (hash(i) >> 1)::BIGINT AS h, (hash(i + 1000003) >> 1)::BIGINT AS g FROM range({first}, {last}) t(i)
), drawn AS (
    SELECT i, h, g, (h % 100)::INTEGER AS kind,
        {start} + to_seconds((i * {span} // {total})::BIGINT) AS instant,
        CASE WHEN g % 4 < 3 THEN g % ({customers} // 4) ELSE g % {customers} END AS customer
    FROM numbered
)
SELECT 'r' || i, instant, instant + INTERVAL 1 MINUTE, 'user:' || customer, customer::BIGINT,
    CASE WHEN kind < 60 THEN 'Page Viewed' WHEN kind < 80 THEN 'Product Viewed' WHEN kind < 88 THEN 'Order Completed'
         WHEN kind < 90 THEN 'Order Refunded' WHEN kind < 99 THEN 'Survey Answered' ELSE 'Referral Made' END,
    ['web', 'app', 'store', 'phone', 'email', 'chat'][1 + (g >> 20) % 6],
    CASE WHEN kind BETWEEN 90 AND 94 THEN 'Overall' ELSE NULL END,
    CASE WHEN kind BETWEEN 80 AND 89 THEN 'order-' || i END,
    CASE WHEN kind BETWEEN 90 AND 94 THEN 'csat' WHEN kind IN (95, 96) THEN 'nps' WHEN kind IN (97, 98) THEN 'ces' END,
    CASE WHEN kind BETWEEN 90 AND 94 THEN 1 + least(4, (g >> 30) % 7) WHEN kind IN (95, 96) THEN least(10, (g >> 30) % 14)
         WHEN kind IN (97, 98) THEN 1 + (g >> 30) % 7 END,
    CASE WHEN kind IN (95, 96) THEN 0 WHEN kind BETWEEN 90 AND 98 THEN 1 END,
    CASE WHEN kind BETWEEN 90 AND 94 THEN 5 WHEN kind IN (95, 96) THEN 10 WHEN kind IN (97, 98) THEN 7 END,
    CASE WHEN kind BETWEEN 90 AND 98 THEN 'higher' END, NULL,
    CASE WHEN kind BETWEEN 90 AND 98 AND (g >> 40) % 3 = 0 THEN 'A few words about what went well and what did not.' END,
    ['en', 'pl', 'ru', 'zh', 'ro'][1 + (g >> 12) % 5],
    CASE WHEN kind BETWEEN 80 AND 89 THEN 5 + (g >> 16) % 200 END, CASE WHEN kind BETWEEN 80 AND 89 THEN 'EUR' END, NULL,
    '{{"country": "' || ['PL', 'RO', 'DE', 'FR'][1 + customer % 4] || '", "plan": "' || (customer % 3) || '"}}', NULL, 'bench'
FROM drawn
"""

_TICKETS = """
INSERT INTO interactions
WITH tickets AS (
    SELECT i, (hash(i + 7) >> 1)::BIGINT AS h, (hash(i + 77) >> 1)::BIGINT AS g, {start} + to_seconds((i * {span} // {tickets})::BIGINT) AS opened
    FROM range({tickets}) t(i)
), events AS (
    SELECT i, h, g, unnest([0, 1, 2, 3, 4, 5]) AS step, opened FROM tickets
)
SELECT 't' || i || '-' || step, opened + to_seconds(((h % 90000) * step * step)::BIGINT), opened, 'user:' || (g % {customers}),
    (g % {customers})::BIGINT,
    ['Ticket Opened', 'Ticket Replied', 'Ticket Reassigned', 'Ticket Replied', 'Ticket Resolved', 'Ticket Reopened'][step + 1],
    ['phone', 'email', 'chat'][1 + g % 3], NULL, 'ticket-' || i, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    'agent-' || (h % 200), CASE step WHEN 1 THEN '{{"by": "agent"}}' WHEN 3 THEN '{{"by": "customer"}}' END, NULL, 'bench'
FROM events WHERE step IN (0, 1, 4) OR (step = 2 AND h % 5 = 0) OR (step = 3 AND h % 3 = 0) OR (step = 5 AND h % 20 = 0)
"""


def company(total: int) -> Path:
    """The workspace file of a company with about ``total`` interactions; made when it is not there."""
    path = DATA / f"company-{total // 1_000_000}m.duckdb"
    if path.exists():
        return path
    DATA.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".making")
    unfinished.unlink(missing_ok=True)
    with open_store(unfinished) as store:
        store.keep(Record("settings", "workspace", {"name": "Bench", "time_zone": "UTC", "kind": "non_contractual"}))
    facts = {
        "start": START,
        "span": SPAN_SECONDS,
        "total": total,
        "customers": max(1000, total // 10),
        "tickets": total // 40,
    }
    with duckdb.connect(str(unfinished)) as connection:
        step = 2_000_000
        for first in range(0, total, step):
            connection.execute(_ROWS.format(first=first, last=min(first + step, total), **facts))
        connection.execute(_TICKETS.format(**facts))
        connection.execute("CHECKPOINT")
    unfinished.rename(path)
    return path


if __name__ == "__main__":
    print(company(int(sys.argv[1])))
