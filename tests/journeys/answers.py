"""A small file of answers, as a company might hand it in: one of its dates does not exist."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

GOOD, BAD = 60, 1


def write_answers(path: Path, first: date = date(2026, 3, 1)) -> Path:
    """Sixty answers to "how likely are you to recommend us", one a day, and a sixty-first on the 31st of April."""
    lines = ["answered_at,customer,channel,nps"]
    for number in range(GOOD):
        day, channel = first + timedelta(days=number), "email" if number % 3 else "phone"
        lines.append(f"{day},c{number % 40},{channel},{number * 7 % 11}")
    lines.append("2026-04-31,c7,email,9")
    path.write_text("\n".join(lines) + "\n")
    return path
