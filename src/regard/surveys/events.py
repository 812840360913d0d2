"""What happens when people answer, told upwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ResponseReceived:
    """Somebody has answered a survey to its end, or left it an hour ago with some answers given."""

    workspace: str
    """The slug."""
    survey: str
    """The public key."""
    response: str
    """The public id: the subject of its interactions, unless it was invited."""
    source_key: str
    """The person as the stream knows them; empty when nobody knows who it is."""
    answers: Mapping[str, Any]
    is_complete: bool
    flags: tuple[str, ...] = ()
