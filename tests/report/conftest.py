"""A workspace with something in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.pages_data import fill


@pytest.fixture
def company(workspace, tmp_path: Path):
    """The workspace ``harbour``, filled."""
    from regard.accounts.site import store_of

    fill(store_of(workspace), tmp_path)
    return workspace
