"""Composing questions: syntax trees out of small pieces, never text pasted together.

A few functions of ours stand for what engines spell differently; each engine replaces them (``engines/*.py``):

========================================  ==============================================================
``PERIOD_OF(instant, unit, zone)``         the local date on which the day/week/month/quarter/year began
``PROPERTY(json, name)``                   a property as text; NULL when absent
``HAS_PROPERTY(json, name)``               whether it says anything of a property, be it null
``LATEST(value, instant)``                 the value at the latest instant (ties: the greatest value)
``MICROSECONDS(instant)``                  microseconds since 1970, as a whole number
``PROFILE_NUMBER(key)``                    the number that an identifier stands for by itself (``ids.profile_number``)
``BIT(number, place)``                      1 where a whole number has this bit (0: the lowest), else 0
``INSTANT(text)``                          the instant of an ISO 8601 text, UTC where it names no offset; else NULL
========================================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlglot import exp, parse_one

from regard.base import Invalid
from regard.base.words import said
from regard.stream.model import COLUMNS, Question

DIALECT = "duckdb"
TABLE = "interactions"
SEGMENT = "segment"
"""The name under which a filter wants customers of a segment; no property can be filtered by it."""

ACCOUNT = "customer.account"
"""The name under which a filter wants the people of an account, by its key."""


def sql(text: str) -> exp.Expr:
    """Parse a piece of SQL written in DuckDB's dialect; parameters are written ``:name``.

    >>> sql("score >= :least").sql(DIALECT)
    'score >= $least'
    """
    return _parsed(text).copy()


@lru_cache(maxsize=1024)
def _parsed(text: str) -> exp.Expr:
    """The tree, without the places in the text that its nodes remember: nobody asks for them, and they make every copy
    five times as dear."""
    tree = parse_one(text, dialect=DIALECT)
    for node in tree.walk():
        node._meta = None
    return tree


def select(*columns: str | exp.Expr) -> exp.Select:
    """Start a SELECT; each column is a piece of SQL or a tree."""
    return exp.select(*(sql(each) if isinstance(each, str) else each for each in columns))


def column(name: str) -> exp.Expr:
    """A column of the stream by its name, or else the property of that name, as text.

    >>> column("channel").sql(DIALECT), column("terminal").sql(DIALECT)
    ('channel', "PROPERTY(properties, 'terminal')")
    """
    if name in COLUMNS:
        return exp.column(name)
    if not name or len(name) > 200:
        raise Invalid(said("{name} is not the name of a column or property", name=repr(name)), field="by")
    return call("PROPERTY", exp.column("properties"), exp.Literal.string(name))


def call(function: str, *arguments: exp.Expr) -> exp.Anonymous:
    """Call a function by name."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def period_of(unit: str, zone: str, instant: str = "occurred_at") -> exp.Expr:
    """The local date on which the period around ``instant`` began."""
    return call("PERIOD_OF", exp.column(instant), exp.Literal.string(unit), exp.Literal.string(zone))


def placeholder(name: str) -> exp.Placeholder:
    """A bound parameter, ``:name`` in pieces of SQL."""
    return exp.Placeholder(this=name)


def every(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """All the conditions together; true when there are none."""
    found = list(conditions)
    return exp.and_(*found) if found else exp.true()


Wanted = Mapping[str, "str | Sequence[str] | None"]


def matching(where: Wanted) -> tuple[list[exp.Expr], dict[str, Any]]:
    """Conditions that keep the rows whose columns or properties have the wanted values, with their parameters.

    ``None`` asks for rows where it is absent; several values ask for any of them.

    >>> conditions, parameters = matching({"language": "en", "terminal": ["1", "2"]})
    >>> [condition.sql(DIALECT) for condition in conditions]
    ['CAST(language AS TEXT) = $where_0_0', "PROPERTY(properties, 'terminal') IN ($where_1_0, $where_1_1)"]
    >>> parameters
    {'where_0_0': 'en', 'where_1_0': '1', 'where_1_1': '2'}
    """
    conditions: list[exp.Expr] = []
    parameters: dict[str, Any] = {}
    for position, (name, wanted) in enumerate(where.items()):
        if name in WHOSE:
            conditions.append(exp.column("customer").isin(query=WHOSE[name](wanted)))
            continue
        left = as_text(name)
        if wanted is None:
            conditions.append(left.is_(exp.null()))
            continue
        values = [wanted] if isinstance(wanted, str) else [str(value) for value in wanted]
        keys = [f"where_{position}_{number}" for number in range(len(values))]
        parameters |= dict(zip(keys, values, strict=True))
        holders = [placeholder(key) for key in keys]
        conditions.append(left.eq(holders[0]) if len(holders) == 1 else left.isin(*holders))
    return conditions, parameters


def members(wanted: str | Sequence[str] | None) -> exp.Select:
    """The customers who belong to any of these segments, as far as ``segment_members`` has been brought up to date."""
    keys = [wanted] if isinstance(wanted, str) else wanted or ()
    of_them = exp.column(SEGMENT).isin(*map(literal, keys))
    return select("customer").from_("segment_members").where(of_them)


def people_of(wanted: str | Sequence[str] | None) -> exp.Select:
    """The customers who belong to any of these accounts, as far as ``profiles`` has been brought up to date."""
    keys = [wanted] if isinstance(wanted, str) else wanted or ()
    return select("customer").from_("profiles").where(exp.column("account").isin(*map(literal, keys)))


WHOSE: Mapping[str, Callable[[str | Sequence[str] | None], exp.Select]] = {SEGMENT: members, ACCOUNT: people_of}
"""The filters by who somebody is, not by what an interaction says, with the customers that each lets through."""


def as_text(name: str) -> exp.Expr:
    """A column or property, as text: what a break-down groups by and a filter compares."""
    found = column(name)
    return exp.cast(found, "text") if isinstance(found, exp.Column) else found


def between(
    start: datetime | None, end: datetime | None, as_of: datetime | None = None
) -> tuple[list[exp.Expr], dict[str, Any]]:
    """Conditions for ``[start, end)`` by the time it occurred, and for what had been received by ``as_of``."""
    limits = (
        ("start", "occurred_at >= :start", start),
        ("end", "occurred_at < :end", end),
        ("as_of", "received_at <= :as_of", as_of),
    )
    given = [(name, text, instant) for name, text, instant in limits if instant is not None]
    return [sql(text) for _, text, _ in given], {name: naive(instant) for name, _, instant in given}


def naive(instant: datetime) -> datetime:
    """An aware instant as the stream stores it: UTC without a zone."""
    from datetime import UTC

    if instant.tzinfo is None:
        raise Invalid(said("{instant} has no time zone", instant=str(instant)), remedy=said("give an aware datetime"))
    return instant.astimezone(UTC).replace(tzinfo=None)


def filled_in(question: Question) -> exp.Expr:
    """The question's tree with its parameters written in as literals: what "show the query" shows."""

    def fill(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Placeholder) and node.name in question.parameters:
            return literal(question.parameters[node.name])
        return node

    return question.sql.copy().transform(fill)


def literal(value: Any) -> exp.Expr:
    """A Python value as a literal; instants and dates keep their type.

    >>> literal(date(2026, 1, 2)).sql(DIALECT), literal("it's").sql(DIALECT)
    ("CAST('2026-01-02' AS DATE)", "'it''s'")
    """
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "timestamp")
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    return exp.convert(value)
