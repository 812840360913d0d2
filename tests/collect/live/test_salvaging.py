"""What stands whole in a damaged segment is loaded in the end: once, and nothing that only looks like a record."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from regard.collect.listening import Loader
from regard.collect.salvaging import Salvaged, records_behind_damage, salvage
from regard.collect.spool import framed, segments
from regard.stream import Store
from tests.collect.live.conftest import append, arrived, ids, track

NAMES = [str(number) for number in range(6)]


def damaged(spool: Path, broken: int, how: str = "changed") -> None:
    """A segment of six records, one of which is damaged."""
    parts = [framed(arrived(track(message_id=name))) for name in NAMES]
    hurt = parts[broken]
    parts[broken] = {
        "changed": hurt[:-3] + b"?" + hurt[-2:],
        "cut short": hurt[:-9],
        "no length": b"\xff\xff\xff\xff" + hurt[4:],
        "no frame": hurt[5:],
        "zeroes": b"\0" * len(hurt),
        "noise": random.Random(7).randbytes(len(hurt)) + b'["web',
        "gone but for its end": b'["x"]}',
    }[how]
    segment = append(spool, is_finished=False)
    segment.append(*parts)
    segment.close()


@pytest.mark.parametrize(
    "how", ["changed", "cut short", "no length", "no frame", "zeroes", "noise", "gone but for its end"]
)
@pytest.mark.parametrize("broken", [0, 2, 5])
def test_all_but_the_damaged_record_is_loaded_in_the_end(
    spool: Path, store: Store, loader: Loader, broken: int, how: str
) -> None:
    damaged(spool, broken, how)
    loader.step()
    assert ids(store) == NAMES[:broken]
    assert salvage(spool) == Salvaged(1, 5 - broken)
    loader.step()
    assert sorted(ids(store)) == [name for name in NAMES if name != NAMES[broken]]
    assert not segments(spool)
    assert salvage(spool) == Salvaged(0, 0)


def test_what_was_put_back_before_a_crash_is_loaded_once(spool: Path, store: Store, loader: Loader) -> None:
    damaged(spool, 1)
    loader.step()
    [torn] = spool.glob("*.torn")
    kept = torn.read_bytes()
    salvage(spool)
    torn.write_bytes(kept)  # as if it had not been called otherwise yet
    salvage(spool)
    loader.step()
    assert sorted(ids(store)) == ["0", "2", "3", "4", "5"]


def test_a_record_inside_the_body_of_another_is_not_taken_out_of_it(spool: Path) -> None:
    inner = framed(arrived(track(message_id="inner")))
    whole = framed(arrived(track(message_id="1")))
    path = spool / "a.torn"
    outer = arrived(track(message_id="outer"))
    import msgspec

    path.write_bytes(b"??" + framed(msgspec.structs.replace(outer, body=outer.body + inner)) + whole)
    assert len(list(records_behind_damage(path))) == 2
