"""Addresses that cannot be guessed: a few bytes, signed for one purpose, until some time.

A token is the first 128 bits of an HMAC-SHA-256 (RFC 2104), the second at which it ends, and what it stands for, as one
base64url word. Each purpose has a key of its own (derived from the site's secret), so that a token for one thing opens
no other. Nothing is looked up to judge one, and a bad one, one for something else and one that has ended get the same
answer.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from regard.base import NotFound
from regard.base.words import said

MAC_BYTES: Final = 16
SPELLED_MAC_BYTES: Final = 10
END_BYTES: Final = 5
LONGEST: Final = 400
"""Letters of a token: longer ones are not looked at."""


def sign(secret: str, purpose: str, stands_for: bytes, ends_at: datetime | None = None) -> str:
    """A token for ``stands_for``; without ``ends_at`` it never ends.

    >>> read("secret", "response", sign("secret", "response", b"1"), datetime.max)
    b'1'
    """
    end = int(ends_at.timestamp()) if ends_at else 0
    told = end.to_bytes(END_BYTES, "big") + stands_for
    return base64.urlsafe_b64encode(_mac(secret, purpose, told) + told).decode().rstrip("=")


def read(secret: str, purpose: str, token: str, at: datetime) -> bytes:
    """What a token stands for. Raises :class:`~regard.base.NotFound` for any that is not good (any more).

    >>> read("secret", "invitation", sign("secret", "response", b"1"), datetime.max)
    Traceback (most recent call last):
    regard.base.errors.NotFound: This link does not work, or not any more.
    """
    whole = _decoded(token)
    mac, told = whole[:MAC_BYTES], whole[MAC_BYTES:]
    end = int.from_bytes(told[:END_BYTES], "big")
    is_good = len(told) > END_BYTES and hmac.compare_digest(mac, _mac(secret, purpose, told))
    if not is_good or (end and at.timestamp() >= end):
        raise NotFound(said("This link does not work, or not any more."))
    return told[END_BYTES:]


def sign_id(secret: str, purpose: str, public_id: str, ends_at: datetime | None = None) -> str:
    """A token for a row with this public id (a UUID)."""
    return sign(secret, purpose, UUID(public_id).bytes, ends_at)


def read_id(secret: str, purpose: str, token: str, at: datetime) -> str:
    """The public id that a token stands for. Raises :class:`~regard.base.NotFound` as :func:`read` does."""
    return str(UUID(bytes=read(secret, purpose, token, at)[:16]))


def spell_id(secret: str, purpose: str, public_id: str) -> str:
    """A token for a row with this public id in 42 small letters and digits, for places that hold no more, or do not
    tell small letters from capitals; signed with 80 bits.

    >>> spelled = spell_id("secret", "bounce", "0192d3a0-0000-7000-8000-000000000001")
    >>> len(spelled), spelled_id("secret", "bounce", spelled.upper())
    (42, '0192d3a0-0000-7000-8000-000000000001')
    """
    told = UUID(public_id).bytes
    return base64.b32encode(_mac(secret, purpose, told)[:SPELLED_MAC_BYTES] + told).decode().rstrip("=").lower()


def spelled_id(secret: str, purpose: str, spelled: str) -> str:
    """The public id that such a token stands for; empty for one that is not good."""
    try:
        whole = base64.b32decode(spelled.upper() + "=" * (-len(spelled) % 8))
    except (binascii.Error, ValueError):
        return ""
    mac, told = whole[:SPELLED_MAC_BYTES], whole[SPELLED_MAC_BYTES:]
    is_good = len(told) == 16 and hmac.compare_digest(mac, _mac(secret, purpose, told)[:SPELLED_MAC_BYTES])
    return str(UUID(bytes=told)) if is_good else ""


def device_of(secret: str, survey: str, *traits: str) -> str:
    """A keyed hash of what a browser shows of itself: the same device answers a survey twice alike, and nothing can be
    told from it about other surveys, or without the secret.

    >>> device_of("secret", "a", "192.0.2.1") == device_of("secret", "b", "192.0.2.1")
    False
    """
    told = "\0".join((survey, *traits)).encode()
    return hmac.new(_key(secret, "device"), told, hashlib.sha256).hexdigest()[:32]


def _decoded(token: str) -> bytes:
    if len(token) > LONGEST or not token.isascii():
        return b""
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _mac(secret: str, purpose: str, told: bytes) -> bytes:
    return hmac.new(_key(secret, purpose), told, hashlib.sha256).digest()[:MAC_BYTES]


@lru_cache(maxsize=32)
def _key(secret: str, purpose: str) -> bytes:
    return hmac.new(secret.encode(), f"regard.surveys.{purpose}".encode(), hashlib.sha256).digest()
