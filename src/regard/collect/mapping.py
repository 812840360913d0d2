"""The mapping: how rows of a file become interactions. Pure nouns; :mod:`regard.collect.parsing` reads them from TOML.

A plain string names a column; ``{constant = "web"}`` is the same for every row; ``{template = "{a} {b}"}`` joins
columns; ``map`` turns what stands there into something else.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import Literal

TimeFormat = str
"""A strptime pattern, or ``iso``, ``epoch`` (seconds), ``epoch_ms``, ``excel`` (days since 1899-12-30)."""

NTH = "_nth"
"""Staged column: which of the several joined rows of one row this is, from 1."""

INTERNAL = ("_key", "_event", "_at", NTH)
"""Columns that staging adds to the file's own."""

ANONYMOUS = ("refuse", "keep", "row")

Match = Literal["equals", "in", "not_in", "is_blank", "matches", "starts_with", "above", "below"]


@dataclass(frozen=True)
class Value:
    """What stands in a column (or is the same everywhere, or is put together), perhaps renamed by ``map``."""

    column: str | None = None
    constant: str | None = None
    template: str | None = None
    map: Dictionary[str, str] = field(default_factory=dict)
    otherwise: str | None = None


@dataclass(frozen=True)
class Time:
    """When it happened: a value, the formats tried in order, and the time zone of clocks that do not say theirs."""

    value: Value
    formats: tuple[TimeFormat, ...] = ("iso",)
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Customer:
    """Who it was. ``anonymous`` says what becomes of a row without one: ``refuse``, ``keep`` (as nobody in particular:
    no metric counts it as a customer), ``row`` (a customer of its own), or the column that tells them apart."""

    value: Value
    prefix: str = ""
    anonymous: str = "refuse"


@dataclass(frozen=True)
class Amount:
    """Money: a column, perhaps times another (price x quantity), perhaps without its sign (refunds)."""

    column: str
    times: str | None = None
    is_absolute: bool = False


@dataclass(frozen=True)
class Score:
    """An answer and the scale it was asked on. ``missing`` are the codes that mean "no answer"; ``labels`` turn words
    into numbers."""

    column: str
    metric: str
    low: float
    high: float
    orientation: Literal["higher", "lower"] = "higher"
    missing: tuple[str, ...] = ()
    labels: Dictionary[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Condition:
    """A question about a row, as data: one column's test, or ``all``/``any``/``not`` of others."""

    kind: Match | Literal["all", "any", "not"]
    column: str = ""
    operand: tuple[str, ...] = ()
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One interaction that a row may become. ``suffix`` tells the interactions of one row apart in their ids."""

    name: Value
    suffix: str
    when: Condition | None = None
    time: Time | None = None
    after: str | None = None
    score: Score | None = None
    weight: str | None = None
    text: str | None = None
    amount: Amount | None = None
    fields: Dictionary[str, Value] = field(default_factory=dict)
    properties: Dictionary[str, Value] = field(default_factory=dict)
    has_rest: bool = False


@dataclass(frozen=True)
class File:
    """One of several files joined by a key. The first is the one whose rows are counted; the others are looked up, and
    their columns are called ``name.column``. ``is_many`` allows several rows for one key."""

    name: str
    pattern: str
    key: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    is_many: bool = False


@dataclass(frozen=True)
class AuditLog:
    """A ticket's history, one row per update, read as the changes between one row and the next."""

    ticket: str
    state: str | None = None
    states: Dictionary[str, str] = field(default_factory=dict)
    group: str | None = None
    opened_at: str | None = None
    resolved_at: str | None = None
    counters: Dictionary[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    final: tuple[str, ...] = ()
    others: str | None = None


@dataclass(frozen=True)
class Format:
    """How to read the file where its own signs do not suffice."""

    kind: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    encoding: str | None = None
    has_header: bool = True
    skip: int = 0
    sheet: str | None = None
    member: str | None = None


@dataclass(frozen=True)
class Numbers:
    """How numbers are written."""

    decimal: str = "."
    thousands: str = ""


@dataclass(frozen=True)
class Mapping:
    """How the rows of one kind of file become interactions."""

    source: str
    time: Time
    customer: Customer
    rules: tuple[Rule, ...]
    id: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    numbers: Numbers = Numbers()
    format: Format = Format()
    files: tuple[File, ...] = ()
    audit_log: AuditLog | None = None
    notes: tuple[str, ...] = ()
    text: str = ""

    def columns(self) -> list[str]:
        """Every column of the file that the mapping reads, in a fixed order, each once."""
        return sorted(set(_columns(self)) - set(INTERNAL))

    def of_many(self) -> list[str]:
        """The columns read from the file that may have several rows for one key."""
        starts = tuple(f"{file.name}." for file in self.files if file.is_many)
        return [name for name in self.columns() if starts and name.startswith(starts)]


def _columns(mapping: Mapping) -> Iterator[str]:
    yield from mapping.id
    yield from value_columns(mapping.customer.value)
    if mapping.customer.anonymous not in ANONYMOUS:
        yield mapping.customer.anonymous
    yield from value_columns(mapping.time.value)
    for rule in mapping.rules:
        yield from rule_columns(rule)
    if mapping.audit_log:
        yield from audit_columns(mapping.audit_log)


def rule_columns(rule: Rule) -> Iterator[str]:
    """The columns that one rule reads."""
    values = [rule.name, *rule.fields.values(), *rule.properties.values(), *([rule.time.value] if rule.time else [])]
    for value in values:
        yield from value_columns(value)
    amount = (rule.amount.column, rule.amount.times) if rule.amount else ()
    score = (rule.score.column,) if rule.score else ()
    yield from (name for name in (*score, *amount, rule.weight, rule.text, rule.after) if name)
    yield from condition_columns(rule.when)


def value_columns(value: Value) -> Iterator[str]:
    """The columns that a value reads.

    >>> list(value_columns(Value(template="{date} {time}")))
    ['date', 'time']
    """
    if value.column is not None:
        yield value.column
    if value.template is not None:
        yield from (name for is_column, name in template_parts(value.template) if is_column)


def condition_columns(condition: Condition | None) -> Iterator[str]:
    """The columns that a condition reads."""
    if condition is not None:
        if condition.column:
            yield condition.column
        for part in condition.parts:
            yield from condition_columns(part)


def audit_columns(log: AuditLog) -> Iterator[str]:
    """The columns that an audit log reads."""
    single = (log.ticket, log.state, log.group, log.opened_at, log.resolved_at)
    yield from (name for name in (*single, *log.counters, *log.order, *log.final) if name)


def template_parts(template: str) -> list[tuple[bool, str]]:
    """Split a template into texts and columns: ``(is_column, text or name)``.

    >>> template_parts("2017-05-{day}")
    [(False, '2017-05-'), (True, 'day')]
    """
    parts: list[tuple[bool, str]] = []
    for piece in template.split("{"):
        name, brace, rest = piece.partition("}")
        parts += [(True, name), (False, rest)] if brace else [(False, name)]
    return [part for part in parts if part[1]]
