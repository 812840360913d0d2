"""Where Regard lives while it is tested: a fresh folder, named before Django reads its settings."""

import os
import tempfile
from pathlib import Path

import django

_home = tempfile.TemporaryDirectory(prefix="regard-test-")
os.environ.setdefault("REGARD_HOME", _home.name)  # noqa: TID251 - the tests' own settings
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.settings")  # noqa: TID251 - the tests' own settings
django.setup()

from django.conf import settings  # noqa: E402 - needs the names above

Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
