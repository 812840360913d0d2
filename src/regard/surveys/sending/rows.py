"""Uploaded lists of people, row by row: which can be used, and why the others cannot."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from regard.base import Invalid, TooLarge
from regard.base.words import said
from regard.surveys.inviting import Named, read_list
from regard.surveys.preferring import spelled

MOST_ROWS: Final = 500_000
LARGEST: Final = 100_000_000
"""Bytes of one file."""
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 2_000
UNCLOSED: Final = 100_000
"""Characters after which a cell is taken for one whose quotation mark was never closed."""
_EMAIL: Final = re.compile(r"[^\s@,;<>\"]{1,64}@[^\s@,;<>\"]+\.[^\s@,;<>\".]{2,}")
_SIGNED: Final = re.compile(r"[+-]\d+([.,]\d+)?")
_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")
NO_EMAIL = said("this is no e-mail address: correct it")
NO_NUMBER = said("this is no number in international form: write it like +48601234567")
NOBODY = said("nothing says who is meant: fill in email, phone or user_id")
TOO_MANY_CELLS = said("the row has more cells than the heading: put quotes around text with commas")
TOO_LONG = said("a cell is longer than 2000 characters: shorten it")
PROBLEM: Final = "problem"
"""The column of the file of rejected rows that says why."""


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be used: its number in the file (the heading is row 1), its cells, and why."""

    row: int
    cells: Sequence[str]
    problem: Any


@dataclass(frozen=True)
class Read:
    """What a file holds."""

    heads: Sequence[str]
    named: Sequence[Named]
    cells: Sequence[Sequence[str]] = field(repr=False)
    rejected: Sequence[Rejected] = ()

    def clean(self) -> bytes:
        """The rows that can be used, as a file."""
        return written(self.heads, self.cells)

    def refused(self, tell: Any = str) -> bytes:
        """The other rows as a file: mended there, it can be uploaded as it is."""
        heads = [*self.heads, "row", PROBLEM]
        return to_download(heads, ([*one.cells, str(one.row), tell(one.problem)] for one in self.rejected))


def written(heads: Sequence[str], rows: Any) -> bytes:
    """A CSV file in UTF-8, cells as they are."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def to_download(heads: Sequence[str], rows: Any) -> bytes:
    """A CSV file that somebody opens in a spreadsheet: what would be a formula there is text."""
    return written(heads, ([plain(cell) for cell in row] for row in rows))


def plain(cell: str) -> str:
    """A cell that no spreadsheet reckons; numbers, also of telephones, stay as they are.

    >>> plain("=HYPERLINK(1)"), plain("+48601234567"), plain("-12.50")
    ("'=HYPERLINK(1)", '+48601234567', '-12.50')
    """
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell and not _SIGNED.fullmatch(cell) else cell


def read_rows(data: bytes) -> Read:
    """The people of a CSV file, each row judged by itself: a header row with email, phone or user_id, then one person a
    row; an address that comes again is rejected the second time.

    Raises :class:`~regard.base.Invalid` when nothing of it can be used, TooLarge for too many rows.
    """
    if len(data) > LARGEST:
        raise TooLarge(said("the file is larger than 100 MB"), field="file", remedy=said("split it"))
    text = _text(data)
    heads, rows = _table(text)
    who = _first(read_list, heads)
    return _judged(heads, rows, who)


def _text(data: bytes) -> str:
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(coding).replace("\0", "")
        return text.replace("\r\n", "\n").replace("\r", "\n")  # also where a line ends as on the first Macs
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise Invalid(
            said("row {row} is not text in UTF-8", row=row), field="file", remedy=said("save the file as CSV UTF-8")
        ) from error


def _table(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    mark = next((mark for mark in (";", "\t") if mark in text.split("\n", 1)[0]), ",")
    rows = _numbered(csv.reader(io.StringIO(text), delimiter=mark, strict=False))
    _, heads = next(rows, (1, []))
    heads = [head.strip() for head in heads]
    if len(heads) > MOST_COLUMNS:
        raise Invalid(said("the file has more than 200 columns"), field="file", remedy=said("leave some out"))
    if len(set(heads)) < len(heads):
        twice = next(head for head in heads if heads.count(head) > 1)
        raise Invalid(
            said("two columns are called {name}", name=repr(twice)), field="file", remedy=said("rename one of them")
        )
    kept = [at for at, head in enumerate(heads) if head.lower() not in (PROBLEM, "row")]
    return [heads[at] for at in kept], ((number, _kept(cells, kept, len(heads))) for number, cells in rows)


def _kept(cells: list[str], kept: Sequence[int], whole: int) -> list[str]:
    """The cells that stand under a heading; one too many keeps the row from being used."""
    some = [cells[at].strip() if at < len(cells) else "" for at in kept]
    return [*some, *cells[whole:]]


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows with their number in the file, empty ones left out."""
    number = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _unreadable(number) from error
        if any(len(cell) > UNCLOSED for cell in cells):  # the csv module's own limit is the whole process's
            raise _unreadable(number)
        if number > MOST_ROWS:
            raise TooLarge(said("the file has more than 500,000 rows"), field="file", remedy=said("split it"))
        if any(cell.strip() for cell in cells):
            yield number, cells
        number += 1


