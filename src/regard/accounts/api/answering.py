"""One request of the API from door to answer: key, rate, idempotency, operation; every error is problem+json."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import URLResolver
from django.urls.resolvers import RegexPattern
from django.utils import timezone
from django.utils.translation import gettext as _

from regard.accounts.api.assembly import api, unreadable
from regard.accounts.api.describing import described
from regard.accounts.api.once import once
from regard.accounts.api.rates import buckets
from regard.accounts.keys.models import Key, key_in
from regard.accounts.stores import stores
from regard.base import Invalid, NotFound, RegardError, TooMany
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
        response = _operate(request, path)
    except RegardError as error:
        response = problem_of(error)
    except (SuspiciousOperation, MultiPartParserError) as error:
        response = problem_of(unreadable(error))
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
    """Find the operation, and have it answer; what it does not know is refused rather than overlooked."""
    if "\x00" in path or any("\x00" in value for _name, values in request.GET.lists() for value in values):
        raise Invalid(_("An address holds no NUL characters."), code="unreadable")
    try:
        found = _operations.resolve(f"/{path}")
        methods = described()["paths"][_as_described(found.route)]
    except (Http404, KeyError):
        raise NotFound(_("There is nothing at this address."), remedy=_("See /api/v1/docs.")) from None
    asked = request.method
    meant = "GET" if asked == "HEAD" else asked  # answered alike; the server keeps the body back (RFC 9110, 9.3.2)
    if meant.lower() not in methods:
        return _not_allowed(methods)
    if request.key:
        _check_names(request, methods[meant.lower()])
    request.method = meant
    try:
        return once(request, request.key, partial(found.func, request, *found.args, **found.kwargs))
    finally:
        request.method = asked


def _as_described(route: str) -> str:
    """A route as the description writes it.

    >>> _as_described("interactions/<path:id>")
    '/interactions/{id}'
    """
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)


def _not_allowed(methods: Iterable[str]) -> HttpResponse:
    response = problem_response(405, _("This address does not know that method."), "method_not_allowed")
    response["Allow"] = ", ".join(method.upper() for method in [*methods, *(("head",) if "get" in methods else ())])
    return response


def _check_names(request: HttpRequest, operation: dict[str, Any]) -> None:
    """Refuse a parameter that the operation has not, or has but once: what was misspelt, or said first, would otherwise
    be no filter."""
    known = {one["name"]: one["schema"].get("type") for one in operation["parameters"] if one["in"] == "query"}
    for name, values in request.GET.lists():
        if len(values) > 1 and name in known and known[name] != "array":
            raise Invalid(_("This parameter is given more than once."), field=name)
        if name not in known:
            raise Invalid(
                _("There is no such parameter."),
                field=name[:100],
                remedy=_("use %(names)s") % {"names": ", ".join(known)} if known else None,
            )


def problem_of(error: RegardError) -> HttpResponse:
    """An error raised on purpose, for a program."""
    return problem_response(error.status, error.message, error.code, error.field, error.remedy)
