"""The way of invitations to complete answers, and where respondents stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from regard.base import Invalid
from regard.base.words import said
from regard.metrics.intervals import share
from regard.metrics.model import Estimate
from regard.metrics.response_rate import Outcomes

STEPS = ("sent", "delivered", "opened", "started", "answered", "completed")


@dataclass(frozen=True)
class Step:
    """One step of the way: how many came to it, as shares of all who were sent and of those at the step before."""

    name: str
    count: int
    of_sent: Estimate
    of_previous: Estimate


@dataclass(frozen=True)
class Funnel:
    """How many invitations came how far. Whoever came to a step came to those before it, recorded or not.

    >>> funnel = Funnel.of(sent=200, delivered=190, opened=90, started=60, answered=55, completed=50)
    >>> funnel.outcomes
    Outcomes(complete=50, partial=5, refused=35, unknown=110)
    >>> round(funnel.rates()["rr2"].value, 3), round(funnel.completion.value, 3)
    (0.275, 0.833)
    """

    sent: int
    delivered: int
    opened: int
    started: int
    answered: int
    completed: int

    @classmethod
    def of(cls, **counts: int) -> Funnel:
        """From the events counted, one an invitation. A step that is recorded less often than a later one (a mail
        programme that hides openings) is raised to it. Raises Invalid when more came than were sent.
        """
        found: dict[str, int] = {}
        for step in reversed(STEPS):
            found[step] = max([counts.get(step, 0), *found.values()])
        if found["sent"] > counts.get("sent", 0):
            raise Invalid(
                said(
                    "{count} came further than the {sent} invitations that were sent",
                    count=found["sent"],
                    sent=counts.get("sent", 0),
                ),
                field="sent",
                remedy=said("count answers of an anonymous link apart: nobody was invited to them"),
            )
        return cls(**found)

    @property
    def steps(self) -> list[Step]:
        counts = [int(getattr(self, name)) for name in STEPS]
        before = [self.sent, *counts[:-1]]
        return [
            Step(name, count, share(count, self.sent), share(count, last))
            for name, count, last in zip(STEPS, counts, before, strict=True)
        ]

    @property
    def completion(self) -> Estimate:
        """The share who came to the end, of those who began."""
        return share(self.completed, self.started)

    @property
    def outcomes(self) -> Outcomes:
        """What became of the invitations in AAPOR's letters; opened or begun without an answer is a refusal."""
        return Outcomes(
            self.completed, self.answered - self.completed, self.opened - self.answered, self.sent - self.opened
        )

    def rates(self, eligible: float = 1.0) -> Mapping[str, Estimate]:
        """AAPOR's RR1–RR4; ``eligible`` is the share of those not heard of who could have answered."""
        return self.outcomes.rates(eligible)


@dataclass(frozen=True)
class Stop:
    """One question on the way: how many saw it, answered it, and saw nothing after it without having finished."""

    question: str
    seen: int
    answered: Estimate
    left_here: Estimate


@dataclass(frozen=True)
class Journey:
    """One respondent's way: the questions seen, in order, those of them answered, and whether the end was reached."""

    seen: Sequence[str]
    answered: Collection[str]
    is_complete: bool


def drop_off(journeys: Iterable[Journey], questions: Sequence[str]) -> list[Stop]:
    """Where respondents stop, in the order of ``questions``; a question seen twice (back button) counts once.

    >>> [stop] = drop_off([Journey(["q1"], ["q1"], True), Journey(["q1"], [], False)], ["q1"])
    >>> stop.seen, stop.answered.value, stop.left_here.value
    (2, 0.5, 0.5)
    """
    place = {name: at for at, name in enumerate(questions)}
    seen: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for journey in journeys:
        shown = {name for name in journey.seen if name in place}
        seen.update(shown)
        answered.update(shown & set(journey.answered))
        if shown and not journey.is_complete:
            left[max(shown, key=place.__getitem__)] += 1
    return [Stop(q, seen[q], share(answered[q], seen[q]), share(left[q], seen[q])) for q in questions]
