"""Sizes as people write them, and how the memory that Regard may use is shared out."""

from __future__ import annotations

import os
import re

from regard.base.config import config
from regard.base.errors import Invalid
from regard.base.words import said

POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
MOST_BY_DEFAULT = 4 << 30

STREAM, LOADING = 0.5, 0.5
"""Shares of the memory: a workspace's own engine, and the one that a load works in. Both are open while loading, and
together they keep within REGARD_MEMORY_LIMIT."""


def size_of(text: str, setting: str) -> int:
    """A size in bytes; Invalid, naming the ``setting``, when it is none.

    >>> size_of("10GB", "X"), size_of("1.5 GiB", "X"), size_of("512", "X")
    (10000000000, 1610612736, 512)
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)B?\s*", text, re.IGNORECASE)
    if not match:
        raise Invalid(
            said("{setting} must be a size such as 10GB, not {text}", setting=setting, text=repr(text)), field=setting
        )
    return int(float(match[1]) * (1024 if match[3] else 1000) ** POWERS[match[2].upper()])


def memory(share: float) -> str:
    """This share of the memory that Regard may use, as engines read it."""
    limit = config().memory_limit
    whole = size_of(limit, "REGARD_MEMORY_LIMIT") if limit else _usual_memory()
    return f"{int(whole * share) // 1000}KB"


def _usual_memory() -> int:
    """A quarter of the machine's memory, 4 GB at most: what does not fit goes to disk."""
    return min(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4, MOST_BY_DEFAULT)
