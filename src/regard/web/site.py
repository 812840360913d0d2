"""What other sites take from the look: the reader's format and the answer to an error."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from regard.base import RegardError
from regard.base.words import as_said, translated
from regard.web.formats import Format

JSON_TYPES = ["text/html", "application/json", "application/problem+json"]


def current_format(currency: str = "EUR") -> Format:
    """How the reader of this page sees figures: the active language and time zone."""
    return Format(
        get_language() or settings.LANGUAGE_CODE, timezone.get_current_timezone_name(), currency, gettext, ngettext
    )


def told(sentence: Any) -> str:
    """A sentence by :func:`regard.base.words.said`, as such or as JSON kept it, in the reader's language."""
    return translated(as_said(sentence), gettext) if sentence else ""


def told_error(error: RegardError) -> str:
    """What went wrong, and what to do about it, in the reader's language."""
    return f"{told(error.message)} ({told(error.remedy)})" if error.remedy else told(error.message)


def wants_json(request: HttpRequest) -> bool:
    """Did the caller ask for JSON rather than a page?"""
    return request.path.startswith("/api/") or request.get_preferred_type(JSON_TYPES) not in ("text/html", None)


def error_response(request: HttpRequest, error: RegardError) -> HttpResponse:
    """The error as a page, or as problem+json (RFC 9457) for a program."""
    if wants_json(request):
        return problem_response(error.status, error.message, error.code, error.field, error.remedy)
    return render(request, "web/error.html", {"error": error}, status=error.status)


def problem_response(
    status: int,
    detail: str,
    code: str,
    field: str | None = None,
    remedy: str | None = None,
    errors: Sequence[dict[str, str]] = (),
) -> HttpResponse:
    """An error for a program: problem+json (RFC 9457) with a stable ``code``, and what to do about it."""
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": told(detail),
        "code": code,
        "field": field,
        "remedy": told(remedy) or None,
        "errors": list(errors) or None,
    }
    said = {key: value for key, value in problem.items() if value is not None}
    return JsonResponse(said, status=status, content_type="application/problem+json")


class Direct(ASGIHandler):
    """Django for pages that need few middlewares: they and the view run at one go, in one thread.

    Django's own way changes threads three times more, for views and middlewares that are asynchronous.
    """

    def __init__(self, middleware: Sequence[str]):
        self._wanted = list(middleware)
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        every = settings.MIDDLEWARE
        settings.MIDDLEWARE = self._wanted
        try:
            super().load_middleware()
        finally:
            settings.MIDDLEWARE = every

    async def get_response_async(self, request: HttpRequest) -> HttpResponse:
        return await sync_to_async(self.get_response)(request)
