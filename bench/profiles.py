"""Finding and reading people at 10 million interactions and a million profiles: ``python -m bench.profiles [millions]``.

Prints the median and the 95th percentile of the wall time and of the CPU time of each; then what keeping the table of
profiles up to date costs, and what moving an identifier's rows to another profile costs, with nothing of it kept.
"""

from __future__ import annotations

import random
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.people import people
from regard.base.ids import profile_number
from regard.profiles import (
    Evidence,
    Identifier,
    merge,
    profile,
    refresh_profiles,
    resolve,
    search_profiles,
    timeline,
    unmerge,
)
from regard.stream import Batch, open_store

ROUNDS = 60


def main(millions: int) -> None:
    with TemporaryDirectory(dir=people(millions * 1_000_000).parent) as folder:
        copy = Path(shutil.copy(people(millions * 1_000_000), folder))
        with open_store(copy) as store:
            customers = max(1000, millions * 100_000)
            once("the table of profiles, made the first time", lambda: refresh_profiles(store))
        with open_store(copy) as store:
            reading(store, customers, random.Random(7))
            writing(store, customers)


def reading(store: Any, customers: int, draw: random.Random) -> None:
    numbers = [profile_number(f"c{draw.randrange(customers // 4)}") for _ in range(ROUNDS)]
    every("timeline of one customer", (lambda n=n: timeline(store, n) for n in numbers))
    pages = [timeline(store, n, limit=10).following for n in numbers]
    second = [(n, page) for n, page in zip(numbers, pages, strict=True) if page]
    every("its second page", (lambda n=n, p=p: timeline(store, n, before=p, limit=10) for n, p in second))
    every("one profile, whole", (lambda n=n: profile(store, n) for n in numbers))
    for what, texts in searches(customers, draw).items():
        every(f"search: {what}", (lambda text=text: search_profiles(store, text) for text in texts))


def searches(customers: int, draw: random.Random) -> dict[str, list[str]]:
    """What people type."""
    some = [draw.randrange(customers) for _ in range(ROUNDS)]
    parts = ["ba", "cor", "de", "fin", "hel", "ka", "lum", "mar", "pel", "so"]
    return {
        "e-mail": [f"c{n}@mail{n % 50}.example" for n in some],
        "identifier": [f"c{n}" for n in some],
        "order number": [f"order-{n * 8}" for n in some],
        "name, as typed": [(draw.choice(parts) + draw.choice(parts))[: 2 + n % 4] for n in some],
        "two words": [f"{draw.choice(parts)}{draw.choice(parts)} {draw.choice(parts)}" for _ in some],
    }


def writing(store: Any, customers: int) -> None:
    now = datetime.now(UTC)
    names = [(Identifier("user_id", f"c{n * 10 + 5}"), Identifier("anonymous_id", f"new{n}")) for n in range(5000)]
    evidence = [
        Evidence(user, device, "same_event", "web", now) for user, device in names if int(user.value[1:]) < customers
    ]
    found = once(f"resolve {len(evidence)} new links", lambda: resolve(store, evidence))
    once("write them", lambda: store.append(Batch(changes=found.changes, moves=found.moves)))
    once("resolve them again: nothing new", lambda: resolve(store, evidence))
    once("the table of profiles, after them", lambda: refresh_profiles(store))
    merged = once("merge two profiles", lambda: merge(store, profile_number("c15"), profile_number("c25")))
    once("the table of profiles, after it", lambda: refresh_profiles(store))
    once("unmerge them", lambda: unmerge(store, merged.links[0].id))


def every(what: str, doings: Iterable[Callable[[], Any]]) -> None:
    """Time each, after one to warm up."""
    walls, cpus = [], []
    for do in doings:
        wall, cpu = time.perf_counter(), time.process_time()
        do()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    walls, cpus = sorted(walls[1:]), sorted(cpus[1:])
    shown = [f"{values[int(len(values) * share)] * 1000:.0f}" for values in (walls, cpus) for share in (0.5, 0.95)]
    print(f"| {what} | {' | '.join(shown)} |", flush=True)


def once(what: str, do: Callable[[], Any]) -> Any:
    wall, cpu = time.perf_counter(), time.process_time()
    found = do()
    print(f"{what}: {time.perf_counter() - wall:.2f} s, CPU {time.process_time() - cpu:.2f} s", flush=True)
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
