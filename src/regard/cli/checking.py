"""check: is everything that Regard needs there and sound?"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from regard.base import RegardError
from regard.base.config import config
from regard.cli.arguments import Commands, command
from regard.cli.choosing import folder, slugs
from regard.cli.words import sentence

LITTLE_SPACE, TOO_LITTLE_SPACE = 2 << 30, 200 << 20


class Finding(NamedTuple):
    """One line of the check."""

    state: str
    about: str
    said: str


def declare(commands: Commands) -> None:
    command(
        commands,
        "check",
        _check,
        "check configuration and health; exits with 1 when something must be repaired",
        "regard check",
    )


def _check(_: argparse.Namespace) -> int:
    failed = False
    for found in findings():
        print(f"{found.state:<4}  {found.about:<12}  {found.said}", flush=True)
        failed |= found.state == "fail"
    return int(failed)


def findings() -> Iterator[Finding]:
    """Every check in turn. One that cannot be made is a failure with the reason; the others go on."""
    try:
        config()
    except RegardError as error:
        yield Finding("fail", "settings", str(error))
        return
    for about, check in CHECKS.items():
        try:
            yield from check()
        except (RegardError, OSError) as error:
            yield Finding("fail", about, sentence(error))


def _home() -> Iterator[Finding]:
    import tempfile

    home = config().home
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryFile(dir=home):
        yield Finding("ok", "home", f"{home} can be written")
    if home.stat().st_mode & 0o077:
        yield Finding("warn", "home", f"other users of this machine may look into it: chmod 700 {home}")


def _space() -> Iterator[Finding]:
    import shutil

    free = shutil.disk_usage(config().home).free
    state = "fail" if free < TOO_LITTLE_SPACE else "warn" if free < LITTLE_SPACE else "ok"
    yield Finding(state, "disk space", f"{free / 1e9:.1f} GB free")


def _secret() -> Iterator[Finding]:
    given, kept = config().secret_key, config().home / "secret_key"
    if given:
        yield Finding("ok", "secret key", "given by REGARD_SECRET_KEY")
    elif kept.exists() and kept.stat().st_mode & 0o077:
        yield Finding("fail", "secret key", f"other users may read {kept}: chmod 600 {kept}")
    else:
        yield Finding("ok", "secret key", f"kept in {kept}" if kept.exists() else "will be made at the first start")


def _addresses() -> Iterator[Finding]:
    if not config().production:
        yield Finding("ok", "address", f"http://{config().host}:{config().port}; REGARD_PRODUCTION is off")
        return
    if not config().base_url.startswith("https://"):
        yield Finding("fail", "address", "REGARD_BASE_URL must be the site's https:// address in production")
    elif not config().allowed_hosts:
        yield Finding("fail", "address", "REGARD_ALLOWED_HOSTS must name the site's host in production")
    else:
        yield Finding("ok", "address", config().base_url)


def _database() -> Iterator[Finding]:
    _set_up_django()
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        yield Finding("fail", "database", f"cannot be reached: {str(error).splitlines()[0]}")
        return
    yield Finding("ok", "database", f"{connection.vendor} answers")
    due = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    said = f"{due} to apply; the next start does it" if due else "all applied"
    yield Finding("warn" if due else "ok", "migrations", said)


def _set_up_django() -> None:
    """Django with our settings, without bringing any table up to date as serving does."""
    import django

    import regard.settings  # noqa: F401 - what is wrong with a setting is said in our words

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.settings")  # noqa: TID251 - where Django looks for them
    django.setup()


def _workspaces() -> Iterator[Finding]:
    for slug in slugs():
        yield _workspace(folder() / f"{slug}.duckdb")
    if not slugs():
        yield Finding("ok", "workspaces", "none yet; regard demo makes some")


def _workspace(path: Path) -> Finding:
    """Opened, and every row read once in the columns that everything else needs."""
    from regard.stream import Question, open_store
    from regard.stream.compose import select

    counts = ("count(*) AS n", "count(DISTINCT name) AS names", "max(received_at) AS at")
    question = Question("check", select(*counts).from_("interactions"))
    try:
        with open_store(path) as store:
            answer = store.ask(question)
            whose = "" if store.is_owner else ", asked of the process that has it open"
    except RegardError as error:
        return Finding("fail", "workspace", f"{path.stem}: {error}")
    return Finding("ok", "workspace", f"{path.stem}: {answer['n'][0]:,} interactions{whose}")


CHECKS: dict[str, Callable[[], Iterator[Finding]]] = {
    "home": _home,
    "disk space": _space,
    "secret key": _secret,
    "address": _addresses,
    "database": _database,
    "workspaces": _workspaces,
}
