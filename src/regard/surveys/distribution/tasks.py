"""The jobs of distribution: who is invited, what is sent, what comes back."""

from __future__ import annotations

from regard.surveys.distribution import previewing, returning, running, sending


def look_for_people() -> None:
    """Every minute: programmes look for whom to invite, and what is due goes out."""
    running.expire()
    running.look_for_people()
    sending.enqueue_due()


def invite_all(programme: int, run: str) -> None:
    """Invite everybody of a segment or a list; then send."""
    running.invite_all(programme, run)
    sending.enqueue_due()


def send_due(survey: int, programme: int | None) -> None:
    """Send a batch of what is due."""
    sending.send_due(survey, programme)


def count_recipients(programme: int) -> None:
    """Count whom a programme would ask, for its page."""
    previewing.count_recipients(programme)


def read_inbox() -> None:
    """Every minute: take in reports that have come back by mail."""
    returning.read_inbox()
