"""Several respondents in the same instant, with connections of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.serving import PATIENCE_SECONDS
from tests.surveys.respond.racing import SCENES

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """How each scene ends where the database is a file."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGARD_")}
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    home = str(tmp_path_factory.mktemp("home"))
    known = {**kept, "REGARD_HOME": home, "DJANGO_SETTINGS_MODULE": "regard.settings", "PYTHONPATH": path}
    command = [sys.executable, "-m", "tests.surveys.respond.racing"]
    done = subprocess.run(
        command, env=known, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize("scene", SCENES)
def test_who_comes_at_once_is_taken_one_by_one_in_a_file(scene: str, ended: dict[str, str]) -> None:
    assert ended[scene] == SCENES[scene][1]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share one in-memory SQLite")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scene", SCENES)
def test_who_comes_at_once_is_taken_one_by_one_on_a_server(scene: str, workspace) -> None:
    play, expected = SCENES[scene]
    assert play(workspace) == expected
