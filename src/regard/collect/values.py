"""How what a mapping says becomes SQL: cells, numbers, instants, conditions. Every answer is a syntax tree."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

from sqlglot import exp

from regard.collect.mapping import Amount, Condition, Mapping, Numbers, Score, Time, Value, template_parts
from regard.collect.syntax import array, call, column, either, every, fill, literal, texts

OFFSET = "[0-9].*([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$"
NAMED_FORMATS = ("iso", "epoch", "epoch_ms", "excel")


class Reader:
    """Reads cells as one mapping says they are written."""

    def __init__(self, mapping: Mapping, untidy: Collection[str]):
        self.untidy = untidy
        self.numbers: Numbers = mapping.numbers
        self.missing = [code for code in mapping.missing if code.strip()]

    def cell(self, name: str) -> exp.Expr:
        """A column without blanks around it; NULL when empty or a missing code."""
        clean = fill("nullif(trim(:x), '')", x=column(name)) if name in self.untidy else column(name)
        return _without(clean, self.missing)

    def value(self, value: Value) -> exp.Expr:
        """What a value stands for; a template is NULL when any of its columns is."""
        if value.constant is not None:
            return literal(value.constant)
        if value.column is not None:
            return self._renamed(self.cell(value.column), value)
        parts = [
            self.cell(name) if is_column else literal(name) for is_column, name in template_parts(value.template or "")
        ]
        joined = parts[0] if parts else literal("")
        for part in parts[1:]:
            joined = exp.DPipe(this=joined, expression=part)
        return self._renamed(exp.paren(joined), value)

    def _renamed(self, cell: exp.Expr, value: Value) -> exp.Expr:
        if not value.map:
            return cell
        case = exp.Case(
            this=cell, ifs=[exp.If(this=literal(key), true=literal(word)) for key, word in value.map.items()]
        )
        otherwise = cell if value.otherwise is None else literal(value.otherwise)
        return case.else_(
            exp.case().when(cell.is_(exp.null()), exp.null()).else_(otherwise)
            if value.otherwise is not None
            else otherwise
        )

    def number(self, cell: exp.Expr) -> exp.Expr:
        """A cell as a number; NULL when it is none."""
        for mark in (self.numbers.thousands, "\u00a0" if self.numbers.thousands == " " else ""):
            cell = fill("replace(:x, :mark, '')", x=cell, mark=mark) if mark else cell
        if self.numbers.decimal != ".":
            cell = fill("replace(:x, :mark, '.')", x=cell, mark=self.numbers.decimal)
        return fill("TRY_CAST(:x AS DOUBLE)", x=cell)

    def amount(self, amount: Amount) -> exp.Expr:
        """Money, as the mapping says it is worked out."""
        value = self.number(self.cell(amount.column))
        if amount.times:
            value = fill("round(:a * :b, 6)", a=value, b=self.number(self.cell(amount.times)))
        return call("abs", value) if amount.is_absolute else value

    def answer(self, score: Score) -> exp.Expr:
        """The cell of a score, NULL where nothing was answered."""
        cell = _without(self.cell(score.column), score.missing)
        numeric = [code for code in score.missing if _is_number(code)]
        if not numeric:
            return cell
        codes = [literal(float(code)) for code in numeric]
        return exp.case().when(exp.In(this=self.number(cell), expressions=codes), exp.null()).else_(cell)

    def score(self, score: Score) -> exp.Expr:
        """A score as a number."""
        cell = self.answer(score)
        if not score.labels:
            return self.number(cell)
        ifs = [exp.If(this=literal(word), true=literal(number)) for word, number in score.labels.items()]
        return exp.Case(this=cell, ifs=ifs).else_(self.number(cell))

    def instant(self, time: Time) -> exp.Expr:
        """When it happened, as a timestamp in UTC; NULL when no format fits."""
        cell = self.value(time.value)
        tries = [
            _parsed(cell, kind, list(formats), time.time_zone)
            for kind, formats in groupby(time.formats, key=_kind_of_format)
        ]
        return tries[0] if len(tries) == 1 else exp.Coalesce(this=tries[0], expressions=tries[1:])

    def condition(self, condition: Condition) -> exp.Expr:
        """A condition that is never NULL."""
        return fill("coalesce(:x, FALSE)", x=exp.paren(self._condition(condition)))

    def _condition(self, condition: Condition) -> exp.Expr:
        parts = [self.condition(part) for part in condition.parts]
        if condition.kind == "all":
            return every(parts)
        if condition.kind == "any":
            return either(parts)
        if condition.kind == "not":
            return exp.not_(parts[0])
        return self._test(condition, self.cell(condition.column))

    def _test(self, condition: Condition, cell: exp.Expr) -> exp.Expr:
        wanted, first = texts(condition.operand), condition.operand[0] if condition.operand else ""
        match condition.kind:
            case "is_blank":
                return cell.is_(exp.null()) if first != "false" else exp.not_(cell.is_(exp.null()))
            case "not_in":
                return exp.or_(cell.is_(exp.null()), exp.not_(exp.In(this=cell, expressions=wanted)))
            case "matches":
                return call("regexp_matches", cell, literal(first))
            case "starts_with":
                return either(call("starts_with", cell, start) for start in wanted)
            case "above":
                return self.number(cell) > literal(float(first))
            case "below":
                return self.number(cell) < literal(float(first))
        return exp.In(this=cell, expressions=wanted)


def _without(cell: exp.Expr, codes: tuple[str, ...] | list[str]) -> exp.Expr:
    """A cell, NULL where it is one of the codes."""
    if not codes:
        return cell
    return exp.case().when(exp.In(this=cell.copy(), expressions=texts(codes)), exp.null()).else_(cell)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _kind_of_format(form: str) -> str:
    if form in NAMED_FORMATS:
        return form
    return "zoned" if "%z" in form else "pattern"


def _parsed(cell: exp.Expr, kind: str, formats: list[str], zone: str) -> exp.Expr:
    match kind:
        case "epoch":
            return _since_1970(cell, 1e6)
        case "epoch_ms":
            return _since_1970(cell, 1e3)
        case "excel":
            days = fill("TRY_CAST(:x AS DOUBLE) - 25569.0", x=cell)
            return _local(
                fill("TRY(make_timestamp(CAST(round(:d * 86400.0) AS BIGINT) * 1000000))", d=exp.paren(days)), zone
            )
        case "zoned":
            return fill("timezone('UTC', CAST(try_strptime(:x, :f) AS TIMESTAMPTZ))", x=cell, f=array(texts(formats)))
        case "pattern":
            wanted = literal(formats[0]) if len(formats) == 1 else array(texts(formats))
            return _local(call("try_strptime", cell, wanted), zone)
    return _iso(cell, zone)


def _since_1970(cell: exp.Expr, microseconds: float) -> exp.Expr:
    return fill("TRY(make_timestamp(CAST(TRY_CAST(:x AS DOUBLE) * :u AS BIGINT)))", x=cell, u=microseconds)


def _iso(cell: exp.Expr, zone: str) -> exp.Expr:
    plain = fill("TRY_CAST(:x AS TIMESTAMP)", x=cell)
    if zone == "UTC":
        return plain
    return (
        exp.case()
        .when(call("regexp_matches", cell, literal(OFFSET.replace(".*", ".*:.*"))), plain)
        .else_(_local(plain, zone))
    )


def _local(instant: exp.Expr, zone: str) -> exp.Expr:
    """The UTC instant at which a clock in the zone shows this."""
    if zone == "UTC":
        return instant
    return fill("timezone('UTC', timezone(:zone, :x))", x=instant, zone=zone)


def joined(nodes: Iterator[exp.Expr] | list[exp.Expr], separator: str) -> exp.Expr:
    """Texts one after the other, NULL when any is."""
    found = list(nodes)
    whole = found[0]
    for node in found[1:]:
        whole = exp.DPipe(this=exp.DPipe(this=whole, expression=literal(separator)), expression=node)
    return exp.paren(whole)
