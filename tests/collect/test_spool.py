"""The spool keeps what it said it keeps: torn tails, full disks, several processes, clocks that go back."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regard.base import TooMany, Unavailable
from regard.base.clock import frozen, now
from regard.collect import spool as spool_module
from regard.collect.spool import Arrived, Segment, Spool, framed, is_finished, read_segment, segments

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def record(number: int, body: bytes = b'{"a": 1}') -> Arrived:
    return Arrived("key", now(), "track", body, None, "a browser", str(number))


def append(spool: Spool, *records: Arrived) -> list[BaseException | None]:
    """All at once, as requests come; what became of each."""

    async def together() -> list[BaseException | None]:
        return await asyncio.gather(*(spool.append(each) for each in records), return_exceptions=True)

    return asyncio.run(together())


def stored(folder: Path) -> list[Arrived]:
    return [found for path in segments(folder) for found, _ in read_segment(path)]


@pytest.fixture
def spool(tmp_path: Path):
    made = Spool(tmp_path / "spool")
    yield made
    made.close()


def test_what_is_appended_is_read_back_whole_and_in_order(spool: Spool):
    sent = [record(number, os.urandom(number * 100)) for number in range(50)]
    assert append(spool, *sent) == [None] * 50
    assert stored(spool.folder) == sent


def test_reading_goes_on_where_it_was_left(spool: Spool):
    append(spool, *map(record, range(5)))
    (path,) = segments(spool.folder)
    offsets = [offset for _, offset in read_segment(path)]
    assert [found.id for found, _ in read_segment(path, offsets[2])] == ["3", "4"]
    assert offsets[-1] == path.stat().st_size


def test_requests_that_come_together_share_one_flush(spool: Spool, monkeypatch: pytest.MonkeyPatch):
    written, write = [], os.writev
    monkeypatch.setattr(spool_module.os, "writev", lambda file, parts: written.append(file) or write(file, parts))
    append(spool, *map(record, range(100)))
    assert len(written) == 2  # the first alone, the rest while it was written
    assert fcntl.fcntl(written[0], fcntl.F_GETFL) & os.O_DSYNC  # each returns once the disk has it


@pytest.mark.parametrize("cut", [1, 7, 8, 20, 60])
def test_a_torn_record_is_recognised_and_those_before_it_are_kept(spool: Spool, cut: int):
    append(spool, record(1), record(2))
    (path,) = segments(spool.folder)
    torn = framed(record(3))[:-cut] if cut < 60 else framed(record(3))[:3]
    with path.open("ab") as file:
        file.write(torn)
    assert [found.id for found in stored(spool.folder)] == ["1", "2"]


def test_a_record_whose_bytes_have_changed_is_not_taken_for_one(spool: Spool):
    append(spool, record(1), record(2))
    (path,) = segments(spool.folder)
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)
    assert [found.id for found in stored(spool.folder)] == ["1"]


def test_zeros_at_the_end_as_a_loss_of_power_leaves_them_are_no_record(spool: Spool):
    append(spool, record(1))
    (path,) = segments(spool.folder)
    with path.open("ab") as file:
        file.write(bytes(4096))
    assert [found.id for found in stored(spool.folder)] == ["1"]


def test_a_segment_is_closed_when_it_is_large_and_another_begun(tmp_path: Path):
    spool = Spool(tmp_path, segment_size=500)
    for number in range(10):
        append(spool, record(number, b"x" * 300))
    found = segments(tmp_path)
    spool.close()
    assert len(found) == 5
    kept = [each.id for each in stored(tmp_path)]  # segments begun within one millisecond have no order
    assert sorted(kept) == [str(number) for number in range(10)]


def test_a_segment_is_finished_only_when_nobody_writes_to_it(spool: Spool):
    append(spool, record(1))
    (path,) = segments(spool.folder)
    assert not is_finished(path)
    spool.close()
    assert is_finished(path)


def test_an_idle_segment_is_closed_so_that_it_can_be_done_with(spool: Spool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(spool_module, "IDLE_SECONDS", 0.01)
    append(spool, record(1))
    (path,) = segments(spool.folder)
    while not is_finished(path):
        pass
    append(spool, record(2))
    assert [found.id for found in stored(spool.folder)] == ["1", "2"]


def test_several_processes_write_side_by_side(tmp_path: Path):
    first, second = Spool(tmp_path), Spool(tmp_path)
    append(first, record(1))
    append(second, record(2))
    append(first, record(3))
    first.close()
    second.close()
    assert len(segments(tmp_path)) == 2
    assert {found.id for found in stored(tmp_path)} == {"1", "2", "3"}


def test_a_clock_that_goes_back_loses_nothing(tmp_path: Path):
    spool = Spool(tmp_path, segment_size=1)
    for hours in (0, -5, 3, -48):
        with frozen(NOON + timedelta(hours=hours)):
            append(spool, record(hours))
    spool.close()
    assert {found.id for found in stored(tmp_path)} == {"0", "-5", "3", "-48"}


class FullDisk:
    """A disk with room for so many bytes more: writes what fits, then says so."""

    def __init__(self, room: int, monkeypatch: pytest.MonkeyPatch):
        self.room, self.write = room, os.write
        monkeypatch.setattr(spool_module.os, "write", self)
        monkeypatch.setattr(spool_module.os, "writev", lambda file, parts: self(file, memoryview(b"".join(parts))))

    def __call__(self, file: int, data: memoryview) -> int:
        taken = min(self.room, len(data))
        if not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= taken
        return self.write(file, data[:taken])


def test_a_full_disk_refuses_what_it_cannot_keep_keeps_the_rest_and_recovers(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
):
    append(spool, record(1))
    disk = FullDisk(40, monkeypatch)
    (error,) = append(spool, record(2))
    assert isinstance(error, Unavailable)
    assert "No space left" in str(error)
    assert [found.id for found in stored(spool.folder)] == ["1"]
    disk.room = 10**6
    assert append(spool, record(3)) == [None]
    assert [found.id for found in stored(spool.folder)] == ["1", "3"]


def test_a_disk_that_stays_full_is_not_littered(spool: Spool, monkeypatch: pytest.MonkeyPatch):
    FullDisk(0, monkeypatch)
    for number in range(5):
        append(spool, record(number))
    assert segments(spool.folder) == []


def test_a_disk_that_takes_little_at_a_time_gets_everything(spool: Spool, monkeypatch: pytest.MonkeyPatch):
    write = os.write
    monkeypatch.setattr(spool_module.os, "writev", lambda file, parts: write(file, parts[0][:3]))
    monkeypatch.setattr(spool_module.os, "write", lambda file, data: write(file, data[:7]))
    append(spool, *map(record, range(3)))
    assert [found.id for found in stored(spool.folder)] == ["0", "1", "2"]


def test_more_requests_than_one_write_takes_are_all_kept(spool: Spool):
    append(spool, *map(record, range(spool_module.MOST_PARTS)))
    assert [found.id for found in stored(spool.folder)] == [str(number) for number in range(spool_module.MOST_PARTS)]


def test_a_flush_that_fails_is_no_success_and_its_segment_is_left(spool: Spool, monkeypatch: pytest.MonkeyPatch):
    append(spool, record(1))

    write = os.writev

    def broken(file: int, parts: Sequence[bytes]) -> int:
        write(file, parts)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(spool_module.os, "writev", broken)
        (error,) = append(spool, record(2))
    assert isinstance(error, Unavailable)
    append(spool, record(3))
    assert [found.id for found in stored(spool.folder)] == ["1", "3"]
    assert len(segments(spool.folder)) == 2


def test_a_spool_that_is_full_of_what_is_not_loaded_says_so_until_a_loader_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(spool_module, "_COUNT_SECONDS", -1)
    spool = Spool(tmp_path, limit=100)
    assert append(spool, record(1, b"x" * 200)) == [None]
    (error,) = append(spool, record(2))
    assert isinstance(error, TooMany)
    spool.close()
    segments(tmp_path)[0].unlink()
    assert append(spool, record(3)) == [None]
    spool.close()


def test_a_new_segment_cannot_be_taken_for_a_finished_one(tmp_path: Path):
    segment = Segment(tmp_path)
    assert segments(tmp_path) == [segment.path]
    assert not is_finished(segment.path)
    segment.close()


def test_a_request_that_is_given_up_does_not_disturb_the_others_of_its_group(spool: Spool):
    async def together() -> list[BaseException | None]:
        tasks = [asyncio.create_task(spool.append(record(number))) for number in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, given_up, last = asyncio.run(together())
    assert (first, last) == (None, None)
    assert isinstance(given_up, asyncio.CancelledError)


def test_threads_append_beside_the_event_loop_and_share_writes(spool: Spool, monkeypatch: pytest.MonkeyPatch):
    written, write = [], os.writev

    def slow(file: int, parts: Sequence[bytes]) -> int:
        time.sleep(0.02)
        written.append(file)
        return write(file, parts)

    monkeypatch.setattr(spool_module.os, "writev", slow)
    sent = [record(number) for number in range(60)]
    with ThreadPoolExecutor(20) as pool:
        from_threads = [pool.submit(spool.put, each) for each in sent[:40]]
        assert append(spool, *sent[40:]) == [None] * 20
        assert [done.result() for done in from_threads] == [None] * 40
    assert sorted(found.id for found in stored(spool.folder)) == sorted(each.id for each in sent)
    assert len(written) < 30


def test_a_thread_is_told_that_the_disk_is_full(spool: Spool, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(spool_module.os, "writev", full)
        with pytest.raises(Unavailable):
            spool.put(record(1))
    spool.put(record(2))
    assert [found.id for found in stored(spool.folder)] == ["2"]
