"""Evidence: an event that names somebody twice says that both names are one person's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from regard.profiles.model import ANONYMOUS_ID, EMAIL, PHONE, USER_ID, Identifier, Link
from regard.profiles.rules import IdentityRules

SAME_EVENT: Final = "same_event"
TRAIT_EMAIL: Final = "trait_email"
TRAIT_PHONE: Final = "trait_phone"
ALIAS: Final = "alias"
MERGE: Final = "merge"
LINKAGE: Final = "linkage"
SEPARATE: Final = "separate"

DECISIONS: Final = (MERGE, LINKAGE)
"""Rules by which people said so: these links know no limits."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two identifiers seen as one person's: by which rule, in which source, and when (aware, UTC)."""

    a: Identifier
    b: Identifier
    rule: str
    source: str
    observed_at: datetime


def link_id(a: str, b: str, rule: str) -> str:
    """The id of a link: the same two keys and the same rule are the same link, in whichever order they are given.

    >>> link_id("1042", "email:a@example.org", "merge") == link_id("email:a@example.org", "1042", "merge")
    True
    """
    text = "\x1f".join((*sorted((a, b)), rule))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def link_of(evidence: Evidence, rules: IdentityRules) -> Link | None:
    """The link that evidence makes; None when one of the two names nobody, or both are the same name."""
    if _is_no_name(evidence.a, rules) or _is_no_name(evidence.b, rules) or evidence.a == evidence.b:
        return None
    a, b = sorted((evidence.a.key, evidence.b.key))
    return Link(link_id(a, b, evidence.rule), a, b, evidence.rule, evidence.source, evidence.observed_at)


def links_of(evidence: Iterable[Evidence], rules: IdentityRules) -> dict[str, Link]:
    """The links that evidence makes, by id; of what was observed repeatedly, the first observation."""
    found: dict[str, Link] = {}
    for item in evidence:
        link = link_of(item, rules)
        if link and (link.id not in found or earlier(link, found[link.id])):
            found[link.id] = link
    return found


def earlier(one: Link, other: Link) -> bool:
    """Whether an observation comes before another of the same link, whichever arrived first."""
    return (one.observed_at, one.source) < (other.observed_at, other.source)


def _is_no_name(identifier: Identifier, rules: IdentityRules) -> bool:
    return rules.blocks(identifier.kind, identifier.value)


def evidence_of(
    rules: IdentityRules,
    *,
    source: str,
    observed_at: datetime,
    user_id: object = None,
    anonymous_id: object = None,
    email: object = None,
    phone: object = None,
    previous_id: object = None,
) -> tuple[Identifier | None, list[Evidence]]:
    """Whose an event is, and what it says about who is whom.

    The strongest name that an event gives is its own; every other name in it is linked to that one. Values that name
    nobody are passed over.
    """
    named = [
        (rules.identifier(USER_ID, user_id), SAME_EVENT),
        (rules.identifier(ANONYMOUS_ID, anonymous_id), SAME_EVENT),
        (rules.identifier(EMAIL, email), TRAIT_EMAIL),
        (rules.identifier(PHONE, phone), TRAIT_PHONE),
        (rules.identifier(USER_ID, previous_id), ALIAS),
    ]
    known = [(name, rule) for name, rule in named if name is not None]
    if not known:
        return None, []
    own = known[0][0]
    return own, [Evidence(own, other, rule, source, observed_at) for other, rule in known[1:] if other != own]
