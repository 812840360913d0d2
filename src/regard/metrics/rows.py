"""The interactions behind a figure, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlglot import exp

from regard.metrics.asking import ask
from regard.metrics.catalogue import metric_called
from regard.metrics.contract import Metric
from regard.metrics.definitions import settings_of
from regard.metrics.model import Slice
from regard.metrics.questions import rows_question
from regard.metrics.scope import check_names, instant_of
from regard.stream import Question, Store, compose

After = tuple[datetime, str]
"""The last row of the page before: when it occurred (UTC), and its id."""


@dataclass(frozen=True)
class Rows:
    """A page of interactions, newest first. ``following`` begins the next page; None on the last one."""

    columns: Mapping[str, Sequence[Any]]
    sql: str
    following: After | None = None

    def __len__(self) -> int:
        return len(self.columns["id"])

    def rows(self) -> list[dict[str, Any]]:
        """The interactions, one by one."""
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]


def rows_behind(
    store: Store, metric: str, slice: Slice = Slice(), *, after: After | None = None, limit: int = 50
) -> Rows:
    """The interactions that a metric reads in a slice, newest first, from after a row that was seen already."""
    check_names(store, slice)
    question = _question(store, metric_called(metric), slice, after, limit + 1)
    answer = ask(store, question)
    columns = {name: values[:limit] for name, values in answer.columns.items()}
    more = len(answer) > limit
    last = (columns["occurred_at"][-1], columns["id"][-1]) if more else None
    return Rows(columns, answer.sql, last)


def _question(store: Store, contract: Metric, slice: Slice, after: After | None, limit: int) -> Question:
    zone = settings_of(store).time_zone
    limits, given = compose.between(instant_of(slice.start, zone), instant_of(slice.end, zone), slice.as_of)
    wanted, values = compose.matching(slice.where)
    conditions: list[exp.Expr] = [*limits, *wanted]
    if contract.family == "answers":
        conditions.append(compose.sql("metric = :metric AND NOT score IS NULL"))
        values["metric"] = contract.key
    if after is not None:
        conditions.append(compose.sql("(occurred_at < :seen OR (occurred_at = :seen AND id < :seen_id))"))
        values |= {"seen": after[0].replace(tzinfo=None), "seen_id": after[1]}
    return rows_question(contract.reads, conditions, given | values, limit)
