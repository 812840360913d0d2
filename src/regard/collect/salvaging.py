"""What a damaged segment still holds: the loader stops at the first record that is broken, and lays the file aside.

Behind it, whole records may stand. Each begins with its frame and its header and carries its checksum, so that reading
can go on at the next one that is whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from regard.collect.spool import FRAME, Arrived, Segment, arrived_of, framed, read_segment, whole_payload

TORN, TAKEN = ".torn", ".recovered"
"""What a damaged segment is called, and once what can be read of it is back in the spool; nobody reads it any more."""
_BEGIN: Final = b'["'
"""How every header begins."""


@dataclass(frozen=True)
class Salvaged:
    """How many damaged segments were looked through, and how many records of them are in the spool again."""

    segments: int
    records: int


def salvage(folder: Path) -> Salvaged:
    """Put back into the spool what can be read of its damaged segments. A crash on the way does no harm: what is put
    back twice is loaded once."""
    damaged = sorted(folder.glob(f"*{TORN}"))
    return Salvaged(len(damaged), sum(_put_back(path) for path in damaged))


def _put_back(path: Path) -> int:
    found = list(records_behind_damage(path))
    if found:
        segment = Segment(path.parent)
        segment.append(*map(framed, found))
        segment.close()
    path.rename(path.with_suffix(TAKEN))
    return len(found)


def records_behind_damage(path: Path) -> Iterator[Arrived]:
    """The whole records behind the first that is not. Those before it were loaded when the file was laid aside."""
    data = path.read_bytes()
    at = max((end for _record, end in read_segment(path)), default=0)
    while (begin := data.find(_BEGIN, at + FRAME.size)) >= 0:
        at = begin - FRAME.size
        payload = whole_payload(data, at)
        record = None if payload is None else _record_of(payload)
        if payload is None or record is None:
            at += 1
        else:
            yield record
            at += FRAME.size + len(payload)


def _record_of(payload: bytes) -> Arrived | None:
    """The record; None for what only looks like one."""
    try:
        return arrived_of(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
