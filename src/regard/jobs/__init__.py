"""Jobs: work that is promised now and done soon, whatever stops in between. :mod:`regard.jobs.site` does it."""

from regard.jobs.model import Later, Policy, Schedule, pause_seconds

__all__ = ["Later", "Policy", "Schedule", "pause_seconds"]
