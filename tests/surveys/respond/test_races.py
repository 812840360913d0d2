"""Several respondents in the same instant, with connections of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.surveys.respond.racing import PEOPLE, SEATS, race

ROOT = Path(__file__).parents[3]


def test_a_quota_in_a_file_takes_as_many_as_it_has_seats(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGARD_")}
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    known = {**kept, "REGARD_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "regard.settings", "PYTHONPATH": path}
    command = [sys.executable, "-m", "tests.surveys.respond.racing"]
    done = subprocess.run(command, env=known, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == [str(SEATS), str(PEOPLE - SEATS)], done.stderr[-2000:]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share one in-memory SQLite")
@pytest.mark.django_db(transaction=True)
def test_a_quota_on_a_server_takes_as_many_as_it_has_seats(workspace) -> None:
    ended = race(workspace)
    assert (ended["complete"], ended["quota"]) == (SEATS, PEOPLE - SEATS)
