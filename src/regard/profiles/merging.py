"""Merging by hand, and taking any link back. Both only write evidence; who is who follows from it, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from regard.base import Conflict, Invalid, NotFound, clock
from regard.base.events import publish
from regard.base.words import said
from regard.profiles.evidence import MERGE, SEPARATE, link_id
from regard.profiles.model import Link, LinkState, identifier_of
from regard.profiles.resolving import Resolution, deciding, keys_of, links_by_id, redecided
from regard.profiles.rules import rules_of
from regard.profiles.traits import Traits, traits_of, traits_together
from regard.stream import Batch, Question, Record, Store, vocabulary
from regard.stream.compose import sql

DECISION: Final = "identity_decision"

_CONTRACTS = (
    vocabulary.ORDER_COMPLETED,
    vocabulary.SUBSCRIPTION_STARTED,
    vocabulary.SUBSCRIPTION_RENEWED,
    vocabulary.SUBSCRIPTION_CANCELLED,
    vocabulary.SUBSCRIPTION_EXPIRED,
)
BEARS_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "retention": _CONTRACTS,
    "churn": _CONTRACTS,
    "fcr": (
        vocabulary.TICKET_OPENED,
        vocabulary.TICKET_REPLIED,
        vocabulary.TICKET_REASSIGNED,
        vocabulary.TICKET_RESOLVED,
        vocabulary.TICKET_REOPENED,
    ),
    "resolution_time": (vocabulary.TICKET_OPENED, vocabulary.TICKET_RESOLVED, vocabulary.TICKET_CLOSED),
    "referral_rate": (vocabulary.REFERRAL_MADE, vocabulary.REFERRAL_CONVERTED),
}
"""The interactions that each metric about customers and tickets reads; an answer says which metric is its own."""

SURVEYED: Final = ("csat", "nps", "ces")


@dataclass(frozen=True)
class Side:
    """A profile as it is before a merge, or after it is taken back."""

    number: int
    keys: Sequence[str]
    interactions: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    traits: Traits


@dataclass(frozen=True)
class TraitChange:
    """A trait on which two profiles differ, and the value that the merged one will have."""

    name: str
    values: Sequence[Any]
    kept: Any


@dataclass(frozen=True)
class MergePreview:
    """What a merge would change, before anything is written.

    ``moved`` counts the interactions that would belong to another profile; ``metrics`` the interactions of the
    profiles on which each of the eight metrics rests.
    """

    into: int
    sides: Sequence[Side]
    moved: int
    traits: Sequence[TraitChange]
    metrics: Mapping[str, int]
    resolution: Resolution


def preview_merge(store: Store, a: int, b: int) -> MergePreview:
    """What merging two profiles would change. Raises Conflict when they were separated for ever."""
    resolution = _merged(store, a, b, None)
    numbers = sorted({resolution.before[key] for key in resolution.moves} | {a, b})
    sides = [_side(store, number) for number in numbers]
    into = resolution.after[_key_of(store, a)]
    moved = sum(side.interactions for side in sides if side.number != into)
    return MergePreview(into, sides, moved, _trait_changes(store, sides), _bearing(store, numbers), resolution)


def merge(store: Store, a: int, b: int, made_by: str | None = None, *, workspace: str = "") -> Resolution:
    """Make two profiles one, for a person who knows that they are: no limit holds against it."""
    with deciding(store):
        resolution = _merged(store, a, b, made_by)
        return _written(store, resolution, _link_between(store, a, b, MERGE, made_by), "merged", made_by, workspace)


def unmerge(store: Store, link: str, made_by: str | None = None, *, workspace: str = "") -> Resolution:
    """Take a link back, whoever or whatever made it. Profiles are then as if it had never been observed."""
    with deciding(store):
        revoked = replace(_link(store, link), state=LinkState.REVOKED)
        return _written(store, redecided(store, [revoked]), revoked, "revoked", made_by, workspace)


def preview_unmerge(store: Store, link: str) -> Resolution:
    """What taking a link back would change."""
    return redecided(store, [replace(_link(store, link), state=LinkState.REVOKED)])


def restore(store: Store, link: str, made_by: str | None = None, *, workspace: str = "") -> Resolution:
    """Let a link that was taken back hold again."""
    with deciding(store):
        restored = replace(_link(store, link, revoked=True), state=LinkState.ACCEPTED)
        return _written(store, redecided(store, [restored]), restored, "restored", made_by, workspace)


def separate(store: Store, a: str, b: str, made_by: str | None = None, *, workspace: str = "") -> Resolution:
    """Keep two identifiers (keys) apart for ever, whatever evidence says; ``unmerge`` takes that back too."""
    if a == b:
        raise Invalid(said("an identifier cannot be separated from itself"), field="b")
    with deciding(store):
        link = _decided(a, b, SEPARATE, made_by)
        return _written(store, redecided(store, [link]), link, "separated", made_by, workspace)


def connect(store: Store, a: str, b: str, rule: str, made_by: str | None, *, workspace: str = "") -> Resolution:
    """Link two identifiers (keys) by a person's decision."""
    with deciding(store):
        link = _decided(a, b, rule, made_by)
        resolution = _unless_separated(redecided(store, [link]), link)
        return _written(store, resolution, link, "merged", made_by, workspace)


