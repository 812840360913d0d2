"""What people have said about being written to, and what their mailboxes say: whoever left is left alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from regard.channels import ascii_domain
from regard.surveys.budget import Held
from regard.surveys.inviting import SMS_CHANNEL
from regard.surveys.terms import REMINDERS

PURPOSE: Final = "preferences"
"""What a token is for that lets somebody see and change their own preferences."""
ASKED, COMPLAINED, BOUNCED = "asked", "complained", "bounced"
_MESSAGE: Final = re.compile(r"<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.(\d{1,3})@")
_SPACES: Final = re.compile(r"[\s().-]+")


def spelled(channel: str, address: str) -> str:
    """An address in the one spelling under which preferences are kept.

    >>> spelled("email", " Ann@Example.org"), spelled("sms", "+48 601-234-567"), spelled("email", "ann@bücher.example")
    ('ann@example.org', '+48601234567', 'ann@xn--bcher-kva.example')
    """
    plain = address.strip()
    if channel == SMS_CHANNEL:
        return _SPACES.sub("", plain)
    name, mark, domain = plain.rpartition("@")
    try:
        return f"{name.lower()}{mark}{ascii_domain(domain)}"
    except UnicodeError:  # no domain; it is refused when something is to be sent there
        return plain.lower()


def unwanted(is_unsubscribed: bool, reason: str, kinds: Mapping[str, Any], kind: str) -> Held | None:
    """Why an address is not written to, about a kind of thing; None when it may be.

    >>> unwanted(False, "bounced", {}, "support"), unwanted(False, "", {"support": False}, "support")
    (<Held.UNREACHABLE: 'unreachable'>, <Held.UNSUBSCRIBED: 'unsubscribed'>)
    """
    if reason == BOUNCED:
        return Held.UNREACHABLE
    if is_unsubscribed or kinds.get(kind, True) is False:
        return Held.UNSUBSCRIBED
    return None


def wants_reminders(kinds: Mapping[str, Any]) -> bool:
    return kinds.get(REMINDERS, True) is not False


def masked(address: str) -> str:
    """An address as a page shows it that somebody may have been forwarded to.

    >>> masked("ann.king@example.org"), masked("+48601234567")
    ('a…@example.org', '…567')
    """
    name, mark, domain = address.partition("@")
    return f"{name[:1]}…@{domain}" if mark else f"…{address[-3:]}"


def message_id(public_id: str, reminders: int, domain: str) -> str:
    """The id of the mail that carries an invitation, or its so-manieth reminder: a report about it names it again.

    >>> invitation_in(message_id("0192d3a0-0000-7000-8000-000000000001", 2, "cx.example.org"))
    '0192d3a0-0000-7000-8000-000000000001'
    """
    return f"<{public_id}.{reminders}@{domain}>"


def invitation_in(text: str) -> str:
    """The public id of the invitation that a mail's id names; empty when it is none of ours."""
    found = _MESSAGE.search(text)
    return found[1] if found else ""
