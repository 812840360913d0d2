"""Pixels: pictures in an e-mail whose fetching says that it was opened.

``/v1/pixel/TOKEN.gif`` holds what we put into our own mails, signed so that nobody can make up another;
``/v1/pixel/track?data=…`` is Segment's, with the call and its write key as base64.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec

OPENED: Final = "Email Opened"
PLACE: Final = "/v1/pixel/"
_SIGNATURE: Final = 16
_NAME: Final = b"regard.pixel"


class Seal(msgspec.Struct, array_like=True):
    """What a token says: the source, the call's body."""

    source: str
    body: msgspec.Raw


_read: Final = msgspec.json.Decoder(Seal).decode


def pixel_path(secret: bytes, source: str, user_id: str, properties: Mapping[str, Any]) -> str:
    """The address of the picture that tells of this e-mail's opening.

    >>> path = pixel_path(b"secret", "key", "1042", {"email_id": "m-1"})
    >>> read_token(b"secret", path.removeprefix("/v1/pixel/")).source
    'key'
    """
    call = {"type": "track", "event": OPENED, "userId": user_id, "properties": properties}
    body = msgspec.json.encode({**call, "context": {"channel": "email"}})
    sealed = msgspec.json.encode(Seal(source, msgspec.Raw(body)))
    return f"{PLACE}{base64.urlsafe_b64encode(_signature(secret, sealed) + sealed).rstrip(b'=').decode()}.gif"


def read_token(secret: bytes, token: str) -> Seal | None:
    """What a token says; None when we did not sign it."""
    signed = decoded(token.removesuffix(".gif"))
    if signed is None or not hmac.compare_digest(signed[:_SIGNATURE], _signature(secret, signed[_SIGNATURE:])):
        return None
    return _read(signed[_SIGNATURE:])


def decoded(text: str) -> bytes | None:
    """Base64 of either alphabet, with or without its padding; None for anything else."""
    plain = text.replace("-", "+").replace("_", "/").replace(" ", "+").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _signature(secret: bytes, sealed: bytes) -> bytes:
    key = hmac.digest(secret, _NAME, sha256)
    return hmac.digest(key, sealed, sha256)[:_SIGNATURE]
