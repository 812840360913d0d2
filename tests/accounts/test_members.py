"""Members, roles and the last owner."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from regard.accounts.models import AuditEntry, Invitation, Member
from regard.accounts.site import User, Workspace, add_user
from regard.accounts.views import _join_as_somebody_new
from regard.base import Conflict, Forbidden
from regard.collect.models import Source
from regard.surveys.models import Survey

pytestmark = pytest.mark.django_db


def member(workspace: Workspace, role: str, email: str = "") -> Member:
    return Member.objects.create(workspace=workspace, user=add_user(email or f"{role}2@example.org"), role=role)


def at(name: str, *arguments: object) -> str:
    return reverse(f"accounts:{name}", args=["harbour", *arguments])


def test_the_last_owner_can_neither_leave_nor_step_down(workspace: Workspace) -> None:
    owner = member(workspace, "owner")
    with pytest.raises(Conflict):
        owner.remove(by=owner)
    with pytest.raises(Conflict):
        owner.change_role("manager", by=owner)
    member(workspace, "owner", "second@example.org")
    owner.change_role("manager", by=owner)
    assert Member.objects.of(workspace).get(pk=owner.pk).role == "manager"


def test_a_manager_makes_no_owner_and_unmakes_none(workspace: Workspace) -> None:
    owner, manager, viewer = (member(workspace, role) for role in ("owner", "manager", "viewer"))
    with pytest.raises(Forbidden):
        viewer.change_role("owner", by=manager)
    with pytest.raises(Forbidden):
        owner.remove(by=manager)
    viewer.change_role("analyst", by=manager)
    assert viewer.role == "analyst"


def test_the_invitation_link_is_shown_once_and_mailed(signed_in) -> None:
    browser = signed_in("owner")
    browser.post(at("invite"), {"role": "viewer", "email": "ann@example.org"})
    page = browser.get(at("members"))
    link = page.context["link"]
    assert "/invitation/" in link
    assert link in mail.outbox[0].body
    assert mail.outbox[0].to == ["ann@example.org"]
    assert browser.get(at("members")).context["link"] is None


def test_a_manager_cannot_invite_an_owner(workspace: Workspace, signed_in) -> None:
    answer = signed_in("manager").post(at("invite"), {"role": "owner"})
    assert answer.status_code == 200
    assert not Invitation.objects.of(workspace).exists()


def test_roles_change_and_members_go_on_the_page_and_the_log_says_so_without_names(
    workspace: Workspace, signed_in
) -> None:
    browser, other = signed_in("owner"), member(workspace, "viewer")
    browser.post(at("change_role", other.pk), {"role": "agent"})
    assert Member.objects.of(workspace).get(pk=other.pk).role == "agent"
    browser.post(at("remove_member", other.pk))
    assert not Member.objects.of(workspace).filter(pk=other.pk).exists()
    entries = AuditEntry.objects.of(workspace).order_by("pk")
    assert [entry.what for entry in entries] == ["member role changed", "member removed"]
    assert not any("example.org" in f"{entry.on}{entry.details}" for entry in entries)


def test_a_member_of_another_workspace_cannot_be_reached_from_here(workspace: Workspace, signed_in) -> None:
    elsewhere = member(Workspace.objects.create(slug="airport", name="Airport"), "viewer")
    browser = signed_in("owner")
    assert browser.post(at("remove_member", elsewhere.pk)).status_code == 404
    assert browser.post(at("change_role", elsewhere.pk), {"role": "agent"}).status_code == 404
    assert Member.objects.of(elsewhere.workspace).filter(pk=elsewhere.pk).exists()


def test_a_withdrawn_invitation_no_longer_works(workspace: Workspace, signed_in, client: Client) -> None:
    made, token = Invitation.make(workspace, "viewer", add_user("boss@example.org"))
    signed_in("owner").post(at("withdraw_invitation", made.pk))
    assert client.get(reverse("accounts:invitation", args=[token])).status_code == 404


def test_the_last_owner_who_wants_to_leave_is_told_why_not(workspace: Workspace, signed_in) -> None:
    browser = signed_in("owner")
    page = browser.post(at("leave"), follow=True)
    assert "needs an owner" in str(next(iter(page.context["messages"])))
    assert Member.objects.find("harbour", User.objects.get(email="owner@example.org"))


def test_whoever_leaves_is_a_stranger_at_once(signed_in) -> None:
    browser = signed_in("manager")
    assert browser.get(at("members")).status_code == 200
    browser.post(at("leave"))
    assert browser.get(at("members")).status_code == 404


def queries_of(browser: Client, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured)


def test_pages_cost_the_same_number_of_queries_however_long_their_lists(workspace: Workspace, signed_in) -> None:
    browser = signed_in("owner")
    paths = [at("members"), at("audit"), reverse("accounts:workspaces")]
    owner = User.objects.get(email="owner@example.org")
    member(workspace, "viewer", "first@example.org")
    Invitation.make(workspace, "viewer", owner)
    AuditEntry.objects.create(workspace=workspace, who=owner, what="thing.done")
    few = [queries_of(browser, path) for path in paths]
    for number in range(8):
        someone = member(workspace, "viewer", f"viewer{number}@example.org")
        Invitation.make(workspace, "viewer", owner)
        AuditEntry.objects.create(workspace=workspace, who=someone.user, what="thing.done")
        Member.objects.create(workspace=Workspace.objects.create(slug=f"w{number}", name="W"), user=owner, role="owner")
    assert [queries_of(browser, path) for path in paths] == few
    assert max(few) <= 8


def test_the_audit_log_goes_back_page_by_page_and_misses_nothing(workspace: Workspace, signed_in) -> None:
    for number in range(120):
        AuditEntry.objects.create(workspace=workspace, who=None, what=f"thing.{number}")
    browser, seen, query = signed_in("owner"), [], ""
    while query is not None:
        page = browser.get(at("audit") + query)
        seen += [entry.what for entry in page.context["entries"]]
        AuditEntry.objects.create(workspace=workspace, who=None, what="arrived while reading")
        query = f"?before={page.context['older']}" if page.context["older"] else None
    assert seen == [f"thing.{number}" for number in reversed(range(120))]


def test_the_audit_log_calls_surveys_and_sources_by_their_names(workspace: Workspace, signed_in) -> None:
    survey = Survey.objects.create(workspace=workspace, name="After delivery")
    source = Source.objects.create(workspace=workspace, name="Web shop")
    other = Workspace.objects.create(slug="pier", name="Pier")
    for where, key in ((workspace, survey.key), (workspace, f"source {source.key}"), (other, survey.key)):
        AuditEntry.objects.create(workspace=where, who=None, what="kept", on=key)
    shown = signed_in("owner").get(at("audit")).content.decode()
    assert "After delivery" in shown
    assert "Web shop" in shown
    assert f">{survey.key}<" in shown, "names change, keys stay"


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "1;drop table"])
def test_a_strange_place_in_the_audit_log_is_the_beginning(signed_in, before: str) -> None:
    assert signed_in("owner").get(at("audit"), {"before": before}).status_code == 200


def test_whoever_comes_second_with_an_invitation_is_left_without_an_account(workspace: Workspace, signed_in) -> None:
    signed_in("owner")
    _made, token = Invitation.make(workspace, "viewer", User.objects.get())
    slow = Invitation.objects.find(token)
    Invitation.objects.find(token).accept(add_user("first@example.org"))
    given = {"email": "second@example.org", "password": "long enough to be safe", "name": ""}
    with pytest.raises(Conflict):
        _join_as_somebody_new(slow, given)
    assert not User.objects.filter(email="second@example.org").exists()


def test_whoever_is_in_no_workspace_is_told_how_to_go_on(signed_in) -> None:
    page = signed_in("stranger").get(reverse("accounts:workspaces")).content.decode()
    assert "Ask an owner to invite stranger@example.org" in page
