"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets. Its absence is a failure in CI, and a plainly stated skip elsewhere."""
    folder = Path(os.environ.get("REGARD_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        message = f"the real data sets are not at {folder}: set REGARD_TEST_DATA"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return folder
