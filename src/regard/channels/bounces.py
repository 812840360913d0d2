"""Reports that come back by mail, as facts: what could not be delivered (DSN, RFC 3464), and who complained (ARF,
RFC 5965). The mail is somebody else's: every part of it may be missing or wrong, and nothing of it is believed to be
more than it says. Who acts on a report should ask that the message id be one of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message
from email.utils import parseaddr
from enum import StrEnum

from regard.base import Invalid, TooLarge
from regard.base.words import said

LARGEST = 5 << 20
IN_UTF8 = re.compile(rb"message/global-(?=delivery-status)", re.IGNORECASE)
"""RFC 6533 gives the same groups of fields, in UTF-8, a name that Python does not take apart."""
MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
STATUS = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\w)")
"""A code of RFC 3463, and no part of an address such as 10.5.1.20."""


class Kind(StrEnum):
    """What a report says: RFC 3464's actions, and a complaint."""

    BOUNCED = "bounced"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINED = "complained"


class Reason(StrEnum):
    """Why, in what RFC 3463's codes come down to."""

    NO_SUCH_ADDRESS = "no_such_address"
    MAILBOX_FULL = "mailbox_full"
    MAILBOX_DISABLED = "mailbox_disabled"
    TOO_LARGE = "too_large"
    UNREACHABLE = "unreachable"
    POLICY = "policy"
    COMPLAINT = "complaint"
    OTHER = "other"

    @property
    def is_lasting(self) -> bool:
        """Will it be the same tomorrow? A policy, or a mailbox that is full, may not be."""
        return self in {Reason.NO_SUCH_ADDRESS, Reason.MAILBOX_DISABLED, Reason.OTHER}


REASONS = {
    "1.": Reason.NO_SUCH_ADDRESS,
    "2.1": Reason.MAILBOX_DISABLED,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_LARGE,
    "3.4": Reason.TOO_LARGE,
    "4.": Reason.UNREACHABLE,
    "7.": Reason.POLICY,
}
CAME_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
"""Fields of a report that name the return path of the mail that it is about: where it came to."""
MACHINES = ("mailer-daemon", "postmaster")
MOST_WORDS = 20_000
SENDERS_FAULT = {"1.7", "1.8"}  # RFC 3463: the sender's address, not the recipient's
NO_COMPLAINTS = {"", "not-spam", "virus", "auth-failure"}
"""What machines tell in the same form (RFC 5965, RFC 6591): nobody has complained."""
ACTIONS = {
    "failed": Kind.BOUNCED,
    "delayed": Kind.DELAYED,
    "delivered": Kind.DELIVERED,
    "relayed": Kind.DELIVERED,
    "expanded": Kind.DELIVERED,
}


@dataclass(frozen=True)
class Report:
    """One fact about one recipient (whom a complaint, or a report in words alone, need not name). ``is_permanent``:
    writing there again is no use (5.x.x), or not wanted. ``came_to``: the addresses that the report came to."""

    kind: Kind
    message_id: str
    recipient: str
    is_permanent: bool
    reason: Reason
    status: str = ""
    came_to: tuple[str, ...] = field(default=(), compare=False)


def read_reports(raw: bytes) -> tuple[Report, ...]:
    """Every fact in one mail; none when it is no report (an answer of somebody who is away, say).

    Raises :class:`~regard.base.TooLarge`, and :class:`~regard.base.Invalid` for what cannot be read as a mail at all.
    """
    if len(raw) > LARGEST:
        raise TooLarge(said("a report has {bytes} bytes at most", bytes=LARGEST))
    try:
        mail = message_from_bytes(IN_UTF8.sub(b"message/", raw), policy=policy.compat32)
        parts = {part.get_content_type(): part for part in reversed(list(mail.walk()))}
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise Invalid(said("this cannot be read as a mail")) from error
    came_to = tuple(filter(None, (_address(text) for name in CAME_TO for text in _lines(mail, name))))
    return tuple(replace(report, came_to=came_to) for report in _facts(mail, parts))


def _facts(mail: Message, parts: dict[str, Message]) -> Iterator[Report]:
    original = _original_id(parts)
    if found := parts.get("message/delivery-status"):
        yield from _deliveries(found, original)
    elif found := parts.get("message/feedback-report"):
        yield from _complaints(found, parts, original)
    else:
        yield from list(_failed_recipients(mail, parts)) or _worded(mail, parts)


def _original_id(parts: dict[str, Message]) -> str:
    """The id of the mail that the report is about, from what it gives back of that."""
    for kind in ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"):
        for part in _returned(parts.get(kind)):
            if found := MESSAGE_ID.search(_line(part, "Message-ID")):
                return found[0]
    return ""


