"""Where a key stands in a TOML text: so that an error can name the line."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_ARRAY = re.compile(r"^\s*\[\[(.+)\]\]")
_TABLE = re.compile(r"^\s*\[(.+)\]")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)((?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=""")


def line_of(text: str, path: Path) -> int:
    """The 1-based line of the key at ``path``, or of the nearest thing that holds it.

    >>> line_of('a = 1\\n[[b]]\\nc = 2\\n[[b]]\\nd = 3', ("b", 1, "d"))
    5
    """
    lines = positions(text)
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def positions(text: str) -> dict[Path, int]:
    """The line of every table and key that begins a line."""
    found: dict[Path, int] = {}
    counts: dict[str, int] = {}
    at: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if match := _ARRAY.match(line):
            name = match[1].strip()
            counts[name] = counts.get(name, -1) + 1
            at = (*name.split("."), counts[name])
        elif match := _TABLE.match(line):
            at = tuple(part.strip().strip("\"'") for part in match[1].split("."))
        elif match := _KEY.match(line):
            found.setdefault((*at, *_parts(match)), number)
            continue
        else:
            continue
        found.setdefault(at, number)
    return found


def _parts(match: re.Match[str]) -> Path:
    rest = [part.strip() for part in match[2].split(".") if part.strip()]
    return (match[1].strip("\"'"), *rest)
