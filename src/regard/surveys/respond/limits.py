"""How often one address may come: counted by the minute in this process's memory, under a keyed hash."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from regard.base import TooMany
from regard.base.words import said
from regard.surveys.tokens import device_of

BEGINNINGS: Final = 120
"""New responses a minute from one address: an office or a school may share one."""
SENDINGS: Final = 600
MISSES: Final = 30
"""Addresses of surveys that do not exist, a minute: whoever tries more is guessing."""
WINDOW_SECONDS: Final = 60


def count(request: HttpRequest, what: str, most: int) -> None:
    """Count one more. Raises :class:`~regard.base.TooMany` beyond ``most`` a minute."""
    key = f"respond:{what}:{device_of(settings.SECRET_KEY, what, address_of(request))}"
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        seen = cache.incr(key)
    except ValueError:  # the minute ended in between
        return
    if seen > most:
        raise TooMany(said("That was too often in a short time."), remedy=said("wait a minute and try again"))


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, as the server saw it (behind a trusted proxy: as the proxy saw it)."""
    return str(request.META.get("REMOTE_ADDR", ""))


def device(request: HttpRequest, survey: str) -> str:
    """A keyed hash of the address and the browser: tells the same device from another, for one survey only."""
    headers = (request.headers.get(name, "") for name in ("User-Agent", "Accept-Language"))
    return device_of(settings.SECRET_KEY, survey, address_of(request), *headers)
