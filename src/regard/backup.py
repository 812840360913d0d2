"""Backing up and restoring a whole installation: the operational database and every workspace file, as one archive.

Hot: nothing has to stop. Each store is copied at one moment of its own, the operational database first, so that an
archive never speaks of a workspace whose file it lacks: a workspace made in between is found by its file at start.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from regard import __version__
from regard.base import Conflict, Invalid, NotFound, Unavailable, clock
from regard.base.config import config
from regard.stream import Question, compose, open_store

MANIFEST = "manifest.json"
SQLITE = "regard.sqlite3"
POSTGRES = "regard.pgdump"
SPOOL = "spool"
SECRET = "secret_key"  # noqa: S105 - the name of the file, not the key


@dataclass(frozen=True)
class Kept:
    """One file of an archive: where it goes under the home folder, its SHA-256, and its interactions if it has any."""

    path: str
    sha256: str
    interactions: int | None = None


def back_up(target: Path) -> list[Kept]:
    """Write an archive (``.tar``) of everything under the home folder that cannot be made again.

    Raises :class:`~regard.base.Conflict` when the target is there already.
    """
    if target.exists():
        raise Conflict(f"{target} is there already", field="target", remedy="give a new file name")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _folder_beside(target) as folder:
        _copy_database(folder)
        _copy_secret(folder)
        _copy_spool(folder)
        workspaces = [_copy_workspace(path, folder) for path in sorted(_workspaces().glob("*.duckdb"))]
        kept = [_kept(path, folder, workspaces) for path in sorted(folder.rglob("*")) if path.is_file()]
        facts = {"regard": __version__, "made_at": clock.now().isoformat(), "files": [asdict(item) for item in kept]}
        (folder / MANIFEST).write_text(json.dumps(facts, indent=2))
        finished = folder.parent / "archive.tar"
        with tarfile.open(finished, "w") as archive:
            archive.add(folder, arcname=".")
        finished.chmod(0o600)
        finished.replace(target)
    return kept


def restore(source: Path) -> list[Kept]:
    """Put an archive back into an empty home folder, after verifying every file in it.

    Raises :class:`~regard.base.Invalid` when a file is missing or differs, :class:`~regard.base.Conflict` when the
    home folder holds data already. Nothing is put in place unless all of it is right.
    """
    if not source.is_file():
        raise NotFound(f"there is no archive at {source}", field="source")
    home = config().home
    _refuse_to_overwrite(home)
    home.mkdir(parents=True, exist_ok=True)
    with _folder_beside(home / "restored") as folder:
        _unpack(source, folder)
        kept = _verified(folder)
        _restore_postgres(folder)
        for item in kept:
            if item.path != POSTGRES:
                (home / item.path).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(folder / item.path, home / item.path)
    return kept


def _workspaces() -> Path:
    return config().home / "workspaces"


@contextmanager
def _folder_beside(target: Path) -> Iterator[Path]:
    """A private folder on the target's own disk, so that the last step is a rename."""
    outer = Path(tempfile.mkdtemp(prefix=".regard-", dir=target.parent))
    try:
        (outer / "content").mkdir()
        yield outer / "content"
    finally:
        shutil.rmtree(outer, ignore_errors=True)


def _copy_database(folder: Path) -> None:
    if config().database_url:
        _run("pg_dump", "--format=custom", f"--file={folder / POSTGRES}", config().database_url)
        return
    source = config().home / SQLITE
    if source.exists():
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(folder / SQLITE)) as copy:
            live.backup(copy)


def _copy_secret(folder: Path) -> None:
    if (config().home / SECRET).exists():
        shutil.copy2(config().home / SECRET, folder / SECRET)


def _copy_spool(folder: Path) -> None:
    """What has been received and not yet read, before the workspaces: what is read meanwhile is in their copies, and
    when it is read again it changes nothing."""
    source = config().home / SPOOL
    for path in sorted(source.rglob("*")):
        target = folder / SPOOL / path.relative_to(source)
        if path.is_file() and not path.name.startswith("."):
            target.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # read to its end a moment ago
                shutil.copy2(path, target)


def _copy_workspace(path: Path, folder: Path) -> tuple[Path, int]:
    copy = folder / "workspaces" / path.name
    copy.parent.mkdir(exist_ok=True)
    with open_store(path) as store:
        store.copy_to(copy)
    return copy, _interactions(copy)


def _interactions(path: Path) -> int:
    with open_store(path) as store:
        return int(store.ask(Question("count", compose.select("count(*) AS n").from_(compose.TABLE)))["n"][0])


def _kept(path: Path, folder: Path, workspaces: list[tuple[Path, int]]) -> Kept:
    return Kept(str(path.relative_to(folder)), _sha256(path), dict(workspaces).get(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _refuse_to_overwrite(home: Path) -> None:
    found = [home / SQLITE, *(home / "workspaces").glob("*.duckdb")]
    if any(path.exists() for path in found):
        raise Conflict(f"{home} holds data already", field="home", remedy="set REGARD_HOME to an empty folder")


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise Invalid(f"{source} is not a whole archive: {error}", field="source") from error


def _verified(folder: Path) -> list[Kept]:
    try:
        facts: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        kept = [Kept(**item) for item in facts["files"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid("the archive has no readable manifest", field="source") from error
    for item in kept:
        _verify(folder / item.path, item)
    return kept


def _verify(path: Path, item: Kept) -> None:
    if not path.is_file() or _sha256(path) != item.sha256:
        raise Invalid(f"{item.path} is missing from the archive or differs from what was backed up", field="source")
    if item.interactions is not None and _interactions(path) != item.interactions:
        raise Invalid(
            f"{item.path} does not hold the {item.interactions} interactions it was backed up with", field="source"
        )


def _restore_postgres(folder: Path) -> None:
    if not (folder / POSTGRES).exists():
        return
    if not config().database_url:
        raise Invalid(
            "the archive holds a PostgreSQL database", field="REGARD_DATABASE_URL", remedy="set it and try again"
        )
    _run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={config().database_url}", str(folder / POSTGRES))


def _run(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise Unavailable(f"{program} is not installed", remedy="install PostgreSQL's client programs")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it gave no reason"]
        raise Unavailable(f"{program} failed: {said[-1]}")
