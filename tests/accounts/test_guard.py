"""The guard denies by default."""

import threading
import types

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from regard.accounts.middleware import public, right_required, sign_in_required
from regard.accounts.models import Member
from regard.accounts.site import Workspace, add_user
from regard.base import Conflict


def answer(request, **named: object) -> HttpResponse:
    return HttpResponse(f"{request.workspace and request.workspace.slug} {request.member and request.member.role}")


@pytest.fixture
def small_site(settings) -> None:
    """Four views: one of each access, and one that forgot to say."""
    urls = types.ModuleType("small_urls")
    urls.urlpatterns = [
        path("w/<slug:slug>/forgot/", answer),
        path("w/<slug:slug>/rows/", right_required("view_rows")(answer)),
        path("me/", sign_in_required(answer)),
        path("all/", public(answer)),
        path("account/login/", public(answer), name="account_login"),
    ]
    settings.ROOT_URLCONF = urls


def test_a_view_that_does_not_say_who_may_open_it_opens_for_nobody(small_site, signed_in) -> None:
    assert signed_in("owner").get("/w/harbour/forgot/").status_code == 403


def test_each_view_knows_the_workspace_and_the_member(small_site, signed_in, client: Client) -> None:
    agent = signed_in("agent")
    assert agent.get("/w/harbour/rows/").content == b"harbour agent"
    assert agent.get("/me/").content == b"None None"
    assert client.get("/all/").content == b"None None"
    assert signed_in("viewer").get("/w/harbour/rows/").status_code == 403
    assert client.get("/w/harbour/rows/").url == "/account/login/?next=/w/harbour/rows/"
    assert client.get("/w/nowhere/rows/").url == "/account/login/?next=/w/nowhere/rows/"


def test_a_misspelt_right_fails_when_the_view_is_written() -> None:
    with pytest.raises(ValueError, match="view_everything"):
        right_required("view_everything")


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_the_same_moment_do_not_both_get_away(workspace: Workspace) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time; its in-memory test database cannot be shared by threads")
    owners = [
        Member.objects.create(workspace=workspace, user=add_user(f"{name}@example.org"), role="owner") for name in "ab"
    ]
    together, refused = threading.Barrier(2), []

    def leave(owner: Member) -> None:
        together.wait()
        try:
            owner.remove(by=owner)
        except Conflict as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[owner]) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Member.objects.of(workspace).count() == 1
