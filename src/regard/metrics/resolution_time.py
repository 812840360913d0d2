"""Average resolution time (ART, MTTR)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from regard.base.words import said
from regard.metrics import intervals, tickets
from regard.metrics.answers import Answers
from regard.metrics.calendar import BusinessCalendar
from regard.metrics.contract import Gathered, Later, Metric, Reading, Rule, Rules, one_of
from regard.metrics.model import Estimate, Unit
from regard.metrics.scope import Scope, known_properties
from regard.metrics.survival import Survival, kaplan_meier
from regard.metrics.tickets import Desk, durations, seconds

CLOCKS = ("elapsed", "business", "touch")
ENDS = ("resolved", "first_resolved", "closed", "last")
TOUCH = "duration_seconds"


def times(desk: Desk, clock: str) -> Answers:
    """Seconds to resolve each ticket of the window, by one clock; where it says nothing the ticket is left out."""
    solved = desk.resolved
    if not len(solved) or (clock != "elapsed" and clock not in solved.facts):
        return Answers.of([])
    if clock == "elapsed":
        return durations(solved["opened"], solved["resolved"])
    spent = solved[clock]
    return Answers.of_values(spent[spent >= 0])


def units(desk: Desk, rules: Rules, whole: Sequence[Any] = ()) -> Answers:
    """Seconds, by the clock of the definition."""
    return times(desk, rules["clock"])


def read(desk: Desk, rules: Rules, whole: Sequence[Any]) -> Reading:
    answers = times(desk, rules["clock"])
    beside = Later(lambda: _beside(desk, answers))
    return Reading(intervals.skewed_mean(answers), beside, lambda: open_over_time(desk))


def _beside(desk: Desk, answers: Answers) -> dict[str, Estimate]:
    others = {clock: intervals.skewed_mean(times(desk, clock)) for clock in CLOCKS}
    return {
        "published": others["elapsed"],
        "median": intervals.quantile(answers, 0.5),
        "p90": intervals.quantile(answers, 0.9),
        "median_with_open": open_over_time(desk).median(),
        **{clock: one for clock, one in others.items() if one.n},
        **_reopened(desk),
    }


def open_over_time(desk: Desk) -> Survival:
    """Kaplan–Meier's curve of the tickets opened in the window: one still open was open for as long as was seen."""
    opened = desk.opened
    if not len(opened):
        return kaplan_meier([], [])
    is_done = ~np.isnat(opened["resolved"])
    until = np.where(is_done, opened["resolved"], desk.seen_until)
    return kaplan_meier(seconds(opened["opened"], until), is_done)


def _reopened(desk: Desk) -> dict[str, Estimate]:
    solved = desk.resolved
    if not len(solved):
        return {}
    return {"reopened": intervals.share(int((~np.isnat(solved["last_reopened"])).sum()), len(solved))}


def gather(scope: Scope) -> Gathered:
    """All tickets; with business seconds where opening hours are set, and touch time where replies have it."""
    rules = scope.rules["resolution_time"]
    facets = scope.facets
    if rules["until"] != "resolved":
        facets |= {rules["until"]}
    if rules["clock"] == "touch" or TOUCH in known_properties(scope.store):
        facets |= {"touch"}
    found = tickets.gather(replace(scope, facets=facets))
    calendar = scope.settings.calendar
    desk_hours = BusinessCalendar.from_dict(calendar) if calendar else None
    made: dict[int, Any] = {}
    cells = {
        cell: replace(desk, tickets=made.setdefault(id(desk.tickets), None) or _timed(desk, rules, desk_hours, made))
        for cell, desk in found.cells.items()
    }
    return Gathered(cells, found.sql, _notes(rules, made.values()))


def _timed(desk: Desk, rules: Rules, calendar: BusinessCalendar | None, made: dict[int, Any]) -> tickets.Tickets:
    """The tickets as the definition ends them, with their business seconds."""
    facts = dict(desk.tickets.facts)
    if rules["until"] == "closed":
        facts["resolved"] = np.where(np.isnat(facts["resolved"]), tickets.NEVER, facts["closed"])
    elif rules["until"] != "resolved":
        facts["resolved"] = facts[rules["until"]]
    if calendar is not None:
        facts["business"] = calendar.seconds_between(facts["opened"], facts["resolved"])
    made[id(desk.tickets)] = timed = tickets.Tickets(facts)
    return timed


def _notes(rules: Rules, all_tickets: Any) -> list[str]:
    notes: list[str] = [
        said(
            "A ticket belongs to the period in which it was resolved; the median with open ones is of those "
            "opened in it."
        )
    ]
    spent = [seconds(each["opened"], each["resolved"]) for each in all_tickets if each is not None and len(each)]
    backwards = sum(int((one < 0).sum()) for one in spent)
    if backwards:
        notes.append(
            said(
                "Left out: tickets resolved before they were opened, by their records ({backwards}).",
                backwards=backwards,
            )
        )
    if rules["clock"] == "business" and not any("business" in each.facts for each in all_tickets if each is not None):
        notes.append(said("Business time needs opening hours: set them in the workspace's settings."))
    return notes


METRIC = Metric(
    key="resolution_time",
    title="Average resolution time",
    unit=Unit.SECONDS,
    better="lower",
    about="How long resolved tickets took, from opening to their last resolution.",
    formula="total time ÷ tickets resolved. Beside it: the median, the 90th percentile, business hours, touch time, "
    "and the median that counts tickets still open.",
    interval="Student's t with the skewness taken out for the mean, order statistics for quantiles, Greenwood's "
    "log-log band for Kaplan–Meier.",
    source="Hall 1992, JRSS B 54; Kaplan and Meier 1958, JASA 53; Brookmeyer and Crowley 1982, Biometrics 38; "
    "Woodruff 1952, JASA 47.",
    reads=("Ticket Opened", "Ticket Resolved", "Ticket Closed"),
    rules=(
        Rule("clock", "elapsed", "Elapsed time, business hours, or the time agents spent on it.", one_of(*CLOCKS)),
        Rule(
            "until",
            "resolved",
            "What ends the time; last: any last event.",
            one_of(*ENDS),
        ),
    ),
    gather=gather,
    read=read,
    units=units,
    nothing=Desk,
    family="tickets",
)
