"""While a file is loaded two engines are open: what they may take together is what the setting allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from regard.base import Invalid, config
from regard.base.sizes import size_of
from regard.collect.staging import Staging
from regard.stream import Question, open_store
from regard.stream.compose import sql

LIMIT = "SELECT value FROM duckdb_settings() WHERE name = 'memory_limit'"


def _limits(folder: Path) -> tuple[float, float]:
    """The memory that a workspace's engine and that of a load are held to, in bytes."""
    staging = Staging(folder)
    try:
        with open_store(folder / "shop.duckdb") as store:
            streams = store.ask(Question("limit", sql(LIMIT), {})).rows()[0]["value"]
            return size_of(streams, "stream"), size_of(staging.one(LIMIT)[0], "load")
    finally:
        staging.close()


@pytest.mark.parametrize("limit", ["1GB", "1.5 GiB", "300MB", ""])
def test_a_load_and_its_workspace_share_the_memory_limit(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGARD_MEMORY_LIMIT", limit)
    config.config.cache_clear()
    streams, loads = _limits(tmp_path)
    assert streams + loads <= (size_of(limit, "limit") if limit else 4 << 30)
    assert min(streams, loads) > 100_000_000


def test_a_limit_that_is_no_size_is_refused_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGARD_MEMORY_LIMIT", "plenty")
    config.config.cache_clear()
    with pytest.raises(Invalid, match="REGARD_MEMORY_LIMIT must be a size such as 10GB, not 'plenty'"):
        Staging(tmp_path)
