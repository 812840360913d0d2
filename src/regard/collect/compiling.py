"""A mapping as SQL over staged rows: what each rule makes of a row, and why it may refuse one."""

from __future__ import annotations

import json
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlglot import exp

from regard.base.words import said
from regard.collect.mapping import ANONYMOUS, INTERNAL, NTH, Mapping, Rule, Time, rule_columns
from regard.collect.refusals import (
    BACKWARDS,
    NO_CUSTOMER,
    NO_ID,
    NO_NUMBER,
    NO_SCORE,
    NO_SUCH_TIME,
    NO_TIME,
    NO_WEIGHT,
    OFF_SCALE,
    SAME_ID,
    TOO_LONG,
)
from regard.collect.staging import ROWS
from regard.collect.syntax import call, column, either, every, fill, literal, named, struct
from regard.collect.values import Reader, joined
from regard.stream import COLUMN_TYPES, COLUMNS

EARLIEST = "1900-01-01"
FUTURE = timedelta(days=1)
LONGEST_TEXT = 100_000
KEY = "_key"
ORIGINAL = "_original "
"""Prefix of the staged column that keeps what a repaired column held before."""
NUMBERS = "customer_numbers"
"""The staged table of customers' numbers, for files where one customer has many rows."""
NUMBER = "CAST(md5_number_upper(:x) >> 1 AS BIGINT)"


@dataclass(frozen=True)
class Check:
    """A reason to refuse a row: its code, the column to look at, when it holds (never NULL), and the sentence."""

    reason: str
    column: str
    fails: exp.Expr
    message: exp.Expr


@dataclass(frozen=True)
class Layout:
    """What the staged rows look like: their columns, which of them need trimming and which are filled in every row,
    whether rows repeat, and whether the customers' numbers have been worked out already."""

    columns: tuple[str, ...]
    untidy: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()
    has_repeats: bool = False
    has_numbers: bool = False

    def original(self, name: str) -> str:
        """The column that holds what the file said, before repair."""
        return ORIGINAL + name if ORIGINAL + name in self.columns else name

    def given(self) -> list[str]:
        """The file's own columns."""
        return [name for name in self.columns if name not in INTERNAL and not name.startswith(ORIGINAL)]


