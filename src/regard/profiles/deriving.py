"""The table of profiles, brought up to date: one row each, for lists and search. It may be made again at any time.

Up to date means: what was received since, what identity moved (marked by a row without figures), and, when the sums do
not agree, whatever differs: rows that arrived late, an erasure, a file.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from regard.base import clock
from regard.profiles.changing import change
from regard.profiles.conditions import ACCOUNT_JOINED
from regard.profiles.model import EMAIL, PHONE, Identifier, identifier_of
from regard.profiles.traits import PHONE_TRAITS, Traits, first_of, full_name, traits_of
from regard.stream import BESIDE, Batch, Change, Question, Store
from regard.stream.compose import naive, sql

POSITION: Final = "profiles"
AT_ONCE: Final = 25_000
"""Profiles made in one step: what bounds the memory."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - instants are kept in UTC without a zone
_STALE = "SELECT DISTINCT customer FROM profiles WHERE interactions IS NULL"
_ARRIVED = f"""SELECT DISTINCT customer FROM interactions WHERE received_at > :since AND NOT customer IS NULL
UNION DISTINCT {_STALE}"""  # noqa: S608 - made of the constant above
_COUNTED = (
    """SELECT customer, CAST(count(*) AS BIGINT) AS n FROM interactions WHERE NOT customer IS NULL GROUP BY customer"""
)
_KEPT = "SELECT customer, interactions AS n FROM profiles WHERE NOT interactions IS NULL"
_DIFFERING = f"""SELECT DISTINCT customer FROM (
    (SELECT customer, n FROM ({_COUNTED}) AS counted EXCEPT SELECT customer, n FROM ({_KEPT}) AS kept)
    UNION ALL (SELECT customer, n FROM ({_KEPT}) AS kept EXCEPT SELECT customer, n FROM ({_COUNTED}) AS counted)
) AS differing"""  # noqa: S608 - made of the constants above
# Equal sums of rows could hide that one profile lost what another gained; weighed by the number they cannot.
_SUMS = (
    "SELECT count(*) AS n, sum(customer % 1000003) AS weighed FROM interactions WHERE NOT customer IS NULL",
    """SELECT coalesce(sum(interactions), 0) AS n, sum(interactions * (customer % 1000003)) AS weighed
    FROM profiles WHERE NOT interactions IS NULL""",
)
_FIGURES = """SELECT customer, count(*) AS interactions, min(occurred_at) AS first_seen_at,
    max(occurred_at) AS last_seen_at, max(source_key) AS source_key
FROM interactions WHERE customer IN (SELECT unnest(:customers)) GROUP BY customer"""
_ACCOUNTS = """SELECT customer, LATEST(subject, occurred_at) AS account FROM interactions
WHERE name = :name AND NOT subject IS NULL AND customer IN (SELECT unnest(:customers)) GROUP BY customer"""
_KEYS = "SELECT customer, key FROM identifiers WHERE customer IN (SELECT unnest(:customers)) ORDER BY key"

_refreshing = threading.Lock()


def refresh_profiles(store: Store) -> int:
    """Bring the table up to date with the stream; returns how many profiles were made, changed or removed."""
    with _refreshing:
        mark = _newest(store)
        done = _remade(store, _arrived(store), mark)
        return done if _sums_agree(store) else done + _remade(store, _asked(store, _DIFFERING), mark)


# --- which ---------------------------------------------------------------------------------------------------------


def _arrived(store: Store) -> list[int]:
    rows = store.ask(
        Question("profiles read to", sql("SELECT position FROM positions WHERE name = :name"), {"name": POSITION})
    )
    if not len(rows):
        return _asked(store, _STALE)  # the first time everything differs, too
    return _asked(store, _ARRIVED, since=_EPOCH + timedelta(microseconds=rows["position"][0]))


def _asked(store: Store, text: str, **given: Any) -> list[int]:
    rows = store.ask(Question("profiles to bring up to date", sql(text), given, is_bulk=True))
    return sorted(map(int, rows["customer"]))


def _sums_agree(store: Store) -> bool:
    stream, table = (store.ask(Question("sums of profiles", sql(text))).rows()[0] for text in _SUMS)
    return bool(stream == table or (not stream["n"] and not table["n"]))


def _newest(store: Store) -> int:
    rows = store.ask(Question("newest", sql("SELECT max(received_at) AS at FROM interactions")))
    newest = rows["at"][0]
    return 0 if newest is None else (newest - _EPOCH) // timedelta(microseconds=1)


# --- making --------------------------------------------------------------------------------------------------------


def _remade(store: Store, customers: Sequence[int], mark: int) -> int:
    for place in range(0, len(customers), AT_ONCE):
        some = list(customers[place : place + AT_ONCE])
        is_last = place + AT_ONCE >= len(customers)
        store.append(Batch(changes=[*_changes(store, some), *([_read_to(mark)] if is_last else [])]))
    return len(customers)


def _changes(store: Store, customers: Sequence[int]) -> Iterator[Change]:
    yield change("profiles", {"customer": customers}, ("customer",), only_removes=True)
    rows = list(_rows(store, customers))
    if rows:
        yield change("profiles", {name: [row[name] for row in rows] for name in BESIDE["profiles"]})


def _read_to(mark: int) -> Change:
    row: dict[str, list[Any]] = {"name": [POSITION], "position": [mark], "read_at": [naive(clock.now())]}
    return change("positions", row, ("name",))


def _rows(store: Store, customers: Sequence[int]) -> Iterator[dict[str, Any]]:
    given = {"customers": list(customers)}
    traits = traits_of(store, customers)
    keys = defaultdict[int, list[str]](list)
    for row in store.ask(Question("keys of profiles", sql(_KEYS), given)).rows():
        keys[row["customer"]].append(row["key"])
    accounts = store.ask(Question("accounts of profiles", sql(_ACCOUNTS), {**given, "name": ACCOUNT_JOINED}))
    account_of = dict(zip(accounts["customer"], accounts["account"], strict=True))
    for figures in store.ask(Question("figures of profiles", sql(_FIGURES), given)).rows():
        number, own = figures["customer"], figures.pop("source_key")
        listed = keys.get(number) or ([own] if own else [])
        yield {**figures, **_told(traits.get(number, {}), listed, account_of.get(number))}


def _told(traits: Traits, keys: Sequence[str], account: str | None) -> dict[str, Any]:
    """What the traits and the identifiers say."""
    named = [identifier_of(key) for key in keys]
    said: dict[str, str | None] = {
        "name": full_name(traits),
        "email": first_of(traits, (EMAIL,)) or _one(named, EMAIL),
        "phone": first_of(traits, PHONE_TRAITS) or _one(named, PHONE),
        "account": account,
    }
    return {**said, "traits": _json(traits), "search": search_text([*said.values(), *(item.value for item in named)])}


def _one(identifiers: Sequence[Identifier], kind: str) -> str | None:
    return next((identifier.value for identifier in identifiers if identifier.kind == kind), None)


def search_text(values: Sequence[str | None]) -> str:
    """What is searched: each thing once, in small letters, each after a line's end, so that beginnings are found.

    >>> search_text(["Ada King", None, "ADA@example.org", "ada@example.org"])
    '\\nada king\\nada@example.org'
    """
    return "".join(f"\n{value}" for value in dict.fromkeys(value.lower() for value in values if value))


def _json(traits: Mapping[str, Any]) -> str | None:
    return msgspec.json.encode(traits).decode() if traits else None
