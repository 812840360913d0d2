"""A mail as bytes for the wire (RFC 5322), with the headers that let people leave and machines know a machine."""

from __future__ import annotations

from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UniqueSingleAddressHeader, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from regard.base.clock import now
from regard.channels.message import Mail, address


class _Whole(UnstructuredHeader):
    """A header that is written as it is: to fold a long address of a page is to break it."""

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


class _Words(UnstructuredHeader):
    """A header of words. The newer folding loses a space where a long text is parted; the older one does not."""

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {_encoded(str(self), policy)}{policy.linesep}"  # type: ignore[attr-defined]


class _Person(UniqueSingleAddressHeader):
    """A header with one address; the name before it has spaces too."""

    def fold(self, *, policy: Any) -> str:
        name = self.address.display_name
        shown = str(self.address) if name.isascii() else f"{_encoded(name, policy)} <{self.address.addr_spec}>"
        return f"{self.name}: {shown}{policy.linesep}"  # type: ignore[attr-defined]


def _encoded(text: str, policy: Any) -> str:
    """A text as encoded words (RFC 2047) where it needs them, on lines of 76 letters."""
    return Header(text, "us-ascii" if text.isascii() else "utf-8", header_name="Subject").encode(linesep=policy.linesep)


WRITTEN_BY: dict[str, Any] = {
    "list-unsubscribe": _Whole,
    "feedback-id": _Whole,
    "subject": _Words,
    "from": _Person,
    "to": _Person,
    "reply-to": _Person,
}


def _headers() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name, writer in WRITTEN_BY.items():
        registry.map_to_type(name, writer)
    return registry


POLICY = SMTP.clone(header_factory=_headers(), cte_type="7bit")


def mime(mail: Mail) -> EmailMessage:
    """The mail as the standard library's message: text first, HTML beside it, one-click unsubscribing (RFC 8058).

    >>> made = mime(Mail("ann@example.org", "Zażółć", "Hello", "Shop <shop@example.org>", message_id="<1@example.org>"))
    >>> made["Message-ID"], made["Auto-Submitted"]
    ('<1@example.org>', 'auto-generated')
    """
    made = EmailMessage(POLICY.clone(utf8=True) if needs_utf8(mail) else POLICY)
    made["Subject"] = mail.subject
    made["From"] = address(mail.sender, "sender")
    made["To"] = address(mail.to, "to")
    made["Date"] = format_datetime(now())
    made["Message-ID"] = mail.message_id
    for name, value in _further(mail).items():
        made[name] = value
    made.set_content(mail.text, cte="quoted-printable")
    if mail.html:
        made.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return made


def _further(mail: Mail) -> dict[str, str | Address]:
    found: dict[str, str | Address] = {"Auto-Submitted": "auto-generated", **mail.headers}
    if mail.reply_to:
        found["Reply-To"] = address(mail.reply_to, "reply_to")
    if mail.feedback_id:
        found["Feedback-ID"] = mail.feedback_id
    if mail.unsubscribe_url:
        found["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
    if mail.unsubscribe_url.startswith("https://"):  # RFC 8058, 3.1: one click is for HTTPS only
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found


def envelope(mail: Mail) -> tuple[str, str]:
    """Who hears of failure, and who gets it: addresses alone, without names."""
    back = address(mail.return_path or mail.sender, "return_path")
    return back.addr_spec, address(mail.to, "to").addr_spec


def needs_utf8(mail: Mail) -> bool:
    """Must the server speak SMTPUTF8 (RFC 6531)? Only for letters beyond ASCII before the @."""
    addresses = [text for text in (mail.to, mail.sender, mail.reply_to, mail.return_path) if text]
    return not all(address(text, "to").username.isascii() for text in addresses)
