"""A machine to read the documentation on: a home with the demo workspaces, and a server when a page asks it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regard.base.config import config
from tests.docs.blocks import ADDRESS, Reader

ROOT = Path(__file__).parent.parent.parent
PROGRAMS = str(Path(sys.executable).parent)


def pages() -> list[Path]:
    """The README and every page of the documentation."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder as `regard demo` leaves it; loaded once, copied for each page."""
    home = tmp_path_factory.mktemp("demo") / "home"
    command = [f"{PROGRAMS}/regard", "demo", "--no-serve"]
    done = subprocess.run(command, env=os.environ | {"REGARD_HOME": str(home)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def reader(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Reader]]:
    """``reader(text)``: somebody who has what the page speaks of: demo workspaces, a server, the mappings."""
    opened: list[Reader] = []
    servers: list[subprocess.Popen[str]] = []

    def start(text: str) -> Reader:
        home, folder = tmp_path / "home", tmp_path / "work"
        folder.mkdir()
        if any(name in text for name in ("airport", "retail", "incidents", "simulated")):
            shutil.copytree(request.getfixturevalue("demo_home"), home)
        data = Path(os.environ.get("REGARD_TEST_DATA", ROOT.parent / "shared" / "data"))
        for name, target in (("src", ROOT / "src"), ("data", data)):
            if target.is_dir():
                (folder / name).symlink_to(target.resolve())
        given = {"REGARD_HOME": str(home), "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(folder)
        config.cache_clear()
        found = Reader(folder, given, {"__name__": "page"})
        if ADDRESS in text and "curl" in text:
            found.address = _serve(given, servers)
        opened.append(found)
        return found

    yield start
    for one in opened:
        for value in one.notebook.values():
            if type(value).__name__ in {"Workspace", "OpenedStore"}:
                value.close()  # type: ignore[attr-defined]
    for server in servers:
        server.terminate()
        server.wait(20)


def _serve(environment: dict[str, str], servers: list[subprocess.Popen[str]]) -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = os.environ | environment | {"REGARD_PORT": str(port)}
    servers.append(subprocess.Popen([f"{PROGRAMS}/regard", "run"], env=given, stdout=subprocess.DEVNULL, text=True))
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
        except OSError:
            time.sleep(0.1)
            continue
        return f"127.0.0.1:{port}"
    pytest.fail("the server did not start")
