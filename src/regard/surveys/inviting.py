"""Whom to invite: what is known of people, what each may still be asked, and which of several wishes wins."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from regard.base import Invalid
from regard.base.shapes import learn
from regard.base.words import said
from regard.profiles import EMAIL, PHONE, USER_ID, customers_of, identifier_of, rules_of
from regard.stream import Question, Record, Store
from regard.stream.compose import sql
from regard.surveys.budget import Allowance, Asked, Held, held_back

EMAIL_CHANNEL: Final = "email"
SMS_CHANNEL: Final = "sms"
APP_CHANNEL: Final = "app"
"""In a site or an app: nothing is sent; the person's browser asks whether there is an invitation."""
ZONES: Final = ("time_zone", "timezone", "timeZone")
LANGUAGES: Final = ("language", "locale")
MOST_TRAITS: Final = 40
LONGEST_TRAIT: Final = 200
AT_ONCE: Final = 5_000


# --- what the company asks of itself -------------------------------------------------------------------------------


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for everything that a workspace asks: the allowance of one person, and, with ``consent_for``, that
    nobody is written to who has not agreed to that purpose."""

    allowance: Allowance = Allowance()
    consent_for: str = ""


learn(Rules)


_KEY: Final = "asking"


def rules_for_asking(store: Store) -> Rules:
    """The rules that were kept last, or the usual ones."""
    body = next((record.body for record in store.kept("settings", _KEY)), {})
    return msgspec.convert(body, Rules)


def keep_rules_for_asking(store: Store, rules: Rules, made_by: str | None = None) -> None:
    """Keep them as the next version."""
    store.keep(Record("settings", _KEY, msgspec.to_builtins(rules), made_by=made_by))


# --- people --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Somebody who may be asked: under which number and key the stream knows them, and what it knows."""

    customer: int
    source_key: str
    email: str = ""
    phone: str = ""
    traits: Mapping[str, Any] = field(default_factory=dict)

    def address(self, channel: str) -> str:
        """Where they are written to; empty when nobody knows, and where nothing is sent."""
        if channel == APP_CHANNEL:
            return ""
        return self.phone if channel == SMS_CHANNEL else self.email

    @property
    def language(self) -> str:
        return _first(self.traits, LANGUAGES).replace("_", "-")[:35]

    def zone(self, otherwise: str) -> str:
        """The time zone they live in, as far as it is one."""
        return zone_of(self.traits, otherwise)


def zone_of(traits: Mapping[str, Any], otherwise: str) -> str:
    """The time zone that traits name, or the other one.

    >>> zone_of({"timezone": "Europe/Warsaw"}, "UTC"), zone_of({"timezone": "../passwd"}, "UTC")
    ('Europe/Warsaw', 'UTC')
    """
    named = _first(traits, ZONES)
    try:
        return ZoneInfo(named).key if named else otherwise
    except (ValueError, OSError, KeyError):  # no zone of that name, or no name of a zone
        return otherwise


def _first(traits: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((traits[name] for name in names if isinstance(traits.get(name), str)), "")


EVENT_PREFIX: Final = "event_"
"""How traits begin that say what happened: ``{profile.event_subject}``."""


def shown_traits(traits: Mapping[str, Any]) -> dict[str, Any]:
    """Those that an invitation in a page keeps: what happened, and no more of the person, for a page says by itself
    whose it is. One that proves it gets the others when it takes the invitation.

    >>> shown_traits({"event_subject": "o-1", "income": 90_000})
    {'event_subject': 'o-1'}
    """
    return {name: value for name, value in traits.items() if name.startswith(EVENT_PREFIX)}


def kept_traits(traits: Mapping[str, Any]) -> dict[str, Any]:
    """What an invitation keeps of them, for texts and conditions: plain values, none of them long.

    >>> kept_traits({"plan": "pro", "history": [1, 2], "story": "x" * 500})
    {'plan': 'pro'}
    """
    named = sorted(traits.items(), key=lambda item: item[0] not in (*ZONES, *LANGUAGES))  # what sending needs, first
    plain = (
        (name, value)
        for name, value in named
        if isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= LONGEST_TRAIT)
    )
    return dict(item for item, _ in zip(plain, range(MOST_TRAITS), strict=False))


