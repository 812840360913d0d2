"""A return path of each mail's own (VERP, variable envelope return paths; Bernstein 1997): by the address that a report
comes to it says which mail it is about, whatever else it leaves out, or names otherwise because mail was forwarded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from regard.surveys.tokens import spell_id, spelled_id

PURPOSE: Final = "bounce"
ID: Final = "{id}"
"""Where the id stands in the address that the operator has set up, such as ``bounces+{id}@cx.example.org``."""


def return_path(pattern: str, secret: str, public_id: str) -> str:
    """The return path of the mail that carries an invitation; empty (the sender's own) where none is set up.

    >>> made = return_path("bounces+{id}@cx.example.org", "secret", "0192d3a0-0000-7000-8000-000000000001")
    >>> invitation_at("bounces+{id}@cx.example.org", "secret", ["ann@example.org", made.upper()])
    '0192d3a0-0000-7000-8000-000000000001'
    """
    return pattern.replace(ID, spell_id(secret, PURPOSE, public_id)) if pattern else ""


def invitation_at(pattern: str, secret: str, addresses: Iterable[str]) -> str:
    """The public id of the invitation whose return path is among these addresses; empty when none is."""
    before, _, after = pattern.lower().partition(ID)
    for address in map(str.lower, addresses if pattern else ()):
        is_so = address.startswith(before) and address.endswith(after)
        if is_so and (found := spelled_id(secret, PURPOSE, address[len(before) : len(address) - len(after)])):
            return found
    return ""
