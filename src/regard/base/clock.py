"""The one clock. Tests and simulations set it; nothing else reads the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one place that may


_read: Callable[[], datetime] = _system


def now() -> datetime:
    """The current instant, in UTC."""
    return _read()


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Hold the clock at ``instant`` (aware) while the block runs.

    >>> with frozen(datetime(2026, 1, 1, tzinfo=UTC)):
    ...     now().year
    2026
    """
    global _read
    before, _read = _read, lambda: instant.astimezone(UTC)
    try:
        yield
    finally:
        _read = before
