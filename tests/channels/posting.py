"""A job that sends one mail, as whoever has many to send would write it: a mark before, the outcome after."""

from __future__ import annotations

from pathlib import Path

from regard.base import Unavailable
from regard.channels import Fate, Mail
from regard.channels.site import send_mails
from regard.jobs import Later


def post_one(folder: str, name: str) -> None:
    mark = Path(folder) / name
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return  # went, or was under way when the process was killed: it may have gone
    mail = Mail(f"{name}@example.org", "Hello", "Hello", "shop@example.org", message_id=f"<{name}@example.org>")
    try:
        [(_, outcome)] = send_mails([mail])
    except Unavailable:
        mark.unlink()
        raise
    if outcome.fate is Fate.LATER:
        mark.unlink()
        raise Later(60)
