"""Progress bars: on stderr, and only for people who watch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]


@contextmanager
def bar(title: str) -> Iterator[Progress | None]:
    """Something to tell ``(stage, done, total)``, drawn as a bar; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(desc=title, unit_scale=True, leave=False, dynamic_ncols=True) as drawn:

        def tell(stage: str, done: int, total: int) -> None:
            drawn.set_description(f"{title}: {stage}", refresh=False)
            drawn.total = total or None
            drawn.n = done
            drawn.refresh()

        yield tell
