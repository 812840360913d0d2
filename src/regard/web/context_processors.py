"""What the shell of every page needs: where one can go, where one is, and the chosen theme."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext

from regard.web.formats import LANGUAGES

THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict[str, object]:
    """``navigation``, ``workspaces``, ``theme`` and ``site_languages``: a page may have languages of its own."""
    return {
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "workspaces": SimpleLazyObject(lambda: _workspaces(request)),
        "workspace": getattr(request, "workspace", None),
        "theme": _theme(request),
        "site_languages": LANGUAGES,
        "site_language": get_language() or settings.LANGUAGE_CODE,
    }


def _navigation(request: HttpRequest) -> list[dict[str, object]]:
    places = list(_places(request))
    inside = [place["path"] for place in places if request.path.startswith(place["path"])]
    return [{**place, "is_current": bool(inside) and place["path"] == max(inside, key=len)} for place in places]


def _places(request: HttpRequest) -> Iterator[dict[str, Any]]:
    """The places of ``settings.REGARD_NAVIGATION`` that exist and that this member may open."""
    workspace, member = getattr(request, "workspace", None), getattr(request, "member", None)
    if workspace is None:
        return
    for place in getattr(settings, "REGARD_NAVIGATION", ()):
        if place.right and not (member and member.may(place.right)):
            continue
        try:
            path = reverse(place.url, args=[workspace.slug])
        except NoReverseMatch:
            continue
        yield {
            "path": path,
            "href": path + _kept_query(request, place.url),
            "label": gettext(place.label),
            "icon": place.icon,
        }


def _kept_query(request: HttpRequest, url: str) -> str:
    """The filters of the page, which the other places of its own storey understand (``request.kept_query``)."""
    match = request.resolver_match
    return getattr(request, "kept_query", "") if match and match.app_name == url.partition(":")[0] else ""


def _workspaces(request: HttpRequest) -> list[object]:
    """The person's workspaces, by the member's own manager: this storey does not know accounts."""
    member = getattr(request, "member", None)
    return [] if member is None else [other.workspace for other in type(member).objects.of_user(request.user)]


def _theme(request: HttpRequest) -> str:
    """The person's choice, or that of this browser while nobody has signed in; empty: as the device."""
    user = getattr(request, "user", None)
    chosen = user.theme if user and user.is_authenticated else request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else ""
