"""Taking somebody out: which keys are theirs, so that every storey can forget them."""

from __future__ import annotations

from regard.stream import Question, Store
from regard.stream.compose import sql

_KEYS = """SELECT key FROM identifiers WHERE customer = :customer
UNION SELECT source_key FROM interactions WHERE customer = :customer AND NOT source_key IS NULL ORDER BY key"""


def keys_of_one(store: Store, number: int) -> list[str]:
    """Every key of a profile: those that evidence has linked, and those that its interactions came with."""
    return [str(key) for key in store.ask(Question("keys of a profile", sql(_KEYS), {"customer": number}))["key"]]


__all__ = ["keys_of_one"]
