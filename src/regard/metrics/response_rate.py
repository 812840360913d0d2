"""Response rate: how many of those invited to a survey answered it, by the four rates of AAPOR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regard.base.words import said
from regard.metrics import intervals
from regard.metrics.answers import Answers
from regard.metrics.asking import ask
from regard.metrics.contract import Gathered, Metric, Reading, Rule, Rules, or_nothing, whole_number
from regard.metrics.customers import count, shares
from regard.metrics.model import Estimate, Unit
from regard.metrics.questions import invitations_question
from regard.metrics.scope import Scope, seen_until
from regard.stream import Answer, compose
from regard.stream.vocabulary import (
    SURVEY_ANSWERED,
    SURVEY_COMPLETED,
    SURVEY_DELIVERED,
    SURVEY_OPENED,
    SURVEY_SENT,
    SURVEY_STARTED,
)

NEVER = np.datetime64("NaT", "us")
Mask = NDArray[np.bool_]
Facts = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Outcomes:
    """What became of the invitations of a cell, in AAPOR's letters.

    ``complete`` (I) came to the end, ``partial`` (P) answered something, ``refused`` (R) opened or began the survey and
    answered nothing, and of the ``unknown`` (U) nobody heard: whether they reached anybody is not known.
    """

    complete: int = 0
    partial: int = 0
    refused: int = 0
    unknown: int = 0

    @property
    def invited(self) -> int:
        return self.complete + self.partial + self.refused + self.unknown

    def rate(self, answered: int, eligible: float = 1.0) -> Estimate:
        """The share who answered, of those invited; of the unknown only the ``eligible`` share counts."""
        base = self.invited - (1 - eligible) * self.unknown
        if base <= 0:
            return intervals.nothing(Unit.SHARE)
        bounds = intervals.wilson(answered, base)
        return Estimate(answered / base, *bounds, self.invited, Unit.SHARE, n_effective=base)

    def rates(self, eligible: float = 1.0) -> dict[str, Estimate]:
        """RR1–RR4 by name; in RR3 and RR4 only the ``eligible`` share of the unknown counts."""
        complete, any_answer = self.complete, self.complete + self.partial
        return {
            "rr1": self.rate(complete),
            "rr2": self.rate(any_answer),
            "rr3": self.rate(complete, eligible),
            "rr4": self.rate(any_answer, eligible),
        }


def units(cell: Outcomes, rules: Rules, whole: Sequence[Any] = ()) -> Answers:
    """1 for an invitation that led to a complete answer, else 0."""
    return shares(cell.complete, cell.invited - cell.complete)


def read(cell: Outcomes, rules: Rules, whole: Sequence[Any]) -> Reading:
    parts = cell.rates(rules["unknown_eligible_percent"] / 100) | {
        "invitations": count(cell.invited),
        "completed": count(cell.complete),
        "answered_in_part": count(cell.partial),
        "opened_only": count(cell.refused),
        "not_heard_of": count(cell.unknown),
    }
    return Reading(parts["rr1"], parts)


def gather(scope: Scope) -> Gathered:
    """One row an invitation: it belongs to the window in which it was sent, and is judged when its time has passed."""
    answer = ask(scope.store, invitations_question(scope.slice))
    facts = _facts(answer)
    days = scope.rules["response_rate"]["field_days"]
    outcome = _outcomes(facts, days)
    judged: Mask = np.isnat(facts["unwanted"])
    if days is not None and len(outcome):
        judged &= facts["sent"] + np.timedelta64(days, "D") <= np.datetime64(seen_until(scope), "us")
    cells = {}
    for window in scope.windows:
        inside = judged & _within(facts["sent"], *map(_instant, scope.bounds(window)))
        for group in _groups(facts, inside) if scope.slice.by else [None]:
            chosen = inside if group is None else inside & (facts["part"] == group)
            cells[window, group] = Outcomes(*(int((outcome[chosen] == letter).sum()) for letter in "IPRU"))
    return Gathered(cells, answer.sql, _notes(facts, days) if len(outcome) else [])


def _facts(answer: Answer) -> dict[str, NDArray[Any]]:
    times = ("sent", "opened", "answered", "completed", "unwanted")
    facts = {name: np.ma.filled(np.ma.asarray(answer[name]).astype("datetime64[us]"), NEVER) for name in times}
    if "part" in answer.columns:
        facts["part"] = np.ma.filled(np.ma.asarray(answer["part"], dtype=object), "")
    return facts


def _outcomes(facts: Facts, days: int | None) -> NDArray[np.str_]:
    """I, P, R or U for each invitation; where nobody records completion, every answer is taken for complete."""

    def in_time(name: str) -> Mask:
        found: Mask = ~np.isnat(facts[name])
        return found if days is None else found & (facts[name] - facts["sent"] <= np.timedelta64(days, "D"))

    ends = "completed" if _is_completion_recorded(facts) else "answered"
    return np.select([in_time(ends), in_time("answered"), in_time("opened")], ["I", "P", "R"], "U")


def _is_completion_recorded(facts: Facts) -> bool:
    return bool((~np.isnat(facts["completed"])).any())


def _within(instants: NDArray[Any], start: np.datetime64, end: np.datetime64) -> Mask:
    inside: Mask = ~np.isnat(instants)
    inside &= np.isnat(start) | (instants >= start)
    inside &= np.isnat(end) | (instants < end)
    return inside


def _instant(instant: Any) -> np.datetime64:
    return NEVER if instant is None else np.datetime64(compose.naive(instant), "us")


def _groups(facts: Facts, inside: Mask) -> list[str]:
    return sorted(set(facts["part"][inside].tolist()))


def _notes(facts: Facts, days: int | None) -> list[str]:
    notes: list[str] = [said("An invitation belongs to the period in which it was sent.")]
    if bool((~np.isnat(facts["unwanted"])).any()):
        notes.append(said("Who was screened out, or came after a quota was full, is not eligible and counts nowhere."))
    if days is not None:
        notes.append(
            said("Answers count for {days} days; invitations sent later than that are not judged yet.", days=days)
        )
    if not _is_completion_recorded(facts):
        notes.append(said("Nobody records Survey Completed: every answer is taken for a complete one."))
    return notes


METRIC = Metric(
    key="response_rate",
    title="Response rate",
    unit=Unit.SHARE,
    better="higher",
    about="The share of survey invitations that led to a complete answer in time (AAPOR RR1).",
    formula="I complete, P partial (a score, a choice or words were given), R opened or begun without an answer, "
    "U not heard of, e the share of U that could have answered. RR1 = I ÷ (I + P + R + U); "
    "RR2 = (I + P) ÷ (I + P + R + U); RR3 = I ÷ (I + P + R + e·U); RR4 = (I + P) ÷ (I + P + R + e·U). Who was screened "
    "out, or came after a quota was full, is not eligible.",
    interval="Wilson's score interval; for RR3 and RR4 with e taken as known.",
    source="American Association for Public Opinion Research 2023, Standard Definitions, 10th edition; "
    "Wilson 1927, JASA 22.",
    reads=(SURVEY_SENT, SURVEY_DELIVERED, SURVEY_OPENED, SURVEY_STARTED, SURVEY_ANSWERED, SURVEY_COMPLETED),
    rules=(
        Rule(
            "field_days",
            14,
            "Days in which an answer counts, from the invitation; nothing: without limit.",
            or_nothing(whole_number(1, 365)),
        ),
        Rule(
            "unknown_eligible_percent",
            100,
            "Per cent of those not heard of who could have answered (e in RR3 and RR4); 100 makes RR3 equal RR1.",
            whole_number(0, 100),
        ),
    ),
    gather=gather,
    read=read,
    units=units,
    nothing=Outcomes,
    family="invitations",
)
