"""A mail as its readers see it, however it was packed for its way."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from html import unescape
from urllib.parse import unquote


def words_in(raw: bytes) -> str:
    """All that stands in a mail: as it came, and what its fields (RFC 2047) and parts (RFC 2045, base64 and
    quoted-printable) say once they are unpacked. What cannot be read as a mail is its text as it came.

    >>> "ann@example.org" in words_in(b"Content-Transfer-Encoding: base64\\n\\nV3JpdGUgdG8gYW5uQGV4YW1wbGUub3Jn\\n")
    True
    """
    plain = raw.decode("utf-8", "replace")
    try:
        mail = message_from_bytes(raw, policy=policy.compat32)
        told = "\n".join([plain, *(text for part in mail.walk() for text in _texts(part))])
    except (MessageError, ValueError, LookupError, RecursionError):
        told = plain
    return f"{told}\n{unquote(unescape(told))}" if "%" in told or "&" in told else told


def _texts(part: Message) -> Iterator[str]:
    yield from (_field(str(value)) for value in part.values())
    found = part.get_payload(decode=True)
    if isinstance(found, bytes):
        yield _read(found, str(part.get_content_charset("utf-8")))


def _field(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (MessageError, ValueError, LookupError):
        return text


def _read(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
