"""Static lists: the customers whose identifiers somebody uploaded."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from regard.base import Invalid
from regard.base.ids import profile_number
from regard.base.words import said
from regard.profiles.changing import change
from regard.profiles.conditions import PROFILE_UPDATED, Listed
from regard.profiles.model import EMAIL, USER_ID
from regard.profiles.rules import IdentityRules, rules_of
from regard.profiles.segments import Segment, free_key, keep_segment
from regard.profiles.selecting import listed
from regard.stream import Batch, Change, Question, Store, compose

MOST = 1_000_000
HEADINGS = ("email", "e-mail", "mail", "user_id", "userid", "customer_id", "customer", "id", "key", "identifier")
"""What the column with the identifiers may be called; the first of these there is, else the first column."""


@dataclass(frozen=True)
class Uploaded:
    """A list as it was taken in: how many identifiers, and which of them nobody is known by yet. Those are kept: who
    turns up under one later belongs to the list."""

    segment: Segment
    identifiers: int
    unknown: Sequence[str]


def upload_list(
    store: Store, title: str, data: bytes, *, key: str | None = None, made_by: str | None = None
) -> Uploaded:
    """Make a static list out of a CSV file of user ids or e-mail addresses (a ``key`` there is: put it in the place of
    what the list held).

    Raises :class:`~regard.base.Invalid` when the file cannot be read or names nobody.
    """
    keys = keys_in(data, rules_of(store))
    used = key or free_key(store, title)
    segment = keep_segment(store, title, Listed(key=used), key=used, made_by=made_by)
    store.append(Batch(changes=[_standing(used, keys, ("segment",))]))
    found = _by_traits(store, used)
    if found:
        more = sorted({source_key for source_key, _ in found})
        store.append(Batch(changes=[_standing(used, more, ("segment", "key"))]))
    reached = {key for _, key in found}
    return Uploaded(segment, len(keys), [one for one in _unmet(store, used) if one not in reached])


def _standing(segment: str, keys: Sequence[str], replacing: tuple[str, ...]) -> Change:
    """These identifiers in the list, in the place of its rows of the same ``replacing``."""
    numbers = [profile_number(key) for key in keys]
    return change("segment_keys", {"segment": [segment] * len(keys), "key": keys, "number": numbers}, replacing)


def keys_in(data: bytes, rules: IdentityRules) -> list[str]:
    """The identifiers of a CSV file, as ``source_key`` has them, each once, in order."""
    rows = [row for row in csv.reader(io.StringIO(_text(data)), _dialect(data)) if any(map(str.strip, row))]
    if not rows:
        raise Invalid(said("the file is empty"), field="file")
    heads = [cell.strip().lower() for cell in rows[0]]
    named = next((heads.index(name) for name in HEADINGS if name in heads), None)
    values = (row[named or 0].strip() for row in rows[named is not None :] if len(row) > (named or 0))
    keys = list(dict.fromkeys(filter(None, (_key(value, rules) for value in values))))
    if not keys:
        raise Invalid(said("the file names nobody"), field="file", remedy=said("one user id or e-mail a line"))
    if len(keys) > MOST:
        raise Invalid(said("a list holds at most {most} identifiers", most=MOST), field="file")
    return keys


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        raise Invalid(
            said("the file is not text in UTF-8"), field="file", remedy=said("save it as CSV UTF-8")
        ) from None


def _dialect(data: bytes) -> type[csv.Dialect]:
    """Divided by semicolons or tabs where the first line has them, else by commas."""
    first = data.split(b"\n", 1)[0]
    mark = next((mark for mark in (";", "\t") if mark.encode() in first), ",")

    class Divided(csv.excel):
        delimiter = mark

    return Divided


def _key(value: str, rules: IdentityRules) -> str | None:
    kind = EMAIL if "@" in value and " " not in value else USER_ID
    found = rules.identifier(kind, value)
    return found.key if found else None


def _unmet(store: Store, key: str) -> list[str]:
    """The identifiers of a list under which nobody is known."""
    met = compose.select("customer").from_(compose.TABLE).where(compose.sql("NOT customer IS NULL"))
    query = listed(key).select("segment_keys.key AS name").subquery("listed")
    unmet = compose.select("name").from_(query).where(exp.column("customer").isin(query=met).not_()).order_by("name")
    return list(store.ask(Question("unknown identifiers", unmet))["name"])


def _by_traits(store: Store, key: str) -> list[tuple[str, str]]:
    """Who is listed by an e-mail that only their traits have: under which identifier, and which of the list it is."""
    email = "concat('email:', lower(PROPERTY(properties, 'email')))"
    updates = compose.select("source_key", f"{email} AS email").from_(compose.TABLE)
    named = exp.column("name").eq(compose.literal(PROFILE_UPDATED))
    updates = updates.where(named, compose.sql("NOT source_key IS NULL")).distinct()
    query = compose.select("u.source_key AS source_key", "k.key AS key").from_(updates.subquery("u"))
    query = query.join("segment_keys AS k", on="k.key = u.email")
    query = query.where(exp.column("segment", "k").eq(compose.literal(key)))
    return _pairs(store.ask(Question("customers listed by e-mail", query)).rows())


def _pairs(rows: Iterable[dict[str, str]]) -> list[tuple[str, str]]:
    return [(row["source_key"], row["key"]) for row in rows]
