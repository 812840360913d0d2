"""The front door of accounts for other sites: workspaces, members, guards, stores, sign-in links and the audit log."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from regard.accounts.middleware import access_of, public, right_required, sign_in_required
from regard.accounts.models import AuditEntry, Member, SignInLink, User, Workspace
from regard.base.config import config

__all__ = ["AuditEntry", "Member", "User", "Workspace", "access_of", "public", "record_audit",
           "register_workspace_files", "right_required", "sign_in_link_for", "sign_in_required"]


def base_url() -> str:
    """Where people find this site."""
    return config().base_url.rstrip("/") or f"http://{config().host}:{config().port}"


def sign_in_link_for(user: User) -> str:
    """The address of a new one-time sign-in link for this person."""
    return base_url() + reverse("accounts:sign_in", args=[SignInLink.make(user)])


def record_audit(workspace: Workspace, who: User | None, what: str, on: str = "", **details: object) -> AuditEntry:
    """Write down who did what. ``details`` are for facts such as counts and names of metrics: no personal data."""
    return AuditEntry.objects.create(workspace=workspace, who=who, what=what, on=on, details=details)


def register_workspace_files() -> list[Workspace]:
    """Give every workspace file in the home folder a row, owned by the first owner; returns the new ones."""
    known = set(Workspace.objects.values_list("slug", flat=True))
    files = sorted((settings.REGARD_HOME / "workspaces").glob("*.duckdb"))
    return [_register(path.stem) for path in files if path.stem not in known]


def _register(slug: str) -> Workspace:
    workspace = Workspace.objects.create(slug=slug, name=slug.replace("-", " ").capitalize())
    owner = User.objects.filter(is_active=True).order_by("pk").first()
    if owner:
        Member.objects.create(workspace=workspace, user=owner, role="owner")
    return workspace
