"""Furnish a home folder for the journeys: two demo workspaces, an empty one, and a person of each kind.

Run as a program, with ``REGARD_HOME`` set, before the server starts. The first person is whoever runs the machine.
"""

from __future__ import annotations

import regard.asgi  # noqa: F401 - sets Django up
from regard.accounts.site import Member, Workspace, add_user, local_owner, prepare_site, register_workspace_files
from regard.base.config import config
from regard.demo import load_demo
from regard.stream import open_store

PASSWORD = "a harbour full of ships"
PEOPLE = ("manager", "analyst", "viewer")


def furnish() -> None:
    folder = config().home / "workspaces"
    folder.mkdir(parents=True)
    for slug in ("simulated", "airport"):
        with open_store(folder / f"{slug}.duckdb") as store:
            load_demo(slug, store)
    prepare_site()
    owner = local_owner()
    register_workspace_files(owner)
    Workspace.make("Empty", owner)
    Workspace.make("Harbour", owner)
    for role in PEOPLE:
        user = add_user(f"{role}@example.org", PASSWORD)
        for workspace in Workspace.objects.all():
            Member.objects.create(workspace=workspace, user=user, role=role)


if __name__ == "__main__":
    furnish()
