"""The front door of jobs for other sites: promise work, do what is due, see and retry what failed.

A job is a plain function with JSON arguments that stands in ``wiring.JOBS``: nothing else is ever called. It may be
called more than once (a process that is killed cannot say how far it came), so it must be idempotent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min

from regard.base import NotFound
from regard.jobs.models import Job
from regard.jobs.tasks import run_due, start_working, work_until

__all__ = [
    "Backlog",
    "Job",
    "backlog",
    "enqueue",
    "enqueue_all",
    "failed_jobs",
    "retry",
    "run_due",
    "start_working",
    "work_until",
]


def enqueue(
    function: Callable[..., object], *, at: datetime | None = None, key: str | None = None, **arguments: Any
) -> Job:
    """Promise to call ``function(**arguments)``, not before ``at``; in the transaction of the caller, or its own.

    Arguments are JSON. A ``key`` names the work: while a job of that key waits, asking again adds none; while it is
    being done, it is done once more afterwards; when it had failed, it is tried anew. Raises Forbidden when the
    function is not declared in ``wiring.JOBS``.
    """
    return Job.objects.enqueue(function, at, key, arguments)


def enqueue_all(
    function: Callable[..., object], each: Iterable[Mapping[str, Any]], *, at: datetime | None = None
) -> int:
    """Promise one call for each set of arguments, a thousand rows in a statement; returns how many."""
    return Job.objects.enqueue_all(function, each, at)


@dataclass(frozen=True)
class Backlog:
    """How much is waiting, since when, and how much was given up."""

    waiting: int
    failed: int
    oldest_due_at: datetime | None = None


def backlog() -> Backlog:
    """What there is to do."""
    waiting = Job.objects.waiting()
    return Backlog(waiting.count(), Job.objects.failed().count(), waiting.aggregate(at=Min("due_at"))["at"])


def failed_jobs() -> list[Job]:
    """Those that were given up, the longest ago first."""
    return list(Job.objects.failed())


def retry(*numbers: int) -> int:
    """Try failed jobs again, or all of them when none is named; returns how many. Raises NotFound for one that is not
    there or has not failed."""
    failed = {job.pk: job for job in Job.objects.failed()}
    for number in numbers:
        if number not in failed:
            raise NotFound(f"no failed job has the number {number}", remedy="regard jobs lists them")
    return sum(failed[number].revive() for number in (numbers or failed))
