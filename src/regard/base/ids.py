"""Identifiers: time-ordered ids for what we make, stable numbers for the customers we meet."""

from __future__ import annotations

import hashlib
import secrets
import time
from uuid import UUID


def new_id() -> str:
    """A UUIDv7 (RFC 9562): sorts by the time it was made, and is unguessable enough for an idempotency key."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))


def profile_number(source_key: str) -> int:
    """The 63-bit number of the profile that an identifier stands for until evidence links it to another.

    Derived from the key alone (the first eight bytes of its MD5, halved), so that loading in any order, on any
    machine, gives the same number. In DuckDB: ``(md5_number_upper(key) >> 1)::BIGINT``.

    >>> profile_number("a")
    6078585027090374790
    """
    return int.from_bytes(hashlib.md5(source_key.encode(), usedforsecurity=False).digest()[:8], "little") >> 1
