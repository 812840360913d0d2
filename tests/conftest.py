"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import HealthCheck, settings

from regard.base.config import config

ROOT = Path(__file__).parent.parent

# A busy machine is no failure: no property has to hold within a time.
settings.register_profile("regard", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("regard")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets. Its absence is a failure in CI, and a plainly stated skip elsewhere."""
    folder = Path(os.environ.get("REGARD_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        message = f"the real data sets are not at {folder}: set REGARD_TEST_DATA"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder of this test's own."""
    monkeypatch.setenv("REGARD_HOME", str(tmp_path / "home"))
    config.cache_clear()
    yield tmp_path / "home"
    config.cache_clear()


@pytest.fixture(autouse=True)
def _quick_site(settings) -> None:
    """Passwords hashed quickly, browser files under their plain names."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def workspace(db, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """A workspace with no members and an empty stream."""
    from django.core.cache import cache

    from regard.accounts.site import Workspace, close_stores
    from regard.surveys.respond import visiting

    cache.clear()  # rate limits are counted there
    visiting.forget_published()  # each test numbers its own from 1
    monkeypatch.setattr(visiting, "REMEMBERED_SECONDS", 1e-9)
    yield Workspace.objects.create(slug="harbour", name="Harbour")
    close_stores()


@pytest.fixture
def signed_in(workspace) -> Callable[[str], Client]:
    """``signed_in("analyst")`` is a browser of somebody with that role; ``signed_in("stranger")`` is no member."""
    from regard.accounts.site import Member, add_user

    def browser(role: str) -> Client:
        user = add_user(f"{role}@example.org", "long enough to be safe")
        if role != "stranger":
            Member.objects.create(workspace=workspace, user=user, role=role)
        client = Client()
        client.force_login(user)
        return client

    return browser
