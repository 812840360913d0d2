"""Sources: who may send, by write key, and into which workspace; a table in memory, renewed as it ages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Final

REFRESH_SECONDS: Final = 10.0
"""How old the table may be: a key that was taken back is refused after so long."""
RETRY_SECONDS: Final = 2.0
"""How long a key that nobody knows stays unknown before it is looked for again."""


@dataclass(frozen=True)
class Source:
    """A sender of events: its write key, the workspace (slug) it feeds, and what its owner chose.

    ``origins`` are the web pages that may send, as ``https://shop.example``; none: all. ``settings`` are those of the
    pipeline (see ``pipeline.settings_from``). ``id`` stays when the key is changed. ``identity_secret`` is what pages
    prove with whose they are; empty: they cannot.
    """

    key: str
    workspace: str
    name: str = ""
    origins: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    identity_secret: str = field(default="", repr=False)

    def allows(self, origin: str) -> bool:
        """Whether a page of this origin may send.

        >>> Source("k", "shop", origins=("https://shop.example",)).allows("https://other.example")
        False
        """
        return not self.origins or origin in self.origins

    @cached_property
    def needs_address(self) -> bool:
        """Whether the address of the sending machine goes into the spool, for the pipeline to look at."""
        return any(self.settings.get(name) is True for name in ("keeps_address", "keeps_country"))


API: Final = "api/"


def api_key(workspace: str) -> str:
    """What stands for a write key where the JSON API takes events in, which asks for a key of its own.

    No write key holds a slash.
    """
    return API + workspace


@cache
def api_source(key: str) -> Source | None:
    """The source of :func:`api_key`; None for any other key.

    >>> api_source("api/shop")
    Source(key='api/shop', workspace='shop', name='API', origins=(), settings={}, id='api')
    """
    return Source(key, key.removeprefix(API), "API", id="api") if key.startswith(API) else None


class Sources:
    """The sources by key. ``read`` gives all of them; it may be slow, and may raise Unavailable: the table stays."""

    def __init__(self, read: Callable[[], Iterable[Source]]):
        self._read = read
        self._known: dict[str, Source] = {}
        self._tried_at = float("-inf")
        self._refreshing: asyncio.Task[None] | None = None

    def known(self, key: str) -> Source | None:
        """The source of a key, as long as the table is young: nothing but a look into a dictionary."""
        return self._known.get(key) if time.monotonic() - self._tried_at <= REFRESH_SECONDS else None

    async def find(self, key: str) -> Source | None:
        """The source of a key. An old table is renewed behind the back of those that it knows.

        Raises Unavailable when a key is not known and the table cannot be read.
        """
        source = self._known.get(key)
        age = time.monotonic() - self._tried_at
        if source is None and (age > RETRY_SECONDS or not self._is_settled()):
            await asyncio.shield(self._refreshed())
            return self._known.get(key)
        if age > REFRESH_SECONDS:
            self._refreshed()
        return source

    def _is_settled(self) -> bool:
        """Whether the last reading has ended, and well."""
        return self._refreshing is not None and self._refreshing.done() and not _failed(self._refreshing)

    def _refreshed(self) -> asyncio.Task[None]:
        """The reading that is going on, or a new one."""
        if self._refreshing is None or self._refreshing.done():
            self._tried_at = time.monotonic()
            self._refreshing = asyncio.create_task(self._renew())
            self._refreshing.add_done_callback(_failed)  # looked at, so that nobody is warned of it
        return self._refreshing

    async def _renew(self) -> None:
        self._known = {source.key: source for source in await asyncio.to_thread(lambda: list(self._read()))}


def _failed(reading: asyncio.Task[None]) -> bool:
    return reading.cancelled() or reading.exception() is not None
