"""Opening workspace files: own it when it is free, ask its owner when it is not."""

from __future__ import annotations

import atexit
import threading
from pathlib import Path
from types import TracebackType

from regard.base import Conflict
from regard.stream.store import Store

_opened: dict[str, _Owned] = {}
_opening = threading.Lock()
IN_MEMORY = ":memory:"


class _Owned:
    """A store this process owns, shared by everyone in it who opened the same file."""

    def __init__(self, path: str):
        from regard.stream.engines.duckdb import DuckStore
        from regard.stream.engines.remote import Listening

        self.store = DuckStore(path)
        self.listening = Listening(path, self.store)
        self.users = 0


class OpenedStore:
    """Hands every call to the store behind it; closing lets go of it once nobody in this process uses it."""

    def __init__(self, store: Store, key: str | None = None):
        self._store = store
        self._key = key
        self.dialect = store.dialect
        self.ask, self.append, self.keep, self.kept = store.ask, store.append, store.keep, store.kept
        self.erase, self.retain, self.stamp, self.copy_to = (
            store.erase,
            store.retain,
            store.stamp,
            store.copy_to,
        )

    @property
    def is_owner(self) -> bool:
        """Whether this process owns the file (it does not when it asks another process)."""
        return self._key is not None

    def close(self) -> None:
        if self._key is None:
            self._store.close()
        else:
            _let_go(self._key)
            self._key = None

    def __enter__(self) -> OpenedStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(path: str | Path) -> OpenedStore:
    """Open a workspace file (made when absent), or ``":memory:"``.

    Raises :class:`~regard.base.Invalid` when the file is not a workspace, :class:`~regard.base.Unavailable` when its
    owner does not answer.
    """
    if str(path) == IN_MEMORY:
        from regard.stream.engines.duckdb import DuckStore

        return OpenedStore(DuckStore(IN_MEMORY))
    key = str(Path(path).resolve())
    with _opening:
        try:
            owned = _opened.get(key) or _opened.setdefault(key, _Owned(key))
        except Conflict as error:
            if error.code != "owned_elsewhere":
                raise
            from regard.stream.engines.remote import RemoteStore

            return OpenedStore(RemoteStore(key))
        owned.users += 1
        return OpenedStore(owned.store, key)


def _let_go(key: str) -> None:
    with _opening:
        owned = _opened[key]
        owned.users -= 1
        if owned.users == 0:
            del _opened[key]
            owned.listening.close()
            owned.store.close()


@atexit.register
def _let_go_of_all() -> None:
    """A notebook that ends without closing leaves its files closed and its address free all the same."""
    for owned in _opened.values():
        owned.listening.close()
        owned.store.close()
    _opened.clear()
