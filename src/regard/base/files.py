"""Files that nobody else on the machine may read, whole or not there at all."""

from __future__ import annotations

import tempfile
from pathlib import Path


def write_privately(path: Path, data: bytes) -> None:
    """Put a file in the place of what stood there, for this user's eyes only; its folder, too, when it is new.

    Who reads at the same time gets the old file or the new one. Cut off, nothing changes.

    >>> import os
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kept = Path(folder) / "lists" / "1.csv"
    ...     write_privately(kept, b"email")
    ...     write_privately(kept, b"phone")
    ...     kept.read_bytes(), oct(kept.stat().st_mode)[-3:], os.listdir(kept.parent)
    (b'phone', '600', ['1.csv'])
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:  # mode 600
        written = Path(part.name)
        try:
            part.write(data)
            part.flush()
            written.replace(path)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