_PEOPLE: Final = """SELECT profiles.customer AS customer, email, phone, traits, keys.source_key AS source_key
FROM profiles JOIN (
    SELECT customer, min(source_key) AS source_key FROM interactions
    WHERE customer IN (SELECT unnest(:customers)) AND NOT source_key IS NULL GROUP BY customer
) AS keys ON keys.customer = profiles.customer
WHERE profiles.customer IN (SELECT unnest(:customers))"""


def people_of(store: Store, customers: Iterable[int]) -> dict[int, Person]:
    """What the table of profiles knows of these customers; those whom it does not know are left out."""
    found: dict[int, Person] = {}
    for some in _portions(list(customers)):
        rows = store.ask(Question("people to ask", sql(_PEOPLE), {"customers": some})).rows()
        found |= {row["customer"]: _person(row) for row in rows}
    return found


def _person(row: Mapping[str, Any]) -> Person:
    traits = json.loads(row["traits"] or "{}")
    return Person(row["customer"], row["source_key"], row["email"] or "", row["phone"] or "", traits)


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody as a list or a program names them: by one of the identifiers, with what else it knows of them."""

    email: str = ""
    phone: str = ""
    user_id: str = ""
    traits: dict[str, Any] = {}


def people_named(store: Store, named: Sequence[Named]) -> list[Person | None]:
    """The people who are meant, in order, with what the stream knows of them beside what was said now; None for a name
    that is nobody's."""
    rules = rules_of(store)
    keys = [_key(rules, one) for one in named]
    numbers: dict[str, int] = {}
    for some in _portions([key for key in keys if key]):
        numbers |= customers_of(store, some)
    known = people_of(store, set(numbers.values()))
    return [
        _meant(one, key, numbers[key], known.get(numbers[key])) if key else None
        for one, key in zip(named, keys, strict=True)
    ]


def _key(rules: Any, named: Named) -> str:
    return next(_keys(rules, named), "")


def _keys(rules: Any, named: Named) -> Iterator[str]:
    """Under which keys somebody is known whom a list names, the strongest first."""
    for kind, value in ((USER_ID, named.user_id), (EMAIL, named.email), (PHONE, named.phone)):
        if value and (found := rules.identifier(kind, value)):
            yield str(found.key)


def without(store: Store, named: Sequence[Named], keys: Iterable[str]) -> list[int]:
    """The places in a list of those whom none of these keys means."""
    rules, gone = rules_of(store), set(keys)
    return [place for place, one in enumerate(named) if gone.isdisjoint(_keys(rules, one))]


def _meant(named: Named, key: str, customer: int, known: Person | None) -> Person:
    traits = {**(known.traits if known else {}), **named.traits}
    identifier = identifier_of(key)
    email = named.email or (known.email if known else "") or (identifier.value if identifier.kind == EMAIL else "")
    phone = named.phone or (known.phone if known else "")
    return Person(customer, key, email.strip(), phone.strip(), traits)


# --- consent -------------------------------------------------------------------------------------------------------

_CONSENTS: Final = """SELECT customer, name, subject, PROPERTY(properties, 'purpose') AS purpose,
    PROPERTY(context, 'consent') AS consent FROM interactions
WHERE name IN ('Consent Given', 'Consent Withdrawn', 'Segment Consent Preference Updated')
    AND customer IN (SELECT unnest(:customers)) ORDER BY occurred_at, id"""


def agreed(store: Store, customers: Iterable[int], purpose: str) -> set[int]:
    """Those of the customers whose last word about a purpose is that they agree."""
    last: dict[int, bool] = {}
    for some in _portions(list(customers)):
        for row in store.ask(Question("consents of people", sql(_CONSENTS), {"customers": some})).rows():
            if (said_of := _said_of(row, purpose)) is not None:
                last[row["customer"]] = said_of
    return {customer for customer, is_given in last.items() if is_given}


def _said_of(row: Mapping[str, Any], purpose: str) -> bool | None:
    if row["name"] == "Segment Consent Preference Updated":
        try:
            told = json.loads(row["consent"] or "{}")["categoryPreferences"][purpose]
        except (ValueError, LookupError, TypeError):
            return None
        return told is True
    return row["name"] == "Consent Given" if purpose in (row["purpose"], row["subject"]) else None


# --- attention -----------------------------------------------------------------------------------------------------


class Earlier(NamedTuple):
    """An earlier request. One that is only ``is_planned`` gives way to a more urgent programme."""

    at: datetime
    survey: int
    priority: int = 0
    is_planned: bool = False
    number: int = 0
    """Of the invitation."""


