"""Jobs for the tests: they write down in a file that they were called, as a real one would change the world."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from django.contrib.sessions.models import Session
from django.db import transaction

from regard.base import Unavailable
from regard.base.clock import frozen, now
from regard.jobs import Later
from regard.jobs.models import Job
from regard.jobs.tasks import renew_leases

HERE = "tests.jobs.errands"


def write(path: str, word: str = "done") -> None:
    """One line, appended in one call, so that two processes never mix theirs."""
    with Path(path).open("ab", buffering=0) as file:
        file.write(f"{word}\n".encode())


def fail(path: str) -> None:
    write(path, "tried")
    raise Unavailable("ann@example.org cannot be reached")


def not_yet(path: str, seconds: float) -> None:
    write(path, "asked")
    raise Later(seconds)


def begin_and_hang(path: str) -> None:
    """Hangs when it is called first, for whoever kills the process; is done at once when it is called again."""
    if Path(path).exists():
        write(path, "done")
        return
    write(path, f"begun by {os.getpid()}")
    time.sleep(600)


@transaction.atomic
def change_in_one_go() -> None:
    Session.objects.create(session_key="half done", session_data="", expire_date=now())
    raise ValueError("and then it failed")


def work_long(path: str) -> None:
    """Takes 100 seconds, in the middle of which the process shows that it lives; says whether another took the job."""
    begun_at = now()
    with frozen(begun_at + timedelta(seconds=50)):
        renew_leases()
    with frozen(begun_at + timedelta(seconds=100)):
        write(path, "taken" if Job.objects.claim() else "alone")


def come_back() -> None:
    write(os.environ["ERRANDS"])
