"""workspaces and define: what there is, and by which rules it is measured."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from regard.base import RegardError
from regard.cli.arguments import Commands, command, of_output, of_workspace
from regard.cli.choosing import MAKE_ONE, folder, opened, slugs
from regard.cli.measuring import show

DEFINE = """
regard define nps --workspace shop
regard define fcr window_days=14 --workspace shop
"""


def declare(commands: Commands) -> None:
    listed = command(commands, "workspaces", _workspaces, "list the workspaces of this home folder")
    of_output(listed)
    define = command(commands, "define", _define, "show a metric's definition, or make a new version of it", DEFINE)
    define.add_argument("metric", metavar="METRIC")
    rules = "a rule and its new value, as JSON or plain text"
    define.add_argument("rules", metavar="RULE=VALUE", nargs="*", type=rule, help=rules)
    of_workspace(define)


def rule(text: str) -> tuple[str, Any]:
    """``days=14`` as a pair; the value is JSON where it can be read as such, else text.

    >>> rule("days=14"), rule("cut=top-2")
    (('days', 14), ('cut', 'top-2'))
    """
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not RULE=VALUE, e.g. window_days=14")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def _workspaces(given: argparse.Namespace) -> int:
    from regard.report import Rows

    found, failed = [], False
    for slug in slugs():
        try:
            found.append(_facts(slug))
        except RegardError as error:  # one broken file does not hide the others
            print(f"regard: {error}", file=sys.stderr)
            failed = True
    if not slugs() and given.form == "table":
        print(f"There is no workspace yet: {MAKE_ONE}.")
        return 0
    columns = {name: [row[name] for row in found] for name in ("workspace", "name", "interactions", "loads")}
    show(Rows(f"workspaces in {folder()}", columns), given.form)
    return int(failed)


def _facts(slug: str) -> dict[str, Any]:
    from regard.report import open_workspace

    with open_workspace(folder() / f"{slug}.duckdb") as cx:
        return {"workspace": slug, "name": cx.name, "interactions": cx.size, "loads": len(cx.loads())}


def _define(given: argparse.Namespace) -> None:
    with opened(given.workspace) as cx:
        definition = cx.define(given.metric, **dict(given.rules)) if given.rules else cx.definition(given.metric)
    print(f"{definition.metric} · definition {definition.version}")
    for name, value in definition.rules.items():
        print(f"  {name} = {json.dumps(value, ensure_ascii=False)}")
