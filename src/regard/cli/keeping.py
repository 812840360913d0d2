"""backup and restore."""

from __future__ import annotations

import argparse
from pathlib import Path

from regard.base.config import config
from regard.cli.arguments import Commands, command


def declare(commands: Commands) -> None:
    backup = command(
        commands,
        "backup",
        _back_up,
        "copy all workspaces and the operational database, while people go on working",
        "regard backup /backups/regard-2026-05-18.tar",
    )
    backup.add_argument("target", metavar="TARGET", type=Path, help="a file that is not there yet (.tar)")
    restore = command(
        commands,
        "restore",
        _restore,
        "verify a backup and put it back into an empty home folder",
        "REGARD_HOME=/srv/regard regard restore /backups/regard-2026-05-18.tar",
    )
    restore.add_argument("source", metavar="SOURCE", type=Path, help="a file that regard backup made")


def _back_up(given: argparse.Namespace) -> None:
    from regard.backup import back_up

    print(f"{len(back_up(given.target))} files are in {given.target}")


def _restore(given: argparse.Namespace) -> None:
    from regard.backup import restore

    print(f"{len(restore(given.source))} files were verified and put back into {config().home}")
