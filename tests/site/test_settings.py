"""Django's settings, from ours."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from regard.base import Invalid
from regard.base.config import Config
from regard.settings import database, mail, require_bounce_address, secret_key


def test_sqlite_at_home_is_the_default_and_waits_instead_of_failing(tmp_path: Path) -> None:
    told = database("", tmp_path)
    assert told["NAME"] == tmp_path / "regard.sqlite3"
    assert "journal_mode=WAL" in told["OPTIONS"]["init_command"]
    assert told["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_postgresql_url_is_read_whole(tmp_path: Path) -> None:
    told = database("postgresql://ann:p%40s%2Fs@db.example.org:5433/cx?sslmode=require", tmp_path)
    assert (told["USER"], told["PASSWORD"], told["HOST"], told["PORT"]) == ("ann", "p@s/s", "db.example.org", "5433")
    assert (told["NAME"], told["OPTIONS"]) == ("cx", {"sslmode": "require"})


@pytest.mark.parametrize(
    "url", ["mysql://a/b", "postgresql://host", "postgresql://host:port/name", "nonsense", "postgresql://[::1/name"]
)
def test_a_bad_database_url_is_named_with_the_remedy_and_without_the_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(Invalid, match="REGARD_DATABASE_URL") as caught:
        database(url, tmp_path)
    assert "postgresql://user:password@host" in caught.value.remedy


@pytest.mark.parametrize(
    "pattern", ["bounces@example.org", "{id}", "{id}@{id}", f"{'b' * 23}{{id}}@example.org", "a b{id}@example.org"]
)
def test_an_address_for_reports_without_room_for_an_id_is_refused_with_the_remedy(pattern: str) -> None:
    require_bounce_address("{id}@bounces.example.org")
    with pytest.raises(Invalid, match="REGARD_BOUNCE_ADDRESS") as caught:
        require_bounce_address(pattern)
    assert "bounces+{id}@" in caught.value.remedy


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = secret_key(Config(home=tmp_path))
    assert len(first) >= 50
    assert secret_key(Config(home=tmp_path)) == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("weak", ["secret", "x" * 80, "django-insecure"])
def test_production_refuses_a_weak_secret(tmp_path: Path, weak: str) -> None:
    with pytest.raises(Invalid, match="REGARD_SECRET_KEY"):
        secret_key(Config(home=tmp_path, production=True, secret_key=weak))
    assert secret_key(Config(home=tmp_path, secret_key=weak)) == weak


def test_mail_goes_to_the_home_folder_until_a_server_is_named(tmp_path: Path) -> None:
    assert mail("", tmp_path)["EMAIL_FILE_PATH"] == str(tmp_path / "outbox")
    told = mail("smtps://ann:p%40ss@mail.example.org?from=cx@example.org", tmp_path)
    assert (told["EMAIL_PORT"], told["EMAIL_USE_SSL"], told["EMAIL_HOST_PASSWORD"]) == (465, True, "p@ss")
    assert told["DEFAULT_FROM_EMAIL"] == "cx@example.org"
    with pytest.raises(Invalid, match="REGARD_EMAIL_URL"):
        mail("http://mail.example.org", tmp_path)


def test_production_passes_djangos_deployment_checks(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "REGARD_HOME": str(tmp_path),
        "REGARD_PRODUCTION": "true",
        "REGARD_ALLOWED_HOSTS": "cx.example.org",
        "DJANGO_SETTINGS_MODULE": "regard.settings",
    }
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_change_of_a_model_waits_for_its_migration(db) -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
