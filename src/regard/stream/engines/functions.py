"""Replacing the functions of ours (see ``compose``) by what an engine calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from regard.base import Invalid
from regard.base.words import said

Spelling = Callable[..., exp.Expr]
OURS = ("PERIOD_OF", "PROPERTY", "HAS_PROPERTY", "LATEST", "MICROSECONDS", "PROFILE_NUMBER", "BIT", "INSTANT")


def spelled(tree: exp.Expr, spellings: Mapping[str, Spelling]) -> exp.Expr:
    """A copy of the tree with every function of ours replaced; arguments are replaced first."""

    def replace(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Anonymous) and node.name.upper() in spellings:
            return spellings[node.name.upper()](*node.expressions)
        return node

    # Bottom up, because an argument may itself be one of ours: LATEST(PROPERTY(…), …).
    result = tree.copy()
    for node in reversed(list(result.find_all(exp.Anonymous))):
        new = replace(node)
        if new is not node:
            if node is result:
                result = new
            else:
                node.replace(new)
    return result


UNITS = ("day", "week", "month", "quarter", "year")


def unit_and_zone(unit: exp.Expr, zone: exp.Expr) -> tuple[str, str]:
    """The two texts that PERIOD_OF is given; refuses a unit that no engine knows."""
    if unit.name not in UNITS:
        raise Invalid(
            said("{name} is not a period", name=repr(unit.name)),
            field="every",
            remedy=said("one of {units}", units=", ".join(UNITS)),
        )
    return unit.name, zone.name
