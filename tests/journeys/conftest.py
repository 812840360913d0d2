"""One server with demo data, one browser, and the checks that every page must pass."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.journeys.furnish import PASSWORD
from tests.serving import PATIENCE_SECONDS, free_port, wait_until_it_answers

HERE = Path(__file__).parent
PATIENCE = 60_000.0
"""Milliseconds that a page has to become what is expected of it. Whatever is there is not waited for."""
expect.set_options(timeout=PATIENCE)
AXE = (HERE / "vendor" / "axe.min.js").read_text()
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Site:
    """A running server: its address, its home folder, and the one-time link it printed."""

    address: str
    home: Path
    link: str

    def regard(self, *arguments: str | Path) -> str:
        """Run a command of the command line beside the server, and return what it printed."""
        command = [sys.executable, "-m", "regard", *map(str, arguments)]
        done = subprocess.run(
            command, env=_environment(self.home), capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def _environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "REGARD_HOME": str(home), **more}


# Package scope: the browser's event loop must be gone before tests elsewhere use the database.


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`regard run` on a free port, in a home that has been furnished."""
    home = tmp_path_factory.mktemp("journeys") / "home"
    subprocess.run(
        [sys.executable, "-m", "tests.journeys.furnish"], env=_environment(home), check=True, timeout=PATIENCE_SECONDS
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "regard", "run"],
        env=_environment(home, REGARD_PORT=str(free_port())),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address, link = _greeting(process), _greeting(process)
        wait_until_it_answers(address, process)
        yield Site(address, home, link)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _greeting(process: subprocess.Popen) -> str:
    """The address in the next line that the server prints."""
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, f"the server said {line!r}"
    return found[0]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    yield from running_browser()


def running_browser() -> Iterator[Browser]:
    """Chromium. Its absence is a failure in CI, and a plainly stated skip elsewhere."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        message = "no Chromium is installed: the pages were not tried in a browser"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """A person at a browser window: goes to addresses, and hears every complaint of the page."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.addresses.append(request.url))

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.site.address + path)
        return self.page

    def resize(self, width: int, theme: str = "light") -> None:
        self.page.set_viewport_size({"width": width, "height": 850})
        self.page.emulate_media(color_scheme=theme)

    def overflow(self) -> list[str]:
        """What reaches beyond the window's sides, outside places that scroll by themselves."""
        return self.page.evaluate(OVERFLOW)

    def violations(self, only: str = "") -> list[str]:
        """What axe-core finds against WCAG 2.2 AA; ``only`` asks for one rule."""
        if not self.page.evaluate("() => Boolean(window.axe)"):
            self.page.evaluate(AXE)
        run = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": TAGS}
        found = self.page.evaluate(
            "run => axe.run(document, {runOnly: run, resultTypes: ['violations'], elementRef: false})", run
        )
        return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]


TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
OVERFLOW = """() => {
  const wide = document.documentElement.scrollWidth;
  if (wide <= innerWidth) return [];
  return [`the page is ${wide} px wide`, ...[...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 8).map(e => e.outerHTML.slice(0, 140))];
}"""


@pytest.fixture
def visit(browser: Browser, site: Site, states: dict[str, dict]) -> Iterator[Callable[..., Visitor]]:
    """``visit("owner")`` is a fresh window of somebody who has signed in; ``visit()`` of nobody."""
    contexts: list[BrowserContext] = []

    def open_window(role: str = "", **options: object) -> Visitor:
        state = states[role] if role else None
        contexts.append(browser.new_context(storage_state=state, locale="en-GB", reduced_motion="reduce", **options))
        return Visitor(contexts[-1].new_page(), site)

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture(scope="package")
def states(browser: Browser, site: Site) -> dict[str, dict]:
    """What a browser keeps of somebody's sign-in: the owner's by the one-time link, the others' by password."""
    return {"owner": _by_link(browser, site)} | {
        role: _by_password(browser, site, role) for role in ("manager", "analyst", "viewer")
    }


def _by_link(browser: Browser, site: Site) -> dict:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(site.link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/workspaces/|/w/"))
    state = context.storage_state()
    context.close()
    return state


def _by_password(browser: Browser, site: Site, role: str) -> dict:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site.address}/account/login/")
    page.get_by_label("Email").fill(f"{role}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/workspaces/|/w/"))
    state = context.storage_state()
    context.close()
    return state
