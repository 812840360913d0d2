"""Servers that tests start: where they listen, and when they answer."""

from __future__ import annotations

import contextlib
import secrets
import socket
import subprocess
import time
import urllib.request

PATIENCE_SECONDS = 300
"""More than anything needs on a machine that does much else. Who waits sees at once when the other side has ended."""


def free_port() -> int:
    """A port that nobody listens on, below those that outgoing connections are given (from 32768 on).

    One that the system chooses could be given to somebody else between our look and the server's start.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until_it_answers(address: str, process: subprocess.Popen) -> None:
    """Return once the server is healthy; AssertionError when it ends, or never answers."""
    until = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=PATIENCE_SECONDS):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"no answer; the server's exit code is {process.poll()}")
