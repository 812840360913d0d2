"""The bench's company with its people known: profile numbers, traits, devices and their evidence.

The same interactions as ``bench.company``; besides, everybody has told name, e-mail and phone once, three in ten came to
an account, and three in ten have a device whose visits were theirs before they signed in.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench.company import company
from bench.measuring import DATA
from regard.stream import COLUMNS, open_store

_PERSON = """CREATE TEMP TABLE person AS
SELECT n, 'c' || n AS key, (md5_number_upper('c' || n) >> 1)::BIGINT AS customer, (hash(n) >> 1)::BIGINT AS h,
    n % 10 < 3 AS has_device FROM range({customers}) t(n)"""
_SYLLABLES = "['ba', 'cor', 'de', 'fin', 'ga', 'hel', 'is', 'jo', 'ka', 'lum', 'mar', 'ne', 'or', 'pel', 'ri', 'so']"
_NAME = " || ".join(f"{_SYLLABLES}[1 + (h >> {4 * place}) % 16]" for place in range(4))
_FAMILY = " || ".join(f"{_SYLLABLES}[1 + (h >> {16 + 4 * place}) % 16]" for place in range(4))
_BLANK = ", ".join(f"NULL AS {name}" for name in COLUMNS[6:20] if name != "subject")

_VISITS = """INSERT INTO interactions BY NAME
SELECT i.* REPLACE (
    CASE WHEN p.has_device AND i.name = 'Page Viewed' THEN 'anonymous_id:d' || p.n ELSE p.key END AS source_key,
    p.customer AS customer)
FROM plain.interactions i JOIN person p ON p.n = i.customer"""
_TRAITS = f"""INSERT INTO interactions BY NAME
SELECT 'p' || n AS id, TIMESTAMP '2024-01-01' + to_seconds(n % 62208000) AS occurred_at, occurred_at AS received_at,
    key AS source_key, customer, 'Profile Updated' AS name, {_BLANK},
    '{{{{"name": "' || {_NAME} || ' ' || {_FAMILY} || '", "email": "c' || n || '@mail' || n % 50 || '.example", "phone": "+4'
    || (100000000 + n * 7) || '", "plan": "' || ['free', 'pro', 'team'][1 + n % 3] || '"}}}}' AS properties
FROM person"""
_ACCOUNTS = f"""INSERT INTO interactions BY NAME
SELECT 'g' || n AS id, TIMESTAMP '2024-01-02' + to_seconds(n % 62208000) AS occurred_at, occurred_at AS received_at,
    key AS source_key, customer, 'Account Joined' AS name, {_BLANK},
    'account-' || n % 20000 AS subject, '{{{{"name": "Account ' || n % 20000 || '"}}}}' AS properties
FROM person WHERE n % 10 > 6"""
_LINKS = """INSERT INTO links
SELECT md5('d' || n), 'anonymous_id:d' || n, key, 'same_event', 'web', TIMESTAMP '2024-01-01', 'accepted', NULL
FROM person WHERE has_device"""
_IDENTIFIERS = """INSERT INTO identifiers
SELECT key, 'user_id', key, customer FROM person WHERE has_device
UNION ALL SELECT 'anonymous_id:d' || n, 'anonymous_id', 'd' || n, customer FROM person WHERE has_device"""


def people(total: int) -> Path:
    """The workspace file; made when it is not there."""
    path = DATA / f"people-{total // 1_000_000}m.duckdb"
    if path.exists():
        return path
    plain, unfinished = company(total), path.with_suffix(".making")
    unfinished.unlink(missing_ok=True)
    with open_store(unfinished):
        pass
    with duckdb.connect(str(unfinished), config={"preserve_insertion_order": False, "memory_limit": "4GB"}) as made:
        made.execute(f"ATTACH '{plain}' AS plain (READ_ONLY)")
        made.execute("INSERT INTO records SELECT * FROM plain.records")
        made.execute(_PERSON.format(customers=max(1000, total // 10)))
        for statement in (_VISITS, _TRAITS, _ACCOUNTS, _LINKS, _IDENTIFIERS):
            made.execute(statement.replace("{{", "{").replace("}}", "}"))
    return unfinished.rename(path)


if __name__ == "__main__":
    print(people(10_000_000))
