"""What is sent, and what became of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import getaddresses
from enum import StrEnum
from functools import lru_cache
from typing import Any

from regard.base import Invalid
from regard.base.ids import new_id
from regard.base.words import said

CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029\ud800-\udfff]")
HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,76}")
MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,400}>")
NUMBER = re.compile(r"\+[1-9]\d{6,14}")
LONGEST_ADDRESS = 254
OURS = frozenset({
    "to", "cc", "bcc", "from", "sender", "subject", "date", "message-id", "reply-to", "mime-version",
    "list-unsubscribe", "list-unsubscribe-post", "auto-submitted", "feedback-id",
})  # fmt: skip
"""Headers that have a field of their own, or are made."""


class Fate(StrEnum):
    """What became of one message, as far as the next server says.

    ``UNCERTAIN`` is the one that costs a decision: the server had the whole message, and the connection ended before
    it said yes or no. Sending again may send twice, so whoever must not do that counts it as sent.
    """

    SENT = "sent"
    LATER = "later"
    BOUNCED = "bounced"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"

    @property
    def is_final(self) -> bool:
        """Is this the end of it? Everything but ``LATER``."""
        return self is not Fate.LATER


@dataclass(frozen=True)
class Outcome:
    """The fate of one message, and the server's code (``550 5.1.1``) but never its words, which may quote somebody."""

    fate: Fate
    reason: str = ""
    reference: str = ""


@lru_cache(4096)
def address(text: str, of: str) -> Address:
    """``Ann <ann@example.org>`` in parts, its domain in ASCII (IDNA). Raises Invalid, naming the field.

    >>> address("Ann <ann@bücher.example>", "to").domain
    'xn--bcher-kva.example'
    """
    require_one_line(text, of)
    found = getaddresses([text])
    name, spec = found[0] if len(found) == 1 else ("", "")
    user, _, domain = spec.rpartition("@")
    if not user or not domain or len(spec) > LONGEST_ADDRESS or re.search(r"[\s,;<>]", spec):
        raise _not_an_address(of)
    try:
        return Address(name, user, ascii_domain(domain))
    except (ValueError, MessageError) as error:
        raise _not_an_address(of) from error


KEPT_LETTERS = re.compile("[ßς\u200c\u200d]")
"""Letters that IDNA of 2003, which Python knows, writes as others: ``straße.de`` belongs to somebody else than
``strasse.de`` since 2010 (RFC 5892)."""


def ascii_domain(domain: str) -> str:
    """A domain as mail servers and reports name it (IDNA). Raises UnicodeError for one that cannot be.

    >>> ascii_domain("Bücher.example"), ascii_domain("straße.example")
    ('xn--bcher-kva.example', 'xn--strae-oqa.example')
    """
    if KEPT_LETTERS.search(domain):
        return ".".join(map(_ascii_label, unicodedata.normalize("NFC", domain.lower()).split(".")))
    return domain.encode("idna").decode("ascii").lower()


def _ascii_label(label: str) -> str:
    if not KEPT_LETTERS.search(label):
        return label.encode("idna").decode("ascii")
    return f"xn--{label.encode('punycode').decode('ascii')}"


def _not_an_address(of: str) -> Invalid:
    return Invalid(
        said("{field} is not an e-mail address", field=of), field=of, remedy=said("write it as name@example.org")
    )


def require_one_line(text: str, of: str) -> None:
    """Raise Invalid for what would begin a header of its own, or hide one."""
    if CONTROL.search(text):
        raise Invalid(said("{field} must be one line without control characters", field=of), field=of)


def whole(text: str) -> str:
    """The text without halves of letters (lone surrogates, which JSON lets through): no encoding can write those."""
    return text.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True)
class Mail:
    """One mail to one address. ``text`` is what readers without HTML see; ``unsubscribe_url`` ends it with one click.

    ``message_id`` is made once with the mail: keep it, and send the same again after a failure, so that servers and
    readers can see that it is the same. ``return_path`` is where reports of failure go (default: the sender).
    Raises :class:`~regard.base.Invalid`, naming the field, when a header would not be what it says.
    """

    to: str
    subject: str
    text: str
    sender: str
    html: str = ""
    reply_to: str = ""
    return_path: str = ""
    unsubscribe_url: str = ""
    feedback_id: str = ""
    message_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("to", "sender", "reply_to", "return_path"):
            if getattr(self, name) or name in {"to", "sender"}:
                address(getattr(self, name), name)
        for name in ("subject", "unsubscribe_url", "feedback_id", "message_id"):
            require_one_line(getattr(self, name), name)
        for name, value in self.headers.items():
            _require_free_header(name)
            require_one_line(value, name)
        if re.search(r"[<>\s]|[^\x21-\x7e]", self.unsubscribe_url):
            raise Invalid(said("{field} is not an address of a page", field="unsubscribe_url"), field="unsubscribe_url")
        if not self.message_id:
            domain = address(self.sender, "sender").domain
            object.__setattr__(self, "message_id", f"<{new_id()}@{domain}>")
        if not MESSAGE_ID.fullmatch(self.message_id):
            raise Invalid(said("{field} is not the id of a mail", field="message_id"), field="message_id")


def _require_free_header(name: str) -> None:
    if not HEADER_NAME.fullmatch(name) or name.lower() in OURS or name.lower().startswith("content-"):
        raise Invalid(said("{name} is not a header that can be added", name=repr(name)), field="headers")


@dataclass(frozen=True)
class Text:
    """One text message. ``to`` is a number in international form (E.164: ``+48601234567``)."""

    to: str
    text: str
    sender: str = ""

    def __post_init__(self) -> None:
        if not NUMBER.fullmatch(self.to):
            raise Invalid(
                said("{field} is not a telephone number", field="to"),
                field="to",
                remedy=said("write it with its country, as +48601234567"),
            )
        require_one_line(self.sender, "sender")

    @property
    def values(self) -> dict[str, Any]:
        """What a provider's template may name."""
        return {"to": self.to, "text": whole(self.text), "sender": self.sender}
