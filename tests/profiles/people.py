"""A few hundred customers with awkward lives, and conditions to ask about them."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from regard.base.ids import profile_number
from regard.profiles.conditions import Condition, Moment, condition_of
from tests.stream.rows import parquet

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TRAITS = ("plan", "age", "born", 'odd "name"')
VALUES: tuple[Any, ...] = (
    "pro", "Pro", "free", "prö", "5", "05", "5.0", 5, 5.5, -1, 12, True, False, None, "2026-01-31", "2026-01-31T23:30:00Z",
    "2025-07-01 x", "2025-07-011", "1e5", "1_000", "inf", "x'y", "a%b_", "5\n", "", [1, "a"],
)  # fmt: skip
NAMES = ("Order Completed", "Order Refunded", "Page Viewed")
CHANNELS = ("web", "email", None)
SCALES = ((0, 10), (1, 5), (0, 5))
COLUMNS = ("channel", "touchpoint", "language", "currency", "agent", "account")


def population(seed: int, size: int = 250) -> list[dict[str, Any]]:
    """Their interactions; instants fall on the edges of windows now and then, and on each other."""
    chance = random.Random(seed)
    rows = [row for number in range(size) for row in _life(chance, number)]
    return [{"id": f"row-{place}", **row} for place, row in enumerate(rows)]


def _life(chance: random.Random, number: int) -> list[dict[str, Any]]:
    key = f"customer-{number}"
    whose = {"source_key": key, "customer": profile_number(key)}
    return [{**whose, **_event(chance)} for _ in range(chance.randrange(1, 9))]


def _event(chance: random.Random) -> dict[str, Any]:
    days = chance.choice((0, 0, 1, 7, 7, 30, 30, 45, 90, 400, -3))
    jitter = chance.choice((timedelta(0), timedelta(microseconds=-1), timedelta(hours=5)))
    at = (NOW - timedelta(days=days) + jitter).replace(tzinfo=None)
    event: dict[str, Any] = {
        "occurred_at": at,
        "received_at": at + timedelta(days=chance.choice((0, 0, 0, 20))),
        "channel": chance.choice(CHANNELS),
        "language": chance.choice(("en", "pl", None)),
        "name": chance.choice(NAMES),
        "amount": chance.choice((None, 0.1, 0.2, 19.99, 20.0, -5.0, 1e15)),
    }
    kind = chance.randrange(5)
    if kind == 0:
        traits = {name: chance.choice(VALUES) for name in chance.sample(TRAITS, 2)}
        event |= {"name": "Profile Updated", "properties": json.dumps(traits)}
    elif kind == 1:
        low, high = chance.choice(SCALES)
        scale = {"scale_min": float(low), "scale_max": float(high), "score": float(chance.randrange(low, high + 1))}
        event |= {"name": "Survey Answered", "metric": chance.choice(("nps", "csat")), **scale}
    elif kind == 2:
        event |= {"name": "Account Joined", "subject": chance.choice(("acme", "bolt"))}
    elif kind == 3:
        event |= {"properties": json.dumps({"plan": chance.choice(VALUES)})}
    return event


def population_file(folder: Path, seed: int) -> Path:
    return parquet(folder / f"people-{seed}.parquet", population(seed))


# --- conditions ----------------------------------------------------------------------------------------------------

TEXTS = st.sampled_from([value for value in VALUES if isinstance(value, str) and value])
NUMBERS = st.sampled_from([-1, 0, 5, 5.5, 12, 1000, 100000])
DATES = st.sampled_from(["2026-01-31", "2025-07-01", "2026-02-01"])
TESTS = st.one_of(
    st.fixed_dictionaries({"is": st.sampled_from(["equals", "contains", "starts_with"]), "value": TEXTS}),
    st.fixed_dictionaries({"is": st.just("equals"), "value": st.one_of(NUMBERS, st.booleans())}),
    st.fixed_dictionaries({"is": st.just("one_of"), "value": st.lists(TEXTS, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"is": st.sampled_from(["above", "at_least", "below", "at_most"]), "value": NUMBERS}),
    st.fixed_dictionaries({"is": st.sampled_from(["before", "on_or_after"]), "value": DATES}),
    st.fixed_dictionaries({"is": st.sampled_from(["exists", "missing"])}),
)
WINDOWS = st.fixed_dictionaries(
    {},
    optional={
        "within_days": st.sampled_from([1, 7, 30, 90, 500]),
        "before_days": st.sampled_from([1, 7, 30]),
        "since": st.sampled_from([date(2026, 1, 30), date(2025, 1, 1)]).map(str),
        "until": st.sampled_from([date(2026, 2, 22), date(2026, 3, 1)]).map(str),
    },
)


def ranges(least: int, most: int) -> st.SearchStrategy[dict[str, Any]]:
    numbers = st.integers(least, most)
    one_sided = st.one_of(numbers.map(lambda n: {"at_least": n}), numbers.map(lambda n: {"at_most": n}))
    both = st.tuples(numbers, numbers).map(lambda pair: {"at_least": min(pair), "at_most": max(pair)})
    return st.one_of(one_sided, both)


def _tested(named: str, names: tuple[str, ...], **more: Any) -> st.SearchStrategy[dict[str, Any]]:
    base = st.fixed_dictionaries(
        {named: st.sampled_from(names), **{key: st.just(value) for key, value in more.items()}}
    )
    return st.tuples(base, TESTS).map(lambda pair: pair[0] | pair[1])


MONEY = st.sampled_from([{"at_least": 0.3}, {"at_most": 0.3}, {"at_least": 19.99, "at_most": 40}])
WHERE = st.one_of(
    _tested("column", ("channel", "plan", "language")),
    st.fixed_dictionaries(
        {"column": st.just("amount"), "is": st.sampled_from(["above", "at_most", "equals"]), "value": NUMBERS}
    ),
    st.sampled_from([{"column": "amount", "is": "missing"}, {"column": "amount", "is": "exists"}]),
)
DID = st.fixed_dictionaries(
    {"kind": st.just("did"), "name": st.sampled_from((*NAMES, "Profile Updated"))},
    optional={"during": WINDOWS, "where": st.lists(WHERE, max_size=2), "times": ranges(0, 4)},
)
PAID = st.fixed_dictionaries(
    {"kind": st.just("did"), "name": st.sampled_from(NAMES)},
    optional={"amount": MONEY, "first": WINDOWS, "last": WINDOWS, "during": WINDOWS},
)
SCORE = st.fixed_dictionaries(
    {
        "kind": st.just("score"),
        "metric": st.sampled_from(["nps", "csat"]),
        "scale": st.sampled_from(SCALES).map(list),
        "between": ranges(0, 10),
        "of": st.sampled_from(["latest", "mean"]),
    },
    optional={"during": WINDOWS},
)
LEAVES = st.one_of(
    _tested("name", TRAITS, kind="trait"),
    _tested("column", COLUMNS, kind="latest"),
    DID,
    PAID,
    SCORE,
    st.just({"kind": "list", "key": "vip"}),
)


def _valid(given: dict[str, Any]) -> bool:
    windows = [given.get(name, {}) for name in ("during", "first", "last")]
    return all(window.get("since", "") < window.get("until", "9") for window in windows)


def _nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.fixed_dictionaries(
        {"kind": st.sampled_from(["all", "any"]), "of": st.lists(inner, min_size=1, max_size=3)}
    )
    return st.one_of(several, inner.map(lambda part: {"kind": "not", "of": part}))


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(LEAVES.filter(_valid), _nested, max_leaves=5).map(condition_of)
MOMENTS: st.SearchStrategy[Moment] = st.builds(
    Moment,
    at=st.sampled_from([NOW, NOW - timedelta(days=7), NOW - timedelta(days=30)]),
    as_of=st.sampled_from([None, NOW - timedelta(days=10)]),
    time_zone=st.sampled_from(["UTC", "America/New_York"]),
)
