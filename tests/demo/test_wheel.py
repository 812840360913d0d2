"""The wheel carries the demo data, so that ``pipx install regard && regard demo`` needs nothing else."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from regard.demo.catalogue import DATA

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.wheel
def test_the_wheel_holds_every_data_file_with_its_licence(tmp_path: Path):
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not installed: the wheel cannot be built")
    subprocess.run([uv, "build", "--wheel", "--quiet", "--out-dir", tmp_path, ROOT], check=True)
    [wheel] = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    expected = {f"regard/demo/data/{path.relative_to(DATA).as_posix()}" for path in DATA.rglob("*.*") if path.is_file()}
    assert len(expected) == 10
    assert expected <= packed
