"""Resolving identity: new evidence in, and what changes about who is who out. Reads and computes; writes nothing.

Which identifiers are one person's is a pure function of the links that are not revoked (``partition``), worked out
again only among the identifiers that new links can reach. So the order in which evidence arrives does not matter, and
taking a link back is exact.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from functools import cached_property
from typing import Any, Final
from weakref import WeakKeyDictionary

from regard.base.ids import profile_number
from regard.profiles.changing import change
from regard.profiles.evidence import Evidence, earlier, links_of
from regard.profiles.model import Link, LinkState, ProfilesMerged, ProfilesUnmerged, identifier_of
from regard.profiles.partition import Partition, groups_of, partition
from regard.profiles.rules import IdentityRules, rules_of
from regard.stream import Change, Question, Store
from regard.stream.compose import naive, sql

_AT_ONCE: Final = 5000
"""Keys asked about in one question."""

_locks: WeakKeyDictionary[Store, threading.RLock] = WeakKeyDictionary()
_making = threading.Lock()


@contextmanager
def deciding(store: Store) -> Iterator[None]:
    """One thread at a time decides who is who: held from reading the evidence until what follows is written."""
    with _making:
        lock = _locks.setdefault(store, threading.RLock())
    with lock:
        yield


@dataclass(frozen=True)
class Resolution:
    """What evidence changes: links (new, or with a new state), and the profiles that keys stand for.

    ``before`` and ``after`` give every key within reach its profile's number; ``changes`` and ``moves`` go into the
    :class:`~regard.stream.Batch` that carries the rows, so that all of it is one transaction.
    """

    links: Sequence[Link] = ()
    before: Mapping[str, int] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()

    @cached_property
    def moves(self) -> dict[str, int]:
        """The keys whose rows go to another profile, and its number."""
        return {key: number for key, number in self.after.items() if self.before[key] != number}

    @cached_property
    def changes(self) -> list[Change]:
        """What to write beside the stream; a profile without figures is one to be brought up to date."""
        listed = sorted(self.moves.keys() | self.unlisted)
        stale = {self.after[key] for key in listed} | {self.before[key] for key in listed}
        changes = [change("links", _link_columns(self.links), ("id",))] if self.links else []
        if listed:
            changes.append(change("identifiers", _identifier_columns(listed, self.after), ("key",)))
            changes.append(change("profiles", {"customer": sorted(stale)}))
        return changes

    @cached_property
    def merged(self) -> dict[int, list[int]]:
        """Profiles that are gone into another: its number, and theirs."""
        after, found = groups_of(self.after), dict[int, list[int]]()
        for number, keys in after.items():
            gone = {self.before[key] for key in keys if self.before[key] not in after}
            if gone:
                found[number] = sorted(gone)
        return found

    @cached_property
    def split(self) -> dict[int, list[int]]:
        """Profiles that fell apart: the number they had, and the numbers of what they fell into."""
        parts = {number: sorted({self.after[key] for key in keys}) for number, keys in groups_of(self.before).items()}
        return {number: into for number, into in parts.items() if len(into) > 1}

    def news(self, workspace: str) -> list[ProfilesMerged | ProfilesUnmerged]:
        """What there is to tell once it is written."""
        merged = [ProfilesMerged(workspace, into, gone) for into, gone in self.merged.items()]
        return [*merged, *(ProfilesUnmerged(workspace, split, into) for split, into in self.split.items())]


def resolve(store: Store, evidence: Iterable[Evidence], rules: IdentityRules | None = None) -> Resolution:
    """What new evidence changes. Evidence that was observed before changes nothing, however it comes again.

    Hold :func:`deciding` until the resolution's changes and moves are written.
    """
    rules = rules or rules_of(store)
    seen = links_of(evidence, rules)
    known = {link.id: link for link in links_by_id(store, list(seen))}
    written = (_as_written(link, known.get(link.id)) for link in seen.values())
    return redecided(store, [link for link in written if link is not None], rules)


def redecided(store: Store, links: Sequence[Link], rules: IdentityRules | None = None) -> Resolution:
    """What follows when these links are new, or as given instead of as they were."""
    if not links:
        return Resolution()
    rules = rules or rules_of(store)
    around = closure(store, {key for link in links for key in (link.a, link.b)})
    return _followed(store, {link.id: link for link in around}, {link.id: link for link in links}, rules)


def resolve_again(store: Store, rules: IdentityRules | None = None) -> Resolution:
    """What follows when all the evidence is read again, by the rules of now or by others."""
    everything = {link.id: link for link in _links(store, "NOT id IS NULL", ())}
    return _followed(store, everything, {}, rules or rules_of(store))


def _followed(store: Store, around: Mapping[str, Link], given: Mapping[str, Link], rules: IdentityRules) -> Resolution:
    """What follows from known links, some of which are new or given otherwise than they were."""
    result = partition({**around, **given}.values(), rules)
    listed = _listed(store, result.customers)
    before = {key: listed.get(key) or profile_number(key) for key in result.customers}
    unlisted = frozenset(result.customers.keys() - listed.keys())
    return Resolution(_changed(around, given, result), before, result.customers, unlisted)


def _as_written(link: Link, before: Link | None) -> Link | None:
    """A link as it has to be written: itself when new, the known one at an earlier observation, or None."""
    if before is None:
        return link
    if earlier(link, before):
        return replace(before, observed_at=link.observed_at, source=link.source)
    return None


# --- reading -------------------------------------------------------------------------------------------------------


def closure(store: Store, keys: Iterable[str]) -> list[Link]:
    """Every link that can be reached from these keys over links that are not revoked.

    A link that was taken back leads nowhere: what stands at its other end is somebody else's, and not ours to decide.
    """
    found: dict[str, Link] = {}
    reached, frontier = set[str](), set(keys)
    while frontier:
        reached |= frontier
        links = _links(store, "a IN (SELECT unnest(:keys)) OR b IN (SELECT unnest(:keys))", sorted(frontier))
        found |= {link.id: link for link in links}
        ways = [link for link in links if link.state is not LinkState.REVOKED]
        frontier = {key for link in ways for key in (link.a, link.b)} - reached
    return [link for link in found.values() if {link.a, link.b} <= reached]


def links_by_id(store: Store, ids: Sequence[str]) -> list[Link]:
    """The links of these ids that there are."""
    return _links(store, "id IN (SELECT unnest(:keys))", ids)


def links_among(store: Store, keys: Iterable[str]) -> list[Link]:
    """The links that touch these keys, the oldest first."""
    found = _links(store, "a IN (SELECT unnest(:keys)) OR b IN (SELECT unnest(:keys))", sorted(keys))
    return sorted({link.id: link for link in found}.values(), key=lambda link: (link.observed_at, link.id))


def customers_of(store: Store, keys: Iterable[str]) -> dict[str, int]:
    """The number of the profile that each key stands for, whether or not evidence has linked it."""
    wanted = list(keys)
    return {key: profile_number(key) for key in wanted} | _listed(store, wanted)


def keys_of(store: Store, customers: Sequence[int]) -> dict[int, list[str]]:
    """The linked keys of these profiles. A key that nothing links is not listed anywhere: it is its rows'."""
    found: dict[int, list[str]] = {customer: [] for customer in customers}
    for place in range(0, len(customers), _AT_ONCE):
        some = list(customers[place : place + _AT_ONCE])
        text = "SELECT key, customer FROM identifiers WHERE customer IN (SELECT unnest(:customers)) ORDER BY key"
        for row in store.ask(Question("identifiers of profiles", sql(text), {"customers": some})).rows():
            found[row["customer"]].append(row["key"])
    return found


