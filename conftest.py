"""Where Regard lives while it is tested: a fresh folder, named before Django reads its settings."""

import gc
import os
import tempfile
from collections import Counter
from pathlib import Path

import django
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as generated

gc.set_threshold(50_000, 20, 20)  # as the command line: collecting tests makes millions of objects that all stay
generated.register_profile(  # no test asserts a time
    "unhurried", parent=generated.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
generated.load_profile("unhurried")
_home = tempfile.TemporaryDirectory(prefix="regard-test-")
os.environ.setdefault("REGARD_HOME", _home.name)  # noqa: TID251 - the tests' own settings
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.settings")  # noqa: TID251 - the tests' own settings
django.setup()

from django.conf import settings  # noqa: E402 - needs the names above

Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long modules first: one that began last would keep a worker busy while the others have nothing left."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Of tests that are called alike, workers beside each other would run one, and nobody would hear of it."""
    twice = [name for name, times in Counter(item.nodeid for item in session.items).items() if times > 1]
    if twice:
        raise pytest.UsageError(f"called alike, give them names of their own: {twice[:5]}")
