"""A row belongs to a workspace, and there is one door to it."""

import pytest
from django.apps import apps

from regard.accounts.models import AuditEntry, Invitation, Member, OfWorkspace, WithoutWorkspace
from regard.accounts.site import Workspace, add_user, record_audit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Member, AuditEntry, Invitation])
@pytest.mark.parametrize("query", ["all", "count", "first", "exists"])
def test_a_query_that_forgot_its_workspace_raises(model: type, query: str) -> None:
    with pytest.raises(WithoutWorkspace, match=r"use \.objects\.of"):
        getattr(model.objects, query)()


def test_the_back_door_through_a_person_or_a_workspace_is_shut_too(workspace: Workspace) -> None:
    user = add_user("ann@example.org")
    with pytest.raises(WithoutWorkspace):
        user.memberships.count()
    with pytest.raises(WithoutWorkspace):
        workspace.members.count()


def test_every_model_with_a_workspace_is_scoped() -> None:
    models = [model for model in apps.get_models() if model.__module__.startswith("regard.")]
    belonging = [model for model in models if any(field.name == "workspace" for field in model._meta.fields)]
    assert {Member, AuditEntry, Invitation} <= set(belonging)
    assert [model for model in belonging if not isinstance(model._default_manager, OfWorkspace)] == []


def test_one_workspace_never_shows_the_rows_of_another(workspace: Workspace) -> None:
    other = Workspace.objects.create(slug="airport", name="Airport")
    record_audit(workspace, None, "harbour.thing")
    record_audit(other, None, "airport.thing")
    assert [entry.what for entry in AuditEntry.objects.of(workspace)] == ["harbour.thing"]
    assert [entry.what for entry in AuditEntry.objects.of(other)] == ["airport.thing"]


def test_deleting_a_person_keeps_what_they_did_and_ends_their_memberships(workspace: Workspace) -> None:
    user = add_user("ann@example.org")
    Member.objects.create(workspace=workspace, user=user, role="viewer")
    record_audit(workspace, user, "thing.done")
    user.delete()
    assert AuditEntry.objects.of(workspace).get().who is None
    assert not Member.objects.of(workspace).exists()


def test_an_address_is_one_person_whatever_its_letter_case() -> None:
    from regard.accounts.site import User

    add_user("Ann@Example.org")
    assert User.objects.get_by_natural_key("ANN@example.ORG").email == "ann@example.org"
