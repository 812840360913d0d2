"""The work of a load: a private folder that is always tidied away, how far it got, and whether to stop."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from regard.base import Conflict, Unavailable
from regard.base.config import config
from regard.base.sizes import size_of
from regard.base.words import said

Progress = Callable[[str, int, int], None]
"""Told ``(stage, done, total)``; ``total`` is 0 where it is not known."""

Cancel = Callable[[], bool]
"""Asked now and then: true stops the work, and nothing of it is kept."""

CHUNK = 1 << 20
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Watch:
    """Whom to tell about progress, and whom to ask whether to stop."""

    progress: Progress | None = None
    cancel: Cancel | None = None

    def tell(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Report progress; raises :class:`~regard.base.Conflict` ``cancelled`` when asked to stop."""
        if self.cancel and self.cancel():
            raise Conflict(said("the load was cancelled; nothing of it was kept"), code="cancelled")
        if self.progress:
            self.progress(stage, done, total)


@contextmanager
def workshop() -> Iterator[Path]:
    """A private folder for one load. Folders of processes that were killed are swept first."""
    home = config().home / "tmp"
    home.mkdir(parents=True, exist_ok=True)
    sweep(home)
    with disk_may_be_full():
        folder = Path(tempfile.mkdtemp(prefix=f"load-{os.getpid()}-", dir=home))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(home: Path) -> None:
    """Remove what loads that died left behind."""
    for left in home.glob("load-*-*"):
        owner = left.name.split("-")[1]
        if owner.isdigit() and not _is_alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def disk_may_be_full() -> Iterator[None]:
    """Turn a full disk into a sentence that says so."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise full() from error
        raise


def full() -> Unavailable:
    """The error of a full disk."""
    return Unavailable(
        said("the disk is full: the load was stopped and nothing of it was kept"),
        code="disk_full",
        remedy=said("free space below {home} and load again", home=str(config().home)),
    )


def size_limit() -> int:
    """The largest file that may be read, in bytes after unpacking."""
    return size_of(config().upload_limit, "REGARD_UPLOAD_LIMIT")
