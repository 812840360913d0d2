"""The API's door and its own pages. Light: what is heavy is imported when somebody comes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page

from regard.accounts.middleware import public
from regard.accounts.site import absolute


@public  # it asks for a key, not for a session
@csrf_exempt  # no cookie counts here, so nobody can be made to send one
@conditional_page
def door(request: HttpRequest, path: str) -> HttpResponse:
    """Any operation of the API."""
    from regard.accounts.api.answering import answer

    return answer(request, path)


@public
@conditional_page
def description(request: HttpRequest) -> HttpResponse:
    """What the API offers, for programs: OpenAPI 3.1."""
    from regard.accounts.api.describing import described

    return JsonResponse(described(), json_dumps_params={"ensure_ascii": False})


@public
@conditional_page
def docs(request: HttpRequest) -> HttpResponse:
    """What the API offers, for people: each operation with an example to try."""
    from regard.accounts.api.describing import operations_by_tag

    return render(request, "accounts/api_docs.html", {"tags": operations_by_tag(absolute(""))})
