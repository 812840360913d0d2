"""Before the tests: install Debian's Chromium where it is missing and we may; say plainly what will be skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def browser() -> str | None:
    """The path of a Chromium on this machine."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def install(package: str) -> bool:
    """Install a Debian package when we may; whether it worked."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return (
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], env=environ, **quiet
        ).returncode
        == 0
    )


def main() -> int:
    if browser() or (install("chromium") and browser()):
        print(f"browser: {browser()}")
        return 0
    print("browser: no Chromium here and none may be installed: the browser tests will be SKIPPED", file=sys.stderr)
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
