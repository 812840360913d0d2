"""A mapping being written for a file that nobody has described: its lines, and how sure we are of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass
class Draft:
    """A mapping being written for a file: its lines, what to tell, and how sure we are."""

    file: str
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sure: float = 1.0
    used: set[str] = field(default_factory=set)

    def say(self, *lines: str) -> None:
        self.lines += lines

    def doubt(self, note: str, factor: float = 0.8) -> None:
        self.notes.append(note)
        self.sure *= factor


def quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False)
