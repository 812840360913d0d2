"""A load as people see it on the pages: its files, its mapping, and how far its work has come."""

from __future__ import annotations

import json
import secrets
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regard.accounts.site import OfWorkspace, Workspace
from regard.base import Conflict, NotFound
from regard.base.clock import now
from regard.base.config import config
from regard.base.ids import new_id
from regard.collect.identities import new_seed, secret_of

LEASE = timedelta(seconds=20)
"""Work that has not been heard of for so long has been interrupted, and may be begun again."""


class Step(models.TextChoices):
    """The work that a load goes through."""

    LOOK = "look"
    CHECK = "check"
    LOAD = "load"


class State(models.TextChoices):
    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


BUSY = (State.WAITING, State.WORKING)


class Loads(OfWorkspace):
    """Loads of one workspace: ``Load.objects.of(workspace)``."""

    def get_of(self, workspace: Workspace, key: str) -> Load:
        """The load of that key. Raises :class:`~regard.base.NotFound`."""
        found = self.of(workspace).select_related("workspace", "made_by").filter(key=key).first()
        if found is None:
            raise NotFound(_("There is no such import."))
        return found

    def unfinished(self, workspace: Workspace) -> models.QuerySet:
        """Those on their way, newest first."""
        on_their_way = self.of(workspace).select_related("made_by").exclude(step=Step.LOAD, state=State.READY)
        return on_their_way.order_by("-pk")


class Load(models.Model):
    """Files on their way into a workspace. Each step is work of its own, done once at a time, repeated at will."""

    key = models.CharField(max_length=36, unique=True, default=new_id)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="loads")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=now)
    files = models.JSONField(default=list)
    replays = models.CharField(max_length=36, blank=True)
    mapping = models.TextField(blank=True)
    step = models.CharField(max_length=5, choices=Step, default=Step.LOOK)
    state = models.CharField(max_length=9, choices=State, default=State.READY)
    attempt = models.PositiveIntegerField(default=0)
    is_cancelled = models.BooleanField(default=False)
    seen_at = models.DateTimeField(default=now)
    stage = models.CharField(max_length=40, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    outcome = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)

    objects = Loads()

    class Meta:
        indexes = [models.Index(fields=["workspace", "-id"], name="loads_newest_first")]

    def __str__(self) -> str:
        return f"{self.step} of {self.names}"

    @property
    def names(self) -> str:
        """What its files are called, as their owner calls them."""
        return ", ".join(file["name"] for file in self.files)

    @property
    def folder(self) -> Path:
        """Where its files wait: outside everything that is served."""
        return config().home / "uploads" / self.key

    @property
    def paths(self) -> list[Path]:
        return [self.folder / file["stored"] for file in self.files]

    @property
    def is_interrupted(self) -> bool:
        """Work was begun and nobody does it any more: the process was stopped."""
        return self.state in BUSY and self.seen_at < now() - LEASE

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY and not self.is_interrupted

    @property
    def is_over(self) -> bool:
        """Everything is in the workspace; nothing about it can be changed any more."""
        return self.step == Step.LOAD and self.state == State.READY

    def claim(self, step: str) -> bool:
        """Begin a step, unless it is being worked on or over already: of two tabs, one gets it."""
        free = ~Q(state__in=BUSY) | Q(seen_at__lt=now() - LEASE)
        mine = Load.objects.of(self.workspace).filter(free, pk=self.pk).exclude(step=Step.LOAD, state=State.READY)
        fresh = {"stage": "", "done": 0, "total": 0, "outcome": {}, "problem": {}, "is_cancelled": False}
        is_mine = mine.update(step=step, state=State.WAITING, seen_at=now(), attempt=models.F("attempt") + 1, **fresh)
        self.refresh_from_db()
        return bool(is_mine)

    def put_mapping(self, text: str) -> None:
        """Read the files by another mapping from now on; what was checked before counts no more."""
        mine = Load.objects.of(self.workspace).filter(pk=self.pk).exclude(state__in=BUSY)
        if not mine.exclude(step=Step.LOAD, state=State.READY).update(mapping=text, step=Step.LOOK, state=State.READY):
            raise Conflict(_("This import is being worked on already, perhaps in another tab."))
        self.refresh_from_db()

    def note(self, **values: Any) -> bool:
        """Write down how the attempt in hand fares; false when another attempt has taken over."""
        here = Load.objects.of(self.workspace).filter(pk=self.pk, attempt=self.attempt, state__in=BUSY)
        return bool(here.update(seen_at=now(), **values))

    def keep_aside(self, name: str, content: Any) -> None:
        """Keep something with customers' data in it beside the files, not in the database."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._aside(name).write_text(json.dumps(content, ensure_ascii=False, default=str), "utf-8")

    def kept_aside(self, name: str) -> Any:
        """What was kept aside; None when there is nothing of that name."""
        path = self._aside(name)
        return json.loads(path.read_text("utf-8")) if path.is_file() else None

    def _aside(self, name: str) -> Path:
        """Where it is kept: no upload is ever called so, for the names that those get begin with no dot."""
        return self.folder / f".{name}.json"

    def forget_files(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def new_write_key() -> str:
    """A key that nobody guesses, of letters and digits that can stand anywhere."""
    return secrets.token_hex(16)


class Sources(OfWorkspace):
    """Sources of one workspace; the collector and the loader alone see those of all (:meth:`of_all`)."""

    def of_all(self) -> models.QuerySet:
        """Every workspace's sources: whoever sends says only a key."""
        return self._everywhere().select_related("workspace")

    def get_of(self, workspace: Workspace, key: str) -> Source:
        """The source of that key. Raises :class:`~regard.base.NotFound`."""
        found = self.of(workspace).filter(key=key).first()
        if found is None:
            raise NotFound(_("There is no such source."))
        return found

    def demand_identity(self, workspace: Workspace) -> bool:
        """Whether pages have to prove whose they are. One source that asks for it is enough: another's key would be
        the way around it. One that is disabled asks on: who stops it from sending does not open the others."""
        return self.of(workspace).filter(demands_identity=True).exists()

    def is_taken(self, write_key: str) -> bool:
        """Whether any source, of whatever workspace, has this write key or had it."""
        return any(write_key in (source.write_key, *source.former_keys) for source in self.of_all())


