"""A private in-memory engine in which files are laid out as rows of text before anything is decided about them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from regard.base import Conflict, Invalid, Unavailable
from regard.base.config import config
from regard.base.sizes import LOADING, memory
from regard.base.words import said
from regard.collect.syntax import DIALECT
from regard.collect.work import Watch, full

ROWS = "rows"
POLL_SECONDS = 0.2


class Staging:
    """The engine of one load. Every statement is a syntax tree or a constant text with bound parameters."""

    def __init__(self, folder: Path, watch: Watch | None = None):
        self.folder = folder
        self.watch = watch or Watch()
        settings: dict[str, Any] = {
            "memory_limit": memory(LOADING),
            "temp_directory": str(folder / "spill"),
            "max_temp_directory_size": config().temp_limit,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": True,
        }
        if config().threads:
            settings["threads"] = config().threads
        self.engine = duckdb.connect(":memory:", config=settings)
        self.engine.execute("SET enable_progress_bar = false")

    def run(self, statement: exp.Expr | str, values: Any = None, *, stage: str | None = None) -> list[Any]:
        """Run one statement and return its rows; with a ``stage``, report progress and allow cancelling."""
        text = statement if isinstance(statement, str) else statement.sql(DIALECT)
        with _told(), self._watched(stage):
            return self.engine.execute(text, values).fetchall()

    def one(self, statement: exp.Expr | str, values: Any = None, *, stage: str | None = None) -> Any:
        """The first row."""
        return self.run(statement, values, stage=stage)[0]

    def columns(self, table: str = ROWS) -> list[str]:
        """The columns of a table, in order."""
        return [
            row[0]
            for row in self.run(
                "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND NOT internal ORDER BY column_index",
                [table],
            )
        ]

    def count(self, table: str = ROWS) -> int:
        return int(self.one(exp.select("count(*)").from_(exp.to_identifier(table, quoted=True)))[0])

    def close(self) -> None:
        self.engine.close()

    @contextmanager
    def _watched(self, stage: str | None) -> Iterator[None]:
        if stage is None or (self.watch.progress is None and self.watch.cancel is None):
            yield
            return
        self.watch.tell(stage)
        done = threading.Event()
        stopped: list[Conflict] = []
        poll = threading.Thread(target=self._poll, args=(stage, done, stopped), daemon=True)
        poll.start()
        try:
            yield
        except duckdb.InterruptException:
            raise (stopped or [Conflict(said("the load was stopped; nothing of it was kept"), code="cancelled")])[
                0
            ] from None
        finally:
            done.set()
            poll.join()

    def _poll(self, stage: str, done: threading.Event, stopped: list[Conflict]) -> None:
        while not done.wait(POLL_SECONDS):
            try:
                self.watch.tell(stage, max(int(self.engine.query_progress()), 0), 100)
            except Conflict as stop:
                stopped.append(stop)
                self.engine.interrupt()
                return


@contextmanager
def _told() -> Iterator[None]:
    """Turn the engine's complaints into errors of ours."""
    try:
        yield
    except duckdb.InterruptException:
        raise
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        reason = str(error)
        if any(sign in reason for sign in ("No space left", "File too large", "max_temp_directory_size")):
            raise full() from error
        if isinstance(error, duckdb.OutOfMemoryException):
            raise Unavailable(
                said("the load needs more memory than it may use"),
                code="out_of_memory",
                remedy=said("raise REGARD_MEMORY_LIMIT, or split the file"),
            ) from error
        raise Invalid(
            said("the file cannot be read: {reason}", reason=first_line(reason)), field="file", code="unreadable"
        ) from error
    except duckdb.Error as error:
        raise Invalid(
            said("the file cannot be read: {error}", error=first_line(str(error))), field="file", code="unreadable"
        ) from error


def first_line(message: str) -> str:
    """The first sentence of a message."""
    return message.strip().split("\n", 1)[0][:300]
