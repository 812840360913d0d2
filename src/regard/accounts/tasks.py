"""What is done before the site opens: tables and browser files brought up to date."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def prepare_site() -> None:
    """Bring the tables and the browser files up to date. Costs little when they are."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
    _collect_static()


def forget_old_sessions() -> None:
    """Delete the sessions that have expired: nobody can use them, and they pile up."""
    call_command("clearsessions")


def _collect_static() -> None:
    """Copy the browser files of this version into the home folder, hashed and compressed, when they have changed."""
    stamp = settings.STATIC_ROOT / "collected"
    fingerprint = _fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(fingerprint)


def _fingerprint() -> str:
    """Changes when any of our browser files does (names, sizes and times; the files themselves are not read)."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            digest.update(f"{name} {storage.size(name)} {storage.get_modified_time(name)}\n".encode())
    return digest.hexdigest()
