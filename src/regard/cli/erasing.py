"""erase: take a person out of a workspace."""

from __future__ import annotations

import argparse

from regard.base import Invalid, NotFound
from regard.cli.arguments import Commands, command, of_workspace
from regard.cli.choosing import served
from regard.cli.words import counted

ABOUT = "erase a person: their interactions, profile, invitations, answers and files; this cannot be undone"
EXAMPLES = """
regard erase email:ann@example.org --yes --workspace shop
regard erase customer-000001 --yes --workspace shop
"""


def declare(commands: Commands) -> None:
    erase = command(commands, "erase", _erase, ABOUT, EXAMPLES)
    erase.add_argument("key", metavar="KEY", help="any name of the person: a user id, or email:, phone: and the value")
    erase.add_argument("--yes", action="store_true", help="really do it")
    of_workspace(erase)


def _erase(given: argparse.Namespace) -> None:
    if not given.yes:
        raise Invalid("erasing cannot be undone", field="yes", remedy="say --yes when you mean it")
    workspace = served(given.workspace)
    from regard.accounts.site import store_of
    from regard.profiles import customers_of
    from regard.profiles.site import erase_profile

    number = customers_of(store_of(workspace), [given.key])[given.key]
    try:
        gone = erase_profile(workspace, number)
    except NotFound as error:
        remedy = "give a user id, or email: or phone: and the value"
        raise NotFound(f"nobody is called {given.key} here", field="key", remedy=remedy) from error
    print(f"{counted(gone, 'interaction')} erased, and what was kept beside them")
