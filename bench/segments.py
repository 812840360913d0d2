"""Segments of a company of 10 million interactions and a million people: counting, sampling, and a page narrowed to one.

Every question is put three times to a fresh store and the median is shown; nothing is remembered in between.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from bench.people import people
from regard.metrics import Slice, measure
from regard.metrics.asking import forget
from regard.profiles import condition_of, count_customers, moment_of, sample_customers
from regard.profiles.segments import keep_segment
from regard.stream import open_store

RETURNS = {"kind": "did", "name": "Order Refunded", "times": {"at_least": 2}, "during": {"within_days": 90}}
PRO = {"kind": "trait", "name": "plan", "is": "equals", "value": "pro"}
LOW = {"kind": "score", "metric": "nps", "scale": [0, 10], "of": "latest", "between": {"at_most": 6}}
SPENT = {"kind": "did", "name": "Order Completed", "amount": {"at_least": 500}}
SPEAKING = {"kind": "latest", "column": "language", "is": "equals", "value": "pl"}
NEVER = {"kind": "did", "name": "Order Completed", "times": {"at_most": 0}}

CONDITIONS: dict[str, dict[str, Any]] = {
    "2+ returns in the last 90 days": RETURNS,
    "trait: plan is pro": PRO,
    "latest NPS answer 0-6": LOW,
    "orders worth 500 or more together": SPENT,
    "never ordered": NEVER,
    "latest language (every row read)": SPEAKING,
    "pro, 2+ returns, not a promoter": {"kind": "all", "of": [PRO, RETURNS, {"kind": "not", "of": LOW}]},
    "any of three": {"kind": "any", "of": [RETURNS, LOW, SPENT]},
}


def seconds(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """The median time of some runs, and what came of it."""
    spent, result = [], None
    for _ in range(times):
        forget()
        begin = perf_counter()
        result = work()
        spent.append(perf_counter() - begin)
    return median(spent), result


def main(total: int = 10_000_000) -> None:
    """Print one line for each question."""
    with open_store(people(total)) as store:
        print(f"{'question':45} {'seconds':>8}  customers")
        for name, given in CONDITIONS.items():
            condition = condition_of(given)
            spent, found = seconds(lambda condition=condition: count_customers(store, condition, moment_of(store)))
            print(f"{'count: ' + name:45} {spent:8.3f}  {found}")
        spent, some = seconds(lambda: sample_customers(store, condition_of(RETURNS)))
        print(f"{'sample of ten with names':45} {spent:8.3f}  {len(some)}")
        keep_segment(store, "Bench", condition_of(RETURNS), key="bench")
        for metric in ("csat", "nps", "churn"):
            for where in ({}, {"segment": "bench"}):
                spent, told = seconds(lambda metric=metric, where=where: measure(store, metric, Slice(where=where)))
                print(
                    f"{metric + (' of a segment' if where else ' of everybody'):45} {spent:8.3f}  {told.figures[0].estimate.n}"
                )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
