"""Signed identities: a page proves whose it is by a code that only the company's own server can have made.

The code is HMAC-SHA256 (RFC 2104) of the user's id with a secret of the source, in hexadecimal digits, as Intercom's
identity verification and its kind have it. The secret is not kept: it is made of the site's own key and a random number
that the source has, so that a copy of the database opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

SEED_BYTES = 16


def new_seed() -> str:
    """A random number that makes another secret of the same source."""
    return secrets.token_hex(SEED_BYTES)


def secret_of(site_key: str, source: str, seed: str) -> str:
    """The secret of a source: 64 hexadecimal digits; empty where it has no seed.

    >>> secret_of("site", "a", "1") == secret_of("site", "a", "2")
    False
    """
    told = f"regard.identity\0{source}\0{seed}".encode()
    return hmac.new(site_key.encode(), told, hashlib.sha256).hexdigest() if seed else ""


def signed(secret: str, user_id: str) -> str:
    """The code of a user's id, as a company's server makes it.

    >>> signed("secret", "1042")[:16]
    '291b7e070eef5e38'
    """
    return hmac.new(secret.encode(), user_id.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def is_signed(secret: str, user_id: str, code: str) -> bool:
    """Whether this code was made for this id with this secret; never where there is no secret.

    >>> is_signed("secret", "1042", signed("secret", "1042").upper()), is_signed("", "1042", signed("", "1042"))
    (True, False)
    """
    if not secret or not user_id:
        return False
    return hmac.compare_digest(signed(secret, user_id).encode(), code.strip().lower().encode("utf-8", "replace"))
