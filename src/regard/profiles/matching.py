"""The first reader of a condition: does it hold for this one profile?"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regard.profiles.conditions import (
    ACCOUNT_JOINED,
    NUMBER_COLUMNS,
    PROFILE_UPDATED,
    All,
    AnyOf,
    Condition,
    Did,
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
from regard.stream import COLUMNS
from regard.stream.compose import naive
from regard.stream.vocabulary import SURVEY_ANSWERED

Row = Mapping[str, Any]

NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"
"""A text that is a number. Engines disagree about all others (1_000, 1e5, inf)."""
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]|$)"
"""A text that begins with a date."""
LARGEST_AMOUNT = 1e12
"""Amounts beyond it are a mistake and not added up."""


@dataclass(frozen=True)
class ProfileView:
    """One profile, as the stream knows it: its interactions (instants UTC without a zone, ``properties`` as JSON text),
    the lists in which one of its identifiers stands, and when it is looked at."""

    rows: Sequence[Row]
    moment: Moment
    lists: frozenset[str] = frozenset()

    def seen(self) -> list[Row]:
        """The interactions that count at the moment."""
        at, as_of = naive(self.moment.at), self.moment.as_of
        rows = [row for row in self.rows if row["occurred_at"] < at]
        return rows if as_of is None else [row for row in rows if row["received_at"] <= naive(as_of)]


def matches(condition: Condition, view: ProfileView) -> bool:
    """Whether a profile satisfies a condition whose segments are written out (:func:`~.conditions.resolved`).

    Nobody without an interaction at the moment is a customer, so that no condition holds for them.
    """
    rows = view.seen()
    return bool(rows) and _holds(condition, rows, view)


def _holds(condition: Condition, rows: list[Row], view: ProfileView) -> bool:
    match condition:
        case All(of=parts):
            return all(_holds(part, rows, view) for part in parts)
        case AnyOf(of=parts):
            return any(_holds(part, rows, view) for part in parts)
        case Not(of=part):
            return not _holds(part, rows, view)
        case Listed(key=key):
            return key in view.lists
        case Trait() | Latest():
            return _said(condition, rows)
        case Did():
            return _did(condition, rows, view.moment)
        case Score():
            return _scored(condition, rows, view.moment)
    raise TypeError("segments are written out before they are matched")


def _said(test: Trait | Latest, rows: list[Row]) -> bool:
    if isinstance(test, Trait):
        updates = (row for row in rows if row["name"] == PROFILE_UPDATED)
        return passes(test, _trait(updates, test.name))
    if test.column == "account":
        joined = (row for row in rows if row["name"] == ACCOUNT_JOINED)
        return passes(test, latest(joined, lambda row: row["subject"]))
    return passes(test, latest(rows, lambda row: row[test.column]))


def _trait(updates: Iterable[Row], name: str) -> str | None:
    """The trait as it was said last (at one instant: the greatest); null takes it away."""
    saying = [row for row in updates if name in _properties(row)]
    told = [(row["occurred_at"], text) for row in saying for text in [text_of(row, name, is_property=True)]]
    return max(told, key=lambda one: (one[0], one[1] is not None, one[1] or ""))[1] if told else None


def _did(did: Did, rows: list[Row], moment: Moment) -> bool:
    kept = [row for row in rows if row["name"] == did.name and all(_passes_row(test, row) for test in did.where)]
    kept = within(kept, did.during, moment)
    if not did.times.holds(len(kept)):
        return False
    times = [row["occurred_at"] for row in kept]
    return (
        (did.amount is None or _adds_up(did.amount, kept))
        and (did.first is None or _inside(min(times), did.first, moment))
        and (did.last is None or _inside(max(times), did.last, moment))
    )


def _adds_up(limits: Range, rows: Iterable[Row]) -> bool:
    amounts = [row["amount"] for row in rows if row["amount"] is not None and abs(row["amount"]) <= LARGEST_AMOUNT]
    return bool(amounts) and _lies(sum(map(thousandths, amounts)), limits)


def _lies(total: int, limits: Range, count: int = 1) -> bool:
    """Whether a total in thousandths, spread over so many, lies in a range."""
    least, most = limits.at_least, limits.at_most
    return (least is None or total >= thousandths(least) * count) and (
        most is None or total <= thousandths(most) * count
    )


def _scored(score: Score, rows: list[Row], moment: Moment) -> bool:
    low, high = score.scale
    answers = [
        row
        for row in within(rows, score.during, moment)
        if row["name"] == SURVEY_ANSWERED and row["metric"] == score.metric and row["score"] is not None
        if (row["scale_min"], row["scale_max"]) == (low, high) and low <= row["score"] <= high
    ]
    if not answers:
        return False
    if score.of == "latest":
        return score.between.holds(latest(answers, lambda row: row["score"]))
    return _lies(sum(thousandths(row["score"]) for row in answers), score.between, len(answers))


def thousandths(number: float) -> int:
    """A number in whole thousandths, so that sums do not depend on the order of adding.

    >>> thousandths(0.1) + thousandths(0.2) == thousandths(0.3)
    True
    """
    return math.floor(number * 1000 + 0.5)


def within(rows: Iterable[Row], window: Window, moment: Moment) -> list[Row]:
    """The rows that occurred in a window."""
    return [row for row in rows if _inside(row["occurred_at"], window, moment)]


def _inside(instant: datetime, window: Window, moment: Moment) -> bool:
    start, end = window.bounds(moment)
    return (start is None or instant >= start) and (end is None or instant < end)


def latest(rows: Iterable[Row], value: Callable[[Row], Any]) -> Any:
    """The value at the latest instant that has one (ties: the greatest); None when no row has."""
    found = [(row["occurred_at"], value(row)) for row in rows if value(row) is not None]
    return max(found)[1] if found else None


def text_of(row: Row, name: str, *, is_property: bool = False) -> str | None:
    """A column, or else the property of that name, as text; None when it is absent."""
    if name in COLUMNS and not is_property:
        value = row[name]
        return None if value is None else str(value)
    value = _properties(row).get(name)
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else json.dumps(value, separators=(",", ":"))


def _properties(row: Row) -> dict[str, Any]:
    """Numbers as they are written, however long; nothing for what is nested too deeply to be read."""
    try:
        told = json.loads(row["properties"] or "{}", parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _passes_row(test: Where, row: Row) -> bool:
    if test.column in NUMBER_COLUMNS:
        value = row[test.column]
        return _is_present(test, value) if value is None or test.value is None else _compares(test, value)
    return passes(test, text_of(row, test.column))


def _is_present(test: Test, value: object) -> bool:
    return test.how == ("missing" if value is None else "exists")


def passes(test: Test, text: str | None) -> bool:
    """Whether a text passes a test; where there is none only ``missing`` holds.

    >>> passes(Test(how="at_least", value=9), "10"), passes(Test(how="at_least", value=9), "ten")
    (True, False)
    """
    how, value = test.how, test.value
    if text is None or how in ("exists", "missing"):
        return _is_present(test, text)
    if isinstance(value, bool):
        return text == str(value).lower()
    if isinstance(value, list):
        return text in value
    if isinstance(value, float | int):
        return re.fullmatch(NUMBER, text) is not None and _compares(test, float(text))
    assert value is not None
    return _TEXTS[how](text, value)


_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "equals": lambda text, value: text == value,
    "contains": lambda text, value: value in text,
    "starts_with": lambda text, value: text.startswith(value),
    "before": lambda text, value: _begins_with_date(text) and text[:10] < value,
    "on_or_after": lambda text, value: _begins_with_date(text) and text[:10] >= value,
}


def _begins_with_date(text: str) -> bool:
    return re.search(DATE.replace("$", r"\Z"), text) is not None


def _compares(test: Test, number: float) -> bool:
    value = float(test.value)  # type: ignore[arg-type]
    return {
        "equals": number == value,
        "above": number > value,
        "at_least": number >= value,
        "below": number < value,
        "at_most": number <= value,
    }[test.how]
