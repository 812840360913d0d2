"""load, propose, refused, replay: files into a workspace."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from regard.base import Invalid, NotFound
from regard.cli.arguments import Commands, command, of_output, of_workspace
from regard.cli.choosing import opened, path_to_make
from regard.cli.measuring import show
from regard.cli.progress import Progress, bar
from regard.cli.words import counted

if TYPE_CHECKING:
    from regard.collect import LoadResult
    from regard.report import Workspace

LOAD = """
regard load survey.csv --mapping survey.toml --workspace shop
regard load orders.csv.gz reviews.csv.gz --mapping shop.toml --dry-run
regard load survey.csv --propose --workspace shop
"""
PROPOSE = "regard propose survey.csv > survey.toml"
REFUSED = "regard refused --workspace shop --csv > refused.csv"
REPLAY = "regard replay --rows corrected.csv --workspace shop\nregard replay --mapping survey.toml --workspace shop"
FILE = "CSV, TSV, JSON Lines, Parquet, XLSX or XES, also as gz or zip"
WHICH = "a load's id, as regard loads shows it (default: the latest load)"


def declare(commands: Commands) -> None:
    load = command(commands, "load", _load, "load files into a workspace; loading one twice changes nothing", LOAD)
    load.add_argument("files", metavar="FILE", nargs="+", type=Path, help=FILE)
    how = load.add_mutually_exclusive_group(required=True)
    how.add_argument("-m", "--mapping", metavar="M", type=Path, help="TOML file that says how rows become interactions")
    how.add_argument("--propose", action="store_true", help="load by the mapping that regard propose prints")
    load.add_argument("--dry-run", action="store_true", help="only count what would be accepted and refused")
    of_workspace(load)
    propose = command(commands, "propose", _propose, "print a proposed mapping for a file, to correct", PROPOSE)
    propose.add_argument("file", metavar="FILE", type=Path, help=FILE)
    loads = command(commands, "loads", _loads, "list what was loaded into a workspace")
    of_workspace(loads)
    of_output(loads)
    _declare_refused(commands)


def _declare_refused(commands: Commands) -> None:
    refused = command(commands, "refused", _refused, "show refused rows with their reasons", REFUSED)
    refused.add_argument("load", metavar="LOAD", nargs="?", help=WHICH)
    of_workspace(refused)
    of_output(refused)
    replay = command(
        commands, "replay", _replay, "load refused rows again, corrected or by a corrected mapping", REPLAY
    )
    replay.add_argument("load", metavar="LOAD", nargs="?", help=WHICH)
    replay.add_argument("--rows", metavar="FILE", type=Path, help="what regard refused --csv printed, corrected")
    replay.add_argument("-m", "--mapping", metavar="M", type=Path, help="corrected mapping (default: the load's own)")
    of_workspace(replay)


def _load(given: argparse.Namespace) -> None:
    files = [_file(path) for path in given.files]
    mapping = None if given.propose else _file(given.mapping)
    with bar("loading") as progress:
        if given.dry_run:
            _say_preview(files, mapping, progress)
            return
        with _to_load_into(given.workspace) as cx:
            _say(cx.load(files, mapping=mapping, progress=progress))


@contextmanager
def _to_load_into(workspace: str | None) -> Iterator[Workspace]:
    """The workspace, open; the file of a new one goes again when nothing was loaded into it."""
    path = path_to_make(workspace)
    is_new, is_empty = not path.exists(), False
    try:
        with opened(workspace, is_new_allowed=True) as cx:
            try:
                yield cx
            finally:
                is_empty = is_new and not cx.store.kept("load")
    finally:
        if is_empty:
            path.unlink(missing_ok=True)


def _say_preview(files: list[Path], mapping: Path | None, progress: Progress | None) -> None:
    """What a load would do; needs no workspace."""
    from regard.collect import preview

    done = preview(files, mapping, progress=progress).result
    accepted = counted(done.accepted, "interaction")
    print(f"{accepted} would be accepted, {counted(done.refused, 'row')} refused; nothing was loaded")
    _explain(done)


def _propose(given: argparse.Namespace) -> None:
    file = _file(given.file)
    from regard.collect import propose

    proposal = propose(file)
    print(proposal.toml)
    for note in proposal.notes:
        print(f"note: {note}", file=sys.stderr)


def _loads(given: argparse.Namespace) -> None:
    with opened(given.workspace) as cx:
        show(cx.loads(), given.form)


def _refused(given: argparse.Namespace) -> None:
    with opened(given.workspace) as cx:
        show(cx.refused(given.load), given.form)


def _replay(given: argparse.Namespace) -> None:
    rows, mapping = (_file(path) if path else None for path in (given.rows, given.mapping))
    with opened(given.workspace) as cx:
        _say(cx.replay(given.load, rows=rows, mapping=mapping))


def _file(path: Path) -> Path:
    """A file that can be read; what is wrong with it otherwise."""
    if path.is_dir():
        raise Invalid(f"{path} is a folder, not a file", field="file", remedy="name the files in it")
    if not path.exists():
        raise NotFound(f"there is no file {path}", field="file")
    return path


def _say(done: LoadResult) -> None:
    """What a load came to."""
    new, refused = counted(done.accepted, "new interaction"), counted(done.refused, "row")
    print(f"{new}, {done.known:,} known already, {refused} refused")
    print(f"load {done.load_id}")
    _explain(done)


def _explain(done: LoadResult) -> None:
    """Why rows were refused and what else to know, on stderr."""
    for reason, count in done.reasons.items():
        print(f"refused: {count:,} × {reason}", file=sys.stderr)
    for note in done.notes:
        print(f"note: {note}", file=sys.stderr)
