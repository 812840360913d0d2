"""What is known about people: the latest value of each trait over all the rows of a profile.

Traits are not kept apart from the stream: an identify call is an interaction, ``Profile Updated``, whose properties are
the traits. So they follow merges and unmerges exactly.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from regard.profiles.conditions import PROFILE_UPDATED
from regard.stream import Question, Store
from regard.stream.compose import sql

Traits = dict[str, Any]

NAME: Final = ("name", "full_name", "fullName")
GIVEN: Final = (("firstName", "lastName"), ("first_name", "last_name"), ("given_name", "family_name"))
PHONE_TRAITS: Final = ("phone", "mobile", "phone_number")


def traits_of(store: Store, customers: Sequence[int]) -> dict[int, Traits]:
    """The latest traits of these profiles; those of whom nothing is known are left out."""
    rows = _updates(store, customers)
    found: dict[int, Traits] = {}
    for customer, properties in zip(rows["customer"], rows["properties"], strict=True):
        found[customer] = latest([properties], found.get(customer))
    return found


def traits_together(store: Store, customers: Sequence[int]) -> Traits:
    """The traits that these profiles have as one."""
    return latest(_updates(store, customers)["properties"])


def latest(updates: Iterable[str], before: Mapping[str, Any] | None = None) -> Traits:
    """What holds after updates in their order: each value stands until the next; null takes a trait away.

    >>> latest(['{"plan": "free", "city": "Iași"}', '{"plan": "pro", "city": null}', "not JSON"])
    {'plan': 'pro'}
    """
    found = dict(before or {})
    for text in updates:
        found |= _object(text)
    return {name: value for name, value in found.items() if value is not None}


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
    text = """SELECT customer, properties FROM interactions
    WHERE name = :name AND customer IN (SELECT unnest(:customers)) AND NOT properties IS NULL
    ORDER BY occurred_at, id"""
    given = {"name": PROFILE_UPDATED, "customers": list(customers)}
    return store.ask(Question("traits", sql(text), given)).columns


def _object(text: str) -> Traits:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return str(value).strip() or None if isinstance(value, str | int | float) else None
