"""Taking in the body of a request: as much as is allowed, as fast as is decent, unpacked."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from regard.base import Invalid, TooLarge
from regard.base.words import said

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_GZIP: Final = 16 + zlib.MAX_WBITS


class Gone(Exception):
    """The client went away before its body was whole."""


async def read_body(receive: Receive, declared: bytes, limit: int, seconds: float) -> bytes:
    """The whole body.

    Raises TooLarge for more bytes than ``limit`` (without reading them, when the length is declared), TimeoutError for
    a client that takes longer than ``seconds``, :class:`Gone` for one that left.
    """
    if declared.isdigit() and int(declared) > limit:
        raise too_large(limit)
    async with asyncio.timeout(seconds):
        message = await receive()
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            return _whole(message, body, limit)
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise too_large(limit)
        return _whole(message, b"".join(parts), limit)


def _whole(message: Message, body: bytes, limit: int) -> bytes:
    if message["type"] == "http.disconnect":
        raise Gone
    if len(body) > limit:
        raise too_large(limit)
    return body


def unpacked(body: bytes, coding: bytes, limit: int) -> bytes:
    """A body out of its Content-Encoding. No more than ``limit`` is ever unpacked.

    >>> import gzip
    >>> unpacked(gzip.compress(b"{}"), b"gzip", 10)
    b'{}'
    >>> unpacked(gzip.compress(bytes(10**6)), b"gzip", 10)
    Traceback (most recent call last):
    regard.base.errors.TooLarge: the body is larger than 10 bytes (send less at one time)
    """
    if coding in (b"", b"identity"):
        return body
    if coding not in (b"gzip", b"x-gzip"):
        raise Invalid(said("the body is packed in a way that is not known here"), remedy=said("use gzip, or nothing"))
    unpacking = zlib.decompressobj(_GZIP)
    try:
        found = unpacking.decompress(body, limit + 1)
    except zlib.error:
        raise Invalid(said("the body is not gzip, though it says so"), code="bad_gzip") from None
    if len(found) > limit:
        raise too_large(limit)
    if not unpacking.eof or unpacking.unused_data:
        raise Invalid(said("the gzip body is cut short, or followed by something else"), code="bad_gzip")
    return found


def too_large(limit: int) -> TooLarge:
    return TooLarge(said("the body is larger than {limit} bytes", limit=limit), remedy=said("send less at one time"))
