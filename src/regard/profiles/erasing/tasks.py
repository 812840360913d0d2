"""The job of erasing: taking somebody out of a large stream takes longer than a request may."""

from __future__ import annotations

from regard.accounts.site import User, Workspace, store_of
from regard.base import NotFound
from regard.jobs.site import enqueue
from regard.profiles import tasks
from regard.profiles.erasing.site import erase_profile
from regard.profiles.people import profile


def erase_soon(workspace: Workspace, number: int, by: User | None = None, key: str = "") -> None:
    """Promise to erase the profile of this number. Raises NotFound when there is none."""
    number = profile(store_of(workspace), number).number
    enqueue(
        erase, key=f"erase {workspace.pk} {number}", workspace=workspace.pk, number=number, by=by and by.pk, api_key=key
    )


def erase(workspace: int, number: int, by: int | None, api_key: str) -> None:
    """A job: erase them, under the number that they have by now. Whoever is gone already needs nothing."""
    row = Workspace.objects.filter(pk=workspace).first()
    if row is None:
        return
    try:
        meant = profile(store_of(row), number).number
    except NotFound:
        return
    told = {"key": api_key} if api_key else {}
    erase_profile(row, meant, User.objects.filter(pk=by).first() if by else None, **told)
    tasks.refresh_now(row)
