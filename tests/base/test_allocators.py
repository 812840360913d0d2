"""What the allocators keep: a server gives memory back, and an operator's own settings stay."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from regard.base.allocators import ENVIRONMENT

SHOWN = """
from regard.base.allocators import keep_little
keep_little()
import os
print(*(os.environ[name] for name in ("ARROW_DEFAULT_MEMORY_POOL", "DUCKDB_JE_MALLOC_CONF")))
os.environ["DUCKDB_JE_MALLOC_CONF"] += ",stats_print:true"
import duckdb, pyarrow
print(pyarrow.default_memory_pool().backend_name)
duckdb.sql("SELECT 1").fetchall()
"""


def shown(**given: str) -> tuple[list[str], str]:
    """What a process that serves has set, with what its allocators say of themselves."""
    env = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT} | given
    done = subprocess.run([sys.executable, "-c", SHOWN], env=env, capture_output=True, text=True, check=True)
    return done.stdout.splitlines(), done.stderr


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="DuckDB has its own allocator there only"
)
def test_duckdb_hears_that_it_shall_give_memory_back():
    told = shown()[1]
    assert "opt.background_thread: true" in told
    assert "opt.dirty_decay_ms: 200" in told


def test_arrow_shares_the_memory_of_everything_else():
    assert shown()[0][1] == "system"


def test_what_an_operator_has_set_stays():
    said = shown(ARROW_DEFAULT_MEMORY_POOL="mimalloc", DUCKDB_JE_MALLOC_CONF="dirty_decay_ms:9000")[0]
    assert said == ["mimalloc dirty_decay_ms:9000", "mimalloc"]