class Verdict(NamedTuple):
    """Why somebody is not asked (None: they are), and whose plans give way."""

    held: Held | None
    displaced: Sequence[Earlier] = ()


def judged(at: datetime, survey: int, priority: int, before: Sequence[Earlier], allowance: Allowance) -> Verdict:
    """Whether somebody may be asked at an instant by a programme of this priority.

    >>> from datetime import UTC
    >>> day = lambda number: datetime(2026, 1, number, tzinfo=UTC)
    >>> judged(day(3), 1, 5, [Earlier(day(1), 2, 0, is_planned=True, number=9)], Allowance()).displaced[0].number
    9
    >>> judged(day(3), 1, 0, [Earlier(day(1), 2, 5, is_planned=True)], Allowance()).held
    <Held.OUTRANKED: 'outranked'>
    """
    firm = [one for one in before if not (one.is_planned and one.priority < priority)]
    held = _held(at, survey, firm, allowance)
    if held:
        others = [one for one in firm if not (one.is_planned and one.priority > priority)]
        return Verdict(held if _held(at, survey, others, allowance) else Held.OUTRANKED)
    displaced = []
    for plan in sorted(set(before) - set(firm), key=lambda one: -one.priority):
        if _held(at, survey, [*firm, plan], allowance):
            displaced.append(plan)
        else:
            firm.append(plan)
    return Verdict(None, displaced)


def _held(at: datetime, survey: int, before: Sequence[Earlier], allowance: Allowance) -> Held | None:
    return held_back(at, survey, (Asked(one.at, one.survey) for one in before), allowance)


_LINKED: Final = "SELECT key, customer FROM identifiers WHERE customer IN (SELECT unnest(:customers))"


def linked_keys(store: Store, customers: Iterable[int]) -> dict[str, int]:
    """Every identifier that evidence links to one of these customers, with whom it stands for now."""
    found: dict[str, int] = {}
    for some in _portions(list(customers)):
        rows = store.ask(Question("identifiers of people", sql(_LINKED), {"customers": some})).rows()
        found |= {row["key"]: row["customer"] for row in rows}
    return found


def _portions(items: list[Any]) -> Iterable[list[Any]]:
    return (items[place : place + AT_ONCE] for place in range(0, len(items), AT_ONCE))


# --- lists ---------------------------------------------------------------------------------------------------------


def read_list(data: bytes) -> list[Named]:
    """People out of a CSV file: one row each; ``email``, ``phone`` or ``user_id`` says who, all other columns are
    traits. Raises :class:`~regard.base.Invalid` when it cannot be read or names nobody.

    >>> read_list(b"email,first_name\\nann@example.org,Ann\\n")[0].traits
    {'first_name': 'Ann'}
    """
    try:
        text = data.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError as error:
        raise Invalid(
            said("the file is not text in UTF-8"), field="file", remedy=said("save it as CSV UTF-8")
        ) from error
    mark = next((mark for mark in (";", "\t") if mark in text.split("\n", 1)[0]), ",")
    rows = csv.DictReader(io.StringIO(text), delimiter=mark)
    heads = {head: _WHO.get((head or "").strip().lower(), "") for head in rows.fieldnames or ()}
    if not set(heads.values()) & {"email", "phone", "user_id"}:
        raise Invalid(
            said("no column says who is meant"),
            field="file",
            remedy=said("call one of them email, phone or user_id"),
        )
    found = [one for one in (_named(row, heads) for row in rows) if one.email or one.phone or one.user_id]
    if not found:
        raise Invalid(said("the file names nobody"), field="file")
    return found


_WHO: Final = {
    "email": "email", "e-mail": "email", "mail": "email", "phone": "phone", "mobile": "phone", "tel": "phone",
    "user_id": "user_id", "userid": "user_id", "customer_id": "user_id", "id": "user_id",
}  # fmt: skip


def _named(row: Mapping[str | None, Any], heads: Mapping[str, str]) -> Named:
    given = {name.strip(): (row[name] or "").strip() for name in heads if isinstance(row.get(name), str)}
    who = {kind: given[name.strip()] for name, kind in heads.items() if kind and name.strip() in given}
    traits = {name: value for name, value in given.items() if value and not heads.get(name)}
    return Named(**who, traits=traits)
