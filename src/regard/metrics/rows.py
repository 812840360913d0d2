"""The interactions behind a figure, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regard.metrics.asking import ask
from regard.metrics.catalogue import metric_called
from regard.metrics.choosing import Chosen, rows_of
from regard.metrics.model import Definition, Slice
from regard.metrics.questions import rows_question
from regard.stream import Question, Store, compose

After = tuple[datetime, str]
"""The last row of the page before: when it occurred (UTC), and its id."""


@dataclass(frozen=True)
class Rows:
    """A page of interactions, newest first. ``following`` begins the next page; None on the last one."""

    columns: Mapping[str, Sequence[Any]]
    sql: str
    following: After | None = None
    notes: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.columns["id"])

    def rows(self) -> list[dict[str, Any]]:
        """The interactions, one by one."""
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]


def rows_behind(
    store: Store,
    metric: str,
    slice: Slice = Slice(),
    *,
    definition: Definition | None = None,
    after: After | None = None,
    limit: int = 50,
) -> Rows:
    """The interactions that a metric counts in a slice, newest first, from after a row that was seen already.

    Answers are those that the headline counts; a ticket's rows are all it has, where its end (or, for the first
    response, its opening) lies in the slice; a customer's rows begin before the slice, where they make them active.
    """
    chosen = rows_of(store, metric_called(metric), slice, definition)
    answer = ask(store, _question(chosen, after, limit + 1))
    columns = {name: values[:limit] for name, values in answer.columns.items()}
    more = len(answer) > limit
    last = (columns["occurred_at"][-1], columns["id"][-1]) if more else None
    return Rows(columns, answer.sql, last, chosen.notes)


def _question(chosen: Chosen, after: After | None, limit: int) -> Question:
    conditions, given = list(chosen.conditions), dict(chosen.given)
    if after is not None:
        conditions.append(compose.sql("(occurred_at < :seen OR (occurred_at = :seen AND id < :seen_id))"))
        given |= {"seen": after[0].replace(tzinfo=None), "seen_id": after[1]}
    return rows_question(chosen.events, conditions, given, limit)
