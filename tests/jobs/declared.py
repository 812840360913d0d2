"""Regard's settings with the tests' errands declared as jobs: for worker processes."""

from regard.settings import *  # noqa: F403

REGARD_JOBS = tuple(f"tests.jobs.errands.{name}" for name in ("write", "begin_and_hang", "fail"))
REGARD_SCHEDULES = ()
