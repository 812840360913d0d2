"""Work beside the requests: memberships of segments brought up to date."""

from __future__ import annotations

import asyncio
import logging

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from regard.accounts.site import Workspace, store_of
from regard.base import RegardError
from regard.profiles.membership import refresh_memberships

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60
_seen: dict[str, str] = {}


def refresh(workspace: Workspace) -> bool:
    """Bring one workspace's memberships up to date, unless nothing has changed since it was done last."""
    store = store_of(workspace)
    if _seen.get(workspace.slug) == store.stamp():
        return False
    refresh_memberships(store, workspace.slug)
    _seen[workspace.slug] = store.stamp()
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


async def keep_refreshed() -> None:
    """Refresh now and then, for as long as the process serves."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        await sync_to_async(refresh_all, thread_sensitive=False)()
