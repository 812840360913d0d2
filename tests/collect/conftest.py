"""A store to load into, a home of its own, and files made on the spot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regard.base import config as settings
from regard.collect import Mapping, parse_mapping
from regard.stream import Question, Store, open_store
from regard.stream.compose import sql

SURVEY = """
source = "survey"
id = ["id"]
time = "at"
customer = "who"
[[interactions]]
name = "Survey Answered"
score = { column = "score", metric = "csat", scale = [1, 5] }
text = "comment"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of this test's own."""
    monkeypatch.setenv("REGARD_HOME", str(tmp_path / "home"))
    settings.config.cache_clear()
    yield tmp_path / "home"
    settings.config.cache_clear()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "workspace.duckdb")
    yield opened
    opened.close()


@pytest.fixture
def survey() -> Mapping:
    return parse_mapping(SURVEY)


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV of the survey: rows of (id, at, who, score, comment)."""

    def write(
        *rows: str, name: str = "survey.csv", encoding: str = "utf-8", header: str = "id,at,who,score,comment"
    ) -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
        return path

    return write


def kept(store: Store, columns: str = "*") -> list[dict]:
    """The interactions in the store, by id."""
    return store.ask(Question("kept", sql(f"SELECT {columns} FROM interactions ORDER BY id"))).rows()


def properties(row: dict) -> dict:
    return json.loads(row["properties"] or "{}")
