"""What is known about people: the latest value of each trait over all the rows of a profile.

Traits are not kept apart from the stream: an identify call is an interaction, ``Profile Updated``, whose properties are
the traits. So they follow merges and unmerges exactly.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from regard.profiles.conditions import PROFILE_UPDATED
from regard.stream import Question, Store
from regard.stream.compose import sql

Traits = dict[str, Any]
Update = tuple[Any, str]
"""An instant, and the traits that were said then, as JSON."""

NAME: Final = ("name", "full_name", "fullName")
GIVEN: Final = (("firstName", "lastName"), ("first_name", "last_name"), ("given_name", "family_name"))
PHONE_TRAITS: Final = ("phone", "mobile", "phone_number")


def traits_of(store: Store, customers: Sequence[int]) -> dict[int, Traits]:
    """The latest traits of these profiles; those of whom nothing is known are left out."""
    rows, updates = _updates(store, customers), defaultdict[int, list[Update]](list)
    for customer, at, properties in zip(rows["customer"], rows["occurred_at"], rows["properties"], strict=True):
        updates[customer].append((at, properties))
    return {customer: latest(told) for customer, told in updates.items()}


def traits_together(store: Store, customers: Sequence[int]) -> Traits:
    """The traits that these profiles have as one."""
    rows = _updates(store, customers)
    return latest(zip(rows["occurred_at"], rows["properties"], strict=True))


def latest(updates: Iterable[Update]) -> Traits:
    """What holds after updates, in whatever order: each trait as it was said last (at one instant: the greatest, as
    text; so in segments, too); null takes a trait away.

    >>> latest([(1, '{"plan": "free", "city": "Iași"}'), (2, '{"plan": "pro", "city": null}'), (3, "not JSON")])
    {'plan': 'pro'}
    >>> latest([(1, '{"plan": "pro", "city": "Iași"}'), (1, '{"plan": "free", "city": null}')])
    {'plan': 'pro', 'city': 'Iași'}
    """
    told: dict[str, tuple[Any, Any]] = {}
    for at, text in updates:
        for name, value in object_in(text).items():
            if name not in told or _is_later((at, value), told[name]):
                told[name] = (at, value)
    return {name: value for name, (_at, value) in told.items() if value is not None}


def _is_later(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    return bool(one[0] > other[0] if one[0] != other[0] else _rank(one[1]) > _rank(other[1]))


def _rank(value: Any) -> tuple[bool, str]:
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return value is not None, text


def full_name(traits: Mapping[str, Any]) -> str | None:
    """A person's name out of traits, whole or in two parts.

    >>> full_name({"firstName": "Ada", "lastName": "King"}), full_name({"plan": "pro"})
    ('Ada King', None)
    """
    parts = (" ".join(filter(None, (_text(traits.get(one)) for one in pair))) for pair in GIVEN)
    return first_of(traits, NAME) or next(filter(None, parts), None)


def first_of(traits: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """The first of these traits that says anything, as text."""
    return next(filter(None, (_text(traits.get(name)) for name in names)), None)


def _updates(store: Store, customers: Sequence[int]) -> Mapping[str, Sequence[Any]]:
    text = """SELECT customer, occurred_at, properties FROM interactions
    WHERE name = :name AND customer IN (SELECT unnest(:customers)) AND NOT properties IS NULL
    ORDER BY occurred_at, id"""
    given = {"name": PROFILE_UPDATED, "customers": list(customers)}
    return store.ask(Question("traits", sql(text), given)).columns


def object_in(text: str | None) -> dict[str, Any]:
    """The JSON object that a column holds; empty for nothing, for what is none, and for what is nested too deeply."""
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return str(value).strip() or None if isinstance(value, str | int | float) else None