def _returned(part: Message | None) -> Iterator[Message]:
    """What lies in a part: a mail, or groups of fields. Python takes some kinds apart itself, and leaves others."""
    if part is None:
        return
    inside = part.get_payload()
    if isinstance(inside, list):
        yield from (item for item in inside if isinstance(item, Message))
    else:
        yield message_from_bytes(_bytes(part), policy=policy.compat32)


def _bytes(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _deliveries(status: Message, original: str) -> Iterator[Report]:
    for block in _returned(status):
        kind = ACTIONS.get(_line(block, "Action").lower())
        recipient = _address(_line(block, "Original-Recipient")) or _address(_line(block, "Final-Recipient"))
        if kind and recipient:
            yield _delivery(kind, block, recipient, original)


def _delivery(kind: Kind, block: Message, recipient: str, original: str) -> Report:
    status = _status(block)
    is_permanent = kind is Kind.BOUNCED and not status.startswith("4")
    return Report(kind, original, recipient, is_permanent, reason_of(status), status)


def _status(block: Message) -> str:
    """The code that says most: many servers (Exim) write 5.0.0 for whatever they were told."""
    codes = [found[0] for name in ("Status", "Diagnostic-Code") if (found := STATUS.search(_line(block, name)))]
    return next((code for code in codes if not code.endswith(".0.0")), codes[0] if codes else "")


def reason_of(status: str) -> Reason:
    """Why, by an enhanced status code.

    >>> reason_of("5.1.1"), reason_of("4.2.2"), reason_of("")
    (<Reason.NO_SUCH_ADDRESS: 'no_such_address'>, <Reason.MAILBOX_FULL: 'mailbox_full'>, <Reason.OTHER: 'other'>)
    """
    detail = status[2:]
    if detail in SENDERS_FAULT:
        return Reason.POLICY
    return next((reason for begin, reason in REASONS.items() if _begins(detail, begin)), Reason.OTHER)


def _begins(detail: str, begin: str) -> bool:
    return detail.startswith(begin) if begin.endswith(".") else detail == begin


def _complaints(feedback: Message, parts: dict[str, Message], original: str) -> Iterator[Report]:
    for block in _returned(feedback):
        if _line(block, "Feedback-Type").lower() in NO_COMPLAINTS:
            continue
        named = [_address(value) for value in _lines(block, "Original-Rcpt-To")]
        returned = [_address(_line(part, "To")) for part in _returned(parts.get("message/rfc822"))]
        known = [one for one in dict.fromkeys(named or returned) if one]
        for recipient in known or ([""] if original else []):  # providers take it out, for privacy
            yield Report(Kind.COMPLAINED, original, recipient, True, Reason.COMPLAINT)


def _failed_recipients(mail: Message, parts: dict[str, Message]) -> Iterator[Report]:
    """Reports of servers that say it in a header of the mail only, as Exim did before it spoke RFC 3464."""
    original = _original_id({kind: part for kind, part in parts.items() if part is not mail})
    for recipient in filter(None, map(_address, _line(mail, "X-Failed-Recipients").split(","))):
        yield Report(Kind.BOUNCED, original, recipient, True, Reason.OTHER)


def _worded(mail: Message, parts: dict[str, Message]) -> Iterator[Report]:
    """What a server says in words only, as qmail does: it counts by its code, and whom it is about only the address
    that it came to can tell."""
    sender = _address(_line(mail, "From")).partition("@")[0].lower()
    text = _bytes(parts["text/plain"])[:MOST_WORDS].decode("ascii", "replace") if "text/plain" in parts else ""
    if sender in MACHINES and (found := STATUS.search(text)):
        is_permanent = found[1] == "5"
        kind = Kind.BOUNCED if is_permanent else Kind.DELAYED
        yield Report(kind, "", "", is_permanent, reason_of(found[0]), found[0])


def _line(part: Message, name: str) -> str:
    """A field as one line; empty when it is missing."""
    return next(iter(_lines(part, name)), "")


def _lines(part: Message, name: str) -> list[str]:
    """Every field of that name, read as UTF-8."""
    found = [str(value) for key, value in part.raw_items() if key.lower() == name.lower()]
    return [" ".join(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").split()) for text in found]


def _address(text: str) -> str:
    """``rfc822; ann@example.org`` (or with a name, or in angle brackets) as the address alone.

    >>> _address("rfc822;ann@example.org"), _address("Ann <ann@example.org>"), _address("X-local; root")
    ('ann@example.org', 'ann@example.org', '')
    """
    kind, mark, rest = text.partition(";")
    spec = parseaddr(rest if mark and "@" not in kind else text)[1]
    return spec if "@" in spec else ""