class Compiler:
    """Turns one mapping into queries over the staged rows."""

    def __init__(self, mapping: Mapping, layout: Layout, load: str, received_at: datetime):
        self.mapping, self.layout, self.load, self.received_at = mapping, layout, load, received_at
        self.reader = Reader(mapping, layout.untidy)

    def accepted(self, *, has_refused: bool = True) -> exp.Expr:
        """The interactions, with those of the stream's columns that any rule fills."""
        values = [self._values(rule) for rule in self.mapping.rules]
        names = [name for name in COLUMNS if any(name in given for given in values)]
        selects = [
            self._accepted(
                rule, [named(given.get(name) or _null(COLUMN_TYPES[name]), name) for name in names], has_refused
            )
            for rule, given in zip(self.mapping.rules, values, strict=True)
        ]
        return _union(selects, distinct=False)

    def refused(self) -> exp.Expr:
        """The refused rows, each reason once: several rules may refuse a row for the same."""
        return _union([self._refused(rule) for rule in self.mapping.rules], distinct=True)

    def counts(self, rule: Rule) -> exp.Expr:
        """How many rows the rule applies to, and how many of those it refuses."""
        applies, fails = self.applies(rule), either(check.fails for check in self.checks(rule))
        tested = self.rows(exp.select(named(applies, "applies"), named(fails, "fails")))
        return exp.select(fill("count_if(applies)"), fill("count_if(applies AND fails)")).from_(
            tested.subquery("tested")
        )

    def applies(self, rule: Rule) -> exp.Expr:
        """Whether a row becomes this interaction: its condition holds, something was answered, it is no repeat."""
        conditions = [self.reader.condition(rule.when)] if rule.when else []
        if rule.score:
            answered = [self.reader.answer(rule.score), *([self.reader.cell(rule.text)] if rule.text else [])]
            conditions.append(either(exp.not_(cell.is_(exp.null())) for cell in answered))
        if NTH in self.layout.columns and not self._is_many(rule):
            conditions.append(fill(f"({NTH} = 1)"))
        if self.layout.has_repeats:
            conditions.append(fill("repeats._kind IS DISTINCT FROM 'known'"))
        return exp.paren(every(conditions))

    def _is_many(self, rule: Rule) -> bool:
        """Whether the rule is about the rows of a file that may have several for one key."""
        return bool(set(rule_columns(rule)) & set(self.mapping.of_many()))

    def rule_key(self, rule: Rule) -> exp.Expr:
        """The key of a row, and of the joined row where the rule is about that."""
        if not self._is_many(rule) or KEY in self.layout.columns:
            return self.key()
        return fill("(:key || ':' || md5(:content))", key=self.key(), content=self._joined(self.mapping.of_many()))

    def key(self) -> exp.Expr:
        """What tells this row from every other of its source, the same at every load."""
        if KEY in self.layout.columns:
            return column(KEY)
        key = self.plain_key()
        if not self.mapping.id and self.layout.has_repeats:
            return fill("(:key || coalesce('#' || CAST(repeats._number AS VARCHAR), ''))", key=key)
        return key

    def plain_key(self) -> exp.Expr:
        """The declared id, or else a hash of all the columns that the mapping reads."""
        if self.mapping.id:
            return joined([self.reader.cell(name) for name in self.mapping.id], ":")
        return call("md5", self.content())

    def content(self) -> exp.Expr:
        """All that the mapping reads of a row, as one text."""
        names = (
            sorted(self.layout.given()) if any(rule.has_rest for rule in self.mapping.rules) else self.mapping.columns()
        )
        return self._joined([name for name in names if name not in self.mapping.of_many()])

    def _joined(self, names: list[str]) -> exp.Expr:
        cells = [fill("coalesce(:x, '')", x=column(self.layout.original(name))) for name in names]
        return call("concat_ws", call("chr", exp.Literal.number(31)), *cells)

    def checks(self, rule: Rule) -> list[Check]:
        """Every reason for which this rule refuses a row, the weightiest first."""
        time = rule.time or self.mapping.time
        checks = [*self._id_checks(), *self._time_checks(time, rule.after), *self._customer_checks()]
        if rule.score:
            checks += self._score_checks(rule)
        numbers = [rule.weight, *((rule.amount.column, rule.amount.times) if rule.amount else ())]
        checks += [self._number_check(name) for name in numbers if name]
        checks += [self._weight_check(rule.weight)] if rule.weight else []
        if rule.text:
            cell = self.reader.cell(rule.text)
            checks.append(
                Check(
                    "text_too_long",
                    rule.text,
                    fill("coalesce(length(:x) > :most, FALSE)", x=cell, most=exp.Literal.number(LONGEST_TEXT)),
                    literal(said(TOO_LONG, most=f"{LONGEST_TEXT:,}")),
                )
            )
        return checks

    def _id_checks(self) -> list[Check]:
        if not self.mapping.id or KEY in self.layout.columns:
            return []
        name = ", ".join(self.mapping.id)
        checks = [Check("missing_id", name, self.plain_key().is_(exp.null()), literal(NO_ID))]
        if self.layout.has_repeats:
            checks.append(
                Check(
                    "duplicate_id",
                    name,
                    fill("(repeats._kind IS NOT DISTINCT FROM 'duplicate')"),
                    literal(SAME_ID),
                )
            )
        return checks

    def _time_checks(self, time: Time, after: str | None) -> list[Check]:
        cell, instant = self.reader.value(time.value), self.reader.instant(time)
        name = time.value.column or time.value.template or "time"
        latest = (self.received_at + FUTURE).strftime("%Y-%m-%d %H:%M:%S")
        bad = fill(
            "coalesce(NOT (:at BETWEEN CAST(:low AS TIMESTAMP) AND CAST(:high AS TIMESTAMP)), :cell IS NOT NULL)",
            cell=cell,
            at=instant,
            low=EARLIEST,
            high=latest,
        )
        checks = [
            Check("missing_time", name, exp.paren(cell.is_(exp.null())), literal(NO_TIME)),
            Check("bad_time", name, bad, _says(NO_SUCH_TIME, cell, formats=" or ".join(time.formats))),
        ]
        if after:
            earlier = self.reader.instant(Time(type(time.value)(column=after), time.formats, time.time_zone))
            checks.append(
                Check(
                    "negative_duration",
                    name,
                    fill("coalesce(:at < :earlier, FALSE)", at=instant, earlier=earlier),
                    _says(BACKWARDS, fill("CAST(:x AS VARCHAR)", x=cell), after=after),
                )
            )
        return checks

    def _customer_checks(self) -> list[Check]:
        customer = self.mapping.customer
        if customer.anonymous in ("keep", "row"):
            return []
        name = customer.value.column or customer.value.template or "customer"
        return [
            Check(
                "missing_customer",
                name,
                exp.paren(self.source_key().is_(exp.null())),
                literal(NO_CUSTOMER),
            )
        ]

    def _score_checks(self, rule: Rule) -> list[Check]:
        score = rule.score
        if score is None:
            return []
        cell, number = self.reader.answer(score), self.reader.score(score)
        off = fill("coalesce(NOT (:n BETWEEN :low AND :high), FALSE)", n=number, low=score.low, high=score.high)
        return [
            Check("bad_number", score.column, _no_number(cell, number), _says(NO_SCORE, cell)),
            Check(
                "score_off_scale",
                score.column,
                off,
                _says(OFF_SCALE, cell, scale=f"{score.low:g}-{score.high:g}"),
            ),
        ]

    def _number_check(self, name: str) -> Check:
        cell = self.reader.cell(name)
        return Check("bad_number", name, _no_number(cell, self.reader.number(cell)), _says(NO_NUMBER, cell))

    def _weight_check(self, name: str) -> Check:
        cell = self.reader.cell(name)
        bad = fill("coalesce(NOT (:x > 0 AND :x <= 1000000000), FALSE)", x=self.reader.number(cell))
        return Check("bad_weight", name, bad, _says(NO_WEIGHT, cell))

    def source_key(self) -> exp.Expr:
        """The identifier that the customer arrived with."""
        customer = self.mapping.customer
        known = self.reader.value(customer.value)
        if customer.value.constant == "":
            known = exp.cast(exp.null(), "varchar")
        if customer.prefix:
            known = fill("(:prefix || :key)", prefix=customer.prefix, key=known)
        if customer.anonymous in ("keep", "refuse"):
            return known
        alone = self.key() if customer.anonymous in ANONYMOUS else self.reader.cell(customer.anonymous)
        return fill(
            "coalesce(:known, :prefix || :alone)", known=known, alone=alone, prefix=f"anonymous:{self.mapping.source}:"
        )

    def numbers(self) -> exp.Expr:
        """Every customer's key with its number: hashing is dear, and one customer may have many rows."""
        keys = self.rows(exp.select(named(self.source_key(), "_customer")).distinct()).subquery("keys")
        key = exp.column("_customer")
        return exp.select(key, named(fill(NUMBER, x=key), "_customer_number")).from_(keys)

    def _accepted(self, rule: Rule, columns: list[exp.Expr], has_refused: bool) -> exp.Select:
        conditions = [self.applies(rule)]
        if has_refused:
            conditions += [exp.not_(exp.paren(either(check.fails for check in self.checks(rule))))]
        select = self.rows(exp.select(*columns))
        if self.layout.has_numbers:
            on = exp.EQ(this=exp.column("_customer", table=NUMBERS), expression=self.source_key())
            select = select.join(NUMBERS, on=on, join_type="left")
        return select.where(every(conditions))

    def _values(self, rule: Rule) -> dict[str, exp.Expr]:
        """What the rule puts into the stream's columns; those it leaves empty are absent."""
        source_key = self.source_key()
        prefix = f"{self.mapping.source}:"
        number = (
            exp.column("_customer_number", table=NUMBERS) if self.layout.has_numbers else fill(NUMBER, x=source_key)
        )
        typed: dict[str, exp.Expr] = {
            "id": fill(
                "(:prefix || :key || :suffix)", prefix=prefix, key=self.rule_key(rule), suffix=f":{rule.suffix}"
            ),
            "occurred_at": self.reader.instant(rule.time or self.mapping.time),
            "received_at": fill("CAST(:x AS TIMESTAMP)", x=self.received_at.strftime("%Y-%m-%d %H:%M:%S.%f")),
            "source_key": source_key,
            "customer": number,
            "name": self.reader.value(rule.name),
            "load": literal(self.load),
            **self._optional(rule),
        }
        given = {name: self.reader.value(value) for name, value in rule.fields.items()}
        if rule.score and "subject" not in given:
            given["subject"] = fill("(:prefix || :key)", prefix=prefix, key=self.rule_key(rule))
        return {**typed, **given}

    def _optional(self, rule: Rule) -> dict[str, exp.Expr]:
        optional = self._score(rule)
        if rule.weight:
            optional["weight"] = self.reader.number(self.reader.cell(rule.weight))
        if rule.text:
            optional["text"] = self.reader.cell(rule.text)
        if rule.amount:
            optional["amount"] = self.reader.amount(rule.amount)
        if values := self._properties(rule):
            optional["properties"] = self._object(values)
        return optional

    def _score(self, rule: Rule) -> dict[str, exp.Expr]:
        score = rule.score
        if score is None:
            return {}
        metric: exp.Expr = literal(score.metric)
        if rule.text:
            metric = exp.case().when(self.reader.answer(score).is_(exp.null()), exp.null()).else_(metric)
        return {
            "metric": metric,
            "score": self.reader.score(score),
            "scale_min": literal(score.low),
            "scale_max": literal(score.high),
            "orientation": literal(score.orientation),
        }

    def _properties(self, rule: Rule) -> dict[str, exp.Expr]:
        values = {name: self.reader.value(value) for name, value in rule.properties.items()}
        if rule.has_rest:
            used = set(rule_columns(rule))
            values = {name: self.reader.cell(name) for name in self.layout.given() if name not in used} | values
        if rule.text and ORIGINAL + rule.text in self.layout.columns:
            values["original_text"] = column(ORIGINAL + rule.text)
        return values

    def _object(self, values: Dictionary[str, exp.Expr]) -> exp.Expr:
        """A JSON object; what is absent in a row is left out. Where nothing can be absent, made at half the cost."""
        if all(isinstance(node, exp.Column) and node.name in self.layout.filled for node in values.values()):
            members = [part for name, node in values.items() for part in (literal(name), node)]
            return exp.cast(call("json_object", *members), "varchar")
        pairs = [
            fill("(:name || to_json(:x)::VARCHAR)", name=_json_name(name), x=node) for name, node in values.items()
        ]
        return fill("('{' || :pairs || '}')", pairs=call("concat_ws", literal(","), *pairs))

    def _refused(self, rule: Rule) -> exp.Select:
        checks = self.checks(rule)
        raw = struct(
            {name: column(self.layout.original(name)) for name in self.layout.given()} | {KEY: self.rule_key(rule)}
        )
        select = exp.select(
            named(literal(self.load), "load"),
            named(fill("rows.rowid + 1"), "line"),
            named(_first(checks, [literal(check.reason) for check in checks]), "reason"),
            named(_first(checks, [literal(check.column) for check in checks]), "column"),
            named(_first(checks, [check.message for check in checks]), "message"),
            named(fill("to_json(:x)::VARCHAR", x=raw), "raw"),
        )
        return self.rows(select).where(every([self.applies(rule), exp.paren(either(check.fails for check in checks))]))

    def rows(self, select: exp.Select) -> exp.Select:
        """The selection, from the staged rows."""
        select = select.from_(ROWS)
        return (
            select.join("repeats", on="repeats._row = rows.rowid", join_type="left", dialect="duckdb")
            if self.layout.has_repeats
            else select
        )


def _union(selects: list[exp.Select], *, distinct: bool) -> exp.Expr:
    whole: exp.Expr = selects[0]
    for select in selects[1:]:
        whole = exp.Union(this=whole, expression=select, distinct=distinct)
    return whole


def _first(checks: list[Check], answers: list[exp.Expr]) -> exp.Expr:
    case = exp.case()
    for check, answer in zip(checks, answers, strict=True):
        case = case.when(check.fails.copy(), answer)
    return case


def _no_number(cell: exp.Expr, number: exp.Expr) -> exp.Expr:
    return fill("coalesce(NOT isfinite(:number), :cell IS NOT NULL)", cell=cell, number=number)


def _says(template: str, cell: exp.Expr, **values: str) -> exp.Expr:
    """The sentence, with the beginning of a cell in it."""
    before, after = (part.format(**values) for part in template.split("{cell}"))
    return fill("(:before || coalesce(left(:cell, 100), '') || :after)", before=before, cell=cell, after=after)


def _null(kind: str) -> exp.Expr:
    return exp.cast(exp.null(), kind)


def _json_name(name: str) -> str:
    return json.dumps(name, ensure_ascii=False) + ":"
