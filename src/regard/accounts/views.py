"""Pages about people and workspaces."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from regard.accounts.middleware import public


@public
def health(request: HttpRequest) -> HttpResponse:
    """Alive, and nothing else: no versions, no names."""
    return JsonResponse({"status": "ok"})


@public
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
