"""The wheel alone, in an empty environment and an empty home: ``pipx install regard && regard demo`` is true."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import urllib.request
import zipfile
from pathlib import Path

import pytest

from regard import __version__
from tests.serving import PATIENCE_SECONDS, free_port, wait_until_it_answers

pytestmark = [pytest.mark.wheel, pytest.mark.long]
ROOT = Path(__file__).parent.parent.parent
INSIDE = (
    "regard/web/templates/",
    "regard/web/static/",
    "regard/report/templates/",
    "regard/demo/data/",
    "regard/demo/mappings/",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("uv") is None:
        pytest.skip("uv is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(["uv", "build", "--wheel", "--out-dir", folder], cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def regard(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    venv = tmp_path_factory.mktemp("venv") / "env"
    subprocess.run(["uv", "venv", "--quiet", venv], check=True)
    subprocess.run(["uv", "pip", "install", "--quiet", "--python", venv / "bin" / "python", wheel], check=True)
    return venv / "bin" / "regard"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "REGARD_HOME": str(tmp_path_factory.mktemp("home") / "regard"), "REGARD_PORT": str(free_port())}


def test_the_wheel_holds_everything_that_is_shown_and_loaded(wheel: Path) -> None:
    inside = zipfile.ZipFile(wheel).namelist()
    for folder in INSIDE:
        source = ROOT / "src" / folder
        expected = {str(path.relative_to(ROOT / "src")) for path in source.rglob("*") if path.is_file()}
        expected = {name for name in expected if "__pycache__" not in name}
        assert expected, f"{folder} is empty"
        assert expected <= set(inside)


def test_the_wheel_holds_every_language_compiled(wheel: Path) -> None:
    inside = zipfile.ZipFile(wheel).namelist()
    sources = sorted(path.parts[-3] for path in (ROOT / "src/regard/locale").glob("*/LC_MESSAGES/django.po"))
    assert sources == ["pl", "ro", "ru", "zh_Hans"]
    for language in sources:
        assert f"regard/locale/{language}/LC_MESSAGES/django.mo" in inside


def test_the_installed_command_knows_its_version(regard: Path, environment: dict[str, str]) -> None:
    done = subprocess.run([regard, "--version"], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"regard {__version__}"


def test_the_demo_prints_its_numbers_and_serves_from_the_wheel_alone(
    regard: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [regard, "demo", "--no-serve"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Net promoter score" in done.stdout
    assert "SFO airport survey" in done.stdout
    checked = subprocess.run(
        [regard, "check"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    _serves(regard, environment, tmp_path)


def _serves(regard: Path, environment: dict[str, str], folder: Path) -> None:
    output = folder / "server.txt"
    with output.open("w") as out:
        server = subprocess.Popen([regard, "run"], env=environment, cwd=folder, stdout=out, stderr=out)
    address = f"http://127.0.0.1:{environment['REGARD_PORT']}"
    try:
        wait_until_it_answers(address, server)
        with urllib.request.urlopen(f"{address}/account/login/", timeout=PATIENCE_SECONDS) as page:
            assert b"stylesheet" in page.read()
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=PATIENCE_SECONDS) in {0, -signal.SIGTERM}
    assert "Sign in once with http" in output.read_text()
