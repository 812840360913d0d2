"""One at a time: whoever changes a response, or answers with a device, is done before the next one looks.

Row and stream are two places, so what is told of an answer and what is kept of it agree only when nobody else does the
same in between. On a server's database the lock is the database's, among all machines that use it, and ends with the
transaction. SQLite is one machine's, and its one lock would let nobody write while the disk is flushed: there it is a
lock on a file. Both go with their holder, however that ends, and let the next one in.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final

from django.db import connection, transaction

from regard.base import Unavailable
from regard.base.config import config
from regard.base.words import said
from regard.surveys.models import Response

SLOTS: Final = 256
"""Files for each kind of thing; two that share one wait for each other, and nothing worse."""


@contextmanager
def alone(kind: str, name: str) -> Iterator[None]:
    """Nobody else is in here with the same name meanwhile. Take a response's turn before that of its rivals.

    Raises :class:`~regard.base.Unavailable` when the disk has no room for it.
    """
    told = hashlib.blake2b(f"{kind} {name}".encode(), digest_size=8).digest()
    number = int.from_bytes(told, "big", signed=True)
    with _on_server(number) if connection.vendor == "postgresql" else _on_this_machine(kind, number % SLOTS):
        yield


def alone_with_response(public_id: str) -> AbstractContextManager[None]:
    """Nobody else sends a page of the response with this id, or settles it."""
    return alone("response", public_id)


def alone_with_rivals(response: Response) -> AbstractContextManager[None]:
    """Nobody else sends what this response rules out: what begins with the same invitation, or, where a device counts
    once, what comes from the same device."""
    if response.invitation_id:
        return nullcontext() if response.pk else alone("invitation", str(response.invitation_id))
    if not response.device or not response.survey.is_once_each:
        return nullcontext()
    return alone("device", f"{response.survey_id} {response.device}")


@contextmanager
def _on_server(number: int) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        yield


@contextmanager
def _on_this_machine(kind: str, slot: int) -> Iterator[None]:
    file = _opened(config().home / "turns", f"{kind}-{slot}")
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _opened(folder: Path, name: str) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Unavailable(
            said("what arrived cannot be kept: {error}", error=error.strerror or str(error)),
            remedy=said("try again in a few seconds"),
        ) from error
