"""What the allocators under Python keep of the memory that was let go: for a process that serves all day, little.

Each of them keeps what was freed for the next time. Under load they keep it apart, as much as each has ever needed at
once: with these settings a server that takes events in and shows a dashboard has some 20 MB less at its highest, and 45
less when it rests again (``python -m bench.listening server``). Inserting events takes the same CPU with them; grouping
millions of rows by people, again and again, a tenth more.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

ENVIRONMENT: Final = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # Arrow's own keeps 30 MB for itself
    # DuckDB's (jemalloc) gives back after a fifth of a second, also when no question comes: by itself it waits for one.
    "DUCKDB_JE_MALLOC_CONF": "background_thread:true,dirty_decay_ms:200,muzzy_decay_ms:0",
}
"""Read by the libraries when they are loaded. What an operator has set stays."""

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
GLIBC: Final = {
    _M_MMAP_THRESHOLD: 128 << 10,  # as it begins; it would grow to 32 MB, and what is smaller leaves holes
    _M_ARENA_MAX: 2,  # by itself eight for each core, each with holes of its own
}


def keep_little() -> None:
    """Set them for this process; to be called before Arrow and DuckDB are loaded."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)  # noqa: TID251 - where those libraries look for their settings
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):  # not every libc has it
        for option, bound in GLIBC.items():
            mallopt(option, bound)
