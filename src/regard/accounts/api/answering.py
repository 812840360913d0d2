"""One request of the API from door to answer: key, rate, idempotency, operation; every error is problem+json."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import URLResolver
from django.urls.resolvers import RegexPattern
from django.utils import timezone
from django.utils.translation import gettext as _

from regard.accounts.api.assembly import api
from regard.accounts.api.once import once
from regard.accounts.api.rates import buckets
from regard.accounts.keys.models import Key, key_in
from regard.accounts.stores import stores
from regard.base import Invalid, NotFound, RegardError, TooLarge, TooMany
from regard.base.words import said
from regard.web.site import problem_response

_operations = URLResolver(RegexPattern("^/"), api.urls[0])


def answer(request: HttpRequest, path: str) -> HttpResponse:
    """Answer a request for what lies at ``path`` below ``/api/v1/``."""
    request.key = key_of(request)
    taken = buckets.take(request.key.pk) if request.key else None
    try:
        if taken and taken.wait_seconds:
            raise TooMany(said("too many requests"), remedy=said("wait {n} seconds", n=taken.wait_seconds))
        response = once(request, request.key, partial(_operate, request, path))
    except RegardError as error:
        response = problem_of(error)
    except (SuspiciousOperation, MultiPartParserError) as error:
        response = problem_of(_unreadable(error))
    for name, value in (taken.headers() if taken else {}).items():
        response[name] = value
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def key_of(request: HttpRequest) -> Key | None:
    """The key that a request carries, with its workspace's clock set; None when it carries none that can be used."""
    key = key_in(request.headers.get("Authorization", ""))
    if key:
        key.seen()
        request.workspace = key.workspace
        timezone.activate(ZoneInfo(stores.time_zone(key.workspace.path)))
    return key


def _operate(request: HttpRequest, path: str) -> HttpResponse:
    if "\x00" in path or any("\x00" in value for _name, values in request.GET.lists() for value in values):
        raise Invalid(_("An address holds no NUL characters."), code="unreadable")
    try:
        found = _operations.resolve(f"/{path}")
        response = found.func(request, *found.args, **found.kwargs)
    except Http404:
        return problem_of(NotFound(_("There is nothing at this address."), remedy=_("See /api/v1/docs.")))
    return _not_allowed(response) if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED else response


def _not_allowed(response: HttpResponse) -> HttpResponse:
    """Ninja's plain answer to a method that there is not, said as a problem."""
    said_so = problem_response(405, _("This address does not know that method."), "method_not_allowed")
    said_so["Allow"] = response["Allow"]
    return said_so


def _unreadable(error: Exception) -> RegardError:
    if isinstance(error, RequestDataTooBig):
        return TooLarge(said("That is larger than this site takes in at one time; nothing of it was kept."))
    return Invalid(_("The request cannot be read."), code="unreadable")


def problem_of(error: RegardError) -> HttpResponse:
    """An error raised on purpose, for a program."""
    return problem_response(error.status, error.message, error.code, error.field, error.remedy)
