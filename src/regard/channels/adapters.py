"""Where our mails meet Django's mail backends: what is handed to them, and the SMTP backend that tells fates apart."""

from __future__ import annotations

import smtplib
from email import message_from_bytes, policy
from typing import Any

from django.core.mail import EmailMessage as DjangoMessage
from django.core.mail.backends.smtp import EmailBackend

from regard.channels.delivery import Unanswered
from regard.channels.email import envelope, mime, needs_utf8
from regard.channels.message import Mail

END = b"\r\n.\r\n"
NO_CODE = -1  # what smtplib makes of an answer that is neither yes nor no
AS_WRITTEN = policy.SMTP.clone(refold_source="none")  # folded again, a long address would be an encoded word


class Prepared(DjangoMessage):
    """A mail of ours as Django's backends take it: its bytes are made by :mod:`regard.channels.email` alone."""

    def __init__(self, mail: Mail):
        self.mail = mail
        sender, recipient = envelope(mail)
        super().__init__(mail.subject, mail.text, sender, [recipient])

    def message(self) -> Any:
        return message_from_bytes(mime(self.mail), policy=AS_WRITTEN)


class _Telling:
    """Tells a connection lost before the server had the whole mail (nothing was taken) from one lost after."""

    is_handed_over = False

    def send(self, part: Any) -> None:
        super().send(part)
        self.is_handed_over = isinstance(part, bytes) and part.endswith(END)

    def data(self, message: Any) -> Any:
        self.is_handed_over = False
        try:
            code, words = super().data(message)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            if self.is_handed_over:
                raise Unanswered from error
            raise
        if code == NO_CODE:
            raise Unanswered
        return code, words


class _Plain(_Telling, smtplib.SMTP):
    pass


class _Encrypted(_Telling, smtplib.SMTP_SSL):
    pass


class SmtpBackend(EmailBackend):
    """Django's SMTP backend with three differences: it knows whether a lost mail may have been taken, sends ours byte
    for byte, and speaks SMTPUTF8 where an address needs it."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Encrypted if self.use_ssl else _Plain

    def _send(self, message: DjangoMessage) -> bool:
        if not isinstance(message, Prepared):
            return super()._send(message)
        sender, recipient = envelope(message.mail)
        options = ["SMTPUTF8", "BODY=8BITMIME"] if needs_utf8(message.mail) else []
        self.connection.ehlo_or_helo_if_needed()
        if options and not self.connection.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError
        self.connection.sendmail(sender, [recipient], mime(message.mail), mail_options=options)
        return True
