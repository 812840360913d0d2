"""One at a time, among all processes of this machine."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Turn:
    """The right to work in a folder, which one has at a time. It goes with its process, however that ends."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._file: int | None = None

    def take(self) -> bool:
        """Whether it is ours from now on."""
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._folder / ".turn", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                return False
            self._file = file
        return True

    def give_back(self) -> None:
        """Let another one work."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
