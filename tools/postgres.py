"""Run a command beside a throw-away PostgreSQL server: ``python tools/postgres.py -- pytest tests/site``.

The server is made from the installed binaries (PATH or /usr/lib/postgresql), listens on a socket in a temporary folder
only, and is gone afterwards. PostgreSQL refuses to run as root, so root starts it as the user ``postgres`` or
``nobody``. Where it is not installed, root on Debian installs it; otherwise the command is skipped and that is said,
which is a failure when CI=true.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


def binaries() -> Path | None:
    """The folder that holds initdb and postgres, the newest version there is."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    found = [*installed, *(Path(place).resolve() for place in [shutil.which("initdb")] if place)]
    return next((path.parent for path in reversed(found) if (path.parent / "postgres").exists()), None)


def install() -> Path | None:
    """Install PostgreSQL where we may: as root, with apt."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"check": False, "stdout": sys.stderr, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"], **quiet)
    return binaries()


def unprivileged() -> str | None:
    """Who runs the server: nobody else when we are not root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A running server's REGARD_DATABASE_URL. Raises FileNotFoundError when PostgreSQL is not there."""
    folder = binaries() or install()
    if folder is None:
        raise FileNotFoundError("PostgreSQL is not installed (no initdb on PATH or in /usr/lib/postgresql)")
    user = unprivileged()
    with tempfile.TemporaryDirectory(prefix="regard-pg-") as name:
        root = Path(name)
        if user:
            shutil.chown(root, user)
        _run(user, folder / "initdb", "-D", root / "data", "-U", "regard", "-A", "trust", "-E", "UTF8", "--no-sync")
        quick = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"  # nothing here outlives a crash
        options = f"-c listen_addresses='' -c unix_socket_directories={root} {quick} -c max_connections=50"
        _run(user, folder / "pg_ctl", "-D", root / "data", "-o", options, "-l", root / "log", "-w", "start")
        try:
            yield f"postgresql://regard@/postgres?host={root}"
        finally:
            _run(user, folder / "pg_ctl", "-D", root / "data", "-m", "immediate", "-w", "stop")


def _run(user: str | None, *command: object) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, user=user, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} failed: {done.stderr}")


def main(arguments: list[str]) -> int:
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print(__doc__)
        return 2
    try:
        with server() as url:
            return subprocess.run(command, env={**os.environ, "REGARD_DATABASE_URL": url}, check=False).returncode
    except FileNotFoundError as error:
        print(f"SKIPPED on PostgreSQL: {error}: {' '.join(command)}", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
