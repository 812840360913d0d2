"""SQL as syntax trees: pieces are parsed once, and what a mapping says goes in as nodes, never as text."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from sqlglot import exp, parse_one

DIALECT = "duckdb"


@cache
def _parsed(text: str) -> exp.Expr:
    return parse_one(text, dialect=DIALECT)


def fill(text: str, **nodes: exp.Expr | str | float | None) -> exp.Expr:
    """A piece of SQL with ``:name`` places filled: by a tree, or by a constant.

    >>> fill("coalesce(:a, :b)", a=column("x y"), b="it's").sql(DIALECT)
    'COALESCE("x y", \\'it\\'\\'s\\')'
    """
    return exp.replace_placeholders(_parsed(text).copy(), **{key: _node(node) for key, node in nodes.items()})


def _node(node: exp.Expr | str | float | None) -> exp.Expr:
    return node.copy() if isinstance(node, exp.Expr) else literal(node)


def literal(value: str | float | None) -> exp.Expr:
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


def texts(values: Iterable[str]) -> list[exp.Expr]:
    """Text constants."""
    return [literal(value) for value in values]


def array(values: Iterable[exp.Expr]) -> exp.Expr:
    return exp.Array(expressions=list(values))


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """Call a function by its name."""
    return exp.Anonymous(this=name, expressions=[item.copy() for item in arguments])


def named(node: exp.Expr, name: str) -> exp.Expr:
    """``node AS "name"``."""
    return exp.alias_(node, name, quoted=True)


def either(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """Any of the conditions; false when there are none."""
    found = list(conditions)
    return exp.or_(*found) if found else exp.false()


def every(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """All of the conditions; true when there are none."""
    found = list(conditions)
    return exp.and_(*found) if found else exp.true()


def struct(items: dict[str, exp.Expr]) -> exp.Expr:
    """A struct with these members."""
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=node) for name, node in items.items()
        ]
    )
