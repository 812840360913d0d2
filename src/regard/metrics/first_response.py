"""First response time: how long customers wait for the first reply of an agent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from regard.base.words import said
from regard.metrics import intervals, tickets
from regard.metrics.answers import Answers
from regard.metrics.contract import Gathered, Later, Metric, Reading, Rule, Rules, whole_number
from regard.metrics.model import Estimate, Unit
from regard.metrics.scope import Scope
from regard.metrics.tickets import Desk, durations, seconds


def units(desk: Desk, rules: Rules, whole: Sequence[Any] = ()) -> Answers:
    """Seconds to the first reply of each answered ticket opened in the window."""
    opened = desk.opened
    return durations(opened["opened"], opened["first_reply"]) if len(opened) else Answers.of([])


def read(desk: Desk, rules: Rules, whole: Sequence[Any]) -> Reading:
    answers = units(desk, rules)
    return Reading(intervals.quantile(answers, 0.5), Later(lambda: _beside(desk, answers, rules)))


def _beside(desk: Desk, answers: Answers, rules: Rules) -> dict[str, Estimate]:
    return {
        "mean": intervals.skewed_mean(answers),
        "p90": intervals.quantile(answers, 0.9),
        "within_promise": within_promise(desk, rules["promise_seconds"]),
    }


def within_promise(desk: Desk, promise: int) -> Estimate:
    """The share of tickets answered within the promise; one still open that waits for longer is late without a reply.

    One that was resolved without a reply was not answered late: it is not judged.
    """
    opened = desk.opened
    if not len(opened):
        return intervals.nothing(Unit.SHARE)
    waited = seconds(opened["opened"], opened["first_reply"])
    open_for = seconds(opened["opened"], np.full(len(opened), desk.seen_until))
    judged = (waited >= 0) | (np.isnan(waited) & np.isnat(opened["resolved"]) & (open_for > promise))
    return intervals.share(int((waited[judged] <= promise).sum()), int(judged.sum()))


def gather(scope: Scope) -> Gathered:
    found = tickets.gather(scope)
    desks = {id(desk.tickets): desk.tickets for desk in found.cells.values() if len(desk.tickets)}
    spent = [seconds(each["opened"], each["first_reply"]) for each in desks.values()]
    backwards = sum(int((one < 0).sum()) for one in spent)
    notes = [said("A ticket belongs to the period in which it was opened.")]
    if backwards:
        notes.append(
            said(
                "Left out: tickets answered before they were opened, by their records ({backwards}).",
                backwards=backwards,
            )
        )
    return Gathered(found.cells, found.sql, notes)


METRIC = Metric(
    key="first_response",
    title="First response time",
    unit=Unit.SECONDS,
    better="lower",
    about="How long customers wait for an agent's first reply: half of them wait no longer than this.",
    formula="median of first reply − opening. Beside it: mean, 90th percentile, share answered within the promise.",
    interval="Order statistics for quantiles; Wilson's score interval for the share.",
    source="Woodruff 1952, JASA 47; Wilson 1927, JASA 22.",
    reads=("Ticket Opened", "Ticket Replied"),
    rules=(Rule("promise_seconds", 600, "Seconds in which a first reply is promised.", whole_number(1, 31_536_000)),),
    gather=gather,
    read=read,
    units=units,
    nothing=Desk,
    family="tickets",
    facets=("first_reply",),
)
