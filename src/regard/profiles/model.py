"""The nouns of identity: identifiers, the evidence that links them, the rules, and what happened to profiles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

USER_ID: Final = "user_id"
ANONYMOUS_ID: Final = "anonymous_id"
EMAIL: Final = "email"
PHONE: Final = "phone"

_WORD = re.compile(r"[a-z][a-z0-9_]*:")


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A name by which a source knows somebody, e.g. ``Identifier("email", "a@example.org")``."""

    kind: str
    value: str

    @property
    def key(self) -> str:
        """The text kept in ``source_key``. A user id stands for itself, as in imported files.

        >>> Identifier("user_id", "1042").key, Identifier("email", "a@example.org").key
        ('1042', 'email:a@example.org')
        >>> Identifier("user_id", "email:x").key
        'user_id:email:x'
        """
        bare = self.kind == USER_ID and not _WORD.match(self.value)
        return self.value if bare else f"{self.kind}:{self.value}"


def identifier_of(key: str) -> Identifier:
    """The identifier that a ``source_key`` stands for.

    >>> identifier_of("1042"), identifier_of("email:a@example.org")
    (Identifier(kind='user_id', value='1042'), Identifier(kind='email', value='a@example.org'))
    """
    kind, colon, value = key.partition(":")
    return Identifier(kind, value) if colon and _WORD.match(key) else Identifier(USER_ID, key)


class LinkState(StrEnum):
    """What became of a piece of evidence."""

    ACCEPTED = "accepted"
    OVER_LIMIT = "over_limit"
    BLOCKED = "blocked"
    SEPARATED = "separated"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Link:
    """Evidence that two identifiers (by their keys) belong to one person: which rule says so, who, and when."""

    id: str
    a: str
    b: str
    rule: str
    source: str
    observed_at: datetime
    state: LinkState = LinkState.ACCEPTED
    made_by: str | None = None


@dataclass(frozen=True, slots=True)
class IdentifierRule:
    """How one kind of identifier links: ``priority`` (1 is strongest), how many of it a profile may gather (ever, or
    within ``per_days`` days), and what is no name (regular expressions for the whole value)."""

    kind: str
    priority: int
    limit: int
    blocked: tuple[str, ...] = ()
    per_days: int | None = None


@dataclass(frozen=True, slots=True)
class ProfilesMerged:
    """Two or more profiles turned out to be one person."""

    workspace: str
    into: int
    merged: Sequence[int]


@dataclass(frozen=True, slots=True)
class ProfilesUnmerged:
    """A merge was taken back."""

    workspace: str
    split: int
    into: Sequence[int]


@dataclass(frozen=True, slots=True)
class SegmentEntered:
    """Customers began to belong to a segment."""

    workspace: str
    segment: str
    customers: Sequence[int]


@dataclass(frozen=True, slots=True)
class SegmentLeft:
    """Customers ceased to belong to a segment."""

    workspace: str
    segment: str
    customers: Sequence[int]
