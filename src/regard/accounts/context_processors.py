"""What every page knows: the workspace, the member, where they may go, and their other workspaces."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from regard.accounts.models import Workspace


def workspace(request: HttpRequest) -> dict[str, object]:
    member = getattr(request, "member", None)
    return {
        "workspace": getattr(request, "workspace", None),
        "member": member,
        "rights": {right.value for right in member.rights} if member else frozenset(),
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "workspaces": SimpleLazyObject(lambda: _workspaces(request)),
    }


def _navigation(request: HttpRequest) -> list[dict[str, object]]:
    """Where this member may go; the place they are in is the longest address that the path starts with."""
    if request.member is None:
        return []
    places = [
        {"url": reverse(place.url, args=[request.workspace.slug]), "label": gettext(place.label), "icon": place.icon}
        for place in settings.REGARD_NAVIGATION
        if request.member.may(place.right)
    ]
    here = max((place["url"] for place in places if request.path.startswith(place["url"])), key=len, default="")
    return [{**place, "is_current": place["url"] == here} for place in places]


def _workspaces(request: HttpRequest) -> list[Workspace]:
    if not request.user.is_authenticated:
        return []
    return list(Workspace.objects.filter(members__user=request.user))