def _unreadable(row: int) -> Invalid:
    return Invalid(
        said("row {row} cannot be read as CSV", row=row),
        field="file",
        remedy=said("look for a quotation mark that is not closed"),
    )


def _first(reader: Any, heads: Sequence[str]) -> Mapping[str, str]:
    """Which columns say who is meant, by the one reader of lists: ``{"email": "E-mail"}``."""
    marks = {head: f"x{at}@example.org" for at, head in enumerate(heads)}
    one = reader(written(heads, [[marks[head] for head in heads]]))[0]
    said_by = {mark: head for head, mark in marks.items()}
    return {kind: said_by[value] for kind in ("email", "phone", "user_id") if (value := getattr(one, kind))}


def _judged(heads: Sequence[str], rows: Iterator[tuple[int, list[str]]], who: Mapping[str, str]) -> Read:
    at = {kind: heads.index(head) for kind, head in who.items()}
    traits = [(place, head) for place, head in enumerate(heads) if place not in at.values()]
    seen: dict[str, int] = {}
    named, kept, rejected = [], [], []
    for number, cells in rows:
        problem = _problem(cells, at, len(heads)) or _again(cells, at, seen, number)
        if problem:
            rejected.append(Rejected(number, cells[: len(heads)], problem))
            continue
        given = {kind: cells[place] for kind, place in at.items()}
        named.append(Named(**given, traits={head: cells[place] for place, head in traits if cells[place]}))
        kept.append(cells)
    if not named and not rejected:
        raise Invalid(said("the file names nobody"), field="file", remedy=said("put one person in each row"))
    return Read(heads, named, kept, rejected)


def _problem(cells: Sequence[str], at: Mapping[str, int], whole: int) -> Any:
    given = {kind: cells[place] for kind, place in at.items()}
    if len(cells) > whole:
        return TOO_MANY_CELLS
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return TOO_LONG
    if not any(given.values()):
        return NOBODY
    if given.get("email") and not _EMAIL.fullmatch(given["email"]):
        return NO_EMAIL
    return NO_NUMBER if given.get("phone") and not _NUMBER.fullmatch(spelled("sms", given["phone"])) else None


def _again(cells: Sequence[str], at: Mapping[str, int], seen: dict[str, int], number: int) -> Any:
    """Somebody who stands in the list already, by any of their identifiers."""
    kinds = {"email": "email", "phone": "sms", "user_id": "user_id"}
    keys = [f"{kind} {spelled(kinds[kind], cells[place])}" for kind, place in at.items() if cells[place]]
    first = next((seen[key] for key in keys if key in seen), 0)
    if first:
        return said("the same person stands in row {row}: take one of them away", row=first)
    seen.update(dict.fromkeys(keys, number))
    return None
