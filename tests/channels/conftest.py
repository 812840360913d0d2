"""A mail server on this machine, which takes or refuses as a test tells it to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller


class Post:
    """What the server does: keeps what it takes; ``answers`` says what else it says to whom, ``drops`` when it hangs up."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, bytes]] = []
        self.answers: dict[str, str] = {}
        self.sender_answer = self.data_answer = ""
        self.drops_at = ""
        self.connections = 0

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for *_, raw in self.taken]

    @property
    def recipients(self) -> list[str]:
        return [recipient for _, recipient, _ in self.taken]

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list) -> list:  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list) -> str:  # noqa: N802
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.sender_answer or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list) -> str:  # noqa: N802
        if self._hangs_up(server, "RCPT"):
            return "421 gone"
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data_answer:
            return self.data_answer
        self.taken += [(envelope.mail_from, recipient, envelope.content) for recipient in envelope.rcpt_tos]
        return "250 OK" if not self._hangs_up(server, "DATA") else "421 gone"

    def _hangs_up(self, server: Any, at: str) -> bool:
        if self.drops_at != at:
            return False
        self.drops_at = ""
        server.transport.abort()
        return True


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.fixture
def mail_settings(settings, free_port: int) -> None:
    settings.EMAIL_BACKEND = "regard.channels.adapters.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", free_port, 10
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


@pytest.fixture
def opened(mail_settings: None, free_port: int) -> Iterator[Callable[[], Post]]:
    """Opens the mail server: until then nobody listens there."""
    controllers: list[Controller] = []

    def begin(**options: Any) -> Post:
        post = Post()
        options = {"enable_SMTPUTF8": True, **options}
        controllers.append(Controller(post, hostname="127.0.0.1", port=free_port, **options))
        controllers[-1].start()
        return post

    yield begin
    for controller in controllers:
        controller.stop()


@pytest.fixture
def post(opened: Callable[[], Post]) -> Post:
    return opened()
