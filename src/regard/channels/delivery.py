"""What an SMTP server's answer means for one mail (RFC 5321, enhanced codes of RFC 3463)."""

from __future__ import annotations

import re
import smtplib

from regard.base import RegardError, Unavailable
from regard.base.words import said
from regard.channels.message import Fate, Outcome

ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b", re.ASCII)
POLICY_CLASS = ".7."  # RFC 3463: security or policy, not the address
NO_SERVICE = "554"  # RFC 5321: no service here, or the transaction failed; said of blocked senders, without a code
NO_UTF8 = "server without SMTPUTF8"


class Unanswered(smtplib.SMTPException):
    """The server had the whole mail, and the connection ended before it said whether it takes it."""


def outcome_of(error: Exception) -> Outcome:
    """What became of a mail whose sending raised this.

    >>> outcome_of(smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"5.1.1 no such user")}))
    Outcome(fate=<Fate.BOUNCED: 'bounced'>, reason='550 5.1.1', reference='')
    """
    if isinstance(error, Unanswered):
        return Outcome(Fate.UNCERTAIN, "no answer")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Outcome(Fate.REFUSED, NO_UTF8)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _answered(code, words, is_of_address=True)
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered(error.smtp_code, error.smtp_error, is_of_address=False)
    return Outcome(Fate.LATER, "connection lost")


def _answered(code: int, words: bytes | str, *, is_of_address: bool) -> Outcome:
    found = ENHANCED.match(words.decode("utf-8", "replace") if isinstance(words, bytes) else words)
    enhanced = found[1] if found else ""
    reason = f"{code} {enhanced}".strip()
    if not 500 <= code < 600:  # 4xx, and what is no answer at all
        return Outcome(Fate.LATER, reason)
    is_bounce = is_of_address and POLICY_CLASS not in enhanced and reason != NO_SERVICE
    return Outcome(Fate.BOUNCED if is_bounce else Fate.REFUSED, reason)


def unreachable(error: Exception) -> RegardError:
    """Why there is no connection to the mail server, without its words."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        message = said("the mail server does not accept the user name and password ({code})", code=error.smtp_code)
    else:
        message = said("the mail server cannot be reached ({kind})", kind=type(error).__name__)
    return Unavailable(message, remedy=said("check REGARD_EMAIL_URL; mails wait until it answers"))
