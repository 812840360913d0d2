"""The way of invitations to complete answers, and where respondents stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regard.base import Invalid
from regard.base.words import said
from regard.metrics.intervals import share
from regard.metrics.model import Estimate
from regard.metrics.response_rate import Outcomes

Mask = NDArray[np.bool_]
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


def drop_off(seen: Mapping[str, Mask], answered: Mapping[str, Mask], is_complete: Mask) -> list[Stop]:
    """Where respondents stop, in the order of ``seen``: who saw each question, who answered it, who came to the end.

    >>> everybody = np.array([True, True])
    >>> [stop] = drop_off({"q1": everybody}, {"q1": np.array([True, False])}, np.array([True, False]))
    >>> stop.seen, stop.answered.value, stop.left_here.value
    (2, 0.5, 0.5)
    """
    last = np.full(len(is_complete), -1)
    for place, mask in enumerate(seen.values()):
        last[mask] = place
    left = np.bincount(last[~is_complete] + 1, minlength=len(seen) + 1)[1:]
    return [
        Stop(name, n := int(mask.sum()), share(int((mask & answered[name]).sum()), n), share(int(stopped), n))
        for (name, mask), stopped in zip(seen.items(), left, strict=True)
    ]
