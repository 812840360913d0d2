"""Where somebody is, coarsely: the country of their address, from a database on this machine. The address is not kept.

Any database in MaxMind's format (MMDB) that knows countries will do; ``REGARD_GEO_DATABASE`` says where it is. Nothing
is asked of anybody else.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from regard.base.config import config
from regard.collect.events import Event, object_of, part, sender_of, text_of

if TYPE_CHECKING:
    from maxminddb import Reader

logger = logging.getLogger(__name__)

OF_PEOPLE: Final = ("web", "app")
"""Channels in which the machine that sends is that of the person; a server's own address says nothing of them."""
_CODE: Final = re.compile(r"[A-Za-z]{2}")
_encode: Final = msgspec.json.Encoder().encode


def knowing_country() -> Callable[[Event], None] | None:
    """The step that works out countries; None where the operator has named no database that can be read."""
    reader = _reader(config().geo_database) if config().geo_database else None
    return None if reader is None else partial(know_country, reader=reader)


@cache
def _reader(path: str) -> Reader | None:
    """The database, open for as long as the process lives. One that cannot be read keeps no event from being loaded."""
    try:
        import maxminddb
    except ImportError:
        logger.error("REGARD_GEO_DATABASE needs the extra regard[places]")
        return None
    try:
        return maxminddb.open_database(path)
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        logger.error("REGARD_GEO_DATABASE cannot be read: %s", error)
        return None


def know_country(event: Event, reader: Reader) -> None:
    """Write ``location.country`` (ISO 3166-1, two letters) into the context, unless the sender says it."""
    told = object_of(event.context)
    location = part(told, "location")
    address = text_of(told.get("ip")) or (event.address if sender_of(event.context).channel in OF_PEOPLE else None)
    code = None if address is None or location.get("country") else country_of(reader, address)
    if code:
        event.context = _encode({**told, "location": {**location, "country": code}}).decode()


def country_of(reader: Reader, address: str) -> str | None:
    """The country of an address as the database tells it; None for one that it does not know, or that is none."""
    from maxminddb import InvalidDatabaseError

    try:
        return _code(reader.get(address))
    except (ValueError, InvalidDatabaseError):
        return None


def _code(found: Any) -> str | None:
    """The code in a record: databases have it at ``country.iso_code``, ``country_code`` or ``country``.

    >>> _code({"country": {"iso_code": "PL"}}), _code({"country_code": "ro"}), _code({"country": "Poland"}), _code(None)
    ('PL', 'RO', None, None)
    """
    if not isinstance(found, dict):
        return None
    country = found.get("country")
    code = country.get("iso_code") if isinstance(country, dict) else found.get("country_code", country)
    return code.upper() if isinstance(code, str) and _CODE.fullmatch(code) else None
