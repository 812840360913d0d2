"""Sources as the collector and the loader look them up, and the thread that listens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

from django.db import close_old_connections

from regard.accounts.site import Workspace, store_of
from regard.base import NotFound
from regard.base.config import config
from regard.base.words import said
from regard.collect import sources
from regard.collect.arriving import load_of
from regard.collect.forgetting import forget_refused
from regard.collect.listening import Loader
from regard.collect.models import Source
from regard.stream import Store

SOURCE = "source "
"""How the audit log begins to name a source."""
REFRESH_SECONDS, RETRY_SECONDS = 10.0, 2.0
"""How old the table of sources may be, and how soon a key that nobody knows is looked for again."""


def known(source: Source, write_key: str = "") -> sources.Source:
    """A source as science knows it; under another key than its present one where that is asked for."""
    return sources.Source(
        write_key or source.write_key,
        source.workspace.slug,
        source.name,
        tuple(source.origins),
        source.settings,
        source.key,
        source.identity_secret,
    )


def read_sources() -> list[sources.Source]:
    """Who may send now."""
    try:
        return [known(source) for source in Source.objects.of_all().filter(disabled_at=None)]
    finally:
        close_old_connections()


def source_of(write_key: str) -> sources.Source | None:
    """The source that may send with this key now; None where that is nobody's."""
    if "\0" in write_key:  # PostgreSQL takes no such text
        return None
    found = Source.objects.of_all().filter(write_key=write_key, disabled_at=None).first()
    return known(found) if found else None


def demand_identity(workspace: Workspace) -> bool:
    """Whether pages have to prove whose they are before a known person is asked in them."""
    return Source.objects.demand_identity(workspace)


def read_all_keys() -> dict[str, sources.Source]:
    """Every key that ever was, with its source: what has been taken in is loaded, whatever became of the key since."""
    try:
        return dict(_keys())
    finally:
        close_old_connections()


def _keys() -> Iterator[tuple[str, sources.Source]]:
    for source in Source.objects.of_all():
        for key in (*source.former_keys, source.write_key):
            yield key, known(source, key)


def source_names(workspace: Workspace) -> dict[str, str]:
    """The names of a workspace's sources, by every key that each has or had, and as rows and evidence name it."""
    api = sources.api_source(sources.api_key(workspace.slug))
    own = dict.fromkeys((api.key, api.id, load_of(api.id)), api.name) if api else {}
    for source in Source.objects.of(workspace):
        keys = (source.key, load_of(source.key), source.write_key, *source.former_keys)
        own |= dict.fromkeys(keys, source.name)
    return own


def audited_names(workspace: Workspace, keys: Sequence[str]) -> dict[str, str]:
    """The names of those sources that the audit log names by these keys."""
    wanted = [key.removeprefix(SOURCE) for key in keys if key.startswith(SOURCE)]
    found = Source.objects.of(workspace).filter(key__in=wanted).values_list("key", "name") if wanted else ()
    return {f"{SOURCE}{key}": name for key, name in found}


def forget_person(workspace: Workspace, number: int, keys: Sequence[str]) -> None:
    """Take what was refused of a person who is erased out of the quarantine, and out of what imports have refused."""
    forget_refused(store_of(workspace), keys)


class SourceTable:
    """Every source by key, renewed now and then, and when an unknown key comes."""

    def __init__(self) -> None:
        self._known: dict[str, sources.Source] = {}
        self._read_at = float("-inf")

    def find(self, key: str) -> sources.Source | None:
        if own := sources.api_source(key):
            return own
        found, age = self._known.get(key), time.monotonic() - self._read_at
        if age > REFRESH_SECONDS or (found is None and age > RETRY_SECONDS):
            renewed = read_all_keys()
            # One that did not change stays the same object, so that its steps are not made again.
            self._known = {name: self._same(name, source) for name, source in renewed.items()}
            self._read_at = time.monotonic()
        return self._known.get(key)

    def _same(self, key: str, source: sources.Source) -> sources.Source:
        before = self._known.get(key)
        return before if before == source else source


def open_workspace_store(slug: str) -> Store:
    """The stream of the workspace with this short name. Raises NotFound."""
    try:
        workspace = Workspace.objects.filter(slug=slug).first()
    finally:
        close_old_connections()
    if workspace is None:
        raise NotFound(said("there is no workspace {slug}", slug=slug))
    return store_of(workspace)


def start_listening() -> Callable[[], None]:
    """Load what arrives, in a thread of this process; call what is returned to stop it and wait until it has."""
    loader = Loader(config().home / "spool", open_workspace_store, SourceTable().find)
    stop = threading.Event()
    thread = threading.Thread(target=loader.run, args=(stop,), name="loader", daemon=True)
    thread.start()

    def finish() -> None:
        stop.set()
        thread.join()

    return finish
