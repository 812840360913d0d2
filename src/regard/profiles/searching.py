"""Finding people by name, e-mail, phone, any identifier, or the number of an order or ticket, while typing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from regard.base.ids import profile_number
from regard.profiles.model import ANONYMOUS_ID, EMAIL, PHONE, USER_ID, Identifier
from regard.profiles.resolving import customers_of
from regard.profiles.rules import DEFAULT_RULES
from regard.stream import Question, Store
from regard.stream.compose import sql

LONGEST: Final = 200
_KINDS: Final = (USER_ID, EMAIL, PHONE, ANONYMOUS_ID)
_COLUMNS = "customer, name, email, phone, account, search, last_seen_at, interactions"
_SUBJECT = """SELECT DISTINCT customer FROM interactions
WHERE subject = :subject AND NOT customer IS NULL ORDER BY customer LIMIT :n"""


class FoundBy(StrEnum):
    """Why a profile was found, the best reason first."""

    IDENTIFIER = "identifier"
    SUBJECT = "subject"
    BEGINNING = "beginning"
    INSIDE = "inside"


@dataclass(frozen=True)
class Found:
    """A profile that a search found, and why. ``key`` is the value of its strongest identifier."""

    customer: int
    name: str | None
    email: str | None
    phone: str | None
    account: str | None
    key: str | None
    last_seen_at: datetime | None
    interactions: int
    by: FoundBy


def search_profiles(store: Store, text: str, limit: int = 20) -> list[Found]:
    """The profiles that fit a text: an exact identifier first, then an order or ticket number, then what begins with
    it, then what holds it (every word of it); those seen latest first. Nothing for an empty text.

    Needs the table of profiles to be up to date (:func:`refresh_profiles`).
    """
    wanted = " ".join(text.split())[:LONGEST]
    if not wanted:
        return []
    found = {item.customer: item for item in _exact(store, wanted, limit)}
    if len(found) < limit:
        for item in _alike(store, wanted.lower(), limit):
            found.setdefault(item.customer, item)
    return list(found.values())[:limit]


def latest_profiles(store: Store, limit: int = 20) -> list[Found]:
    """The profiles seen last."""
    query = "SELECT customer FROM profiles WHERE NOT interactions IS NULL ORDER BY last_seen_at DESC, customer LIMIT :n"
    numbers = store.ask(Question("latest profiles", sql(query), {"n": limit}))["customer"]
    return shown(store, dict.fromkeys(numbers, FoundBy.BEGINNING))


def _exact(store: Store, text: str, limit: int) -> list[Found]:
    names = {DEFAULT_RULES.identifier(kind, text) for kind in _KINDS}
    numbers = customers_of(store, [text, *(name.key for name in names if isinstance(name, Identifier))]).values()
    found = shown(store, dict.fromkeys(numbers, FoundBy.IDENTIFIER))
    if found or not _may_be_a_number(text):
        return found
    rows = store.ask(Question("customers of a subject", sql(_SUBJECT), {"subject": text, "n": limit}))
    return shown(store, dict.fromkeys(rows["customer"], FoundBy.SUBJECT))


def _may_be_a_number(text: str) -> bool:
    """Whether it may name an order or a ticket: one word of three characters or more, with a digit in it."""
    return len(text) >= 3 and " " not in text and "@" not in text and any(map(str.isdigit, text))


def _alike(store: Store, text: str, limit: int) -> list[Found]:
    words = {f"word_{place}": word for place, word in enumerate(text.split())}
    holds = " AND ".join(f"strpos(search, :{name}) > 0" for name in words)
    query = f"""SELECT {_COLUMNS}, CASE WHEN strpos(search, :start) > 0 THEN 1 ELSE 0 END AS begins FROM profiles
    WHERE {holds} ORDER BY begins DESC, last_seen_at DESC, customer LIMIT :n"""  # noqa: S608
    rows = store.ask(Question("search of profiles", sql(query), {"start": f"\n{text}", "n": limit, **words})).rows()
    return [_found(row, FoundBy.BEGINNING if row.pop("begins") else FoundBy.INSIDE) for row in rows]


def shown(store: Store, reasons: Mapping[int, FoundBy]) -> list[Found]:
    """What is shown of these profiles, in their order; numbers that are nobody's are passed over."""
    if not reasons:
        return []
    query = f"""SELECT {_COLUMNS} FROM profiles
    WHERE customer IN (SELECT unnest(:customers)) AND NOT interactions IS NULL"""  # noqa: S608
    given = {"customers": list(reasons)}
    rows = {row["customer"]: row for row in store.ask(Question("profiles found", sql(query), given)).rows()}
    return [_found(rows[number], by) for number, by in reasons.items() if number in rows]


def _found(row: dict[str, Any], by: FoundBy) -> Found:
    at, key = row["last_seen_at"], strongest(row.pop("search") or "", row["customer"])
    return Found(**{**row, "last_seen_at": at.replace(tzinfo=UTC) if at else None}, key=key, by=by)


def strongest(text: str, customer: int) -> str | None:
    """The identifier that a profile's number is made of, from the text in which it is searched.

    That text is in small letters; the number tells whether it was given in capitals. Asking the stream would cost as
    much again as the search.

    >>> strongest("\\nada king\\ncust-7", profile_number("CUST-7"))
    'CUST-7'
    """
    lines = text.split("\n")[1:]
    written = (Identifier(kind, value) for kind in _KINDS for line in lines for value in (line, line.upper()))
    own = next((name.value for name in written if profile_number(name.key) == customer), None)
    return own or next(iter(lines[-1:]), None)
