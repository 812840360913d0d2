"""A job as the operational database keeps it, from the promise until it is done; and whose turn it is to come back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

from regard.base import Forbidden
from regard.base.clock import now
from regard.base.ids import new_id

LEASE = timedelta(seconds=60)
"""A job that has not been heard of for so long was cut off, and is done again by whoever comes first."""
ASTRAY = timedelta(hours=1)
"""A lease or a turn that ends so much later than any can was written down while the clock was wrong, and counts for
nothing: or a day's wrong clock would stop the work until that day."""
CANDIDATES = 8
"""How many jobs a worker looks at to find one that no other worker has taken meanwhile."""


bell = threading.Event()
"""Rung when this process has enqueued something, so that its own workers need not wait for their next look."""


def declared(function: str) -> str:
    """The path of a function that may be a job. Raises Forbidden for any other: a row must not name what is called."""
    if function not in {*settings.REGARD_JOBS, *(schedule.function for schedule in settings.REGARD_SCHEDULES)}:
        raise Forbidden(f"{function} is not declared as a job", remedy="declare it in wiring.JOBS")
    return function


def path_of(function: Callable[..., object] | str) -> str:
    """The dotted path under which wiring declares a function."""
    return declared(function if isinstance(function, str) else f"{function.__module__}.{function.__qualname__}")


class Jobs(models.Manager):
    """Jobs of every workspace: which one a job is for stands in its arguments."""

    @transaction.atomic
    def enqueue(self, function: Callable[..., object] | str, at: datetime | None, key: str | None, given: Any) -> Job:
        """Promise a call. A ``key`` that is known stands for the same work: that job is asked again, none is added."""
        transaction.on_commit(bell.set)
        wanted = {"function": path_of(function), "arguments": given, "due_at": at or now()}
        while key:
            job, is_new = self.get_or_create(key=key, defaults=wanted)
            if is_new or job.ask_again(wanted["due_at"]):
                return job
        return self.create(**wanted)

    def enqueue_all(
        self, function: Callable[..., object], each: Iterable[Mapping[str, Any]], at: datetime | None
    ) -> int:
        """Promise one call for each set of arguments; returns how many."""
        path, due_at = path_of(function), at or now()
        transaction.on_commit(bell.set)
        jobs = (Job(function=path, arguments=dict(given), due_at=due_at) for given in each)
        return len(self.bulk_create(jobs, batch_size=1000))

    def waiting(self) -> models.QuerySet:
        return self.filter(failed_at=None)

    def failed(self) -> models.QuerySet:
        """Those that were tried as often as may be: kept until somebody retries or forgets them."""
        return self.exclude(failed_at=None).order_by("failed_at")

    def due(self) -> models.QuerySet:
        """Those that may be begun now, the longest waiting first."""
        at = now()
        free = Q(leased_until=None) | Q(leased_until__lte=at) | Q(leased_until__gt=at + ASTRAY)
        return self.waiting().filter(free, due_at__lte=at).order_by("due_at", "pk")

    def claim(self) -> Job | None:
        """Take one that is due, alone: the row is changed only if nobody has changed it since it was seen."""
        for job in self.due()[:CANDIDATES]:
            if job.take():
                return job
        return None


class Job(models.Model):
    """A plain function's dotted path with JSON arguments, at or after ``due_at``. Its row goes when that is done."""

    key = models.CharField(max_length=200, unique=True, null=True)
    function = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(default=now)
    attempts = models.PositiveIntegerField(default=0)
    lease = models.CharField(max_length=36, blank=True)
    leased_until = models.DateTimeField(null=True)
    is_asked_again = models.BooleanField(default=False)
    failed_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    objects = Jobs()

    class Meta:
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(failed_at=None), name="jobs_due")]

    def __str__(self) -> str:
        return f"job {self.pk}: {self.function}"

    def take(self) -> bool:
        """Lease it, unless somebody else has meanwhile. A new attempt has begun: one that never ends counts too."""
        seen = Job.objects.filter(pk=self.pk, lease=self.lease, attempts=self.attempts, failed_at=None)
        lease, until = new_id(), now() + LEASE
        taken = seen.update(lease=lease, leased_until=until, attempts=F("attempts") + 1, is_asked_again=False)
        self.lease, self.leased_until, self.attempts = lease, until, self.attempts + 1
        return bool(taken)

    def ask_again(self, due_at: datetime) -> bool:
        """The same work is wanted once more: sooner if it has not been tried, anew if it failed, and after the call
        under way, which may have read what has changed since. False when the row has gone meanwhile."""
        here = Job.objects.filter(pk=self.pk)
        here.filter(attempts=0, due_at__gt=due_at).update(due_at=due_at)
        here.exclude(failed_at=None).update(failed_at=None, attempts=0, due_at=due_at)
        return bool(here.update(is_asked_again=True))

    def mine(self) -> models.QuerySet:
        """The row, as long as this lease holds it: whoever lost the lease changes nothing any more."""
        return Job.objects.filter(pk=self.pk, lease=self.lease)

    def renew(self) -> bool:
        """Say that it is still being worked on."""
        return bool(self.mine().update(leased_until=now() + LEASE))

    def finish(self) -> None:
        """Done: gone, unless the same work was asked for again while it was under way."""
        if not self.mine().filter(is_asked_again=False).delete()[0]:
            self.put_back(now(), attempts=0, problem="")

    def put_back(self, due_at: datetime, **values: Any) -> None:
        self.mine().update(due_at=due_at, lease="", leased_until=None, **values)

    def give_up(self, problem: str) -> None:
        self.mine().update(failed_at=now(), lease="", leased_until=None, problem=problem)

    def revive(self) -> bool:
        """Try a failed one again, from the beginning."""
        failed = Job.objects.filter(pk=self.pk).exclude(failed_at=None)
        return bool(failed.update(failed_at=None, due_at=now(), attempts=0))


class Turn(models.Model):
    """When a schedule is due next. Whoever moves it on first has the turn; all others see that it has been moved."""

    name = models.CharField(max_length=80, unique=True)
    due_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.name} at {self.due_at}"

    def has_come(self, every: timedelta) -> bool:
        at = now()
        return not at < self.due_at <= at + every + ASTRAY

    def pass_on(self, every: timedelta) -> bool:
        """Have this turn; the next is a whole period from now: turns that were missed do not pile up."""
        seen = Turn.objects.filter(pk=self.pk, due_at=self.due_at)
        return bool(seen.update(due_at=now() + every))
