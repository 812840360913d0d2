"""First contact resolution (FCR): solved in the first interaction, and not asked about again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regard.base.words import said
from regard.metrics import intervals, tickets
from regard.metrics.answers import Answers
from regard.metrics.contract import Gathered, Later, Metric, Reading, Rule, Rules, or_nothing, whole_number
from regard.metrics.model import Estimate, Unit
from regard.metrics.scope import Scope
from regard.metrics.tickets import Desk, Tickets, seconds

DAY = 86400
WINDOW = or_nothing(whole_number(1, 365))
CURVE = (1, 3, 7, 14, 30)
"""Re-contact windows, in days, that the curve shows."""

Mask = NDArray[np.bool_]


def at_once(solved: Tickets, rules: Rules) -> Mask:
    """Which tickets were solved in the first interaction: few contacts, no hand-over, never reopened."""
    fits = solved["contacts"] + 1 <= rules["max_contacts"]
    fits &= solved["reassigned"] <= rules["max_reassignments"]
    kept: Mask = fits & (solved["reopened"] <= 0)
    return kept


def judged(desk: Desk, rules: Rules, days: int | None) -> Mask:
    """The verdict on each ticket whose re-contact window has passed; without a window, on every ticket resolved."""
    solved = desk.resolved
    if not len(solved):
        return np.zeros(0, dtype=bool)
    verdict = at_once(solved, rules)
    if days is None:
        return verdict
    asked_again = seconds(solved["resolved"], solved["next_opened"]) <= days * DAY
    has_passed = solved["resolved"] <= desk.seen_until - np.timedelta64(days, "D")
    kept: Mask = (verdict & ~asked_again)[has_passed]
    return kept


def _share(verdicts: Mask) -> Estimate:
    return intervals.share(int(verdicts.sum()), len(verdicts))


def units(desk: Desk, rules: Rules, whole: Sequence[Any] = ()) -> Answers:
    """1 for a ticket resolved in the first contact, else 0."""
    return Answers.of_values(judged(desk, rules, rules["window_days"]).astype(float))


def read(desk: Desk, rules: Rules, whole: Sequence[Any]) -> Reading:
    return Reading(_share(judged(desk, rules, rules["window_days"])), Later(lambda: _beside(desk, rules)))


def _beside(desk: Desk, rules: Rules) -> dict[str, Estimate]:
    curve = {f"within_{days}_days": _share(judged(desk, rules, days)) for days in CURVE}
    solved = desk.resolved
    reopened = solved["reopened"] > 0 if len(solved) else np.zeros(0, dtype=bool)
    return {"published": _share(judged(desk, rules, None)), **curve, "reopened": _share(reopened)}


def gather(scope: Scope) -> Gathered:
    """All tickets, with what the window leaves out."""
    found = tickets.gather(scope)
    days = scope.rules["fcr"]["window_days"]
    notes = [said("A ticket belongs to the period in which it was last resolved.")]
    if days is not None:
        notes.append(
            said(
                "Asking again within {days} days, on any channel, undoes a first contact; tickets resolved less "
                "than {days} days before the data ends are not judged yet.",
                days=days,
            )
        )
    return Gathered(found.cells, found.sql, [*notes, *_unknown(found)])


def _unknown(found: Gathered) -> list[str]:
    desks = {id(desk.tickets): desk.tickets for desk in found.cells.values()}
    nobody = sum(int((each["customer"] < 0).sum()) for each in desks.values() if len(each))
    return (
        [said("Tickets without a known customer ({nobody}): nobody can tell whether they asked again.", nobody=nobody)]
        if nobody
        else []
    )


METRIC = Metric(
    key="fcr",
    title="First contact resolution (FCR)",
    unit=Unit.SHARE,
    better="higher",
    about="The share of resolved tickets that were solved in the first interaction, without a hand-over or reopening, "
    "and whose customer did not ask again within the re-contact window.",
    formula="tickets solved in the first contact ÷ tickets resolved. Published beside it: the same without the "
    "re-contact window; and the curve of the share against the window.",
    interval="Wilson's score interval.",
    source="Wilson 1927, JASA 22.",
    reads=("Ticket Opened", "Ticket Replied", "Ticket Reassigned", "Ticket Resolved", "Ticket Reopened"),
    rules=(
        Rule(
            "window_days",
            7,
            "Days in which the customer must not ask again; nothing: no window.",
            or_nothing(whole_number(1, 365)),
        ),
        Rule("max_contacts", 1, "Contacts by the customer, the opening included.", whole_number(1, 100)),
        Rule("max_reassignments", 0, "Hand-overs that a first contact may have.", whole_number(0, 100)),
    ),
    gather=gather,
    read=read,
    units=units,
    nothing=Desk,
    family="tickets",
    facets=("customer", "contacts", "reassigned", "reopened"),
)
