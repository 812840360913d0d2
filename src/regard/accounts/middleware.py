"""The guard: every view says who may open it, and nobody else does.

A view without a declaration opens for nobody. Under ``/w/<slug>/`` the guard finds the workspace and the member first;
to strangers a workspace does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation

from regard.accounts.model import Right
from regard.accounts.models import Member
from regard.accounts.stores import stores

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Access:
    """Who may open a view: everybody, whoever has signed in, or members with a right."""

    is_public: bool = False
    right: Right | None = None


def right_required(right: str) -> Callable[[View], View]:
    """Only members of the workspace whose role has this right may open the view."""
    return _declare(Access(right=Right(right)))


def sign_in_required(view: View) -> View:
    """Whoever has signed in may open the view; it belongs to no workspace."""
    return _declare(Access())(view)


def public(view: View) -> View:
    """Everybody may open the view."""
    return _declare(Access(is_public=True))(view)


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: object, **named: object) -> HttpResponse:
            return view(request, *arguments, **named)

        guarded.access = access
        return guarded

    return mark


def access_of(view: View) -> Access | None:
    """What a view declares. allauth's own views guard themselves."""
    if getattr(view, "__module__", "").startswith("allauth."):
        return Access(is_public=True)
    return getattr(view, "access", None)


class GuardMiddleware:
    """Sets ``request.workspace``, ``request.member`` and the time zone, and lets through whom the view admits."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.workspace = request.member = None
        with timezone.override(None):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, arguments: tuple, named: dict) -> HttpResponse | None:
        access = access_of(view)
        if access is None:
            raise PermissionDenied("this page does not say who may open it")
        if access.is_public:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return self._admit(request, access, named)

    def _admit(self, request: HttpRequest, access: Access, named: dict) -> None:
        if access.right is None:
            return
        request.member = Member.objects.find(named.get("slug", ""), request.user)
        if request.member is None:
            raise Http404
        request.workspace = request.member.workspace
        request.member.user = request.user
        if not request.member.may(access.right):
            raise PermissionDenied
        timezone.activate(ZoneInfo(stores.time_zone(request.workspace.path)))


class PreferenceMiddleware:
    """Speaks the language that the person has chosen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.user.language:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)
