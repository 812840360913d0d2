"""Repeat-contact rate: how often customers have to ask again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from regard.metrics import intervals, tickets
from regard.metrics.answers import Answers
from regard.metrics.contract import Gathered, Metric, Reading, Rule, Rules, whole_number
from regard.metrics.fcr import DAY
from regard.metrics.model import Unit
from regard.metrics.scope import Scope
from regard.metrics.tickets import Desk, seconds


def units(desk: Desk, rules: Rules, whole: Sequence[Any] = ()) -> Answers:
    """1 for a resolved ticket whose customer opened another within the window, else 0; once the window has passed."""
    solved = desk.resolved
    if not len(solved):
        return Answers.of([])
    days = rules["window_days"]
    judged = (solved["customer"] >= 0) & (solved["resolved"] <= desk.seen_until - np.timedelta64(days, "D"))
    again = seconds(solved["resolved"], solved["next_opened"]) <= days * DAY
    return Answers.of_values(again[judged].astype(float))


def read(desk: Desk, rules: Rules, whole: Sequence[Any]) -> Reading:
    answers = units(desk, rules)
    return Reading(intervals.share_of(answers, answers.scores == 1))


def gather(scope: Scope) -> Gathered:
    return tickets.gather(scope)


METRIC = Metric(
    key="repeat_contact",
    title="Repeat-contact rate",
    unit=Unit.SHARE,
    better="lower",
    about="The share of resolved tickets whose customer opened another one within the window, on any channel.",
    formula="tickets followed by another ÷ tickets resolved whose customer is known and whose window has passed.",
    interval="Wilson's score interval.",
    source="Wilson 1927, JASA 22.",
    reads=("Ticket Opened", "Ticket Resolved"),
    rules=(Rule("window_days", 7, "Days in which another ticket counts as asking again.", whole_number(1, 365)),),
    gather=gather,
    read=read,
    units=units,
    nothing=Desk,
    family="tickets",
    facets=("customer",),
)