class Source(models.Model):
    """Something that sends events live: a shop's pages, an app, a server.

    ``key`` stays for ever and stands in the rows; ``write_key`` is what senders say. It can be published, for it opens
    nothing that can be read. One that was replaced is refused, but what was sent with it before still finds its way.
    """

    class Kind(models.TextChoices):
        WEB = "web", gettext_lazy("Web pages")
        SERVER = "server", gettext_lazy("A server")
        APP = "app", gettext_lazy("An app")
        EMAIL = "email", gettext_lazy("E-mails")
        OTHER = "other", gettext_lazy("Something else")

    key = models.CharField(max_length=36, unique=True, default=new_id)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(gettext_lazy("name"), max_length=80)
    kind = models.CharField(gettext_lazy("kind"), max_length=6, choices=Kind, default=Kind.WEB)
    write_key = models.CharField(max_length=64, unique=True, default=new_write_key)
    former_keys = models.JSONField(default=list)
    origins = models.JSONField(default=list)
    settings = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)
    disabled_at = models.DateTimeField(null=True)
    identity_seed = models.CharField(max_length=32, blank=True)  # collect/identities.py makes the secret of it
    demands_identity = models.BooleanField(
        gettext_lazy("Known people are asked only in pages that prove whose they are"), default=False
    )

    objects = Sources()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def rotate(self) -> None:
        """Give it a new write key; the old one is refused from now on."""
        self.former_keys = [*self.former_keys, self.write_key]
        self.write_key = new_write_key()
        self.save(update_fields=["former_keys", "write_key"])

    @property
    def identity_secret(self) -> str:
        """What the company's server signs users' ids with; empty before there is one."""
        return secret_of(settings.SECRET_KEY, self.key, self.identity_seed)

    def renew_identity_secret(self) -> str:
        """Another secret, in place of the one there was: what was signed with that counts no more."""
        self.identity_seed = new_seed()
        self.save(update_fields=["identity_seed"])
        return self.identity_secret
