"""One person, whole: who they are and why we think so, what they said and paid, what they agreed to, what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from regard.base import NotFound
from regard.base.words import said
from regard.profiles.conditions import ACCOUNT_JOINED, PROFILE_UPDATED
from regard.profiles.model import EMAIL, PHONE, Identifier, Link, identifier_of
from regard.profiles.resolving import keys_of, links_among
from regard.profiles.traits import PHONE_TRAITS, Traits, first_of, full_name, latest, object_in
from regard.stream import Question, Store, vocabulary
from regard.stream.compose import sql

MONEY: Final = (vocabulary.ORDER_COMPLETED, vocabulary.ORDER_REFUNDED)
TICKETS: Final = (
    vocabulary.TICKET_OPENED,
    vocabulary.TICKET_REOPENED,
    vocabulary.TICKET_RESOLVED,
    vocabulary.TICKET_CLOSED,
)
CONSENT_GIVEN: Final = "Consent Given"
CONSENT_WITHDRAWN: Final = "Consent Withdrawn"
CONSENT_UPDATED: Final = "Segment Consent Preference Updated"
CONSENTS: Final = (CONSENT_GIVEN, CONSENT_WITHDRAWN, CONSENT_UPDATED)
PREFERENCES: Final = ("consent", "preferences", "subscriptions", "language", "locale", "timezone")
"""Traits that say what a person agreed to or prefers."""

_FIGURES = """SELECT count(*) AS interactions, min(occurred_at) AS first_seen_at, max(occurred_at) AS last_seen_at,
    min(source_key) AS source_key, max(source_key) AS other_key FROM interactions WHERE customer = :customer"""
_TOLD = """SELECT name, subject, occurred_at, id, metric, score, scale_min, scale_max, orientation, amount, currency,
    PROPERTY(properties, 'purpose') AS purpose, PROPERTY(context, 'consent') AS consent,
    CASE WHEN name = :updated THEN properties END AS traits
