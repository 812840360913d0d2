"""Run several commands at once: ``python tools/together.py one="pytest tests/web" two="pytest tests/site"``.

While one waits, for a browser or a database, the others work. What they say is printed line by line, each after the
name of who says it. All are run to their ends; the exit code is the first in the order of their names that is not 0.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def run(name: str, command: str) -> int:
    """Run one command to its end and pass on what it says, line by line."""
    with subprocess.Popen(
        shlex.split(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            print(f"{name} | {line}", end="", flush=True)
    return process.returncode


def main(arguments: list[str]) -> int:
    named = [argument.partition("=") for argument in arguments]
    if not named or not all(command for _, _, command in named):
        print(__doc__)
        return 2
    with ThreadPoolExecutor(len(named)) as all_at_once:
        codes = list(all_at_once.map(run, *zip(*((name, command) for name, _, command in named), strict=True)))
    for (name, _, _), code in zip(named, codes, strict=True):
        print(f"{name}: {'passed' if code == 0 else f'FAILED ({code})'}")
    return next(filter(None, codes), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
