"""worker and jobs: what is done in the background, and what could not be done."""

from __future__ import annotations

import argparse
import signal
import threading
from typing import Any

from regard.base.allocators import keep_little
from regard.cli.arguments import Commands, command
from regard.cli.words import counted

RETRY_ALL = "all"


def declare(commands: Commands) -> None:
    about = "do jobs in a process of its own, beside the site's"
    worker = command(commands, "worker", _worker, about, "regard worker\nregard worker --threads 4")
    worker.add_argument("--threads", metavar="N", type=int, default=2, help="jobs done at once (default: 2)")
    jobs = command(
        commands,
        "jobs",
        _jobs,
        "list the jobs that were given up, or try them again",
        "regard jobs\nregard jobs --retry 17\nregard jobs --retry all",
    )
    jobs.add_argument("--retry", metavar="NUMBER", help="try this one again, or all of them")


def _worker(given: argparse.Namespace) -> None:
    """Work until told to stop; the jobs under way are finished first."""
    keep_little()
    _set_up()
    from regard.jobs.site import start_working

    stop = threading.Event()
    for asked_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked_to_stop, lambda *_: stop.set())
    end = start_working(given.threads)
    print("Regard does jobs (Ctrl-C stops it)", flush=True)
    stop.wait()
    end()


def _jobs(given: argparse.Namespace) -> None:
    _set_up()
    from regard.jobs.site import backlog, failed_jobs, retry

    if given.retry:
        numbers = () if given.retry == RETRY_ALL else (_number(given.retry),)
        print(f"{counted(retry(*numbers), 'job')} will be tried again")
        return
    now = backlog()
    print(f"{counted(now.waiting, 'job')} waiting, {now.failed:,} given up")
    for job in failed_jobs():
        print(_line(job))


def _line(job: Any) -> str:
    """One job that was given up: never its arguments, which may name somebody."""
    return f"{job.pk:>6}  {job.failed_at:%Y-%m-%d %H:%M}  {job.function}  {job.problem.splitlines()[0]}"


def _number(text: str) -> int:
    from regard.base import Invalid

    if not text.isdigit():
        raise Invalid(f"--retry takes a number or {RETRY_ALL!r}, not {text!r}", field="retry")
    return int(text)


def _set_up() -> None:
    import regard.asgi  # noqa: F401 - sets Django up
    from regard.accounts.site import prepare_site

    prepare_site()
