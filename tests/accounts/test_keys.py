"""Keys: made by owners, shown once, kept as digests, revoked at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from regard.accounts.keys.models import Key, key_in
from regard.accounts.models import token_digest
from regard.accounts.site import AuditEntry
from regard.base import clock
from regard.base.clock import now

pytestmark = pytest.mark.django_db
PAGE = "/w/harbour/settings/keys/"
ASKED = {"name": "Nightly export", "scopes": ["metrics:read", "interactions:read"], "days": "90"}


@pytest.fixture
def owner(signed_in) -> Client:
    return signed_in("owner")


def made(owner: Client, **changes: object) -> tuple[Key, str]:
    page = owner.post(f"{PAGE}new/", {**ASKED, **changes})
    return page.context["keys"][0], page.context["secret"]


def test_an_owner_makes_a_key_whose_secret_is_shown_once(owner, workspace) -> None:
    key, secret = made(owner)
    assert secret.startswith(key.prefix)
    assert secret.startswith("rgd_")
    assert (key.name, key.scopes, key.created_by.email) == (ASKED["name"], ASKED["scopes"], "owner@example.org")
    again = owner.get(PAGE).content.decode()
    assert secret not in again
    assert key.prefix in again


def test_only_the_digest_of_a_secret_is_kept(owner, workspace) -> None:
    key, secret = made(owner)
    kept = Key.objects.of(workspace).values().get(pk=key.pk)
    assert kept["secret_hash"] == token_digest(secret)
    assert secret not in map(str, kept.values())
    assert secret not in str(dict(owner.session))


def test_a_key_opens_its_workspace_until_it_is_revoked(owner, workspace) -> None:
    key, secret = made(owner)
    assert key_in(f"Bearer {secret}").workspace == workspace
    owner.post(f"{PAGE}{key.pk}/revoke/")
    assert key_in(f"Bearer {secret}") is None
    assert list(owner.get(PAGE).context["keys"]) == []


def test_a_key_works_for_as_long_as_was_chosen(owner, workspace) -> None:
    _key, for_long = made(owner, days="")
    _key, secret = made(owner, days="30")
    with clock.frozen(now() + timedelta(days=29)):
        assert key_in(f"Bearer {secret}")
    with clock.frozen(now() + timedelta(days=31)):
        assert key_in(f"Bearer {secret}") is None
        assert key_in(f"Bearer {for_long}")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer rgd_", "Bearer \x00", "rgd_x", "Basic {secret}", "Bearer x{secret}"]
)
def test_nothing_but_the_secret_as_bearer_token_is_a_key(owner, workspace, header: str) -> None:
    _key, secret = made(owner)
    assert key_in(header.format(secret=secret)) is None


def test_when_a_key_was_used_is_known_to_the_hour(owner, workspace) -> None:
    key, _secret = made(owner)
    with clock.frozen(now().replace(minute=42)):
        key.seen()
        key.refresh_from_db()
        assert key.last_used_at == now().replace(minute=0, second=0, microsecond=0)


def test_making_and_revoking_are_written_in_the_audit_log_without_the_secret(owner, workspace) -> None:
    key, secret = made(owner)
    owner.post(f"{PAGE}{key.pk}/revoke/")
    entries = AuditEntry.objects.of(workspace).order_by("pk")
    assert [entry.what for entry in entries] == ["key made", "key revoked"]
    assert all(secret not in f"{entry.on} {entry.details}" for entry in entries)


@pytest.mark.parametrize("change", [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "1000000"}])
def test_a_key_that_makes_no_sense_is_not_made(owner, workspace, change) -> None:
    page = owner.post(f"{PAGE}new/", {**ASKED, **change})
    assert page.status_code == 422
    assert not Key.objects.of(workspace).exists()


def test_a_key_of_another_workspace_cannot_be_revoked(owner, workspace) -> None:
    from regard.accounts.site import Workspace

    other, _secret = Key.make(Workspace.objects.create(slug="elsewhere"), "other", ["metrics:read"])
    assert owner.post(f"{PAGE}{other.pk}/revoke/").status_code == 404
    other.refresh_from_db()
    assert other.revoked_at is None


def test_the_page_asks_the_database_equally_often_for_many_keys(
    owner, workspace, django_assert_max_num_queries
) -> None:
    for number in range(20):
        Key.make(workspace, f"key {number}", ["metrics:read"])
    with django_assert_max_num_queries(9):
        owner.get(PAGE)
