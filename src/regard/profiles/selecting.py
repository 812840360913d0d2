"""The second reader of a condition: everybody for whom it holds, as one sub-select of customers.

Every part becomes the set of customers for whom it holds; ``all``, ``any`` and ``not`` become INTERSECT, UNION and
EXCEPT. So each part reads only the interactions that it is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlglot import exp

from regard.profiles.conditions import (
    ACCOUNT_JOINED,
    NUMBER_COLUMNS,
    PROFILE_UPDATED,
    All,
    AnyOf,
    Condition,
    Did,
    InSegment,
    Latest,
    Listed,
    Moment,
    Not,
    Range,
    Score,
    Test,
    Trait,
    Where,
    Window,
)
from regard.profiles.matching import DATE, LARGEST_AMOUNT, NUMBER, thousandths
from regard.stream import compose
from regard.stream.compose import literal, naive, sql
from regard.stream.vocabulary import SURVEY_ANSWERED


def select_customers(condition: Condition, moment: Moment) -> exp.Select:
    """The customers for whom a condition (its segments written out) holds at a moment: one column, ``customer``, each
    once, to be asked by itself or put into any question. Values are literals in the tree."""
    match condition:
        case All(of=parts):
            return _all([_positive(part) for part in parts], moment)
        case AnyOf(of=parts):
            return _joined(exp.union, [select_customers(part, moment) for part in parts])
        case Not(of=part):
            return _joined(exp.except_, [everyone(moment), select_customers(part, moment)])
    positive = _positive(condition)
    return select_customers(positive, moment) if positive is not condition else _leaf(condition, moment)


def everyone(moment: Moment) -> exp.Select:
    """Everybody who has an interaction at the moment."""
    return _rows(moment).distinct()


def _all(parts: list[Condition], moment: Moment) -> exp.Select:
    kept = [select_customers(part, moment) for part in parts if not isinstance(part, Not)]
    less = [select_customers(part.of, moment) for part in parts if isinstance(part, Not)]
    start = _joined(exp.intersect, kept) if kept else everyone(moment)
    return _joined(exp.except_, [start, *less])


def _positive(condition: Condition) -> Condition:
    """A part that holds for those who have nothing, as the opposite of one that does not."""
    match condition:
        case Trait(how="missing", name=name):
            return Not(of=Trait(name=name, how="exists"))
        case Latest(how="missing", column=column):
            return Not(of=Latest(column=column, how="exists"))
        case Did(may_be_never=True):
            return _unless_more(condition)
    return condition


def _unless_more(did: Did) -> Condition:
    most = did.times.at_most
    if most is None:  # at least nought times: everybody
        never: Condition = Did(name=did.name)
        return AnyOf(of=[never, Not(of=never)])
    more = Range(at_least=most + 1)
    return Not(of=Did(name=did.name, during=did.during, where=did.where, times=more))


def _joined(operation: Any, selects: list[exp.Select]) -> exp.Select:
    if len(selects) == 1:
        return selects[0]
    together = selects[0]
    for other in selects[1:]:
        both = operation(together, other, distinct=True)
        together = compose.select("customer").from_(both.subquery("members"))
    return together


# --- the parts -----------------------------------------------------------------------------------------------------


def _rows(moment: Moment, *conditions: exp.Expr) -> exp.Select:
    limits = [sql("NOT customer IS NULL"), exp.column("occurred_at") < literal(naive(moment.at))]
    if moment.as_of is not None:
        limits.append(exp.column("received_at") <= literal(naive(moment.as_of)))
    return compose.select("customer").from_(compose.TABLE).where(*limits, *conditions)


def _leaf(condition: Condition, moment: Moment) -> exp.Select:
    match condition:
        case Trait(name=name):
            return _trait(condition, name, moment)
        case Latest(column="account"):
            return _latest(condition, exp.column("subject"), _rows(moment, _named(ACCOUNT_JOINED)))
        case Latest(column=column):
            return _latest(condition, exp.column(column), _rows(moment))
        case Did():
            return _did(condition, moment)
        case Score():
            return _scored(condition, moment)
        case Listed(key=key):
            return everyone(moment).where(exp.column("customer").isin(query=listed(key)))
    assert isinstance(condition, InSegment)
    raise TypeError("segments are written out before they are selected")


def listed(key: str) -> exp.Select:
    """The customers for whom the identifiers of a list stand, also those not met yet."""
    whose = "coalesce(identifiers.customer, segment_keys.number) AS customer"
    listed = compose.select(whose).from_("segment_keys")
    listed = listed.join("identifiers", on="identifiers.key = segment_keys.key", join_type="left")
    return listed.where(exp.column("segment", "segment_keys").eq(literal(key)))


def _named(name: str) -> exp.Expr:
    return exp.column("name").eq(literal(name))


def _latest(test: Test, value: exp.Expr, rows: exp.Select) -> exp.Select:
    told = exp.alias_(compose.call("LATEST", value, exp.column("occurred_at")), "told")
    each = rows.select(told).where(value.copy().is_(exp.null()).not_()).group_by("customer")
    return compose.select("customer").from_(each.subquery("each_one")).where(_passes(test, exp.column("told")))


def _trait(test: Test, name: str, moment: Moment) -> exp.Select:
    """Null takes a trait away, so it must be told from silence: what is said begins with a mark, and null has none."""
    given = exp.column("properties"), literal(name)
    value, is_said = compose.call("PROPERTY", *given), compose.call("HAS_PROPERTY", *(one.copy() for one in given))
    marked = exp.case().when(value.is_(exp.null()), literal("")).else_(exp.func("concat", literal("="), value.copy()))
    rows = _rows(moment, _named(PROFILE_UPDATED), is_said)
    told = exp.alias_(compose.call("LATEST", marked, exp.column("occurred_at")), "told")
    each = rows.select(told).group_by("customer")
    known = compose.select("customer", "substring(told, 2) AS told").from_(each.subquery("each_one"))
    known = known.where(sql("told <> ''"))
    return compose.select("customer").from_(known.subquery("known")).where(_passes(test, exp.column("told")))


def _did(did: Did, moment: Moment) -> exp.Select:
    rows = _rows(moment, _named(did.name), *_within(did.during, moment), *map(_passes_row, did.where))
    having = list(_between(sql("count(*)"), did.times))
    if did.amount:
        having += _between(_total("amount", f"abs(amount) <= {LARGEST_AMOUNT:.0f}"), did.amount, scale=1000)
    having += _within(did.first, moment, sql("min(occurred_at)")) if did.first else []
    having += _within(did.last, moment, sql("max(occurred_at)")) if did.last else []
    return rows.group_by("customer").having(*having)


def _scored(score: Score, moment: Moment) -> exp.Select:
    low, high = (literal(float(end)) for end in score.scale)
    answered = [
        _named(SURVEY_ANSWERED),
        exp.column("metric").eq(literal(score.metric)),
        exp.column("scale_min").eq(low),
        exp.column("scale_max").eq(high),
        exp.column("score") >= low.copy(),
        exp.column("score") <= high.copy(),
    ]
    rows = _rows(moment, *answered, *_within(score.during, moment)).group_by("customer")
    if score.of == "latest":
        return rows.having(*_between(sql("LATEST(score, occurred_at)"), score.between))
    limits = score.between.at_least, score.between.at_most
    least, most = (None if limit is None else thousandths(limit) for limit in limits)
    having: list[exp.Expr] = [] if least is None else [_total("score") >= sql(f"{least} * count(*)")]
    having += [] if most is None else [_total("score") <= sql(f"{most} * count(*)")]
    return rows.having(*having)


def _total(column: str, condition: str = "TRUE") -> exp.Expr:
    """A sum in whole thousandths, which no order of adding changes; NULL when there is nothing to add."""
    return sql(f"sum(CASE WHEN {condition} THEN CAST(floor({column} * 1000 + 0.5) AS BIGINT) END)")


def _between(value: exp.Expr, limits: Range, scale: int = 1) -> Iterable[exp.Expr]:
    if limits.at_least is not None:
        yield value.copy() >= literal(_scaled(limits.at_least, scale))
    if limits.at_most is not None:
        yield value.copy() <= literal(_scaled(limits.at_most, scale))


def _scaled(limit: float, scale: int) -> float:
    return limit * scale if scale == 1 else thousandths(limit)


def _within(window: Window, moment: Moment, instant: exp.Expr | None = None) -> list[exp.Expr]:
    start, end = window.bounds(moment)
    at = instant if instant is not None else exp.column("occurred_at")
    found: list[exp.Expr] = [at.copy() >= literal(start)] if start else []
    return found + ([at.copy() < literal(end)] if end else [])


def _passes_row(test: Where) -> exp.Expr:
    value = compose.column(test.column)
    if test.column in NUMBER_COLUMNS and test.value is not None:
        return _compares(test, value)
    return _passes(test, value)


def _passes(test: Test, text: exp.Expr) -> exp.Expr:
    match test.how, test.value:
        case "exists", _:
            return text.is_(exp.null()).not_()
        case "missing", _:
            return text.is_(exp.null())
        case _, bool() as value:
            return text.eq(literal(str(value).lower()))
        case _, list() as values:
            return text.isin(*map(literal, values))
        case _, float() | int():
            number = exp.TryCast(this=text.copy(), to=exp.DataType.build("double"))
            return _compares(test, exp.case().when(_looks_like(text, NUMBER), number).else_(exp.null()))
        case "contains", value:
            return exp.StrPosition(this=text, substr=literal(value)) > literal(0)
        case "starts_with", value:
            return exp.StartsWith(this=text, expression=literal(value))
        case ("before" | "on_or_after") as how, value:
            day = exp.Substring(this=text.copy(), start=literal(1), length=literal(10))
            compared = day < literal(value) if how == "before" else day >= literal(value)
            return exp.and_(_looks_like(text, DATE), compared)
    return text.eq(literal(test.value))


def _looks_like(text: exp.Expr, pattern: str) -> exp.Expr:
    return exp.RegexpLike(this=text.copy(), expression=literal(pattern))


def _compares(test: Test, number: exp.Expr) -> exp.Expr:
    value = literal(test.value)
    match test.how:
        case "above":
            return number > value
        case "at_least":
            return number >= value
        case "below":
            return number < value
        case "at_most":
            return number <= value
    return number.eq(value)
