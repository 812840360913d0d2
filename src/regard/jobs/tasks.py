"""The loop: what is due is claimed, called, and taken off the list; what fails waits longer each time."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections, transaction
from django.utils.module_loading import import_string

from regard.base.clock import now
from regard.base.errors import traced
from regard.jobs.model import Later, Policy, Schedule, pause_seconds
from regard.jobs.models import LEASE, Job, Turn, bell, declared

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""How soon work that another process enqueued is seen; that of this process is seen at once."""
AT_A_TIME = 100
GRACE_SECONDS = 10
"""How long the end of a process waits for a job under way; one that takes longer is done again after its lease."""
POLICY = Policy()
KEPT = timedelta(days=90)
"""How long a job that was given up is kept for somebody to look at, or to try again."""
CUT_OFF = "Cut off: no attempt came to an end, as when the process is killed each time"
_under_way: dict[str, Job] = {}


def run_due(limit: int = AT_A_TIME, is_stopped: Callable[[], bool] = lambda: False) -> int:
    """Begin every schedule whose turn it is, then do the jobs that are due, ``limit`` at most; returns how many."""
    begin_schedules()
    for done in range(limit):
        job = None if is_stopped() else Job.objects.claim()
        if job is None:
            return done
        _do(job)
    return limit


def _do(job: Job) -> None:
    """Call the function; whatever it raises is written down, and must not end the loop."""
    if job.attempts > POLICY.attempts:
        job.give_up(CUT_OFF)
        return
    try:
        with _heard_of(job):
            import_string(declared(job.function))(**job.arguments)
    except Later as later:
        job.put_back(now() + timedelta(seconds=later.seconds), attempts=job.attempts - 1, problem="")
    except Exception as error:  # noqa: BLE001 - whatever a job does, the others are done
        _failed(job, traced(error))
    else:
        job.finish()


def _failed(job: Job, problem: str) -> None:
    if job.attempts >= POLICY.attempts:
        logger.error("%s was given up after %d attempts: %s", job, job.attempts, problem)
        job.give_up(problem)
        return
    logger.warning("%s failed (attempt %d): %s", job, job.attempts, problem)
    pause = pause_seconds(job.attempts, secrets.randbelow(1000) / 1000, POLICY)
    job.put_back(now() + timedelta(seconds=pause), problem=problem)


@contextmanager
def _heard_of(job: Job) -> Iterator[None]:
    """Renew the lease as long as the work goes on, however long one call takes."""
    _begin_beating()
    _under_way[job.lease] = job
    try:
        yield
    finally:
        del _under_way[job.lease]


@cache
def _begin_beating() -> None:
    """One thread for all the jobs of this process: a thread for each would cost more than most jobs."""
    threading.Thread(target=_beat, name="leases of jobs", daemon=True).start()


def _beat() -> None:
    while True:
        time.sleep(LEASE.total_seconds() / 3)
        renew_leases()
        connections.close_all()


def forget_given_up() -> None:
    """Jobs that were given up so long ago that nobody will try them again. Their arguments may name somebody."""
    Job.objects.failed().filter(failed_at__lt=now() - KEPT).delete()


def renew_leases() -> None:
    """Say of every job under way in this process that it is."""
    for job in tuple(_under_way.values()):
        _renew(job)


def _renew(job: Job) -> None:
    try:
        job.renew()
    except DatabaseError as error:
        logger.warning("the lease of %s was not renewed: %s", job, traced(error))


# --- what comes back -----------------------------------------------------------------------------------------------


def begin_schedules() -> int:
    """Enqueue the work of every schedule whose turn has come, unless another process has; returns how many."""
    turns = {turn.name: turn for turn in Turn.objects.all()}
    return sum(_begin(schedule, turns.get(schedule.name)) for schedule in settings.REGARD_SCHEDULES)


def _begin(schedule: Schedule, turn: Turn | None) -> bool:
    turn = turn or Turn.objects.get_or_create(name=schedule.name)[0]
    every = timedelta(seconds=schedule.every_seconds)
    if not turn.has_come(every):
        return False
    with transaction.atomic():
        if not turn.pass_on(every):
            return False
        Job.objects.enqueue(schedule.function, now(), f"schedule {schedule.name}", {})
    return True


# --- the loop ------------------------------------------------------------------------------------------------------


def start_working(threads: int = 1) -> Callable[[], None]:
    """Do jobs in threads of their own; what it returns ends that, after the jobs that are under way."""
    stop = threading.Event()
    workers = [threading.Thread(target=work_until, args=(stop,), name="jobs", daemon=True) for _ in range(threads)]
    for worker in workers:
        worker.start()

    def end() -> None:
        stop.set()
        bell.set()
        for worker in workers:
            worker.join(GRACE_SECONDS)

    return end


def work_until(stop: threading.Event) -> None:
    """Do what is due until told to stop. A database that is away for a while is only waited for."""
    while not stop.is_set():
        bell.clear()
        try:
            done = run_due(is_stopped=stop.is_set)
        except DatabaseError as error:
            logger.error("jobs are waiting for the database: %s", traced(error))
            done = 0
        finally:
            close_old_connections()  # no request ends here that would
        if not done and not stop.is_set():
            bell.wait(POLL_SECONDS)
    connections.close_all()
