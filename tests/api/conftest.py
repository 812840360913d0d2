"""Programs with keys, and workspaces that hold something."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from regard.accounts.api.rates import buckets
from regard.accounts.keys.model import Scope
from regard.accounts.keys.models import Key
from regard.accounts.site import Workspace
from regard.collect import tasks
from regard.profiles import condition_of, keep_segment
from regard.stream import OpenedStore, Record
from tests.report.pages_data import filled

Program = Callable[..., Client]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work is done within the request, and every bucket is full."""
    monkeypatch.setattr(tasks, "start", tasks.run)
    monkeypatch.setattr(tasks, "TICK_SECONDS", 3600.0)
    buckets.forget()
    yield
    buckets.forget()


@pytest.fixture
def program(workspace: Workspace) -> Program:
    """``program("metrics:read")`` is a client with a key of these scopes; without any, of all."""

    def client(*scopes: str, of: Workspace = workspace, **lives: int) -> Client:
        _key, secret = Key.make(of, "test", list(scopes or Scope), **lives)
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return client


@pytest.fixture(scope="session")
def full_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stream with half a year of a small company: filled once, copied for each test."""
    return filled(tmp_path_factory.mktemp("company"), _and_more)


def _and_more(store: OpenedStore) -> None:
    store.keep(Record("load", "load-1", {"files": [{"name": "company.csv"}], "new": 480, "known": 0, "refused": 0}))
    keep_segment(store, "Loyal", condition_of({"kind": "did", "name": "Survey Answered"}))


@pytest.fixture
def full(workspace: Workspace, full_file: Path) -> Workspace:
    """The workspace with that stream."""
    workspace.path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(full_file, workspace.path)
    return workspace


@pytest.fixture
def elsewhere(workspace: Workspace) -> Workspace:
    """Another workspace, which holds nothing."""
    return Workspace.objects.create(slug="elsewhere", name="Elsewhere")
