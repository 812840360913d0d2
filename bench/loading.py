"""Loading a CSV of two million rows: the whole import (read, check, map, number, keep what is refused) against
hand-written DuckDB that reads the same columns with the right types and inserts them.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from bench.measuring import DATA, Compared, in_fresh_process

ROWS = 2_000_000

_CSV = """
COPY (
    SELECT 'A' || (1000000 + i) AS order_id, 'user-' || (hash(i) % 200000) AS customer_id,
        strftime(TIMESTAMP '2025-01-01' + to_seconds(i * 15), '%Y-%m-%d %H:%M:%S') AS ordered_at,
        ['web', 'app', 'store', 'phone'][1 + (hash(i + 1) % 4)::BIGINT] AS channel,
        'product ' || (hash(i + 2) % 5000) AS product, 1 + hash(i + 3) % 9 AS quantity,
        round(1 + (hash(i + 4) % 100000) / 100, 2) AS price, 'EUR' AS currency,
        ['PL', 'RO', 'DE', 'FR', 'CN'][1 + (hash(i + 5) % 5)::BIGINT] AS country,
        CASE WHEN hash(i + 6) % 10 = 0 THEN 'left at the door, please ring' END AS note
    FROM range({rows}) t(i)
) TO '{path}' (HEADER)
"""

MAPPING = """
source = "bench orders"
time = { column = "ordered_at", formats = ["%Y-%m-%d %H:%M:%S"] }
id = ["order_id"]
customer = { column = "customer_id" }

[[interactions]]
name = "Order Completed"
subject = "order_id"
channel = "channel"
amount = "price"
currency = "currency"
text = "note"
properties = ["product", "quantity", "country"]
"""

_HAND_TABLE = """CREATE TABLE orders (order_id VARCHAR, customer_id VARCHAR, ordered_at TIMESTAMP, channel VARCHAR,
    product VARCHAR, quantity INTEGER, price DOUBLE, currency VARCHAR, country VARCHAR, note VARCHAR)"""
_HAND_READ = """INSERT INTO orders SELECT * FROM read_csv($path, header = true, columns = {
    'order_id': 'VARCHAR', 'customer_id': 'VARCHAR', 'ordered_at': 'TIMESTAMP', 'channel': 'VARCHAR', 'product': 'VARCHAR',
    'quantity': 'INTEGER', 'price': 'DOUBLE', 'currency': 'VARCHAR', 'country': 'VARCHAR', 'note': 'VARCHAR'})"""


def csv(rows: int = ROWS) -> Path:
    """The file to load; made once."""
    path = DATA / f"orders-{rows}.csv"
    if not path.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        duckdb.connect().execute(_CSV.format(rows=rows, path=path))
    return path


def main(who: str, path: str) -> dict[str, float]:
    """Load the file once, as ``ours`` or by ``hand``; CPU seconds of the load alone, without start-up."""
    with TemporaryDirectory(dir=DATA) as folder:
        load = _ours if who == "ours" else _by_hand
        return load(path, Path(folder))


def _ours(path: str, folder: Path) -> dict[str, float]:
    from regard.collect import load
    from regard.stream import open_store

    mapping = folder / "orders.toml"
    mapping.write_text(MAPPING)
    with open_store(folder / "ours.duckdb") as store:
        before = time.process_time()
        result = load(store, [path], mapping)
        used = time.process_time() - before
    assert (result.accepted, result.refused) == (ROWS, 0), result
    return {"cpu": used}


def _by_hand(path: str, folder: Path) -> dict[str, float]:
    with duckdb.connect(str(folder / "hand.duckdb")) as connection:
        before = time.process_time()
        connection.execute(_HAND_TABLE)
        connection.execute(_HAND_READ, {"path": path})
        connection.execute("CHECKPOINT")
        return {"cpu": time.process_time() - before}


def measure(rounds: int = 3) -> tuple[Compared, float]:
    """The comparison, and the import's peak memory in MB."""
    path = str(csv())
    pairs = [
        (in_fresh_process("bench.loading", "ours", path), in_fresh_process("bench.loading", "hand", path))
        for _ in range(rounds)
    ]
    ours, hand = (min(pair[side]["cpu"] for pair in pairs) for side in (0, 1))
    return Compared("Load a CSV of 2,000,000 rows, 10 columns", ours, hand), max(pair[0]["peak_mb"] for pair in pairs)


if __name__ == "__main__":
    compared, peak = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    print(compared, round(compared.ratio, 2), f"{peak:.0f} MB")
