"""The workspace files that this process has open."""

from __future__ import annotations

import threading
from pathlib import Path

from regard.base import Unavailable
from regard.stream import OpenedStore, open_store


class Stores:
    """Opens each workspace file when it is first asked for, and keeps it open. Threads share one."""

    def __init__(self) -> None:
        self._open: dict[Path, OpenedStore] = {}
        self._zones: dict[Path, tuple[str, str]] = {}
        self._opening = threading.Lock()

    def of(self, path: Path) -> OpenedStore:
        """The store in this file; opened again when the process that owned the file has gone."""
        with self._opening:
            store = self._open.get(path)
            if store is None or not _answers(store):
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                store = self._open[path] = open_store(path)
            return store

    def time_zone(self, path: Path) -> str:
        """The zone that the workspace in this file keeps its days in; read again only after something has changed."""
        store = self.of(path)
        stamp = store.stamp()
        if self._zones.get(path, ("",))[0] != stamp:
            kept = store.kept("settings", "workspace")
            self._zones[path] = stamp, str((kept and kept[-1].body.get("time_zone")) or "UTC")
        return self._zones[path][1]

    def close(self) -> None:
        """Let go of every file."""
        with self._opening:
            while self._open:
                self._open.popitem()[1].close()
            self._zones.clear()


def _answers(store: OpenedStore) -> bool:
    if store.is_owner:
        return True
    try:
        store.stamp()
    except Unavailable:
        store.close()
        return False
    return True


stores = Stores()