# --- inside --------------------------------------------------------------------------------------------------------


def _merged(store: Store, a: int, b: int, made_by: str | None) -> Resolution:
    link = _link_between(store, a, b, MERGE, made_by)
    return _unless_separated(redecided(store, [link]), link)


def _unless_separated(resolution: Resolution, link: Link) -> Resolution:
    if any(item.id == link.id and item.state is LinkState.SEPARATED for item in resolution.links):
        raise Conflict(
            said("these profiles were separated for ever"),
            remedy=said("take the separation back first"),
            code="separated",
        )
    return resolution


def _written(
    store: Store, resolution: Resolution, link: Link, decision: str, made_by: str | None, workspace: str
) -> Resolution:
    body = {"decision": decision, "a": link.a, "b": link.b, "rule": link.rule}
    record = Record(DECISION, link.id, body, made_by=made_by)
    store.append(Batch(records=[record], changes=resolution.changes, moves=resolution.moves))
    for news in resolution.news(workspace):
        publish(news)
    return resolution


def _link_between(store: Store, a: int, b: int, rule: str, made_by: str | None) -> Link:
    if a == b:
        raise Invalid(said("a profile cannot be merged with itself"), field="b")
    return _decided(_key_of(store, a), _key_of(store, b), rule, made_by)


def _decided(a: str, b: str, rule: str, made_by: str | None) -> Link:
    first, second = sorted((a, b))
    return Link(link_id(a, b, rule), first, second, rule, "person", clock.now(), made_by=made_by)


def _link(store: Store, link: str, *, revoked: bool = False) -> Link:
    found = links_by_id(store, [link])
    if not found:
        raise NotFound(said("there is no such link"), field="link")
    if (found[0].state is LinkState.REVOKED) != revoked:
        message = said("this link holds already") if revoked else said("this link was taken back already")
        raise Conflict(message, field="link")
    return found[0]


def _key_of(store: Store, customer: int) -> str:
    """The strongest identifier of a profile."""
    keys = keys_of(store, [customer])[customer] or _own_keys(store, customer)
    if not keys:
        raise NotFound(said("there is no profile {number}", number=customer), field="customer")
    return min(map(identifier_of, keys), key=rules_of(store).rank).key


def _own_keys(store: Store, customer: int) -> list[str]:
    text = "SELECT min(source_key) AS key FROM interactions WHERE customer = :customer"
    keys = store.ask(Question("key of a profile", sql(text), {"customer": customer}))["key"]
    return [key for key in keys if key is not None]


def _side(store: Store, number: int) -> Side:
    text = """SELECT count(*) AS interactions, min(occurred_at) AS first_seen_at, max(occurred_at) AS last_seen_at
    FROM interactions WHERE customer = :customer"""
    row = store.ask(Question("side of a merge", sql(text), {"customer": number})).rows()[0]
    keys = keys_of(store, [number])[number] or _own_keys(store, number)
    return Side(number, keys, **row, traits=traits_of(store, [number]).get(number, {}))


def _trait_changes(store: Store, sides: Sequence[Side]) -> list[TraitChange]:
    together = traits_together(store, [side.number for side in sides])
    names = sorted({name for side in sides for name in side.traits})
    found = [TraitChange(name, [side.traits.get(name) for side in sides], together.get(name)) for name in names]
    return [change for change in found if any(value != change.kept for value in change.values)]


def _bearing(store: Store, customers: Sequence[int]) -> dict[str, int]:
    text = """SELECT name, metric, count(*) AS n FROM interactions
    WHERE customer IN (SELECT unnest(:customers)) GROUP BY name, metric"""
    rows = store.ask(Question("interactions of profiles", sql(text), {"customers": list(customers)})).rows()
    answers = {
        metric: sum(row["n"] for row in rows if row["name"] == vocabulary.SURVEY_ANSWERED and row["metric"] == metric)
        for metric in SURVEYED
    }
    return answers | {
        metric: sum(row["n"] for row in rows if row["name"] in names) for metric, names in BEARS_ON.items()
    }
