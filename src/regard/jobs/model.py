"""What a job may say, how long it waits before it is tried again, and what comes back every so often."""

from __future__ import annotations

from dataclasses import dataclass


class Later(Exception):
    """Raised by a job that cannot do its work yet: it is called again after so many seconds, and has not failed."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        super().__init__(f"again in {seconds:g} s")


@dataclass(frozen=True)
class Policy:
    """How often a job that fails is tried, and how long it waits in between: twice as long each time, up to a limit.

    With these figures a job is tried for about a day before it is given up.
    """

    attempts: int = 30
    first_seconds: float = 10
    longest_seconds: float = 3600


@dataclass(frozen=True)
class Schedule:
    """Work that comes back: a function, by its dotted path, enqueued every so many seconds, once in all processes."""

    name: str
    function: str
    every_seconds: float


def pause_seconds(attempt: int, chance: float, policy: Policy = Policy()) -> float:
    """How long to wait after this attempt (from 1) has failed. ``chance`` (0 to 1) takes off up to half, so that what
    failed together does not come back together ("equal jitter", Brooker 2015).

    >>> [pause_seconds(attempt, 0.0) for attempt in (1, 2, 3, 30)]
    [10.0, 20.0, 40.0, 3600.0]
    >>> pause_seconds(1, 1.0)
    5.0
    """
    whole = min(policy.longest_seconds, policy.first_seconds * 2.0 ** min(attempt - 1, 30))
    return whole * (1 - chance / 2)
