"""Work beside the requests: the table of profiles and the memberships of segments, brought up to date."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, close_old_connections

from regard.accounts.site import Workspace, store_of
from regard.base import RegardError
from regard.base.clock import now
from regard.base.words import said
from regard.profiles.deriving import refresh_profiles
from regard.profiles.membership import refresh_memberships
from regard.profiles.reviewing import suggest_links
from regard.stream import OpenedStore

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60
ROUNDS = 3
"""How often one refresh looks whether it has left nothing to do, before it leaves the rest to the next."""
PATIENCE_SECONDS = 2
"""How long a page waits for profiles to be brought up to date; then it shows those there are."""
PROGRAMS_PATIENCE_SECONDS = 10
"""How long the API waits for the same."""
_seen: dict[str, str] = {}
_found: dict[str, str] = {}
_comparisons: dict[str, Comparison] = {}
_worker = ThreadPoolExecutor(1, thread_name_prefix="regard-profiles")
_waiting: dict[str, Future[None]] = {}


@dataclass
class Comparison:
    """A search for pairs that may be one person: since when it runs, and what became of it."""

    began_at: datetime
    found: int | None = None
    problem: RegardError | None = None

    @property
    def is_done(self) -> bool:
        return self.found is not None or self.problem is not None


def refresh_now(workspace: Workspace, patience: float | None = None) -> bool:
    """Bring the table of profiles up to date before a page reads it; false when that takes longer than a page may, or
    than so many seconds of ``patience``."""
    store = store_of(workspace)
    if _found.get(workspace.slug) == store.stamp():
        return True
    waiting = _waiting.get(workspace.slug)
    if waiting is None or waiting.running() or waiting.done():  # one that runs may have read too early for this page
        waiting = _waiting[workspace.slug] = _worker.submit(_refresh_profiles, workspace.slug, store)
    return bool(wait([waiting], PATIENCE_SECONDS if patience is None else patience).done)


def _refresh_profiles(slug: str, store: OpenedStore) -> None:
    """What arrives while this works has a later stamp: so the one from before counts, once nothing was left to do."""
    stamp = store.stamp()
    if _found.get(slug) == stamp:
        return
    try:
        if not refresh_profiles(store):
            _found[slug] = stamp
    except RegardError as error:
        logger.warning("profiles of %s: %s", slug, error)


def refresh(workspace: Workspace) -> bool:
    """Bring one workspace's profiles and memberships up to date, unless nothing has changed since it was done last."""
    store = store_of(workspace)
    if _seen.get(workspace.slug) == store.stamp():
        return False
    for _ in range(ROUNDS):
        stamp = store.stamp()
        _refresh_profiles(workspace.slug, store)
        if not refresh_memberships(store, workspace.slug) and _found.get(workspace.slug) == stamp:
            _seen[workspace.slug] = stamp
            break
    return True


def refresh_all() -> int:
    """Bring the memberships of every workspace up to date; returns how many workspaces had changed. One that cannot be
    read must not keep the others from it."""
    changed = 0
    try:
        for workspace in Workspace.objects.all():
            try:
                changed += refresh(workspace)
            except RegardError as error:
                logger.warning("segments of %s: %s", workspace.slug, error)
    finally:
        close_old_connections()  # no request ends here that would
    return changed


def start_refreshing() -> Callable[[], None]:
    """Refresh every minute in a thread of its own; what it returns ends that, after the round that is under way."""
    stop = threading.Event()
    thread = threading.Thread(target=_refresh_until, args=(stop,), name="segments", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join()

    return end


def _refresh_until(stop: threading.Event) -> None:
    while not stop.wait(EVERY_SECONDS):
        try:
            refresh_all()
        except DatabaseError:
            logger.exception("memberships of segments were not brought up to date")


# --- comparing people ----------------------------------------------------------------------------------------------


def last_comparison(workspace: Workspace) -> Comparison | None:
    """The comparison that runs, or the one that ran last since this process began."""
    return _comparisons.get(workspace.slug)


def compare_people(workspace: Workspace) -> Comparison:
    """Look for pairs that may be one person in a thread of its own, unless that is being done already; waits a moment.

    The thread is daemonic: one that is cut off has put nothing into the queue, and can be begun again.
    """
    running = _comparisons.get(workspace.slug)
    if running and not running.is_done:
        return running
    begun = _comparisons[workspace.slug] = Comparison(now())
    work = threading.Thread(target=_compare, args=(store_of(workspace), begun), name="comparing", daemon=True)
    work.start()
    work.join(PATIENCE_SECONDS)
    return begun


def _compare(store: OpenedStore, begun: Comparison) -> None:
    try:
        refresh_profiles(store)
        begun.found = len(suggest_links(store))
    except RegardError as error:
        begun.problem = error
    finally:
        if not begun.is_done:
            begun.problem = RegardError(said("comparing people failed; the log says why"))
