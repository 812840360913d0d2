"""What the operational database knows about people and workspaces.

A row belongs to a workspace, and ``objects.of(workspace)`` is the only door to it: a query that forgot its workspace
raises instead of answering with somebody else's rows.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regard.accounts.model import Right, Role, may_grant, rights_of
from regard.base import Conflict, Forbidden
from regard.base.clock import now
from regard.base.config import config

ROLE_NAMES = {
    Role.OWNER: _("Owner"),
    Role.MANAGER: _("Manager"),
    Role.ANALYST: _("Analyst"),
    Role.AGENT: _("Agent"),
    Role.VIEWER: _("Viewer"),
}
THEMES = [("auto", _("As my device")), ("light", _("Light")), ("dark", _("Dark"))]
INVITATION_DAYS = 7
SIGN_IN_MINUTES = 15


class WithoutWorkspace(TypeError):
    """A query for rows of a workspace did not say which workspace."""


class OfWorkspace(models.Manager):
    """Rows of one workspace: ``Member.objects.of(workspace)``."""

    def of(self, workspace: Workspace) -> models.QuerySet:
        return self._everywhere().filter(workspace=workspace)

    def create(self, *, workspace: Workspace, **values: object) -> models.Model:
        return self._everywhere().create(workspace=workspace, **values)

    def get_queryset(self) -> models.QuerySet:
        raise WithoutWorkspace(f"{self.model.__name__}.objects needs a workspace: use .objects.of(workspace)")

    def _everywhere(self) -> models.QuerySet:
        return super().get_queryset()


class People(BaseUserManager):
    """Users, found by e-mail address whatever its letter case."""

    def create_user(self, email: str, password: str | None = None, **values: object) -> User:
        user = self.model(email=email.strip().lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str) -> User:
        return self.get(email=email.strip().lower())


class User(AbstractBaseUser):
    """A person who can sign in, with an e-mail address instead of a user name."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=THEMES, default="auto")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = People()

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *arguments: object, **options: object) -> None:
        self.email = self.email.strip().lower()
        super().save(*arguments, **options)


