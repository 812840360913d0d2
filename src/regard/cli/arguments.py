"""Arguments that several commands share, and the types they are read as."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

Commands = Any  # argparse's own sub-parsers action, which has no public name
EVERY = ("day", "week", "month", "quarter", "year")


def command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], int | None], about: str, examples: str = ""
) -> argparse.ArgumentParser:
    """Declare a command: its help begins with what it is for and ends with examples."""
    declared: argparse.ArgumentParser = commands.add_parser(
        name,
        help=about,
        description=about[0].upper() + about[1:] + ".",
        epilog=f"examples:\n{_indented(examples)}" if examples else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    declared.set_defaults(run=run)
    return declared


def of_workspace(declared: argparse.ArgumentParser) -> None:
    declared.add_argument(
        "-w",
        "--workspace",
        metavar="W",
        help="short name of a workspace, or the path of a .duckdb file (default: the only workspace there is)",
    )


def of_slice(declared: argparse.ArgumentParser) -> None:
    """What to measure: filters and the time it was known."""
    declared.add_argument(
        "--where",
        metavar="K=V",
        action="append",
        type=condition,
        default=[],
        help="only rows whose column or property K is V; again for more (the same K twice: either value)",
    )
    declared.add_argument("--as-of", metavar="T", type=instant, help="as known at this date or time")


def of_output(declared: argparse.ArgumentParser) -> None:
    form = declared.add_mutually_exclusive_group()
    form.add_argument("--json", dest="form", action="store_const", const="json", help="print JSON, exact values")
    form.add_argument("--csv", dest="form", action="store_const", const="csv", help="print CSV, exact values")
    declared.set_defaults(form="table")


def condition(text: str) -> tuple[str, str]:
    """``language=en`` as a pair.

    >>> condition("language=en")
    ('language', 'en')
    """
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not COLUMN=VALUE, e.g. language=en")
    return name, value


def wanted(conditions: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Conditions by column: several values of one column mean any of them.

    >>> wanted([("terminal", "1"), ("terminal", "2"), ("language", "en")])
    {'terminal': ['1', '2'], 'language': ['en']}
    """
    found: dict[str, list[str]] = {}
    for name, value in conditions:
        found.setdefault(name, []).append(value)
    return found


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2016-12-31") from None


def instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date or time such as 2016-12-31T18:00+01:00") from None


def _indented(text: str) -> str:
    return "\n".join(f"  {line.strip()}" for line in text.strip().splitlines())
