"""Segments as filters: who belongs to them now, or belonged as far as was known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from sqlglot import exp

from regard.base import Invalid
from regard.base.words import said
from regard.profiles import known_segments, moment_of, select_members
from regard.stream import Question, Store

Wanted = str | Sequence[str] | None
_MEMBERS = "segment_members"


def with_members(store: Store, question: Question) -> Question:
    """The question with every look at who belongs to a segment replaced by the condition of that segment, read at the
    question's own ``as_of``."""
    if not any(table.name == _MEMBERS for table in question.sql.find_all(exp.Table)):
        return question
    as_of = question.parameters.get("as_of")
    moment = moment_of(store, as_of and as_of.replace(tzinfo=UTC))

    def live(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Select) or not _is_of_members(node):
            return node
        return select_members(store, [literal.name for literal in node.find_all(exp.Literal)], moment)

    return Question(question.name, question.sql.transform(live), question.parameters, question.is_bulk)


def _is_of_members(select: exp.Select) -> bool:
    table = select.args.get("from_") or select.args.get("from")
    return table is not None and table.this.name == _MEMBERS


def check_segments(store: Store, wanted: Wanted) -> None:
    """Refuse a filter by a segment that does not exist."""
    known = [one.key for one in known_segments(store)]
    for key in keys_in(wanted) or [""]:
        if key not in known:
            raise Invalid(
                said("there is no segment called {key}", key=repr(key)),
                field="where",
                remedy=said("use {known}", known=", ".join(known[:12])) if known else said("make one first"),
            )


def keys_in(wanted: Wanted) -> list[str]:
    """The segments that a filter names."""
    return [wanted] if isinstance(wanted, str) else [str(key) for key in wanted or ()]
