"""The API put together: the routers that ``regard.wiring.API`` lists, with one way to say what went wrong."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from regard.base import RegardError
from regard.base.errors import Invalid, NotFound, TooLarge
from regard.base.words import said
from regard.web.site import problem_response

logger = logging.getLogger(__name__)

ABOUT = """Read figures, interactions, profiles and segments of one workspace, and bring data into it.

Every request carries a key of the workspace: `Authorization: Bearer rgd_…`. Errors are problem+json (RFC 9457)."""


class Renderer(JSONRenderer):
    """JSON as the standard has it: a number that JSON does not know is an error of ours, not the reader's."""

    json_dumps_params = {"allow_nan": False}


class Reader(Parser):
    """Bodies are JSON objects, by the letter of the standard: no NaN, no bare values."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        found = json.loads(request.body, parse_constant=_no_constant)
        if not isinstance(found, dict):
            raise ValueError("not a JSON object")
        return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class Operations(NinjaAPI):
    """All operations, each called by the name of its function."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return str(operation.view_func.__name__)


api = Operations(
    title="Regard",
    version=settings.REGARD_VERSION,
    description=ABOUT,
    docs_url=None,
    openapi_url=None,
    renderer=Renderer(),
    parser=Reader(),
    urls_namespace="operations",
    servers=[{"url": "/api/v1"}],
)
for tag, router in settings.REGARD_API:
    api.add_router(f"/{tag}", import_string(router), tags=[tag])


@api.exception_handler(RegardError)
def _regards(request: HttpRequest, error: RegardError) -> HttpResponse:
    return problem_response(error.status, error.message, error.code, error.field, error.remedy)


@api.exception_handler(Http404)
def _absent(request: HttpRequest, error: Http404) -> HttpResponse:
    return _regards(request, NotFound(_("There is no such thing.")))


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    detail, remedy = _("There is no key that can be used."), _("Send Authorization: Bearer rgd_…")
    response = problem_response(401, detail, "unauthorized", remedy=remedy)
    response["WWW-Authenticate"] = 'Bearer realm="regard"'
    return response


def unreadable(error: Exception) -> RegardError:
    """A request that Django itself refuses to read, as an error of ours."""
    if isinstance(error, RequestDataTooBig):
        return TooLarge(said("That is larger than this site takes in at one time; nothing of it was kept."))
    return Invalid(_("The request cannot be read."), code="unreadable")


@api.exception_handler(SuspiciousOperation)
def _suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    return _regards(request, unreadable(error))


@api.exception_handler(MultiPartParserError)
def _torn(request: HttpRequest, error: MultiPartParserError) -> HttpResponse:
    return _regards(request, unreadable(error))


@api.exception_handler(HttpError)
def _ninjas(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja raises it where a body is not JSON; one that never said it was is told what is read here."""
    if request.content_type and "json" not in request.content_type:
        remedy = _("Send application/json.")
        return problem_response(415, _("The body is not a JSON object."), "unreadable", "body", remedy)
    return problem_response(error.status_code, _("The body is not a JSON object."), "unreadable", "body")


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Every value that does not fit, by its place; what was sent is not repeated."""
    errors = [_error(one) for one in error.errors]
    detail = _("Some values cannot be used.")
    return problem_response(422, detail, Invalid.default_code, errors[0]["field"], errors=errors)


def _error(one: dict[str, Any]) -> dict[str, str]:
    return {"field": _place(one["loc"]), "detail": one["msg"].removeprefix("Value error, "), "code": one["type"]}


def _place(steps: Any) -> str:
    """Where a value stood: ``("query", "limit")`` is ``limit``, deeper ones are joined by dots."""
    return ".".join(str(step) for step in steps[1:]) or str(steps[0])


@api.exception_handler(Exception)
def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    """A fault of ours: written down for the operator with its place, told without it."""
    logger.error("an operation of the API failed", exc_info=error)
    return problem_response(500, _("Something went wrong here; it has been written down."), "error")
