"""Our functions (see ``compose``), spelled for DuckDB."""

from __future__ import annotations

from sqlglot import exp

from regard.stream.compose import call, sql
from regard.stream.engines.functions import Spelling, spelled, unit_and_zone


def _period_of(instant: exp.Expr, unit: exp.Expr, zone: exp.Expr) -> exp.Expr:
    name, where = unit_and_zone(unit, zone)
    local = instant if where == "UTC" else call("timezone", zone, call("timezone", exp.Literal.string("UTC"), instant))
    return exp.cast(call("date_trunc", exp.Literal.string(name), local), "date")


def _property(column: exp.Expr, name: exp.Expr) -> exp.Expr:
    return call("json_extract_string", column, exp.Literal.string(_path(name)))


def _has_property(column: exp.Expr, name: exp.Expr) -> exp.Expr:
    return call("json_exists", column, exp.Literal.string(_path(name)))


def _path(name: exp.Expr) -> str:
    return '$."' + name.name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _latest(value: exp.Expr, instant: exp.Expr) -> exp.Expr:
    return call("arg_max", value, call("row", instant, value.copy()))


_INSTANT = """make_timestamp(epoch_us(TRY_CAST(CASE
WHEN length(x) = 10 THEN x || 'T00:00Z'
WHEN regexp_matches(x, '([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$') THEN x
ELSE x || 'Z' END AS TIMESTAMPTZ)))"""


def _instant(text: exp.Expr) -> exp.Expr:
    """Without an offset a cast would go by the session's time zone."""
    return sql(_INSTANT).transform(lambda node: text.copy() if isinstance(node, exp.Column) else node)


def _profile_number(key: exp.Expr) -> exp.Expr:
    halved = exp.BitwiseRightShift(this=call("md5_number_upper", key), expression=exp.Literal.number(1))
    return exp.cast(exp.Paren(this=halved), "bigint")


def _bit(number: exp.Expr, place: exp.Expr) -> exp.Expr:
    moved = exp.Paren(this=exp.BitwiseRightShift(this=number, expression=place))
    return exp.Paren(this=exp.BitwiseAnd(this=moved, expression=exp.Literal.number(1)))


def written(tree: exp.Expr) -> exp.Expr:
    """The tree as this engine likes it best: a scan leaves out by itself what IS NOT NULL rules out, but not what NOT
    … IS NULL does."""
    result = spelled(tree, SPELLINGS)
    for node in list(result.find_all(exp.Not)):
        if isinstance(node.this, exp.Is) and isinstance(node.this.expression, exp.Null):
            node.replace(exp.Is(this=node.this.this, expression=exp.Not(this=exp.Null())))
    return result


SPELLINGS: dict[str, Spelling] = {
    "PROFILE_NUMBER": _profile_number,
    "PERIOD_OF": _period_of,
    "PROPERTY": _property,
    "HAS_PROPERTY": _has_property,
    "LATEST": _latest,
    "BIT": _bit,
    "INSTANT": _instant,
    "MICROSECONDS": lambda instant: call("epoch_us", instant),
}