FROM interactions WHERE customer = :customer AND name IN (SELECT unnest(:names)) ORDER BY occurred_at, id"""
_FOLLOWED = "SELECT customer FROM identifiers WHERE PROFILE_NUMBER(key) = :customer AND NOT customer = :customer"


@dataclass(frozen=True)
class Answered:
    """A score that a person gave, on the scale it was asked on."""

    at: datetime
    metric: str | None
    score: float
    scale_min: float | None
    scale_max: float | None
    orientation: str | None


@dataclass(frozen=True)
class OpenTicket:
    """A ticket that waits for its end, and since when."""

    subject: str
    since: datetime


@dataclass(frozen=True)
class Consent:
    """What a person agreed to, or no longer does, and when they said so."""

    purpose: str
    is_given: bool
    at: datetime


@dataclass(frozen=True)
class Profile:
    """One customer. ``value`` is what they paid, less what was given back, by currency ('' where none was said)."""

    number: int
    name: str | None
    email: str | None
    phone: str | None
    account: str | None
    traits: Traits
    identifiers: Sequence[Identifier]
    evidence: Sequence[Link]
    interactions: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    value: Mapping[str, float]
    scores: Sequence[Answered]
    open_tickets: Sequence[OpenTicket]
    consents: Sequence[Consent]
    preferences: Mapping[str, Any]


def profile(store: Store, number: int) -> Profile:
    """The profile of a number, or the one that it was merged into. Raises NotFound when nobody ever had the number."""
    figures = _figures(store, number)
    if not figures["interactions"]:
        followed = store.ask(Question("merged into", sql(_FOLLOWED), {"customer": number}))["customer"]
        if not len(followed):
            raise NotFound(said("there is no profile {number}", number=number), field="customer")
        number = int(followed[0])
        figures = _figures(store, number)
    keys = keys_of(store, [number])[number]
    own = [key for key in (figures.pop("source_key"), figures.pop("other_key")) if key]
    named = [identifier_of(key) for key in dict.fromkeys([*keys, *own])]
    return Profile(
        number=number, identifiers=named, evidence=links_among(store, keys), **figures, **_told(store, number, named)
    )


def _figures(store: Store, number: int) -> dict[str, Any]:
    row = store.ask(Question("figures of a profile", sql(_FIGURES), {"customer": number})).rows()[0]
    return {name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value for name, value in row.items()}


def _told(store: Store, number: int, named: Sequence[Identifier]) -> dict[str, Any]:
    names = [*MONEY, *TICKETS, vocabulary.SURVEY_ANSWERED, *CONSENTS, ACCOUNT_JOINED, PROFILE_UPDATED]
    given = {"customer": number, "names": names, "updated": PROFILE_UPDATED}
    rows = store.ask(Question("what a profile tells", sql(_TOLD), given)).rows()
    rows = [{**row, "occurred_at": row["occurred_at"].replace(tzinfo=UTC)} for row in rows]
    traits = latest((row["occurred_at"], row["traits"]) for row in rows if row["traits"])
    joined = [(row["occurred_at"], row["subject"]) for row in rows if row["name"] == ACCOUNT_JOINED and row["subject"]]
    return {
        "name": full_name(traits),
        "email": first_of(traits, (EMAIL,)) or _first(named, EMAIL),
        "phone": first_of(traits, PHONE_TRAITS) or _first(named, PHONE),
        "account": max(joined)[1] if joined else None,
        "traits": traits,
        "value": _value(rows),
        "scores": _scores(rows),
        "open_tickets": _open(rows),
        "consents": _consents(rows),
        "preferences": {name: traits[name] for name in PREFERENCES if name in traits},
    }


def _first(named: Sequence[Identifier], kind: str) -> str | None:
    return next((identifier.value for identifier in named if identifier.kind == kind), None)


def _value(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in rows:
        if row["name"] in MONEY and row["amount"] is not None:
            sign = 1 if row["name"] == vocabulary.ORDER_COMPLETED else -1
            currency = row["currency"] or ""
            found[currency] = found.get(currency, 0.0) + sign * abs(row["amount"])
    return found


def _scores(rows: Sequence[dict[str, Any]]) -> list[Answered]:
    names = ("metric", "score", "scale_min", "scale_max", "orientation")
    answers = [row for row in rows if row["name"] == vocabulary.SURVEY_ANSWERED and row["score"] is not None]
    return [Answered(row["occurred_at"], **{name: row[name] for name in names}) for row in answers]


def _open(rows: Sequence[dict[str, Any]]) -> list[OpenTicket]:
    """Tickets whose last word is that they were opened, or opened again."""
    last = {row["subject"]: row for row in rows if row["name"] in TICKETS and row["subject"]}
    begun = (vocabulary.TICKET_OPENED, vocabulary.TICKET_REOPENED)
    return [OpenTicket(subject, row["occurred_at"]) for subject, row in last.items() if row["name"] in begun]


def _consents(rows: Sequence[dict[str, Any]]) -> list[Consent]:
    """The last word about each purpose: ``properties.purpose``, or the subject, names it. A banner of Segment's kind
    tells all its categories at once, in ``context.consent.categoryPreferences``."""
    last: dict[str, Consent] = {}
    for row in rows:
        if row["name"] == CONSENT_UPDATED:
            last |= {name: Consent(name, is_given is True, row["occurred_at"]) for name, is_given in _categories(row)}
        elif row["name"] in CONSENTS:
            purpose = row["purpose"] or row["subject"] or ""
            last[purpose] = Consent(purpose, row["name"] == CONSENT_GIVEN, row["occurred_at"])
    return list(last.values())


def _categories(row: dict[str, Any]) -> list[tuple[str, Any]]:
    preferences = object_in(row["consent"]).get("categoryPreferences")
    return list(preferences.items()) if isinstance(preferences, dict) else []
