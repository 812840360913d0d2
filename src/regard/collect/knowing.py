"""Whose an event is: identifiers become keys, keys become profiles, and what two names in one event say is evidence.

What has been seen is remembered, so that steady traffic asks the store nothing. All of it is forgotten as soon as
somebody else changed who is who (a merge, an unmerge, an erasure, other rules).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from regard.base.ids import profile_number
from regard.collect.events import Event, object_of, senders_of, text_of
from regard.profiles import DEFAULT_RULES, Evidence, IdentityRules, Resolution, customers_of, evidence_of, rules_of
from regard.stream import Question, Store
from regard.stream.compose import sql

Names = tuple[str | None, ...]
REMEMBERED: Final = 100_000
"""How many people are remembered (some 50 MB); more than that, and everybody is looked up anew."""

OF_OTHERS: Final = frozenset(
    {"Invite Sent", "Referral Made", "Product Shared", "Cart Shared", "Account Added User", "Account Removed User"}
)
"""Names of events whose ``email`` is another person's than the one who acted."""

_KNOWN_PROFILES: Final = sql("SELECT count(*) AS n, coalesce(sum(customer % 1000000007), 0) AS s FROM identifiers")


def names_of(events: Sequence[Event]) -> list[Names]:
    """The names that each event gives: user id, anonymous id, e-mail, phone, and the id it had before.

    E-mail and phone are the traits of an identify, those of ``context.traits``, or properties of a track that is not
    about somebody else.
    """
    contacts = {context: (sender.email, sender.phone) for context, sender in senders_of(events).items()}
    found: list[Names] = []
    for event in events:
        email, phone = contacts[event.context]
        properties = event.properties
        if properties is not None and ('"email"' in properties or '"phone"' in properties):
            email, phone = _told(event, email, phone)
        found.append((event.user_id, event.anonymous_id, email, phone, event.previous_id))
    return found


def _told(event: Event, email: str | None, phone: str | None) -> tuple[str | None, str | None]:
    """E-mail and phone as the properties tell them, or as they were told before."""
    if event.kind == "group" or event.name in OF_OTHERS:
        return email, phone
    told = object_of(event.properties)
    return text_of(told.get("email")) or email, text_of(told.get("phone")) or phone


class People:
    """Who is who in one workspace, as far as the loader has seen."""

    def __init__(self) -> None:
        self.rules: IdentityRules = DEFAULT_RULES
        self._keys: dict[Names, tuple[str | None, datetime]] = {}
        self._customers: dict[str, int] = {}
        self._known: tuple[int, int] | None = None
        self._stamp = ""

    def look(self, store: Store) -> None:
        """Forget what is remembered when who is who was changed by anybody else."""
        if store.stamp() == self._stamp:
            return
        rules, known = rules_of(store), _known_profiles(store)
        if (rules, known) != (self.rules, self._known) or len(self._keys) > REMEMBERED:
            self._keys.clear()
            self._customers.clear()
        self.rules, self._known = rules, known

    def evidence(self, events: Sequence[Event], sources: Sequence[str]) -> list[Evidence]:
        """Give each event its ``source_key``; returns what they say about who is whom that is not known yet.

        Of what was observed before, only an earlier observation is news.
        """
        found: list[Evidence] = []
        seen = self._keys.get
        for event, source, names in zip(events, sources, names_of(events), strict=True):
            known, at = seen(names), event.occurred_at or event.received_at
            if known is None or at < known[1]:
                known = self._first_seen(names, source, at, found)
            event.source_key = known[0]
        return found

    def _first_seen(
        self, names: Names, source: str, at: datetime, found: list[Evidence]
    ) -> tuple[str | None, datetime]:
        user_id, anonymous_id, email, phone, previous_id = names
        own, told = evidence_of(
            self.rules,
            source=source,
            observed_at=at,
            user_id=user_id,
            anonymous_id=anonymous_id,
            email=email,
            phone=phone,
            previous_id=previous_id,
        )
        found += told
        seen = self._keys[names] = (own.key if own else None, at)
        return seen

    def customers(self, store: Store, events: Sequence[Event], resolution: Resolution) -> list[int | None]:
        """The number of each event's profile."""
        known, wanted = self._customers, [event.source_key for event in events]
        known.update(resolution.after)
        keys = [key for key in set(wanted).difference(known) if key is not None]
        nobody_is_linked = self._known is not None and self._known[0] == 0
        known.update({key: profile_number(key) for key in keys} if nobody_is_linked else customers_of(store, keys))
        return [None if key is None else known[key] for key in wanted]

    def settled(self, store: Store, resolution: Resolution) -> None:
        """What was found is written: until somebody else writes, it stays true."""
        self._stamp = store.stamp()
        if resolution.links:
            self._known = _known_profiles(store)


def _known_profiles(store: Store) -> tuple[int, int]:
    answer = store.ask(Question("known profiles", _KNOWN_PROFILES))
    return int(answer["n"][0]), int(answer["s"][0])
