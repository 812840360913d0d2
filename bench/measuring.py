"""How everything here is measured: CPU seconds of the process (all threads), the least of a few interleaved rounds.

CPU and not wall time, because other programs share the machine; the least, because noise only ever adds.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DATA = Path(os.environ.get("REGARD_BENCH_DATA", Path(__file__).parent / "data"))


@dataclass(frozen=True)
class Compared:
    """One line of a table: what was done, ours and the limit in CPU seconds."""

    what: str
    ours: float
    limit: float

    @property
    def ratio(self) -> float:
        return self.ours / self.limit


def environment(**given: str) -> dict[str, str]:
    """That of this process, but with compiled modules kept, as an installation has them: else every process would compile
    all of them again."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | given


def cpu(do: Callable[[], object]) -> float:
    """CPU seconds that this process, with all its threads, spends on it."""
    before = time.process_time()
    do()
    return time.process_time() - before


def compared(what: str, ours: Callable[[], object], limit: Callable[[], object], rounds: int = 5) -> Compared:
    """Both in turn, a few rounds; the least of each."""
    pairs = [(cpu(ours), cpu(limit)) for _ in range(rounds)]
    return Compared(what, min(pair[0] for pair in pairs), min(pair[1] for pair in pairs))


def of_process(*command: str, rounds: int = 3, **environ: str) -> float:
    """CPU seconds of a whole command, start to end."""
    used = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(**environ)
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(used)


def cpu_of(process: int) -> float:
    """CPU seconds that a running process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def in_fresh_process(module: str, *arguments: str) -> dict[str, float]:
    """Run ``python -m module`` and read the figures it prints as JSON on its last line, with its peak memory in MB."""
    code = (
        "import json, resource, runpy, sys; sys.argv[0:1] = []; figures = runpy.run_module(sys.argv[0], run_name='__bench__')['main'](*sys.argv[1:]);"
        "figures['peak_mb'] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024; print(json.dumps(figures))"
    )
    command = [sys.executable, "-c", code, module, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment())
    return dict(json.loads(done.stdout.splitlines()[-1]))


def table(rows: list[Compared]) -> str:
    """A Markdown table of comparisons."""
    lines = ["| What | Regard, CPU s | Hand-written, CPU s | Ratio |", "|---|---|---|---|"]
    lines += [f"| {row.what} | {row.ours:.3f} | {row.limit:.3f} | **{row.ratio:.2f}** |" for row in rows]
    return "\n".join(lines)