def _listed(store: Store, keys: Iterable[str]) -> dict[str, int]:
    text, found = "SELECT key, customer FROM identifiers WHERE key IN (SELECT unnest(:keys))", dict[str, int]()
    for some in _portions(list(keys)):
        rows = store.ask(Question("profiles of identifiers", sql(text), {"keys": some}))
        found |= dict(zip(rows["key"], rows["customer"], strict=True))
    return found


def _links(store: Store, condition: str, keys: Sequence[str]) -> list[Link]:
    text = f"SELECT id, a, b, rule, source, observed_at, state, made_by FROM links WHERE {condition}"  # noqa: S608
    portions = _portions(keys) if ":keys" in condition else [[]]
    asked = (Question("links", sql(text), {"keys": some} if some else {}) for some in portions)
    return [_link(row) for question in asked for row in store.ask(question).rows()]


def _portions(keys: Sequence[str]) -> list[list[str]]:
    return [list(keys[place : place + _AT_ONCE]) for place in range(0, len(keys), _AT_ONCE)]


def _link(row: dict[str, Any]) -> Link:
    observed_at = row["observed_at"].replace(tzinfo=UTC)
    return Link(**{**row, "observed_at": observed_at, "state": LinkState(row["state"])})


# --- writing -------------------------------------------------------------------------------------------------------


def _changed(before: Mapping[str, Link], given: Mapping[str, Link], result: Partition) -> list[Link]:
    """The links that are not in the store as they are now."""
    now = [replace(link, state=result.states[link.id]) for link in {**before, **given}.values()]
    return [link for link in now if before.get(link.id) != link]


def _link_columns(links: Sequence[Link]) -> dict[str, list[Any]]:
    names = ("id", "a", "b", "rule", "source", "state", "made_by")
    plain: dict[str, list[Any]] = {name: [getattr(link, name) for link in links] for name in names}
    return plain | {"observed_at": [naive(link.observed_at) for link in links]}


def _identifier_columns(keys: Sequence[str], customers: Mapping[str, int]) -> dict[str, Sequence[Any]]:
    named = [identifier_of(key) for key in keys]
    return {
        "key": keys,
        "kind": [identifier.kind for identifier in named],
        "value": [identifier.value for identifier in named],
        "customer": [customers[key] for key in keys],
    }
