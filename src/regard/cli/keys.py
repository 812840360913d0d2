"""key: a way into the API for a program, made where the server runs."""

from __future__ import annotations

import argparse

from regard.cli.arguments import Commands, command, of_workspace
from regard.cli.choosing import served

ABOUT = "make an API key for a program and print its secret, once"
EXAMPLES = """
regard key "nightly export" metrics:read --workspace shop
regard key "till 3" interactions:write imports:write --workspace shop --days 365
"""


def declare(commands: Commands) -> None:
    key = command(commands, "key", _key, ABOUT, EXAMPLES)
    key.add_argument("name", metavar="NAME", help="what the key is for")
    key.add_argument("scopes", metavar="SCOPE", nargs="+", help="what it may do, e.g. metrics:read")
    key.add_argument("--days", type=int, help="how long it works (default: until it is revoked)")
    of_workspace(key)


def _key(given: argparse.Namespace) -> None:
    workspace = served(given.workspace)
    from regard.accounts.site import make_key

    print(make_key(workspace, given.name, given.scopes, days=given.days))
