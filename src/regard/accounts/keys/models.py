"""Keys as the operational database knows them, and the answers kept so that a repeated write happens once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regard.accounts.keys.model import Scope
from regard.accounts.models import OfWorkspace, User, Workspace, new_token, token_digest
from regard.base import Invalid
from regard.base.clock import now
from regard.base.words import said

MARK = "rgd_"
"""How every secret begins, so that scanners of source code recognise one that was published by mistake."""
SHOWN = len(MARK) + 4
LONGEST_DAYS = 3650


class Keys(OfWorkspace):
    def find(self, secret: str) -> Key | None:
        """The key of this secret, while it can be used."""
        if not secret.startswith(MARK):
            return None
        usable = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now()))
        known = self._everywhere().select_related("workspace")
        return known.filter(usable, secret_hash=token_digest(secret)).first()


class Key(models.Model):
    """How a program comes into a workspace: by a secret that is shown once, and of which only the digest is kept."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = Keys()

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.workspace_id}"

    @classmethod
    def make(
        cls, workspace: Workspace, name: str, scopes: Sequence[str], by: User | None = None, days: int | None = None
    ) -> tuple[Key, str]:
        """A new key, and its secret, which is known only now; ``days`` is how long it works (None: until revoked).

        Raises :class:`~regard.base.Invalid` for a scope that there is not, and for days that make no sense.
        """
        _check(name, scopes, days)
        secret = MARK + new_token()
        made = cls.objects.create(
            workspace=workspace,
            name=name,
            prefix=secret[:SHOWN],
            secret_hash=token_digest(secret),
            scopes=[Scope(scope).value for scope in scopes],
            created_by=by,
            expires_at=now() + timedelta(days=days) if days else None,
        )
        return made, secret

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def seen(self) -> None:
        """Note that it was used, to the hour: enough to find keys that nobody needs, and no write for each request."""
        hour = now().replace(minute=0, second=0, microsecond=0)
        if self.last_used_at is None or self.last_used_at < hour:
            Key.objects.of(self.workspace).filter(pk=self.pk).update(last_used_at=hour)

    def revoke(self) -> bool:
        """Let nobody in by it any more; false when that was so already."""
        mine = Key.objects.of(self.workspace).filter(pk=self.pk, revoked_at=None)
        return bool(mine.update(revoked_at=now()))


def _check(name: str, scopes: Sequence[str], days: int | None) -> None:
    if not 0 < len(name.strip()) <= 80:
        raise Invalid(said("a key needs a name of at most 80 characters"), field="name")
    for scope in scopes:
        if scope not in list(Scope):
            raise Invalid(said("there is no scope {scope}", scope=repr(scope)), field="scopes", remedy=", ".join(Scope))
    if days is not None and not 0 < days <= LONGEST_DAYS:
        raise Invalid(said("a key works for 1 to {days} days", days=LONGEST_DAYS), field="days")


def key_in(authorization: str) -> Key | None:
    """The key in an Authorization header; None when there is none that can be used."""
    scheme, _space, secret = authorization.partition(" ")
    return Key.objects.find(secret.strip()) if scheme.lower() == "bearer" else None


class KeptAnswer(models.Model):
    """What a write was answered with, under the idempotency key it came with; no ``status`` while it is being made."""

    key = models.ForeignKey(Key, on_delete=models.CASCADE, related_name="answers")
    name = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    made_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "name"], name="one_answer_for_each_idempotency_key")]
        indexes = [models.Index(fields=["made_at"], name="answers_oldest_first")]

    def __str__(self) -> str:
        return f"{self.status} for {self.key_id}"
