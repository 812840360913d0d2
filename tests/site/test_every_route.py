"""Every address, by generation: strangers learn nothing, members without the right are refused, others are answered.

A view declares its access with ``right_required``, ``sign_in_required`` or ``public``; one that does not fails here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from regard.accounts import Role, rights_of
from regard.accounts.site import access_of

pytestmark = pytest.mark.long
OPEN_TO_ALL = {"health", "robots.txt", "sign-in/<str:token>/", "invitation/<str:token>/", "language/", "theme/"} | {
    "api/v1/docs",
    "api/v1/openapi.json",
    r"api/v1/^(?P<path>[\s\S]*)\Z",  # asks for a key: tests/api/test_every_operation.py
    "s/widget.js",
    "s/app/",  # asks for a write key
    "s/o/<str:token>/",
    "s/sms/replies/",  # asks for the provider's secret
    "s/p/<str:token>/",
    "s/u/<str:token>/",
    "s/i/<str:token>/",
    "s/k/<str:token>/",
    "s/r/<str:token>/",
    "s/r/<str:token>/elsewhere/",
    "s/r/<str:token>/elsewhere/qr.svg",
    "s/<str:key>/",
    "s/<str:key>/embed/",
    "s/<str:key>/theme.css",
    "s/<str:key>/logo",
}
OPEN_OF_ALLAUTH = re.compile(r"account/(login|logout|signup|inactive|confirm-email|password/reset|2fa/authenticate)")
EXAMPLES = {
    "slug": "harbour",
    "pk": "1",
    "token": "none",
    "metric": "nps",
    "name": "nps",
    "key": "nps",
    "load": "none",
    "link": "none",
}
A_UUID = "00000000-0000-7000-8000-000000000000"


def example_of(found: re.Match[str]) -> str:
    """A value for one part of an address, by its converter and its name."""
    return A_UUID if found[1] == "uuid" else EXAMPLES.get(found[2], "1")


class Route(NamedTuple):
    path: str
    view: object

    @property
    def arguments(self) -> list[str]:
        return re.findall(r"<(?:\w+:)?(\w+)>", self.path)

    @property
    def example(self) -> str:
        return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", example_of, self.path)


def routes(patterns: list, prefix: str = "") -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield Route(path, pattern.callback)


ALL = sorted(routes(get_resolver().url_patterns))
OURS = [route for route in ALL if not route.view.__module__.startswith("allauth.")]
GUARDED = [route for route in OURS if access_of(route.view) and access_of(route.view).right]
PRIVATE = [route for route in OURS if access_of(route.view) and not access_of(route.view).is_public]
ROLES = list(Role) if connection.vendor == "sqlite" else [Role.OWNER]
"""Who may do what is the same on every database; that every page opens is not."""
ALLAUTHS = [route for route in ALL if route not in OURS and "?P<" not in route.path]


def name(route: Route) -> str:
    return route.path or "/"


def answers(client: Client, route: Route) -> list[HttpResponse]:
    return [client.get(route.example), client.post(route.example)]


def words(answer: HttpResponse) -> str:
    """The page without what differs each time it is drawn."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


@pytest.mark.parametrize("route", OURS, ids=name)
def test_every_route_says_who_may_open_it(route: Route) -> None:
    access = access_of(route.view)
    assert access is not None, f"{route.path} declares no access: use right_required, sign_in_required or public"
    assert access.is_public == (route.path in OPEN_TO_ALL)
    assert bool(access.right) == route.path.startswith("w/<slug:slug>/")


@pytest.mark.django_db
@pytest.mark.parametrize("route", PRIVATE, ids=name)
def test_whoever_has_not_signed_in_is_sent_to_do_so(workspace, client: Client, route: Route) -> None:
    for answer in answers(client, route):
        assert answer.status_code == 302
        assert answer.url.startswith("/account/login/?next=")


@pytest.mark.parametrize("route", GUARDED, ids=name)
def test_to_a_stranger_the_workspace_does_not_exist(signed_in, route: Route) -> None:
    client = signed_in("stranger")
    assert [answer.status_code for answer in answers(client, route)] == [404, 404]
    absent = route._replace(path=route.path.replace("<slug:slug>", "nowhere"))
    assert words(client.get(route.example)) == words(client.get(absent.example)).replace("nowhere", "harbour")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", GUARDED, ids=name)
def test_a_member_is_answered_with_the_right_and_refused_without(signed_in, route: Route, role: Role) -> None:
    client = signed_in(role.value)
    got = [answer.status_code for answer in answers(client, route)]
    if access_of(route.view).right not in rights_of(role):
        assert got == [403, 403]
        return
    fine = {200, 204, 302, 405, 422} | ({404} if len(route.arguments) > 1 else set())
    assert set(got) <= fine
    assert got != [405, 405]


@pytest.mark.parametrize("route", ALLAUTHS, ids=name)
def test_pages_about_ones_own_sign_in_ask_for_it(workspace, client: Client, route: Route) -> None:
    answer = client.get(route.example)
    if OPEN_OF_ALLAUTH.match(route.path):
        assert answer.status_code in {200, 302}
    else:
        assert answer.status_code == 302
        assert answer.url.startswith("/account/login/")


@pytest.mark.parametrize("route", ALLAUTHS, ids=name)
def test_pages_about_ones_own_sign_in_open_for_whoever_has_signed_in(signed_in, route: Route) -> None:
    expected = {200, 302, 404}  # 404: codes to download before there are any
    assert signed_in("viewer").get(route.example).status_code in expected
