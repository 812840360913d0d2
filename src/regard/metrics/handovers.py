"""Hand-overs per ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regard.metrics import intervals, tickets
from regard.metrics.answers import Answers
from regard.metrics.contract import Metric, Reading, Rules
from regard.metrics.model import Unit
from regard.metrics.tickets import Desk


def units(desk: Desk, rules: Rules, whole: Sequence[Any] = ()) -> Answers:
    """How often each ticket resolved in the window was handed over."""
    solved = desk.resolved
    return Answers.of_values(solved["reassigned"].astype(float)) if len(solved) else Answers.of([])


def read(desk: Desk, rules: Rules, whole: Sequence[Any]) -> Reading:
    answers = units(desk, rules)
    parts = {"handed_over": intervals.share_of(answers, answers.scores > 0)}
    return Reading(intervals.mean_count(answers, unit=Unit.SCORE), parts)


METRIC = Metric(
    key="handovers",
    title="Hand-overs per ticket",
    unit=Unit.SCORE,
    better="lower",
    about="How often a resolved ticket went to another agent or group, on average.",
    formula="hand-overs ÷ tickets resolved. Beside it: the share of tickets handed over at all.",
    interval="Student's t with the skewness taken out for the mean, Poisson's exact limit where it is 0; Wilson's "
    "score interval for the share.",
    source="Hall 1992, JRSS B 54; Garwood 1936, Biometrika 28; Wilson 1927, JASA 22.",
    reads=("Ticket Reassigned", "Ticket Resolved"),
    rules=(),
    gather=tickets.gather,
    read=read,
    units=units,
    nothing=Desk,
    family="tickets",
    facets=("reassigned",),
)
