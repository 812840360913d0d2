"""Commands of the command line that are run in the tests' own process: what they say is the same, and Python starts less."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TextIO

from regard.base.config import config
from regard.cli import main

PLAIN = frozenset(
    ("load", "propose", "loads", "refused", "replay", "overview", "measure", "compare", "explain", "define")
)
"""Those that need no Django, and end by themselves."""


def run_here(arguments: Sequence[str], out: TextIO, error: TextIO) -> int:
    """The exit code of a command that reads its settings from the environment as it is now."""
    config.cache_clear()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            return main(arguments)
        except SystemExit as ended:
            return int(ended.code or 0)
        finally:
            config.cache_clear()
