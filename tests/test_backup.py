"""A backup can be taken while people work, and a restore proves what it puts back."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from regard import backup
from regard.base import Conflict, Invalid, NotFound
from regard.base.config import config
from regard.stream import Batch, Question, compose, open_store
from tests.stream.rows import parquet, row

COUNT = Question("count", compose.select("count(*) AS n").from_("interactions"))


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder in use: the operational database and a workspace are open."""
    home = tmp_path / "home"
    use(home, monkeypatch)
    (home / "workspaces").mkdir(parents=True)
    (home / "secret_key").write_text("s" * 60)
    with sqlite3.connect(home / "regard.sqlite3") as database:
        database.execute("CREATE TABLE people (name TEXT)")
        database.execute("INSERT INTO people VALUES ('Ann')")
    return home


def use(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(config(), home=home, database_url="")
    monkeypatch.setattr(backup, "config", lambda: settings)


@pytest.fixture
def archive(live: Path, tmp_path: Path) -> Path:
    rows = parquet(tmp_path / "rows.parquet", [row(number) for number in range(10)])
    with open_store(live / "workspaces" / "shop.duckdb") as store:
        store.append(Batch(rows))
        backup.back_up(tmp_path / "backup.tar")  # the workspace is open meanwhile
    return tmp_path / "backup.tar"


def test_everything_comes_back(archive, tmp_path, monkeypatch):
    use(tmp_path / "new", monkeypatch)
    kept = backup.restore(archive)
    assert {item.path: item.interactions for item in kept} == {
        "regard.sqlite3": None, "secret_key": None, "workspaces/shop.duckdb": 10,
    }  # fmt: skip
    with open_store(tmp_path / "new" / "workspaces" / "shop.duckdb") as store:
        assert store.ask(COUNT)["n"] == [10]
    with sqlite3.connect(tmp_path / "new" / "regard.sqlite3") as database:
        assert database.execute("SELECT name FROM people").fetchall() == [("Ann",)]


def test_an_archive_is_for_its_owner_only(archive):
    assert archive.stat().st_mode & 0o077 == 0


def test_a_changed_archive_is_refused_and_nothing_is_put_in_place(archive, tmp_path, monkeypatch):
    folder = tmp_path / "opened"
    with tarfile.open(archive) as source:
        source.extractall(folder, filter="data")
    (folder / "secret_key").write_text("another")
    with tarfile.open(tmp_path / "changed.tar", "w") as target:
        target.add(folder, arcname=".")
    use(tmp_path / "new", monkeypatch)
    with pytest.raises(Invalid, match="secret_key is missing from the archive or differs"):
        backup.restore(tmp_path / "changed.tar")
    assert not list((tmp_path / "new").iterdir())


def test_a_truncated_archive_is_refused(archive, tmp_path, monkeypatch):
    whole = archive.read_bytes()
    (tmp_path / "half.tar").write_bytes(whole[: len(whole) // 2])
    use(tmp_path / "new", monkeypatch)
    with pytest.raises(Invalid):
        backup.restore(tmp_path / "half.tar")
    assert not list((tmp_path / "new").iterdir())


def test_data_that_is_there_is_never_overwritten(archive, live):
    with pytest.raises(Conflict, match="holds data already"):
        backup.restore(archive)


def test_a_backup_never_replaces_another_file(archive, live):
    with pytest.raises(Conflict, match="is there already"):
        backup.back_up(archive)


def test_a_missing_archive_is_named(live, tmp_path, monkeypatch):
    use(tmp_path / "new", monkeypatch)
    with pytest.raises(NotFound, match="nowhere"):
        backup.restore(tmp_path / "nowhere.tar")


def test_a_failed_backup_leaves_nothing_behind(live, tmp_path):
    (live / "workspaces" / "broken.duckdb").write_text("no database " * 1000)
    before = set(tmp_path.iterdir())
    with pytest.raises(Invalid):
        backup.back_up(tmp_path / "backup.tar")
    assert set(tmp_path.iterdir()) == before
    shutil.rmtree(live)


def test_what_was_received_and_not_yet_read_comes_back_too(live, tmp_path, monkeypatch):
    spool = live / "spool"
    spool.mkdir()
    (spool / "0192.spool").write_bytes(b"received")
    (spool / ".turn").write_bytes(b"")
    backup.back_up(tmp_path / "spooled.tar")
    use(tmp_path / "elsewhere", monkeypatch)
    backup.restore(tmp_path / "spooled.tar")
    assert (tmp_path / "elsewhere" / "spool" / "0192.spool").read_bytes() == b"received"
    assert not (tmp_path / "elsewhere" / "spool" / ".turn").exists()
