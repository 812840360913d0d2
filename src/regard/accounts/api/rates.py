"""How fast a key may ask: a token bucket for each key, in this process.

A bucket holds a minute's worth of requests and fills evenly. Several processes have a bucket each, so that a key may
ask that many times as fast.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from regard.base.clock import now
from regard.base.config import config

MOST_BUCKETS = 10_000


@dataclass(frozen=True)
class Taken:
    """What taking one request from a bucket came to; ``wait_seconds`` is above 0 when it held none."""

    limit: int
    remaining: int
    wait_seconds: int

    def headers(self) -> dict[str, str]:
        """What a program is told (IETF draft, RateLimit header fields for HTTP)."""
        policy = f'"key";q={self.limit};w=60'
        told = {"RateLimit-Policy": policy, "RateLimit": f'"key";r={self.remaining};t={self.wait_seconds}'}
        return told | ({"Retry-After": str(self.wait_seconds)} if self.wait_seconds else {})


class Buckets:
    """One bucket a key; those that are full again are forgotten when there are very many."""

    def __init__(self) -> None:
        self._left: dict[int, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: int) -> Taken:
        limit, at = config().api_rate, now().timestamp()
        with self._lock:
            left, since = self._left.get(key, (float(limit), at))
            left = min(float(limit), left + max(at - since, 0) * limit / 60)
            is_there = left >= 1
            self._left[key] = (left - is_there, at)
            self._tidy(limit, at)
        return Taken(limit, int(left - is_there), 0 if is_there else max(1, round((1 - left) * 60 / limit)))

    def _tidy(self, limit: int, at: float) -> None:
        if len(self._left) > MOST_BUCKETS:
            self._left = {key: (left, since) for key, (left, since) in self._left.items() if at - since < 60}

    def forget(self) -> None:
        """Fill every bucket."""
        with self._lock:
            self._left.clear()


buckets = Buckets()
