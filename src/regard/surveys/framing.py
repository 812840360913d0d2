"""Which sites may show a survey in a frame: their origins, as a content security policy names them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from regard.base import Invalid
from regard.base.words import said
from regard.channels import ascii_domain

MOST_SITES: Final = 50
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"({_LABEL}\.)*{_LABEL}", re.ASCII)


def read_sites(text: str) -> list[str]:
    """The sites that somebody wrote down, one a line, in the form in which they are kept.

    Raises :class:`~regard.base.Invalid`, which names the one that is none.

    >>> read_sites("shop.example.org\\nhttps://*.example.net/page?x=1\\nhttp://localhost:3000")
    ['https://shop.example.org', 'https://*.example.net', 'http://localhost:3000']
    >>> read_sites("łódź.example *.example.com")
    ['https://xn--d-uga0v4h.example', 'https://*.example.com']
    """
    sites = list(dict.fromkeys(_origin(one) for one in text.split()))
    if len(sites) > MOST_SITES:
        raise Invalid(said("no more than {count} sites can be allowed", count=MOST_SITES), field="sites")
    return sites


def ancestors(sites: Iterable[str]) -> str:
    """The pages that may hold a frame, as ``frame-ancestors`` takes them: any where no site is named.

    >>> ancestors([]), ancestors(["https://shop.example.org"])
    ('*', 'https://shop.example.org')
    """
    return " ".join(sites) or "*"


def _origin(text: str) -> str:
    try:
        return origin_of(text if "//" in text else f"https://{text}")
    except ValueError:  # no host, no port, no name that can be written in ASCII
        raise Invalid(
            said("{site} is no address of a site", site=text),
            field="sites",
            remedy=said("write it as https://shop.example.org, or https://*.example.org for all below it"),
        ) from None


def origin_of(address: str) -> str:
    """The origin of an address. Raises ValueError where no site can be told from it.

    >>> origin_of("https://łódź.example:8443/x")
    'https://xn--d-uga0v4h.example:8443'
    """
    parts = urlsplit(address)
    host = _host(parts.hostname or "")
    if parts.scheme not in ("http", "https") or parts.username is not None or not host:
        raise ValueError
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def _host(name: str) -> str:
    """A name as it goes over the wire, in ASCII. Raises ValueError."""
    star = "*." if name.startswith("*.") else ""
    host = name.removeprefix(star)
    written = host if host.isascii() else ascii_domain(host)
    if not _HOST.fullmatch(written) or (star and "." not in written):
        raise ValueError
    return star + written
