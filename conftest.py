"""Where Regard lives while it is tested: a fresh folder, set before Django reads its settings."""

import os
import tempfile

os.environ.setdefault("REGARD_HOME", tempfile.mkdtemp(prefix="regard-test-"))  # noqa: TID251 - the tests' own settings
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.settings")  # noqa: TID251 - the tests' own settings
