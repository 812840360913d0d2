"""Answers out of another tool's export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.moving.opening import REMEDY, archived

MOST_CELLS: Final = 5_000_000
CSV: Final = said("export the responses of this survey as CSV")
_FORMS: Final = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%y %H:%M",
    "%d.%m.%Y %H:%M:%S",
)


@dataclass
class ImportedResponse:
    """One respondent's answers, in our questionnaire's names and values."""

    source_key: str
    answers: dict[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    completed_at: datetime | None = None
    is_complete: bool = False
    is_test: bool = False
    """Nobody's answer: somebody tried the survey out."""
    language: str = ""
    person: dict[str, str] = field(default_factory=dict)
    """What the export says of the person, by trait."""
    problems: list[str] = field(default_factory=list)
    """Values that fit no choice, each with its column: they are not among the answers."""


@dataclass
class ImportedResponses:
    """All responses of an export, and what of it has no place."""

    responses: list[ImportedResponse]
    unmatched: list[str]
    """Columns that belong to no question of the survey."""
    left_out: list[str]
    """Columns that are known, and that Regard does not keep (addresses of machines, places)."""


def unpacked(data: bytes) -> bytes:
    """The table in a download that is an archive of one; else the bytes as they are."""
    if data[:4] != b"PK\x03\x04":
        return data
    found = [content for name, content in archived(data).items() if name.lower().endswith((".csv", ".tsv", ".txt"))]
    if len(found) != 1:
        raise Invalid(said("the archive holds no table, or more than one"), field="file", remedy=CSV)
    return found[0]


def check_matched(columns: Sequence[object]) -> None:
    """Refuse a file of which no column belongs to the survey: it is another's, or no export."""
    if not columns:
        raise Invalid(said("no column of the file belongs to a question of the survey"), field="file", remedy=CSV)


def table_of(data: bytes) -> list[list[str]]:
    """The rows of a CSV file: commas, semicolons or tabs, in UTF-8 or UTF-16."""
    try:
        text = data.decode(_encoding(data))
    except UnicodeError:
        text = data.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise Invalid(said("the export is no text file"), field="file", remedy=REMEDY)
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = [
            row
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise Invalid(
            said("the export cannot be read: {reason}", reason=str(error)), field="file", remedy=REMEDY
        ) from None
    if sum(map(len, rows)) > MOST_CELLS:
        raise Invalid(
            said("the export has more than {most} cells", most=MOST_CELLS), field="file", remedy=said("split it")
        )
    return rows


def _encoding(data: bytes) -> str:
    """UTF-16 by its mark, or by the zeros beside its first letters; else UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if data[1:8:2] == bytes(4):
        return "utf-16-le"
    return "utf-16-be" if data[0:8:2] == bytes(4) else "utf-8-sig"


def zone_of(name: str) -> tzinfo:
    """A time zone by its name; UTC, when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def instant_of(text: str, zone: tzinfo) -> datetime | None:
    """A date and time as an instant; None, when it is none.

    >>> instant_of("2016-05-27 11:44:08", UTC)
    datetime.datetime(2016, 5, 27, 11, 44, 8, tzinfo=datetime.timezone.utc)
    """
    text = text.strip()
    found: datetime | None = None
    try:
        found = datetime.fromisoformat(text) if text[4:5] == "-" else None
    except ValueError:
        found = None
    for form in _FORMS if found is None else ():
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
            break
        except ValueError:
            continue
    if found is None or found.year < 1990:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def is_yes(text: str) -> bool:
    return text.strip().casefold() in ("1", "true", "yes", "y", "ja", "oui", "tak", "да", "da", "是")


def listed(labels: Iterable[str], cell: str) -> list[str] | None:
    """The labels that a list with commas names, though labels may hold commas; None when one fits none of them.

    >>> listed(["Apples, red", "Pears"], "Apples, red,Pears")
    ['Apples, red', 'Pears']
    """
    known = {" ".join(label.casefold().split()): label for label in labels}
    parts, found, place = cell.split(","), [], 0
    while place < len(parts):
        for end in range(len(parts), place, -1):
            wanted = " ".join(",".join(parts[place:end]).casefold().split())
            if wanted in known:
                found.append(known[wanted])
                place = end
                break
        else:
            return None
    return found
