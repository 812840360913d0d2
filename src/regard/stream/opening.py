"""Opening workspace files: own it when it is free, ask its owner when it is not."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from regard.base import Conflict, Unavailable
from regard.stream.model import Appended, Batch
from regard.stream.store import Store

_opened: dict[str, _Owned] = {}
_opening = threading.Lock()
IN_MEMORY = ":memory:"
ATTEMPTS, PAUSE_SECONDS = 100, 0.1
"""How long to wait for an owner that has the file but does not listen yet, or not any more."""


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
        self.dialect = store.dialect
        self._stand_before(store, key)

    def _stand_before(self, store: Store, key: str | None) -> None:
        self._store, self._key = store, key
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


class AskingStore(OpenedStore):
    """Asks the owner of a file; when the owner goes, becomes the owner itself, or asks the next one."""

    def __init__(self, store: Store, path: str):
        self._path = path
        super().__init__(store)

    def _stand_before(self, store: Store, key: str | None) -> None:
        super()._stand_before(store, key)
        if key is None:
            self.ask, self.keep, self.kept = self._again("ask"), self._again("keep"), self._again("kept")
            self.erase, self.retain, self.stamp = self._again("erase"), self._again("retain"), self._again("stamp")
            self.copy_to, self.append = self._again("copy_to"), self._append

    def _again(self, verb: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            try:
                return getattr(self._store, verb)(*given, **named)
            except Unavailable as error:
                self._succeed(error)
                return getattr(self, verb)(*given, **named)

        return call

    def _append(self, batch: Batch) -> Appended:
        """Append once: an owner may have gone after it had written and before it could say so."""
        try:
            return self._store.append(batch)
        except Unavailable as error:
            self._succeed(error)
            return self._written(batch) or self.append(batch)

    def _written(self, batch: Batch) -> Appended | None:
        loads = (self.kept("load", record.key) for record in batch.records if record.kind == "load")
        bodies = [record.body for found in loads for record in found]
        return Appended(bodies[0]["new"], bodies[0]["known"], bodies[0]["refused"]) if bodies else None

    def _succeed(self, error: Unavailable) -> None:
        """Open the file anew; its lock says who owns it now."""
        if error.code != "owner_gone":
            raise error
        self._store.close()
        found = open_store(self._path)
        self._stand_before(found._store, found._key)


def open_store(path: str | Path) -> OpenedStore:
    """Open a workspace file (made when absent), or ``":memory:"``.

    Raises :class:`~regard.base.Invalid` when the file is not a workspace, :class:`~regard.base.Unavailable` when its
    owner does not answer.
    """
    if str(path) == IN_MEMORY:
        from regard.stream.engines.duckdb import DuckStore

        return OpenedStore(DuckStore(IN_MEMORY))
    key = str(Path(path).resolve())
    for _ in range(ATTEMPTS):
        try:
            return _owned(key) or _asked(key)
        except Unavailable as error:
            if error.code != "owner_silent":
                raise
            silent = error
            time.sleep(PAUSE_SECONDS)
    raise silent


def _owned(key: str) -> OpenedStore | None:
    """The file as its owner; nothing when another process is that."""
    with _opening:
        try:
            owned = _opened.get(key) or _opened.setdefault(key, _Owned(key))
        except Conflict as error:
            if error.code != "owned_elsewhere":
                raise
            return None
        owned.users += 1
        return OpenedStore(owned.store, key)


def _asked(key: str) -> OpenedStore:
    from regard.stream.engines.remote import RemoteStore

    return AskingStore(RemoteStore(key), key)


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
