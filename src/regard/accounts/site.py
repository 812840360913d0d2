"""The front door of accounts for other sites: workspaces, members, guards, stores, sign-in links and the audit log."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections, transaction
from django.urls import reverse

from regard.accounts.keys.models import Key, key_in
from regard.accounts.middleware import access_of, public, right_required, sign_in_required
from regard.accounts.model import Role
from regard.accounts.models import AuditEntry, Member, OfWorkspace, SignInLink, User, Workspace
from regard.accounts.stores import stores
from regard.accounts.tasks import prepare_site
from regard.base import Forbidden, RegardError
from regard.base.config import config
from regard.base.words import said
from regard.stream import OpenedStore

__all__ = [
    "AuditEntry",
    "Member",
    "OfWorkspace",
    "User",
    "Workspace",
    "absolute",
    "access_of",
    "add_user",
    "close_stores",
    "is_signed_in",
    "local_owner",
    "make_key",
    "password_link_for",
    "prepare_site",
    "public",
    "record_audit",
    "register_workspace_files",
    "right_required",
    "sign_in_link_for",
    "sign_in_required",
    "store_of",
]

logger = logging.getLogger(__name__)

LOCAL_OWNER = "owner@localhost"


def store_of(workspace: Workspace) -> OpenedStore:
    """The workspace's stream, open and shared by every thread of this process."""
    return stores.of(workspace.path)


def close_stores() -> None:
    """Let go of every workspace file that this process has open."""
    stores.close()


def absolute(path: str) -> str:
    """The address under which people elsewhere reach this path."""
    base = config().base_url.rstrip("/") or f"http://{config().host}:{config().port}"
    return base + path


@transaction.atomic
def add_user(email: str, password: str | None = None, name: str = "") -> User:
    """A new person. Whoever calls vouches for the address: it counts as verified."""
    user = User.objects.create_user(email, password, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def local_owner() -> User:
    """The person who runs Regard on this machine: the first there is, made on the first start."""
    return User.objects.filter(is_active=True).order_by("pk").first() or add_user(LOCAL_OWNER)


def sign_in_link_for(user: User) -> str:
    """The address of a new one-time sign-in link. Raises :class:`~regard.base.Forbidden` in production."""
    if settings.REGARD_PRODUCTION:
        raise Forbidden(said("one-time sign-in links are not for production"), remedy=said("use a password"))
    return absolute(reverse("accounts:sign_in", args=[SignInLink.make(user)]))


def password_link_for(user: User) -> str:
    """The address where this person sets a (new) password; how the first owner gets in, in production."""
    arguments = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return absolute(reverse("account_reset_password_from_key", kwargs=arguments))


def record_audit(workspace: Workspace, who: User | None, what: str, on: str = "", **details: object) -> AuditEntry:
    """Write down who did what. ``details`` are for facts such as counts and names of metrics: no personal data."""
    return AuditEntry.objects.create(workspace=workspace, who=who, what=what, on=on, details=details)


def make_key(
    workspace: Workspace, name: str, scopes: Sequence[str], by: User | None = None, days: int | None = None
) -> str:
    """A new API key, written in the audit log; returns its secret, which is known only now."""
    made, secret = Key.make(workspace, name, scopes, by, days)
    record_audit(workspace, by, "key made", f"key {made.prefix}", scopes=made.scopes)
    return secret


def register_workspace_files(owner: User | None = None) -> list[Workspace]:
    """Give every workspace file in the home folder a row; returns the new ones.

    ``owner`` (default: the first person there is) becomes owner of every workspace that has no member.
    """
    known = set(Workspace.objects.values_list("slug", flat=True))
    files = sorted((config().home / "workspaces").glob("*.duckdb"))
    made = [_register(path.stem) for path in files if path.stem not in known]
    owner = owner or User.objects.filter(is_active=True).order_by("pk").first()
    for workspace in Workspace.objects.filter(members=None) if owner else ():
        Member.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    return made


def _settings_in(workspace: Workspace) -> Mapping[str, Any]:
    """What a workspace's file says of itself; a file that cannot be read must not keep the others from being served."""
    try:
        return next((record.body for record in store_of(workspace).kept("settings", "workspace")), {})
    except RegardError as error:
        logger.warning("workspace %s: %s", workspace.slug, error)
        return {}


def _register(slug: str) -> Workspace:
    workspace = Workspace(slug=slug)
    said = _settings_in(workspace)
    workspace.name = str(said.get("name") or slug.replace("-", " ").capitalize())[:120]
    workspace.is_demo = bool(said.get("is_simulated") or said.get("licence"))
    workspace.save()
    return workspace


async def is_signed_in(scope: Mapping[str, Any]) -> bool:
    """Does a request, of which only the head has come, carry an API key, or the cookie of who has signed in?"""
    bearer = next((value for name, value in scope["headers"] if name == b"authorization"), b"").decode("latin-1")
    if bearer:
        return await sync_to_async(_is_key)(bearer)
    sent = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    try:
        cookie = SimpleCookie(sent).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return False
    return cookie is not None and await sync_to_async(_is_of_somebody)(cookie.value)


def _is_key(bearer: str) -> bool:
    try:
        return key_in(bearer) is not None
    finally:
        close_old_connections()


def _is_of_somebody(session_key: str) -> bool:
    try:
        return SESSION_KEY in SessionStore(session_key)
    finally:
        close_old_connections()  # no request ends here that would
