"""Who is one person: the links in their order, each accepted unless it would join what must stay apart.

Pure: the same links and rules give the same profiles, in whatever order the links arrived. Links that people decided
(merges) know no limits; separations hold against everything.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from regard.base.ids import profile_number
from regard.profiles.evidence import DECISIONS, SEPARATE
from regard.profiles.model import Identifier, Link, LinkState, identifier_of
from regard.profiles.rules import IdentityRules


@dataclass(frozen=True)
class Partition:
    """What became of every link, and the number of the profile that every key stands for."""

    states: Mapping[str, LinkState]
    customers: Mapping[str, int]


@dataclass
class _Group:
    """Identifiers that are one person's, so far; by kind, when each was first seen, the earliest first."""

    keys: list[str]
    kinds: dict[str, list[datetime]]


def partition(links: Iterable[Link], rules: IdentityRules) -> Partition:
    """Replay the links that are not revoked, by when they were observed, then by id."""
    ordered = sorted(links, key=lambda link: (link.observed_at, link.id))
    standing = [link for link in ordered if link.state is not LinkState.REVOKED]
    replay = _Replay(standing, rules)
    states = {link.id: replay.judge(link) for link in standing}
    states |= {link.id: link.state for link in ordered if link.state is LinkState.REVOKED}
    return Partition(states, replay.customers() | _alone(ordered, replay))


class _Replay:
    """The groups as they grow, link by link."""

    def __init__(self, links: list[Link], rules: IdentityRules):
        self.rules = rules
        self.groups: dict[str, _Group] = {}
        self.apart = [(link.a, link.b) for link in links if link.rule == SEPARATE]
        for link in links:
            for key in (link.a, link.b):
                if key not in self.groups:
                    self.groups[key] = _Group([key], {identifier_of(key).kind: [link.observed_at]})

    def judge(self, link: Link) -> LinkState:
        """Join the two ends when nothing forbids it."""
        one, other = self.groups[link.a], self.groups[link.b]
        if link.rule == SEPARATE or one is other:
            return LinkState.ACCEPTED
        if self._are_apart(one, other):
            return LinkState.SEPARATED
        if link.rule not in DECISIONS:
            if self._names_nobody(link.a) or self._names_nobody(link.b):
                return LinkState.BLOCKED
            if self._is_over_limit(one, other, link.observed_at):
                return LinkState.OVER_LIMIT
        self._join(one, other)
        return LinkState.ACCEPTED

    def customers(self) -> dict[str, int]:
        """The number of every key's profile: that of the strongest of its identifiers."""
        found: dict[str, int] = {}
        for group in {id(group): group for group in self.groups.values()}.values():
            number = number_of(map(identifier_of, group.keys), self.rules)
            found |= dict.fromkeys(group.keys, number)
        return found

    def _are_apart(self, one: _Group, other: _Group) -> bool:
        joined = {id(one), id(other)}
        return any({id(self.groups[a]), id(self.groups[b])} == joined for a, b in self.apart)

    def _names_nobody(self, key: str) -> bool:
        """Values may have been blocked after they were seen."""
        identifier = identifier_of(key)
        return self.rules.blocks(identifier.kind, identifier.value)

    def _is_over_limit(self, one: _Group, other: _Group, at: datetime) -> bool:
        """A limit stops only what would gather more: both sides bring identifiers of that kind."""
        for kind in one.kinds.keys() & other.kinds.keys():
            rule = self.rules.rule_for(kind)
            since = at - timedelta(days=rule.per_days) if rule.per_days else None
            counts = [_recent(group.kinds[kind], since) for group in (one, other)]
            if all(counts) and sum(counts) > rule.limit:
                return True
        return False

    def _join(self, one: _Group, other: _Group) -> None:
        large, small = (one, other) if len(one.keys) >= len(other.keys) else (other, one)
        large.keys += small.keys
        for kind, times in small.kinds.items():
            seen = large.kinds.setdefault(kind, [])
            for at in times:
                insort(seen, at)
        for key in small.keys:
            self.groups[key] = large


def _recent(times: list[datetime], since: datetime | None) -> int:
    return len(times) if since is None else len(times) - bisect_right(times, since)


def number_of(identifiers: Iterable[Identifier], rules: IdentityRules) -> int:
    """The number of the profile that has these identifiers.

    >>> from regard.profiles.rules import DEFAULT_RULES
    >>> number_of([Identifier("email", "a@example.org"), Identifier("user_id", "a")], DEFAULT_RULES)
    6078585027090374790
    """
    return profile_number(min(identifiers, key=rules.rank).key)


def groups_of(customers: Mapping[str, int]) -> dict[int, set[str]]:
    """The keys of every profile."""
    found: dict[int, set[str]] = defaultdict(set)
    for key, customer in customers.items():
        found[customer].add(key)
    return found


def _alone(links: Iterable[Link], replay: _Replay) -> dict[str, int]:
    """Keys whose links are all revoked stand for themselves."""
    keys = (key for link in links for key in (link.a, link.b))
    return {key: profile_number(key) for key in keys if key not in replay.groups}
