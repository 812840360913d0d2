"""The front door of channels for other sites: mails sent by the server that the settings name."""

from __future__ import annotations

import smtplib
from collections.abc import Iterable, Iterator
from contextlib import suppress

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from regard.channels.adapters import Prepared
from regard.channels.delivery import outcome_of, unreachable
from regard.channels.message import Fate, Mail, Outcome

__all__ = ["default_sender", "send_mails"]


def default_sender() -> str:
    """The address that mails of this site come from: ``?from=`` of REGARD_EMAIL_URL."""
    return settings.DEFAULT_FROM_EMAIL


def send_mails(mails: Iterable[Mail]) -> Iterator[tuple[Mail, Outcome]]:
    """Send over one connection; says of each mail what became of it before the next one is sent.

    So whoever writes each outcome down as it comes knows after a crash of all but one mail whether it went. Raises
    :class:`~regard.base.Unavailable` when there is no connection: that mail and those after it were not sent, and can
    be later. A connection that is lost in between is opened again once, for the next mail.
    """
    connection = get_connection()
    try:
        for mail in mails:
            _open(connection)
            yield mail, _sent(connection, mail)
    finally:
        _close(connection)


def _open(connection: BaseEmailBackend) -> None:
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise unreachable(error) from error


def _sent(connection: BaseEmailBackend, mail: Mail) -> Outcome:
    try:
        connection.send_messages([Prepared(mail)])
    except (OSError, smtplib.SMTPException) as error:
        outcome = outcome_of(error)
        if outcome.fate in {Fate.LATER, Fate.UNCERTAIN}:
            _close(connection)  # whatever state it is in: the next mail gets a fresh one
        return outcome
    return Outcome(Fate.SENT, reference=mail.message_id)


def _close(connection: BaseEmailBackend) -> None:
    with suppress(OSError, smtplib.SMTPException):
        connection.close()
