"""From nothing to the first page, and from nothing to a number in the terminal: CPU seconds of whole processes."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from tempfile import TemporaryDirectory

from bench.measuring import cpu_of, environment, of_process

PORT = "8765"


def measure() -> dict[str, float]:
    """CPU seconds of ``regard measure`` on a small workspace, and of the server until its first page."""
    with TemporaryDirectory() as folder:
        environ = {"REGARD_HOME": folder, "REGARD_PORT": PORT}
        regard = [sys.executable, "-m", "regard"]
        subprocess.run([*regard, "demo", "--no-serve"], check=True, capture_output=True, env=environment(**environ))
        _until_first_page(regard, environ)  # once, so that tables and static files are there
        figures = {
            "regard measure nps (SFO airport survey)": of_process(*regard, "measure", "nps", "-w", "airport", **environ)
        }
        figures["regard --version"] = of_process(*regard, "--version", **environ)
        figures["server, start to first page"] = min(_until_first_page(regard, environ) for _ in range(3))
    return figures


def _until_first_page(regard: list[str], environ: dict[str, str]) -> float:
    server = subprocess.Popen(
        [*regard, "run"], env=environment(**environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _fetch(f"http://127.0.0.1:{PORT}/")
        return cpu_of(server.pid)
    finally:
        server.terminate()
        server.wait()


def _fetch(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address).read()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(address)


if __name__ == "__main__":
    for what, seconds in measure().items():
        print(f"{what}: {seconds:.2f}")
