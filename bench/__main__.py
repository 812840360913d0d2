"""``make bench``: measure everything and write the figures into ``docs/why/performance.md``, between its markers.

``python -m bench 50`` also measures at fifty million interactions (needs 3 GB of disk and ten minutes).
"""

from __future__ import annotations

import os
import platform
import re
import sys
from pathlib import Path

import duckdb

from bench import loading, questions, starting
from bench.measuring import Compared, table
from regard import __version__
from regard.base.clock import now

PAGE = Path(__file__).parent.parent / "docs" / "why" / "performance.md"


def main(sizes: list[int]) -> None:
    """Every measurement, one section of the page each."""
    loaded, peak = loading.measure()
    write("loading", f"{table([loaded])}\n\nPeak memory of the import: {peak:.0f} MB.")
    found = {size: questions.main(size * 1_000_000) for size in sizes}
    ten = found[10]
    cached = f"The overview again with no new data: {ten['cached']:.3f} s CPU. Peak memory: {ten['peak_mb']:.0f} MB."
    write("questions", f"{table(ten['rows'])}\n\n{cached}")
    write("growth", growth({size: each["rows"] for size, each in found.items()}))
    seconds = starting.measure()
    lines = ["| What | CPU s |", "|---|---|", *(f"| {what} | {used:.2f} |" for what, used in seconds.items())]
    write("starting", "\n".join(lines))
    write("machine", machine())


def growth(found: dict[int, list[Compared]]) -> str:
    """CPU of ours by size, and what ten times as much costs."""
    sizes = sorted(found)
    head = " | ".join(f"{size} M, CPU s" for size in sizes)
    lines = [f"| What | {head} | CPU a million interactions, largest ÷ smallest |", "|---" * (len(sizes) + 2) + "|"]
    for place, row in enumerate(found[sizes[0]]):
        used = [found[size][place].ours for size in sizes]
        per_million = (used[-1] / sizes[-1]) / (used[0] / sizes[0])
        lines.append(f"| {row.what} | {' | '.join(f'{each:.3f}' for each in used)} | {per_million:.2f} |")
    return "\n".join(lines)


def machine() -> str:
    """What the figures were made with."""
    return (
        f"Made on {now():%Y-%m-%d} with `make bench`: Regard {__version__}, Python {platform.python_version()}, DuckDB "
        f"{duckdb.__version__}, {os.cpu_count()} cores of a shared virtual machine ({platform.machine()})."
    )


def write(section: str, text: str) -> None:
    """Replace what stands between a section's markers."""
    page = PAGE.read_text()
    mark = rf"(<!-- {section} -->\n).*?(<!-- /{section} -->)"
    found, count = re.subn(mark, lambda match: f"{match[1]}{text}\n{match[2]}", page, flags=re.DOTALL)
    if count != 1:
        raise LookupError(f"{PAGE} has no section {section}")
    PAGE.write_text(found)
    print(f"== {section}\n{text}\n")


if __name__ == "__main__":
    main([1, 10, *map(int, sys.argv[1:])])
