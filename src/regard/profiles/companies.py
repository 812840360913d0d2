"""Accounts: the companies that customers belong to (``Account Joined``), with their people.

Any metric rolls up to an account with a filter: ``Slice(where={"customer.account": key})``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from regard.base import NotFound
from regard.base.words import said
from regard.profiles.conditions import ACCOUNT_JOINED
from regard.profiles.searching import Found, FoundBy, shown
from regard.profiles.traits import Traits, latest
from regard.stream import Question, Store
from regard.stream.compose import sql

PEOPLE_AT_ONCE: Final = 200
_LISTED = """WITH named AS (
    SELECT subject, LATEST(PROPERTY(properties, 'name'), occurred_at) AS called FROM interactions
    WHERE name = :joined AND NOT subject IS NULL AND NOT PROPERTY(properties, 'name') IS NULL GROUP BY subject)
SELECT account AS key, max(called) AS name,
    count(*) AS people, sum(interactions) AS interactions, max(last_seen_at) AS last_seen_at
FROM profiles LEFT JOIN named ON named.subject = profiles.account
WHERE NOT account IS NULL AND NOT interactions IS NULL
    AND (:text = '' OR strpos(lower(account), :text) > 0 OR strpos(lower(coalesce(called, '')), :text) > 0)
GROUP BY account ORDER BY people DESC, key LIMIT :n"""
_TRAITS = """SELECT occurred_at, properties FROM interactions
WHERE name = :name AND subject = :key AND NOT properties IS NULL ORDER BY occurred_at, id"""
_PEOPLE = """SELECT customer FROM profiles
WHERE account = :key AND NOT interactions IS NULL ORDER BY last_seen_at DESC, customer LIMIT :n"""


@dataclass(frozen=True)
class Listed:
    """An account in a list: what it is called, how many people it has, and what they did."""

    key: str
    name: str | None
    people: int
    interactions: int
    last_seen_at: datetime | None


@dataclass(frozen=True)
class Account(Listed):
    """One account: what is known about it, and the people seen latest."""

    traits: Traits
    some_people: Sequence[Found]


def accounts(store: Store, text: str = "", limit: int = 50) -> list[Listed]:
    """The accounts whose keys or names hold a text, those with most people first."""
    given = {"joined": ACCOUNT_JOINED, "text": text.strip().lower(), "n": limit}
    rows = store.ask(Question("accounts", sql(_LISTED), given)).rows()
    return [Listed(**_counted(row)) for row in rows]


def account(store: Store, key: str) -> Account:
    """One account. Raises NotFound when nobody belongs to it."""
    text = """SELECT count(*) AS people, sum(interactions) AS interactions, max(last_seen_at) AS last_seen_at
    FROM profiles WHERE account = :key AND NOT interactions IS NULL"""
    row = store.ask(Question("account", sql(text), {"key": key})).rows()[0]
    if not row["people"]:
        raise NotFound(said("there is no account {key}", key=repr(key)), field="account")
    told = store.ask(Question("traits of an account", sql(_TRAITS), {"name": ACCOUNT_JOINED, "key": key}))
    traits = latest(zip(told["occurred_at"], told["properties"], strict=True))
    name = traits.get("name")
    people = store.ask(Question("people of an account", sql(_PEOPLE), {"key": key, "n": PEOPLE_AT_ONCE}))["customer"]
    some = shown(store, dict.fromkeys(people, FoundBy.IDENTIFIER))
    return Account(key, **_counted(row), name=str(name) if name else None, traits=traits, some_people=some)


def is_joined(store: Store, key: str) -> bool:
    """Whether anybody ever joined this account, also one whose people are not sorted yet."""
    query = sql("SELECT id FROM interactions WHERE name = :name AND subject = :key LIMIT 1")
    return bool(store.ask(Question("joinings of an account", query, {"name": ACCOUNT_JOINED, "key": key})).rows())


def _counted(row: dict[str, Any]) -> dict[str, Any]:
    at = row["last_seen_at"]
    return {
        **row,
        "interactions": int(row["interactions"] or 0),
        "last_seen_at": at.replace(tzinfo=UTC) if at else None,
    }
