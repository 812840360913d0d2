"""A machine to read the documentation on: a home with the demo workspaces, and a server when a page asks it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regard.base.config import config
from regard.report import Workspace
from regard.stream import OpenedStore
from tests.docs.blocks import ADDRESS, Reader
from tests.serving import PATIENCE_SECONDS, free_port, wait_until_it_answers

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
    """``reader(text)``: somebody who has what the page speaks of: demo workspaces, a server, the source folder."""
    folder, servers, notebook = tmp_path / "work", [], {"__name__": "page"}

    def start(text: str) -> Reader:
        home = tmp_path / "home"
        if any(name in text for name in ("airport", "retail", "incidents", "simulated")):
            shutil.copytree(request.getfixturevalue("demo_home"), home)
        given = {"REGARD_HOME": str(home), "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        _lay_out(folder)
        monkeypatch.chdir(folder)
        config.cache_clear()
        address = _serve(given, servers) if "curl" in text and ADDRESS in text else ADDRESS
        return Reader(folder, given, notebook, address)

    yield start
    for value in notebook.values():
        if isinstance(value, Workspace | OpenedStore):
            value.close()
    for server in servers:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def _lay_out(folder: Path) -> None:
    """An empty folder, but for the source and the real data sets (where there are any) as a reader would have them."""
    folder.mkdir()
    data = Path(os.environ.get("REGARD_TEST_DATA", ROOT.parent / "shared" / "data"))
    for name, target in (("src", ROOT / "src"), ("data", data)):
        if target.is_dir():
            (folder / name).symlink_to(target.resolve())


def _serve(environment: dict[str, str], servers: list[subprocess.Popen[str]]) -> str:
    address = f"127.0.0.1:{(port := free_port())}"
    given = os.environ | environment | {"REGARD_PORT": str(port)}
    servers.append(subprocess.Popen([f"{PROGRAMS}/regard", "run"], env=given, stdout=subprocess.DEVNULL, text=True))
    wait_until_it_answers(f"http://{address}", servers[-1])
    return address
