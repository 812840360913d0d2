"""Surveys: what a respondent's page weighs beside SurveyJS's renderer, and how many answers a second are accepted beside
a bare page that stores a row.

Pages are weighed by Chromium, cold: every byte that crosses the wire, with headers. SurveyJS's files (``npm install`` in
``bench/surveyjs``) are sent brotli-compressed at its best level. Answers are sent by eight connections that wait for
nothing in between, to one process in turns: to a survey, to a bare page of the site, and to the same bare page with the
middlewares of respondents' pages alone. ``python -m bench.surveys answers`` measures only those.
"""

from __future__ import annotations

import asyncio
import functools
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
from playwright.sync_api import Browser, sync_playwright

from bench.measuring import cpu_of, environment

SURVEYJS = Path(__file__).parent / "surveyjs" / "node_modules"
PROGRAMME = Path(__file__).parent.parent / "src" / "regard" / "surveys" / "data" / "relationship_nps.json"
CONNECTIONS = 8
KEY, ONE = "programme", "one-question"
CHROMIUM = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")


@dataclass(frozen=True)
class Weight:
    """What a page costs a reader's connection."""

    bytes: int
    requests: int


@dataclass(frozen=True)
class Rate:
    """Answers accepted a second, CPU milliseconds of the server for each, and how long they took, in milliseconds."""

    per_second: float
    cpu: float
    p50: float
    p99: float


def main() -> dict[str, object]:
    """Every measurement."""
    with serving() as (address, server):
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
            found: dict[str, object] = {"ours": weigh(browser, f"{address}/s/{KEY}/", "main")}
            if (SURVEYJS / "survey-core").is_dir():
                with surveyjs() as theirs:
                    found["surveyjs"] = weigh(browser, theirs, ".sd-question")
            browser.close()
        return found | answers(address, server)


# --- weight -----------------------------------------------------------------------------------------------------------


def weigh(browser: Browser, address: str, sign: str) -> Weight:
    """A page opened by a browser that has nothing kept, until its ``sign`` is there and the network is quiet."""
    page = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.goto(address)
    page.locator(sign).first.wait_for()
    page.wait_for_load_state("networkidle")
    page.context.close()
    return Weight(int(sum(sizes)), len(sizes))


PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Survey</title><link rel="stylesheet" href="survey-core/survey-core.min.css"><link rel="icon" href="data:,">
</head><body><div id="survey"></div><script src="survey-core/survey.core.min.js"></script>
<script src="survey-js-ui/survey-js-ui.min.js"></script><script src="start.js"></script></body></html>"""


@contextmanager
def surveyjs() -> Iterator[str]:
    """The same survey by SurveyJS's own renderer, from a server that compresses as well as can be."""
    start = f"new Survey.Model({PROGRAMME.read_text()}).render(document.getElementById('survey'))"

    @functools.cache
    def packed(path: str) -> bytes:
        text = {"/": PAGE, "/start.js": start}.get(path)
        return brotli.compress(text.encode() if text else (SURVEYJS / path[1:]).read_bytes())

    class Files(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kinds = {".js": "text/javascript", ".css": "text/css", "": "text/html"}
            body = packed(self.path)
            self.send_response(200)
            self.send_header("Content-Type", kinds[Path(self.path).suffix])
            self.send_header("Content-Encoding", "br")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


# --- answers a second -------------------------------------------------------------------------------------------------


def answers(address: str, server: int, each: int = 400, rounds: int = 10) -> dict[str, object]:
    """All pages in turns, who begins changes; medians of the rounds, because others share the machine."""
    port = int(address.rpartition(":")[2])
    form = "page=recommend&shown=nps&to=next&a.nps=9"
    paths = {"survey": f"/s/{ONE}/", "bare": "/bare/", "bare among respondents": "/s/bare/"}
    for path in paths.values():
        asyncio.run(_send(port, path, form, 200))
    found: dict[str, list[Rate]] = {name: [] for name in paths}
    for round_ in range(rounds):
        for name in paths if round_ % 2 else reversed(paths):
            cpu = cpu_of(server)
            seconds, taken = asyncio.run(_send(port, paths[name], form, each))
            time.sleep(0.5)  # what the loader has of them is theirs
            found[name].append(_rate(seconds, taken, cpu_of(server) - cpu))
    middle = {name: _median(rates) for name, rates in found.items()}
    return middle | {f"ratio to {name}": _ratio(found, name) for name in [*paths][1:]}


def _rate(seconds: float, taken: list[float], cpu: float) -> Rate:
    taken = sorted(taken)
    p50, p99 = (1000 * taken[int(len(taken) * share)] for share in (0.5, 0.99))
    return Rate(len(taken) / seconds, 1000 * cpu / len(taken), p50, p99)


def _median(rates: list[Rate]) -> Rate:
    return Rate(*(statistics.median(getattr(rate, field.name) for rate in rates) for field in fields(Rate)))


def _ratio(found: dict[str, list[Rate]], name: str) -> float:
    both = zip(found["survey"], found[name], strict=True)
    return statistics.median(survey.per_second / other.per_second for survey, other in both)


async def _send(port: int, path: str, form: str, count: int) -> tuple[float, list[float]]:
    request = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(form)}\r\nUser-Agent: bench\r\n\r\n{form}"
    ).encode()
    taken: list[float] = []

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(count // CONNECTIONS):
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert b" 303 " in head.partition(b"\r\n")[0], head
            length = next(
                (int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
            )
            await reader.readexactly(length)
            taken.append(time.perf_counter() - began)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    seconds = time.perf_counter() - began
    return seconds, taken


# --- the server -------------------------------------------------------------------------------------------------------


@contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """Regard with one survey, and the bare page beside it, in a process of its own: its address and its number."""
    home = tempfile.mkdtemp(prefix="regard-bench-")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "bench.surveys", "serve", str(port)]
    process = subprocess.Popen(command, env=environment(REGARD_HOME=home))
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://localhost:{port}", process.pid
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(home)


def serve(port: int) -> None:
    """As `regard run` serves, without limits for one address: all the load comes from one."""
    import uvicorn
    from django.conf import settings

    import regard.asgi
    from regard.accounts.site import Workspace, local_owner, prepare_site
    from regard.cli.patience import Patience
    from regard.surveys.models import Survey, SurveyVersion
    from regard.surveys.respond import limits

    limits.BEGINNINGS = limits.SENDINGS = sys.maxsize
    settings.ROOT_URLCONF = "bench.bare"
    prepare_site()
    workspace = Workspace.make("Bench", local_owner())
    document = json.loads(PROGRAMME.read_text())
    for key, pages in ((KEY, document["pages"]), (ONE, document["pages"][:1])):
        survey = Survey.objects.create(workspace=workspace, name=key, key=key, state="open", is_once_each=False)
        SurveyVersion.objects.create(survey=survey, number=1, document={**document, "pages": pages})
    uvicorn.run(regard.asgi.application, port=port, http=Patience, log_level="warning")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]))
    elif sys.argv[1:2] == ["answers"]:
        with serving() as (at, server_):
            print(json.dumps(answers(at, server_), default=vars, indent=1))
    else:
        print(json.dumps(main(), default=vars, indent=1))
