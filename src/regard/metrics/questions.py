"""Every question that a metric asks of the stream: SQL, written once, in the portable part that all engines share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlglot import exp

from regard.metrics.customer_questions import latest_value, wanted_customers
from regard.metrics.model import Every, Slice
from regard.stream import COLUMNS, Question, compose
from regard.stream.vocabulary import (
    COMPLAINT_MADE,
    ORDER_COMPLETED,
    SURVEY_ANSWERED,
    SURVEY_COMPLETED,
    SURVEY_DELIVERED,
    SURVEY_OPENED,
    SURVEY_SENT,
    SURVEY_STARTED,
)

Conditions = Sequence[exp.Expr]
Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Grain:
    """How finely answers are counted over time: by calendar periods of a time zone, which ``cuts`` (a local date and
    its instant) divide where a window begins or ends inside one. A row is called by the first day of its piece."""

    every: Every
    time_zone: str
    cuts: Sequence[tuple[date, datetime]] = ()

    def expression(self) -> exp.Expr:
        period = compose.period_of(self.every, self.time_zone)
        if not self.cuts:
            return period
        latest = exp.case()
        for place, (day, _) in reversed(list(enumerate(sorted(self.cuts)))):
            latest = latest.when(compose.sql(f"occurred_at >= :cut_{place}"), compose.literal(day))
        return exp.Greatest(this=period, expressions=[latest.else_(period.copy())], ignore_nulls=False)

    def parameters(self) -> dict[str, Any]:
        return {f"cut_{place}": compose.naive(instant) for place, (_, instant) in enumerate(sorted(self.cuts))}


def answers_question(
    wanted: Mapping[str, str | None],
    conditions: Conditions,
    parameters: Parameters,
    by: str | None = None,
    grain: Grain | None = None,
) -> Question:
    """How often each score was given on each scale: one row a metric, scale, score (and group, and period).

    ``wanted`` maps each metric to the touchpoint whose answers are about the whole, or None when all of them count;
    the column ``about`` then tells :data:`WHOLE` from :data:`UNSAID` (no touchpoint) and :data:`PART`.
    """
    keys = ["scale_min", "scale_max", "orientation", "score"]
    columns: list[str | exp.Expr] = [_metric(wanted), *keys]
    if len(wanted) > 1:
        keys.append("metric")
    if grain:
        columns.append(exp.alias_(grain.expression(), "period"))
        keys.append("period")
        parameters = {**parameters, **grain.parameters()}
    if by:
        columns.append(exp.alias_(compose.as_text(by), "part"))
        keys.append("part")
    about, values = _about(wanted)
    if about is not None:
        columns.append(exp.alias_(about, "about"))
        keys.append("about")
    weight = "coalesce(weight, 1)"
    columns += ["count(*) AS answers", f"sum({weight}) AS weights", f"sum({weight} * {weight}) AS squares"]
    holders = {f"metric_{place}": metric for place, metric in enumerate(wanted)}
    asked = _one_of("metric", holders)
    named = compose.sql(f"name = :name AND NOT score IS NULL AND {WEIGHS}")
    query = compose.select(*columns).from_(compose.TABLE).where(named, asked, *conditions).group_by(*keys)
    return Question("answers", query, {"name": SURVEY_ANSWERED, **holders, **values, **parameters})


def _metric(wanted: Collection[str]) -> str | exp.Expr:
    """The metric of a row; a constant where one is asked for, which need not be grouped by."""
    return "metric" if len(wanted) > 1 else exp.alias_(compose.literal(next(iter(wanted))), "metric")


PART, UNSAID, WHOLE = 0, 1, 2

WEIGHS = "(weight IS NULL OR (weight > 0 AND weight <= 1000000000.0))"
"""The weights that a survey can have; an import refuses others, other ways into the stream may not."""

ON_SCALE = "score >= scale_min AND score <= scale_max AND scale_min < scale_max"
"""Answers that say their scale, and lie on it."""


def _about(wanted: Mapping[str, str | None]) -> tuple[exp.Expr | None, dict[str, Any]]:
    """What an answer was about, told in the same pass: nobody knows yet whether any was about the whole."""
    touchpoints = [touchpoint for touchpoint in dict.fromkeys(wanted.values()) if touchpoint is not None]
    if not touchpoints:
        return None, {}
    told = exp.case().when("touchpoint IS NULL", exp.Literal.number(UNSAID))
    values: dict[str, Any] = {}
    for number, touchpoint in enumerate(touchpoints):
        same = compose.sql(f"touchpoint = :touchpoint_{number}")
        values[f"touchpoint_{number}"] = touchpoint
        if len(touchpoints) > 1:
            metrics = [metric for metric, its in wanted.items() if its == touchpoint]
            holders = {f"about_{number}_{place}": metric for place, metric in enumerate(metrics)}
            same, values = exp.and_(same, _one_of("metric", holders)), values | holders
        told = told.when(same, exp.Literal.number(WHOLE))
    return told.else_(exp.Literal.number(PART)), values


def _one_of(column: str, holders: Mapping[str, str]) -> exp.Expr:
    found = [compose.placeholder(name) for name in holders]
    return exp.column(column).eq(found[0]) if len(found) == 1 else exp.column(column).isin(*found)


def touchpoint_question(metric: str, touchpoint: str, as_of: datetime | None = None) -> Question:
    """Whether a metric had answers about a touchpoint by then: one row if so. Stops at the first one found."""
    query = compose.select("1 AS found").from_(compose.TABLE)
    query = query.where(
        "name = :name", "metric = :metric", "touchpoint = :touchpoint", "NOT score IS NULL", dialect=compose.DIALECT
    )
    limits, given = compose.between(None, None, as_of)
    given |= {"name": SURVEY_ANSWERED, "metric": metric, "touchpoint": touchpoint}
    return Question("answers about the whole", query.where(*limits).limit(1), given)


def complaints_question(conditions: Conditions, parameters: Parameters, by: str | None) -> Question:
    """Customers heard of, and those among them who complained; in a break-down, by what they did latest."""
    latest = [latest_value(by, "part")] if by else []
    complained = "max(CASE WHEN name = :complaint THEN 1 ELSE 0 END) AS complained"
    inner = compose.select("customer", complained, *latest).from_(compose.TABLE)
    inner = inner.where(compose.sql("NOT customer IS NULL"), *conditions).group_by("customer")
    outer = compose.select(*(["part"] if by else []), "count(*) AS customers", "sum(complained) AS complaining")
    outer = outer.from_(inner.subquery("customers"))
    given = {"complaint": COMPLAINT_MADE, **parameters}
    return Question("complaints", outer.group_by("part") if by else outer, given)


def amounts_question(conditions: Conditions, parameters: Parameters, by: str | None) -> Question:
    """What orders came to, and how many came to that, currency by currency. The lines of one subject are one order."""
    latest = [latest_value(by, "part")] if by else []
    part = ["part"] if by else []
    named = compose.sql("name = :name AND NOT amount IS NULL")
    lines = compose.select("currency", "sum(amount) AS total", *latest).from_(compose.TABLE)
    lines = lines.where(named, *conditions).group_by("coalesce(subject, id)", "currency")
    counted = compose.select("currency", "total", *part, "count(*) AS orders").from_(lines.subquery("orders"))
    return Question("amounts", counted.group_by("currency", "total", *part), {"name": ORDER_COMPLETED, **parameters})


def currencies_question(conditions: Conditions, parameters: Parameters) -> Question:
    """How many orders, or lines of them, are in each currency."""
    named = compose.sql("name = :name AND NOT amount IS NULL")
    query = compose.select("currency", "count(*) AS orders").from_(compose.TABLE).where(named, *conditions)
    return Question("currencies", query.group_by("currency"), {"name": ORDER_COMPLETED, **parameters})


def values_question(revenue: Sequence[str], refunds: Sequence[str], end: datetime | None, slice: Slice) -> Question:
    """What customers paid before ``end`` less what they got back, and how many came to that, currency by currency.

    Who only got money back paid before the data begin, and nobody knows how much. A refund counts against its customer
    whether its amount was written with a sign or without. Customers are filtered and grouped by their latest values.
    """
    paid = {f"paid{place}": name for place, name in enumerate(revenue)}
    back = {f"back{place}": name for place, name in enumerate(refunds)}
    is_paid = exp.column("name").isin(*map(compose.placeholder, paid))
    named = exp.column("name").isin(*map(compose.placeholder, [*paid, *back]))
    limits, given = compose.between(None, end, slice.as_of)
    net = exp.alias_(exp.Sum(this=exp.case().when(is_paid, exp.column("amount")).else_("-abs(amount)")), "total")
    counted = exp.alias_(exp.Sum(this=exp.case().when(is_paid, exp.Literal.number(1)).else_("0")), "payments")
    told = [latest_value(name, f"is{place}") for place, name in enumerate(slice.where)]
    told += [latest_value(slice.by, "part")] if slice.by else []
    inner = compose.select("customer", "currency", net, counted, *told).from_(compose.TABLE)
    inner = inner.where(named, compose.sql("NOT customer IS NULL AND NOT amount IS NULL"), *limits)
    wanted, values = wanted_customers(slice.where)
    keys = ["currency", "total", *(["part"] if slice.by else [])]
    outer = compose.select(*keys, "count(*) AS customers").from_(
        inner.group_by("customer", "currency").subquery("paid")
    )
    outer = outer.where(compose.sql("payments > 0"), *wanted).group_by(*keys)
    return Question("customer values", outer, {**paid, **back, **given, **values})


def invitations_question(slice: Slice) -> Question:
    """When each invitation was sent, first opened or begun, answered and completed, and when no answer turned out to be
    wanted; a question shown is no answer.

    What it is filtered and grouped by is what its sending said: of those who never answered nothing else is known.
    """
    times = {
        "sent": SENT,
        "opened": "name IN (:opened, :started)",
        "answered": f"name = :answered AND ({GIVEN})",
        "completed": "name = :completed",
        "unwanted": f"name = :completed AND PROPERTY(properties, 'ended_by') IN {UNWANTED}",
    }
    columns: list[str | exp.Expr] = [
        f"min(CASE WHEN {what} THEN occurred_at END) AS {name}" for name, what in times.items()
    ]
    told = {f"is{place}": name for place, name in enumerate(slice.where)} | ({"part": slice.by} if slice.by else {})
    columns += [sent_value(name, alias) for alias, name in told.items()]
    limits, given = compose.between(None, None, slice.as_of)
    named = exp.column("name").isin(*map(compose.placeholder, INVITATION))
    inner = compose.select("subject", *columns).from_(compose.TABLE)
    inner = inner.where(named, compose.sql("NOT subject IS NULL"), *limits).group_by("subject")
    wanted, values = wanted_customers(slice.where)
    outer = compose.select(*times, *(["part"] if slice.by else [])).from_(inner.subquery("invitations"))
    outer = outer.where(compose.sql("NOT sent IS NULL"), *wanted)
    return Question("invitations", outer, {**INVITATION, **given, **values}, is_bulk=True)


SENT = "name IN (:sent, :delivered)"
UNWANTED = "('screen_out', 'quota')"
"""How a survey ends for somebody who is not eligible."""
CHOSEN = ("answer", "value", "option_id")
"""The properties in which our surveys, and records of feedback, say what was chosen where nothing was scored."""
GIVEN = " OR ".join(
    [
        "NOT score IS NULL",
        "NOT text IS NULL",
        *(f"coalesce(PROPERTY(properties, '{name}'), '') <> ''" for name in CHOSEN),
    ]
)
"""An answer has a score, words, or something that was chosen."""


def sent_value(name: str, alias: str) -> exp.Expr:
    """A column or property as the sending of an invitation has it; for a segment or a company, who was invited."""
    if name in compose.WHOSE:
        return latest_value(name, alias)
    value = exp.case().when(compose.sql(SENT), compose.as_text(name))
    return exp.alias_(compose.call("LATEST", value, exp.column("occurred_at")), alias)


INVITATION = {
    "sent": SURVEY_SENT,
    "delivered": SURVEY_DELIVERED,
    "opened": SURVEY_OPENED,
    "started": SURVEY_STARTED,
    "answered": SURVEY_ANSWERED,
    "completed": SURVEY_COMPLETED,
}


def rows_question(reads: Sequence[str], conditions: Conditions, parameters: Parameters, limit: int) -> Question:
    """The interactions that a metric reads, newest first; rows of one instant in the order of their ids."""
    events = {f"event{place}": name for place, name in enumerate(reads)}
    named = exp.column("name").isin(*map(compose.placeholder, events))
    query = compose.select(*(exp.column(name, quoted=True) for name in COLUMNS)).from_(compose.TABLE)
    query = query.where(named, *conditions).order_by("occurred_at DESC", "id DESC").limit(limit)
    return Question("rows behind", query, {**events, **parameters})
