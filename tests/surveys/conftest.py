"""What the stream holds once what people did has been loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from regard.accounts.site import store_of
from regard.base.config import config
from regard.collect.listening import Loader
from regard.collect.live.site import SourceTable
from regard.collect.site import spool
from regard.stream import Question
from regard.stream.compose import sql

Rows = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def rows(workspace) -> Iterator[Rows]:
    """The interactions that there are, once the spool has been loaded."""
    spool.cache_clear()

    def loaded() -> list[dict[str, Any]]:
        loader = Loader(config().home / "spool", lambda _: store_of(workspace), SourceTable().find)
        while loader.step():
            pass
        loader.close()
        return store_of(workspace).ask(Question("all", sql("SELECT * FROM interactions ORDER BY id"))).rows()

    yield loaded
    spool().close()
    spool.cache_clear()
