"""A paper that errands are written down on, and the errands declared as jobs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.jobs import errands


@pytest.fixture(autouse=True)
def _declared(settings) -> None:
    names = ("write", "fail", "not_yet", "begin_and_hang", "come_back", "work_long")
    settings.REGARD_JOBS = tuple(f"{errands.HERE}.{name}" for name in names)
    settings.REGARD_SCHEDULES = ()


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    return tmp_path / "paper.txt"


@pytest.fixture
def lines(paper: Path) -> Callable[[], list[str]]:
    return lambda: paper.read_text().splitlines() if paper.exists() else []
