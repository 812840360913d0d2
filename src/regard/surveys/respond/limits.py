"""How often one address may come: counted by the minute in this process's memory, under a keyed hash."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Network, ip_address
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
UPLOADS: Final = 60
"""Pages with files a minute from one address: they may weigh 26 MB each."""
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
    """Where a request comes from, as the server saw it (behind a trusted proxy: as the proxy saw it). Of IPv6 the
    network alone (its first 64 bits, RFC 4291): within it everybody takes as many addresses as they like, and devices
    change theirs every day (RFC 8981)."""
    told = str(request.META.get("REMOTE_ADDR", ""))
    try:
        found = ip_address(told.partition("%")[0])
    except ValueError:  # a socket of this machine has none
        return told
    if isinstance(found, IPv4Address):
        return told
    return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False))


def device(request: HttpRequest, survey: str) -> str:
    """A keyed hash of the address and the browser: tells the same device from another, for one survey only."""
    headers = (request.headers.get(name, "") for name in ("User-Agent", "Accept-Language"))
    return device_of(settings.SECRET_KEY, survey, address_of(request), *headers)
