"""The command line. Each module here declares a group of commands, and imports what they need when they run."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence

from regard import __version__
from regard.base import RegardError
from regard.cli import (
    checking,
    collecting,
    erasing,
    keeping,
    keys,
    loading,
    measuring,
    serving,
    surveying,
    working,
    workspaces,
)
from regard.cli.words import sentence

GROUPS = (serving, working, collecting, loading, measuring, surveying, workspaces, keys, erasing, checking, keeping)
OK, CANNOT, INTERRUPTED = 0, 1, 130
STOPPED = "stopped; nothing was left half done"
ENGINE_INTERRUPTED = "Query interrupted"  # what Ctrl-C becomes when it falls into a running query

ABOUT = "Regard: customer experience from your own files, in eight numbers you can trust."
START = """start here:
  regard demo                                      demo workspaces, their numbers, and the site
  regard propose survey.csv > survey.toml          let Regard propose how to read a file
  regard load survey.csv --mapping survey.toml --workspace shop
  regard measure nps --workspace shop --every month
  regard run                                       serve the site

Settings are environment variables (REGARD_HOME, REGARD_PORT, …); regard check lists what is wrong with them.
Exit codes: 0 done, 1 cannot be done, 2 the command was not understood.
"""


def parser() -> argparse.ArgumentParser:
    """Every command and argument there is."""
    top = argparse.ArgumentParser(
        prog="regard", description=ABOUT, epilog=START, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action="version", version=f"regard {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for group in GROUPS:
        group.declare(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what went wrong is one sentence on stderr, never a stack trace."""
    gc.set_threshold(50_000, 20, 20)  # a start makes many objects that all stay: do not look for garbage among them
    os.umask(0o077)  # what is kept holds people's data: it is whoever runs this that may read it
    reading = parser()
    given = reading.parse_args(arguments)
    if given.command is None:
        reading.print_help()
        return OK
    try:
        code = int(given.run(given) or OK)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return _said(STOPPED, INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more at exit
        return OK
    except (RegardError, OSError) as error:
        return _said(sentence(error))
    except Exception as error:  # noqa: BLE001 - the last resort: a fault of ours, told in a sentence, kept in a file
        if str(error) == ENGINE_INTERRUPTED:
            return _said(STOPPED, INTERRUPTED)
        if _is_of_the_database(error):
            why = str(error).partition("\n")[0]
            return _said(f"the database cannot be used: {why} (is it there, is its disk full, may it be written to?)")
        return _said(f"this is a fault of Regard's own ({type(error).__name__}); {_noted()}")


def _is_of_the_database(error: Exception) -> bool:
    """Whether the database is at fault: its disk, its server, its rights. Django is not imported to ask."""
    return type(error).__module__ == "django.db.utils" and type(error).__name__ == "OperationalError"


def _noted() -> str:
    """Where the details of the error in hand were written."""
    import traceback

    from regard.base import clock
    from regard.base.config import config

    log = config().home / "errors.log"
    try:
        with log.open("a", encoding="utf-8") as out:
            out.write(f"{clock.now().isoformat()} regard {__version__}\n{traceback.format_exc()}\n")
    except OSError as error:
        return f"its details could not be written: {sentence(error)}"
    return f"its details are in {log}"


def _said(sentence: str, code: int = CANNOT) -> int:
    print(f"regard: {sentence}", file=sys.stderr)
    return code
