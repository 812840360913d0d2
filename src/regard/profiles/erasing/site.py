"""Erasing a person: out of what every storey keeps about them, then out of the stream."""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from regard.accounts.site import User, Workspace, record_audit, store_of
from regard.base import NotFound
from regard.base.words import said
from regard.profiles.erasing import keys_of_one


def erase_profile(workspace: Workspace, number: int, by: User | None = None, **told: str) -> int:
    """Remove all that is known of the profile of this number; returns how many interactions went.

    What ``wiring.ERASERS`` lists is called first, as ``eraser(workspace, number, keys)``: the stream, which says whose
    keys they are, goes last. Cut off in between, it can be done again. Raises NotFound when there is nothing to erase.
    The audit log says that somebody was erased, by whom, and what else is ``told``; not who it was.
    """
    store = store_of(workspace)
    keys = keys_of_one(store, number)
    if not keys:
        raise NotFound(said("there is no profile {number}", number=number), field="customer")
    for eraser in settings.REGARD_ERASERS:
        import_string(eraser)(workspace, number, keys)
    gone = store.erase([number])
    record_audit(workspace, by, "person erased", interactions=gone, **told)
    return gone
