"""The jobs of the pages of sending."""

from __future__ import annotations

from regard.surveys.sending import uploads


def read_upload(programme: int, by: int) -> None:
    """Take in a large list."""
    uploads.read_upload(programme, by)
