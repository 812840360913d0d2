"""SQL as syntax trees: pieces are parsed once, and what a mapping says goes in as nodes, never as text."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from sqlglot import exp, parse_one

DIALECT = "duckdb"


@cache
def _parsed(text: str) -> exp.Expression:
    return parse_one(text, dialect=DIALECT)


def fill(text: str, **nodes: exp.Expression | str | float | None) -> exp.Expression:
    """A piece of SQL with ``:name`` places filled: by a tree, or by a constant.

    >>> fill("coalesce(:a, :b)", a=column("x y"), b="it's").sql(DIALECT)
    'COALESCE("x y", \\'it\\'\\'s\\')'
    """
    return exp.replace_placeholders(_parsed(text).copy(), **{key: _node(node) for key, node in nodes.items()})


def _node(node: exp.Expression | str | float | None) -> exp.Expression:
    return node.copy() if isinstance(node, exp.Expression) else literal(node)


def literal(value: str | float | None) -> exp.Expression:
    """A constant.

    >>> literal("a").sql(DIALECT), literal(-1.5).sql(DIALECT), literal(None).sql(DIALECT)
    ("'a'", 'CAST(-1.5 AS DOUBLE)', 'NULL')
    """
    if value is None:
        return exp.null()
    if isinstance(value, str):
        return exp.Literal.string(value)
    return exp.cast(exp.Literal.number(value), "double")


def column(name: str, table: str | None = None) -> exp.Column:
    """A column by its name, quoted."""
    return exp.column(name, table=table, quoted=True)


def texts(values: Iterable[str]) -> list[exp.Expression]:
    """Text constants."""
    return [literal(value) for value in values]


def array(values: Iterable[exp.Expression]) -> exp.Expression:
    return exp.Array(expressions=list(values))


def call(name: str, *arguments: exp.Expression) -> exp.Expression:
    """Call a function by its name."""
    return exp.Anonymous(this=name, expressions=[item.copy() for item in arguments])


def named(node: exp.Expression, name: str) -> exp.Expression:
    """``node AS "name"``."""
    return exp.alias_(node, name, quoted=True)


def either(conditions: Iterable[exp.Expression]) -> exp.Expression:
    """Any of the conditions; false when there are none."""
    found = list(conditions)
    return exp.or_(*found) if found else exp.false()


def every(conditions: Iterable[exp.Expression]) -> exp.Expression:
    """All of the conditions; true when there are none."""
    found = list(conditions)
    return exp.and_(*found) if found else exp.true()


def struct(items: dict[str, exp.Expression]) -> exp.Expression:
    """A struct with these members."""
    return exp.Struct(expressions=[
        exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=node) for name, node in items.items()])
