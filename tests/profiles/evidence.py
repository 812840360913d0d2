"""Evidence about a handful of people who share devices and addresses, and what it should come to, worked out plainly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from regard.base.ids import profile_number
from regard.profiles import DEFAULT_RULES, Evidence, Identifier, Link, LinkState, identifier_of
from regard.stream import Batch, Question
from regard.stream.compose import sql
from tests.stream.rows import parquet

START = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = {"user_id": 4, "email": 4, "anonymous_id": 8, "phone": 2}
NAMES = [Identifier(kind, f"{kind[0]}{number}") for kind, most in KINDS.items() for number in range(most)]

IDENTIFIERS = st.sampled_from(NAMES)
EVIDENCE = st.builds(
    Evidence,
    a=IDENTIFIERS,
    b=IDENTIFIERS,
    rule=st.sampled_from(["same_event", "trait_email"]),
    source=st.sampled_from(["web", "app"]),
    observed_at=st.integers(0, 60).map(lambda days: START + timedelta(days=days)),
)


def seen(a: str, b: str, day: float = 0, rule: str = "same_event") -> Evidence:
    """Two keys seen together on a day."""
    return Evidence(identifier_of(a), identifier_of(b), rule, "web", START + timedelta(days=day))


def plainly(links: list[Link]) -> tuple[dict[str, LinkState], dict[str, int]]:
    """The states of links and the profiles of keys, by the plainest reading of the rules: sets joined one by one."""
    people = [{key} for key in {key for link in links for key in (link.a, link.b)}]
    first = {key: min((link.observed_at for link in standing(links) if key in (link.a, link.b)), default=START)
             for person in people for key in person}  # fmt: skip
    apart = [{link.a, link.b} for link in standing(links) if link.rule == "separate"]
    states = {link.id: LinkState.REVOKED for link in links}
    for link in sorted(standing(links), key=lambda link: (link.observed_at, link.id)):
        a, b = (next(person for person in people if key in person) for key in (link.a, link.b))
        states[link.id] = LinkState.ACCEPTED
        if a is b or link.rule == "separate":
            continue
        if any(pair <= a | b for pair in apart if not (pair <= a or pair <= b)):
            states[link.id] = LinkState.SEPARATED
        elif link.rule != "merge" and too_many(a, b, link.observed_at, first):
            states[link.id] = LinkState.OVER_LIMIT
        else:
            people = [person for person in people if person is not a and person is not b] + [a | b]
    return states, {key: number(person) for person in people for key in person}


def standing(links: list[Link]) -> list[Link]:
    return [link for link in links if link.state is not LinkState.REVOKED]


def too_many(a: set[str], b: set[str], at: datetime, first: dict[str, datetime]) -> bool:
    for kind in KINDS:
        rule = DEFAULT_RULES.rule_for(kind)
        since = at - timedelta(days=rule.per_days or 100_000)
        left, right = (
            [key for key in side if identifier_of(key).kind == kind and first[key] > since] for side in (a, b)
        )
        if left and right and len(left) + len(right) > rule.limit:
            return True
    return False


def number(person: set[str]) -> int:
    return profile_number(min(person, key=lambda key: DEFAULT_RULES.rank(identifier_of(key))))


# --- a store -------------------------------------------------------------------------------------------------------


def write(store: Any, resolution: Any) -> None:
    if resolution.links:
        store.append(Batch(changes=resolution.changes, moves=resolution.moves))


def links_in(store: Any) -> list[Link]:
    rows = store.ask(Question("links", sql("SELECT * FROM links ORDER BY id"))).rows()
    return [
        Link(**{**row, "observed_at": row["observed_at"].replace(tzinfo=UTC), "state": LinkState(row["state"])})
        for row in rows
    ]


def profiles_in(store: Any) -> dict[str, int]:
    """The profile of every linked key; a key that stands alone is its own, listed or not."""
    rows = store.ask(Question("identifiers", sql("SELECT key, customer FROM identifiers"))).rows()
    assert len(rows) == len({row["key"] for row in rows})
    return {row["key"]: row["customer"] for row in rows}


def owners_in(store: Any) -> dict[str, int]:
    """The profile that every key's rows belong to."""
    rows = store.ask(Question("owners", sql("SELECT DISTINCT source_key, customer FROM interactions"))).rows()
    assert len(rows) == len({row["source_key"] for row in rows})
    return {row["source_key"]: row["customer"] for row in rows}


def lives(folder: Any) -> Any:
    """A few interactions of every identifier, of the kinds that the eight metrics read."""
    rows = [row for place, name in enumerate(NAMES) for row in _life(place, name.key)]
    return parquet(folder / "lives.parquet", [{"id": f"r{place:04d}", **row} for place, row in enumerate(rows)])


def _life(place: int, key: str) -> list[dict[str, Any]]:
    at = (START - timedelta(days=200 - 3 * place)).replace(tzinfo=None)
    whose = {"source_key": key, "customer": profile_number(key)}
    scale = {"scale_min": 0.0, "scale_max": 10.0, "orientation": "higher"}
    names: list[dict[str, Any]] = [
        {"name": "Order Completed", "amount": 8.0 + place, "currency": "EUR", "subject": f"order-{place}"},
        {"name": "Survey Answered", "metric": "nps", "score": float(place % 11), **scale},
        {"name": "Ticket Opened", "subject": f"ticket-{place}"},
        {"name": "Ticket Resolved", "subject": f"ticket-{place}"},
        {"name": "Order Completed", "amount": 3.0, "currency": "EUR", "subject": f"again-{place}"},
        {"name": "Referral Made"},
        {"name": "Profile Updated", "properties": f'{{"name": "Name {place}", "plan": "{place % 3}"}}'},
    ]
    times = [at + timedelta(days=day * (1 + place % 5)) for day in range(len(names))]
    return [{**whose, **row, "occurred_at": time, "received_at": time} for time, row in zip(times, names, strict=True)]
