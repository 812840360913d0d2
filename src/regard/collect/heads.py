"""The head of a request: what the collector must know of it, found in one look over the headers."""

from __future__ import annotations

import base64
import binascii
from typing import Final
from urllib.parse import parse_qs

from regard.collect.intake import Scope

LONGEST_AGENT: Final = 1000

_FIELDS: Final = {
    b"authorization": "authorization",
    b"x-write-key": "key",
    b"origin": "origin",
    b"content-encoding": "coding",
    b"content-length": "length",
    b"content-type": "media",
    b"user-agent": "agent",
    b"access-control-request-headers": "asked_headers",
    b"webhook-request-origin": "webhook",
}


class Head:
    """Headers by what they mean here, as bytes; empty where there is none."""

    __slots__ = (*_FIELDS.values(), "scope")
    authorization: bytes
    key: bytes
    origin: bytes
    coding: bytes
    length: bytes
    media: bytes
    agent: bytes
    asked_headers: bytes
    webhook: bytes

    def __init__(self, scope: Scope):
        self.scope = scope
        self.authorization = self.key = self.origin = self.coding = self.length = b""
        self.media = self.agent = self.asked_headers = self.webhook = b""
        for name, value in scope["headers"]:
            field = _FIELDS.get(name)
            if field:
                setattr(self, field, value)

    def write_key(self, told: str | None = None) -> str | None:
        """The key, by HTTP Basic (as user), Bearer, ``X-Write-Key`` or ``?writeKey=``, else as the body ``told`` it.

        A body's key goes before Bearer's: clients that use OAuth name their source there, and send a token of theirs.
        """
        if self.authorization:
            is_token = self.authorization[:7].lower() == b"bearer "
            return (told if is_token else None) or key_of(self.authorization) or told
        if self.key:
            return self.key.decode("latin-1").strip() or told
        return self.asked("writeKey") or told

    def asked(self, name: str) -> str | None:
        """A parameter of the address."""
        query: bytes = self.scope.get("query_string", b"")
        return parse_qs(query.decode("latin-1")).get(name, [None])[0] if query else None

    @property
    def ip(self) -> str | None:
        client = self.scope.get("client")
        return client[0] if client else None

    @property
    def user_agent(self) -> str | None:
        return self.agent.decode("latin-1")[:LONGEST_AGENT] or None


def key_of(authorization: bytes) -> str | None:
    """The key in an Authorization header; None when there is none in it.

    >>> key_of(b"Basic a2V5Og=="), key_of(b"Bearer key"), key_of(b"Digest key")
    ('key', 'key', None)
    """
    scheme, _, rest = authorization.partition(b" ")
    if scheme.lower() == b"bearer":
        return rest.strip().decode("latin-1") or None
    if scheme.lower() != b"basic":
        return None
    try:
        return base64.b64decode(rest).partition(b":")[0].decode("latin-1") or None
    except (binascii.Error, ValueError):
        return None
