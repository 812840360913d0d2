"""The review queue: pairs that may be one person, for a person to accept or refuse. Refused is refused for ever."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from regard.base import Conflict, NotFound
from regard.base.words import said
from regard.profiles.evidence import LINKAGE, link_id
from regard.profiles.linkage import Likeness, Reason, Threshold, likenesses
from regard.profiles.merging import connect
from regard.profiles.resolving import Resolution, customers_of
from regard.profiles.traits import first_of
from regard.stream import Question, Record, Store
from regard.stream.compose import sql

KIND: Final = "linkage_suggestion"
OPEN, ACCEPTED, REFUSED = "open", "accepted", "refused"
THRESHOLDS: Final = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
MOST: Final = 100_000
"""Profiles compared at one time: those seen latest."""

_ALSO: Final = {
    "first_name": ("firstName", "first_name", "given_name"), "last_name": ("lastName", "last_name", "family_name"),
    "dob": ("birthday", "dob", "date_of_birth", "birthDate"), "street": ("street",), "city": ("city",),
    "postcode": ("postcode", "postalCode", "postal_code", "zip"), "company": ("company",), "address": ("address",),
}  # fmt: skip
"""Columns in which profiles are compared, and the traits that tell them; those of an address may stand in one trait."""

_PEOPLE = """SELECT p.customer AS customer, p.name AS name, p.email AS email, p.phone AS phone, p.traits AS traits,
    k.key AS key
FROM profiles AS p JOIN (
    SELECT customer, min(source_key) AS key FROM interactions WHERE NOT source_key IS NULL GROUP BY customer
) AS k ON k.customer = p.customer
WHERE NOT p.interactions IS NULL AND NOT (p.name IS NULL AND p.email IS NULL AND p.phone IS NULL)
ORDER BY p.last_seen_at DESC, p.customer LIMIT :n"""


@dataclass(frozen=True)
class Suggestion:
    """Two identifiers whose profiles may be one person's, how probable that is, why, and what was decided."""

    id: str
    a: str
    b: str
    probability: float
    weight: float
    reasons: Sequence[Reason]
    state: str = OPEN
    decided_by: str | None = None


def suggest_links(store: Store, at_least: float = 0.5) -> list[Suggestion]:
    """Compare the profiles, and put new pairs of them into the queue. What was decided is never asked again.

    Needs the table of profiles to be up to date. Raises Unavailable without the extra ``regard[linkage]``.
    """
    people = store.ask(Question("people to compare", sql(_PEOPLE), {"n": MOST})).rows()
    known = {record.key for record in store.kept(KIND)}
    found = (_suggestion(item) for item in likenesses([_record(row) for row in people], at_least=at_least))
    new = [item for item in found if item.id not in known]
    store.keep(*(Record(KIND, item.id, _body(item)) for item in new))
    return new


def link_suggestions(store: Store, state: str = OPEN) -> list[Suggestion]:
    """The queue, the most probable first; pairs that have become one profile by now are passed over."""
    found = [item for item in map(_read, store.kept(KIND)) if item.state == state]
    if state == OPEN:
        now = customers_of(store, {key for item in found for key in (item.a, item.b)})
        found = [item for item in found if now[item.a] != now[item.b]]
    return sorted(found, key=lambda item: (-item.weight, item.id))


def accept_suggestion(store: Store, suggestion: str, made_by: str | None = None, *, workspace: str = "") -> Resolution:
    """Merge the two profiles by this suggestion; like every link, it can be taken back."""
    item = _open(store, suggestion)
    resolution = connect(store, item.a, item.b, LINKAGE, made_by, workspace=workspace)
    _decide(store, item, ACCEPTED, made_by)
    return resolution


def refuse_suggestion(store: Store, suggestion: str, made_by: str | None = None) -> None:
    """Say that these are two people: the pair is not suggested again."""
    _decide(store, _open(store, suggestion), REFUSED, made_by)


def measure_decisions(decided: Sequence[Suggestion]) -> list[Threshold]:
    """What suggesting from each probability upwards would have come to, by what people decided so far.

    ``precision`` is the share of those accepted among those decided; ``recall`` the share of all accepted that would
    have been suggested. Pairs that were never suggested are not known, so that recall is among those suggested.
    """
    accepted = sum(item.state == ACCEPTED for item in decided)
    found = []
    for least in THRESHOLDS:
        above = [item for item in decided if item.probability >= least]
        right = sum(item.state == ACCEPTED for item in above)
        precision = right / len(above) if above else None
        found.append(Threshold(least, precision, right / accepted if accepted else 0.0, len(above), right))
    return found


def _open(store: Store, suggestion: str) -> Suggestion:
    records = store.kept(KIND, suggestion)
    if not records:
        raise NotFound(said("there is no such suggestion"), field="suggestion")
    item = _read(records[0])
    if item.state != OPEN:
        raise Conflict(said("this suggestion was decided already"), field="suggestion")
    return item


def _decide(store: Store, item: Suggestion, state: str, made_by: str | None) -> None:
    store.keep(Record(KIND, item.id, {**_body(item), "state": state}, made_by=made_by))


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    """A profile as it is compared: its whole name only where the parts are not known."""
    traits = json.loads(row["traits"] or "{}")
    inside = traits.get("address")
    traits = {**inside, **traits, "address": None} if isinstance(inside, dict) else traits
    told = {column: first_of(traits, names) for column, names in _ALSO.items()}
    whole = None if told["first_name"] and told["last_name"] else row["name"]
    return {"key": row["key"], "name": whole, "email": row["email"], "phone": row["phone"], **told}


def _suggestion(item: Likeness) -> Suggestion:
    a, b = sorted((item.a, item.b))
    return Suggestion(link_id(a, b, LINKAGE), item.a, item.b, item.probability, item.weight, item.reasons)


def _body(item: Suggestion) -> dict[str, Any]:
    reasons = [{"field": one.field, "weight": one.weight, "values": list(one.values)} for one in item.reasons]
    plain = {name: getattr(item, name) for name in ("a", "b", "probability", "weight", "state")}
    return {**plain, "reasons": reasons}


def _read(record: Record) -> Suggestion:
    body = dict(record.body)
    reasons = [Reason(one["field"], one["weight"], tuple(one["values"])) for one in body.pop("reasons")]
    return Suggestion(record.key, reasons=reasons, decided_by=record.made_by, **body)
