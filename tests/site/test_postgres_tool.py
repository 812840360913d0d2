"""Tests on PostgreSQL are never skipped silently."""

import sys

import pytest

from tools import postgres


@pytest.mark.parametrize(("ci", "code"), [("false", 0), ("true", 1)])
def test_without_postgresql_the_skip_is_said_and_fails_in_ci(monkeypatch, capsys, ci: str, code: int) -> None:
    monkeypatch.setattr(postgres, "binaries", lambda: None)
    monkeypatch.setattr(postgres, "install", lambda: None)
    monkeypatch.setenv("CI", ci)
    assert postgres.main(["--", sys.executable, "-c", "raise SystemExit(5)"]) == code
    assert "SKIPPED on PostgreSQL" in capsys.readouterr().err


@pytest.mark.skipif(postgres.binaries() is None, reason="PostgreSQL is not installed")
def test_the_command_runs_beside_a_server_and_its_exit_code_is_ours() -> None:
    code = "import os, psycopg; raise SystemExit(psycopg.connect(os.environ['REGARD_DATABASE_URL']).execute('SELECT 7').fetchone()[0])"
    assert postgres.main(["--", sys.executable, "-c", code]) == 7
