"""The one way to ask an address that somebody set up: a provider's or a webhook's. It never reaches inside.

The name is resolved once, every address it has must be public, and the connection goes to an address that was looked
at: a name that resolves to something else a moment later (DNS rebinding) gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from regard.base import Forbidden, Invalid, TooLarge, Unavailable
from regard.base.config import config
from regard.base.words import said

STEP_SECONDS = 10.0
WHOLE_SECONDS = 30.0
LARGEST_ANSWER = 1 << 20
SCHEMES = {"http": 80, "https": 443}
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address behind a translator

UNREACHABLE, UNANSWERED = "unreachable", "unanswered"
"""Codes of Unavailable: nothing was sent; or something was, and what became of it is not known."""

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int], socket.socket]


@dataclass(frozen=True)
class Request:
    """What is asked of an address, with headers as they are to be sent."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def resolved(host: str, port: int) -> Sequence[str]:
    """Every IP address that the name has. Raises Unavailable when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(said("{host} has no address", host=host), code=UNREACHABLE) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connected(address: str, port: int) -> socket.socket:
    return socket.create_connection((address, port), timeout=STEP_SECONDS)


def is_public(address: str) -> bool:
    """Is it somewhere on the internet, and nowhere else?

    >>> [is_public(text) for text in ("93.184.215.14", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "fd00::1")]
    [True, False, False, False, False]
    """
    found = _unwrapped(ip_address(address.partition("%")[0]))
    is_special = found.is_private or found.is_loopback or found.is_link_local or found.is_reserved
    return found.is_global and not (is_special or found.is_multicast or found.is_unspecified)


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one leads to, where it leads to one."""
    if isinstance(address, IPv4Address):
        return address
    inside = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    return inside or (IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else address)


def fetch(request: Request, *, resolve: Resolve = resolved, connect: Connect = connected) -> Answer:
    """Ask once. Raises Invalid (no address of the web), Forbidden (a private address), TooLarge (the answer), and
    Unavailable, whose code says whether anything was sent: ``unreachable`` or ``unanswered``."""
    parts = _parts(request)
    port = parts.port or SCHEMES[parts.scheme]
    addresses = _permitted(parts.hostname or "", resolve(parts.hostname or "", port))
    connection = _Pinned(parts, port, _first(addresses, port, connect))
    try:
        connection.connect()
        return _asked(connection, request, parts)
    finally:
        connection.close()


def _parts(request: Request) -> SplitResult:
    try:
        parts = urlsplit(request.url)
        port = parts.port
    except ValueError as error:
        raise _not_a_page() from error
    is_sound = request.url.isascii() and request.url.isprintable() and " " not in request.url and port != 0
    if parts.scheme not in SCHEMES or not parts.hostname or parts.username or not is_sound:
        raise _not_a_page()
    if not all(text.isprintable() and text.isascii() for pair in request.headers.items() for text in pair):
        raise Invalid(said("a header of the request is not plain text on one line"), field="headers")
    return parts


def _not_a_page() -> Invalid:
    return Invalid(
        said("this is not an address of the web"), field="url", remedy=said("write it as https://example.org/path")
    )


def _permitted(host: str, addresses: Sequence[str]) -> Sequence[str]:
    if not config().allow_private_addresses and not all(map(is_public, addresses)):
        raise Forbidden(
            said("{host} is on a private network", host=host),
            field="url",
            remedy=said("use a public address, or set REGARD_ALLOW_PRIVATE_ADDRESSES"),
        )
    return addresses


def _first(addresses: Sequence[str], port: int, connect: Connect) -> socket.socket:
    """A connection to the first of them that takes one."""
    for address in addresses:
        try:
            return connect(address, port)
        except OSError:
            continue
    raise _unavailable(UNREACHABLE)


def _unavailable(code: str) -> Unavailable:
    return Unavailable(said("the other side did not answer"), remedy=said("it is tried again later"), code=code)


class _Pinned(http.client.HTTPConnection):
    """A connection over a socket that is there already: the name is for the certificate and the Host header only."""

    def __init__(self, parts: SplitResult, port: int, made: socket.socket):
        super().__init__(parts.hostname or "", port)
        self.default_port = SCHEMES[parts.scheme]
        self._is_encrypted = parts.scheme == "https"
        self.sock = made

    def connect(self) -> None:
        if self._is_encrypted:
            try:
                self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
            except OSError as error:
                raise _unavailable(UNREACHABLE) from error


def _asked(connection: _Pinned, request: Request, parts: SplitResult) -> Answer:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _deadline(connection.sock) as is_over:
        try:
            connection.request(request.method, path, request.body or None, dict(request.headers))
            got = connection.getresponse()
            body = got.read(LARGEST_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            raise _unavailable(UNANSWERED) from error
    if is_over.is_set():
        raise _unavailable(UNANSWERED)
    if len(body) > LARGEST_ANSWER:
        raise TooLarge(said("the answer is larger than {bytes} bytes", bytes=LARGEST_ANSWER))
    return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, body)


@contextmanager
def _deadline(connection: socket.socket) -> Iterator[threading.Event]:
    """Cut the connection when all of it takes too long: a byte every nine seconds would never time out."""
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(WHOLE_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_over
    finally:
        timer.cancel()
