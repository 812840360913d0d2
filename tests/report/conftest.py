"""A workspace with something in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.report.pages_data import filled


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company's stream: filled once, copied for each test."""
    return filled(tmp_path_factory.mktemp("company"))


@pytest.fixture
def company(workspace, company_file: Path):
    """The workspace ``harbour``, filled."""
    workspace.path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(company_file, workspace.path)
    return workspace