class Workspace(models.Model):
    """One company's (or brand's) stream and the people who may see it."""

    slug = models.SlugField(_("short name"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=120)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["name", "slug"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its first page; which one that is, the storeys above decide."""
        return f"/w/{self.slug}/"

    @classmethod
    def make(cls, name: str, owner: User) -> Workspace:
        """A new workspace with its owner. Raises :class:`Conflict` when its short name is taken."""
        slug = slugify(name)[:50].strip("-") or f"w-{secrets.token_hex(4)}"  # 港口 has no Latin letter for an address
        with transaction.atomic():
            workspace, is_new = cls.objects.get_or_create(slug=slug, defaults={"name": name})
            if not is_new or workspace.path.exists():
                raise Conflict(gettext("There is a workspace with that short name already."), field="name")
            Member.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
        return workspace

    @property
    def path(self) -> Path:
        """Its stream: a file of its own, so that no question can cross workspaces."""
        return config().home / "workspaces" / f"{self.slug}.duckdb"


class Members(OfWorkspace):
    def find(self, slug: str, user: User) -> Member | None:
        """This person's membership of the workspace with that short name."""
        return self._everywhere().select_related("workspace").filter(workspace__slug=slug, user=user).first()

    def of_user(self, user: User) -> models.QuerySet:
        """Everything this person is a member of."""
        return (
            self._everywhere()
            .select_related("workspace")
            .filter(user=user)
            .order_by("workspace__name", "workspace__slug")
        )


class Member(models.Model):
    """A person in a workspace, with a role."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=[(role.value, name) for role, name in ROLE_NAMES.items()])
    joined_at = models.DateTimeField(default=now)

    objects = Members()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="one_membership_for_each_person")]

    def __str__(self) -> str:
        return f"{self.user_id} as {self.role} in {self.workspace_id}"

    @property
    def rights(self) -> frozenset[Right]:
        return rights_of(self.role)

    def may(self, right: str) -> bool:
        return Right(right) in self.rights

    @transaction.atomic
    def change_role(self, role: str, by: Member) -> None:
        """Give this member another role, if ``by`` may grant the old one and the new one."""
        if not (may_grant(by.role, self.role) and may_grant(by.role, role)):
            raise Forbidden(gettext("You can give and take only roles with rights that you have yourself."))
        if role != Role.OWNER:
            self._leave_an_owner()
        self.role = role
        self.save(update_fields=["role"])

    @transaction.atomic
    def remove(self, by: Member) -> None:
        """End the membership: one's own, or that of somebody whose role ``by`` may take."""
        if by.pk != self.pk and not may_grant(by.role, self.role):
            raise Forbidden(gettext("You can give and take only roles with rights that you have yourself."))
        self._leave_an_owner()
        self.delete()

    def _leave_an_owner(self) -> None:
        """Raise unless somebody else owns the workspace too; holds its row, so that two owners cannot leave at once."""
        Workspace.objects.select_for_update().get(pk=self.workspace_id)
        owners = Member.objects.of(self.workspace).filter(role=Role.OWNER)
        if self.role == Role.OWNER and not owners.exclude(pk=self.pk).exists():
            raise Conflict(gettext("A workspace needs an owner: make somebody else an owner first."))


class AuditEntry(models.Model):
    """Who did what, when and to what. Never changed; ``details`` hold no personal data."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="audit_entries")
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="audit_entries"
    )
    what = models.CharField(max_length=60)
    on = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(default=now)
    details = models.JSONField(default=dict)

    objects = OfWorkspace()

    class Meta:
        indexes = [models.Index(fields=["workspace", "-id"], name="audit_newest_first")]

    def __str__(self) -> str:
        return f"{self.what} {self.on}"

    @property
    def told(self) -> str:
        """The details as one reads them.

        >>> AuditEntry(details={"scopes": ["metrics:read", "surveys:read"], "days": 90}).told
        'scopes: metrics:read, surveys:read; days: 90'
        """
        lists = {name: ", ".join(map(str, value)) for name, value in self.details.items() if isinstance(value, list)}
        return "; ".join(f"{name}: {value}" for name, value in {**self.details, **lists}.items())


def token_digest(token: str) -> str:
    """What is kept of a token: enough to recognise it, not enough to use it (tokens hold 256 random bits)."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(32)


class Invitations(OfWorkspace):
    def find(self, token: str) -> Invitation | None:
        """The invitation that this link carries, while it can still be used."""
        return (
            self._everywhere()
            .select_related("workspace")
            .filter(token_hash=token_digest(token), used_at=None, expires_at__gt=now())
            .first()
        )


class Invitation(models.Model):
    """A link that makes whoever opens it a member; it works once and for a week."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(_("role"), max_length=10, choices=[(role.value, name) for role, name in ROLE_NAMES.items()])
    email = models.EmailField(_("e-mail address"), blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = Invitations()

    def __str__(self) -> str:
        return f"{self.role} in {self.workspace_id}"

    @classmethod
    def make(cls, workspace: Workspace, role: str, by: User, email: str = "") -> tuple[Invitation, str]:
        """A new invitation, and its token, which is known only now."""
        token = new_token()
        made = cls.objects.create(
            workspace=workspace,
            role=role,
            invited_by=by,
            email=email.strip().lower(),
            token_hash=token_digest(token),
            expires_at=now() + timedelta(days=INVITATION_DAYS),
        )
        return made, token

    @transaction.atomic
    def accept(self, user: User) -> Member:
        """Make this person a member. The link is used up; somebody who is a member already keeps their role."""
        if self.email and self.email != user.email:
            raise Forbidden(gettext("This invitation is for another e-mail address."))
        if not Invitation.objects.of(self.workspace).filter(pk=self.pk, used_at=None).update(used_at=now()):
            raise Conflict(gettext("This invitation has been used already."))
        here = Member.objects.of(self.workspace).filter(user=user).first()
        return here or Member.objects.create(workspace=self.workspace, user=user, role=self.role)


class SignInLink(models.Model):
    """A link that signs its owner in once, within a quarter of an hour: how the first start on a laptop greets you."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"for {self.user_id} until {self.expires_at}"

    @classmethod
    def make(cls, user: User) -> str:
        """The token of a new link for this person."""
        token = new_token()
        cls.objects.create(
            user=user, token_hash=token_digest(token), expires_at=now() + timedelta(minutes=SIGN_IN_MINUTES)
        )
        return token

    @classmethod
    def find(cls, token: str) -> SignInLink | None:
        return (
            cls.objects.select_related("user")
            .filter(token_hash=token_digest(token), used_at=None, expires_at__gt=now(), user__is_active=True)
            .first()
        )

    def use(self) -> bool:
        """Use it up; false when it has been used meanwhile."""
        return bool(SignInLink.objects.filter(pk=self.pk, used_at=None).update(used_at=now()))
