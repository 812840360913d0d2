"""Gathering customers: who was there at the start and at the end of each window, for retention and churn alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regard.base.words import said
from regard.metrics.answers import Answers
from regard.metrics.asking import ask
from regard.metrics.contract import Gathered, Rule, Rules, names, whole_number
from regard.metrics.customer_questions import EXPIRES, Boundaries, customers_question
from regard.metrics.definitions import Kind
from regard.metrics.model import Estimate, Unit
from regard.metrics.periods import zone
from regard.metrics.scope import Scope, Window, instant_of, known_properties, time_span
from regard.stream import compose
from regard.stream.vocabulary import ORDER_COMPLETED

RULES = (
    Rule(
        "active_days",
        90,
        "Days a customer stays active after a qualifying interaction.",
        whole_number(1, 3650),
    ),
    Rule("qualifying", [ORDER_COMPLETED], "The interactions that make a customer active.", names),
)


def days_of_activity(rules: Rules, kind: Kind) -> int:
    """The days before an instant whose orders say who is a customer then; contracts say it by themselves."""
    return int(rules["active_days"]) if kind == "non_contractual" else 0


@dataclass(frozen=True)
class Counts:
    """Customers of one window. ``won_and_lost`` came and went inside it; they are neither at the start nor at the end.

    ``money`` holds the start customers' amounts: Σ and Σ² of all, and of those who left.
    """

    start: int = 0
    end: int = 0
    kept: int = 0
    won_and_lost: int = 0
    money: tuple[float, float, float, float] | None = None

    @property
    def left(self) -> int:
        return self.start - self.kept

    @property
    def new(self) -> int:
        return self.end - self.kept

    def parts(self) -> dict[str, Estimate]:
        """The counts themselves."""
        named = {
            "customers_at_start": self.start,
            "customers_at_end": self.end,
            "customers_won": self.new,
            "customers_lost": self.left,
            "won_and_lost": self.won_and_lost,
        }
        return {name: count(number) for name, number in named.items()}


def count(number: int) -> Estimate:
    """A count: known, not estimated."""
    return Estimate(float(number), None, None, number, Unit.COUNT)


def shares(first: int, second: int) -> Answers:
    """Units of which the ``first`` count 1 and the ``second`` 0."""
    return Answers.of([(0.0, float(second)), (1.0, float(first))])


def gather(metric: str, scope: Scope) -> Gathered:
    """Ask for every window at once; window by window where customers are told apart by what they were at its end."""
    known = [window for window in scope.windows if window[0] is not None and window[1] is not None]
    span = time_span(scope.store, scope.settings)
    if span is None or not known:
        return Gathered({}, "")
    limit = _limit(scope, span[1])
    seen = [window for window in known if _instant(scope, window[0]) < limit]
    groups = [[one] for one in seen] if scope.slice.by or scope.slice.where else [seen] if seen else []
    found: dict[tuple[Window, str | None], Counts] = {}
    texts = []
    for windows in groups:
        cells, text = _asked(metric, scope, windows, limit)
        found |= cells
        texts.append(text)
    return Gathered(found, ";\n\n".join(texts), _notes(metric, scope, seen, span[0], limit))


def _limit(scope: Scope, last: date) -> datetime:
    """The instant after which nothing is known: the data ends, or had been received only so far."""
    as_of = [scope.slice.as_of.astimezone(UTC)] if scope.slice.as_of else []
    return min([_instant(scope, last), *as_of])


def _instant(scope: Scope, day: date | None) -> datetime:
    instant = instant_of(day, scope.settings.time_zone)
    assert instant is not None
    return instant


def _notes(metric: str, scope: Scope, windows: list[Window], first: date, limit: datetime) -> list[str]:
    rule = said(
        "Customers count as active by their contract: from Subscription Started until Subscription Cancelled or "
        "Expired, or until it runs out (expires_at) without Subscription Renewed."
    )
    if scope.settings.kind == "non_contractual":
        days, qualifying = scope.rules[metric]["active_days"], ", ".join(scope.rules[metric]["qualifying"])
        rule = said(
            "A customer is active for {days} days after {qualifying}, and has left when they pass without another.",
            days=days,
            qualifying=qualifying,
        )
    last = str(limit.astimezone(zone(scope.settings.time_zone)).date())
    cut = [
        said("The last period ends with the data, on {last}.", last=last)
        for window in windows[-1:]
        if _instant(scope, window[1]) > limit
    ]
    return [rule, *_unseen(metric, scope, windows, first), *cut]


def _unseen(metric: str, scope: Scope, windows: list[Window], first: date) -> list[str]:
    """What to say of periods that begin before anybody can have been seen to leave."""
    days = days_of_activity(scope.rules[metric], scope.settings.kind)
    if all(start is not None and start >= first + timedelta(days=days) for start, _ in windows):
        return []
    return [
        said(
            "The data begin on {first}. Who was a customer already cannot be known, and nobody can be seen to leave, "
            "for {days} days.",
            first=str(first),
            days=days,
        )
    ]


def _asked(
    metric: str, scope: Scope, windows: list[Window], limit: datetime
) -> tuple[dict[tuple[Window, str | None], Counts], str]:
    rules = scope.rules[metric]
    has_money = "money" in scope.facets and len(windows) == 1
    boundaries = _boundaries(scope, windows, limit, rules["active_days"])
    question = customers_question(
        boundaries,
        list(rules["qualifying"]) if scope.settings.kind == "non_contractual" else None,
        scope.slice.by,
        scope.slice.where,
        has_money=has_money,
        has_expiry=EXPIRES in known_properties(scope.store) and scope.settings.kind == "contractual",
        as_of=scope.slice.as_of,
    )
    answer = ask(scope.store, question)
    cells = {}
    for row in answer.rows():
        group = (row["part"] or "") if scope.slice.by else None
        for place, window in enumerate(windows):
            cells[window, group] = _counts(row, boundaries, place, has_money=has_money)
    return cells, answer.sql


def _boundaries(scope: Scope, windows: list[Window], limit: datetime, days: int) -> Boundaries:
    """Every instant at which it matters who is a customer; none lies beyond the data, where nobody has bought yet."""
    here = zone(scope.settings.time_zone)
    pairs = [(_instant(scope, first), min(_instant(scope, last), limit)) for first, last in windows]
    instants = {at: days_before(at, days, here) for pair in pairs for at in pair}
    order = sorted(instants)
    return Boundaries(
        [(compose.naive(instants[at]), compose.naive(at)) for at in order],
        [(order.index(first), order.index(second)) for first, second in pairs],
    )


def days_before(at: datetime, days: int, here: ZoneInfo) -> datetime:
    """The same time of day so many local days earlier: a day may have 23 or 25 hours."""
    return (at.astimezone(here) - timedelta(days=days)).astimezone(UTC)


def _counts(row: Mapping[str, Any], boundaries: Boundaries, place: int, *, has_money: bool) -> Counts:
    first, second = boundaries.windows[place]
    names = (f"a{first}", f"a{second}", f"k{place}", f"w{place}")
    start, end, kept, passed = (int(row[name] or 0) for name in names)
    if not has_money:
        return Counts(start, end, kept, passed)
    money = [float(row[name] or 0) for name in ("money", "squares", "lost_money", "lost_squares")]
    return Counts(start, end, kept, passed, (money[0], money[1], money[2], money[3]))
