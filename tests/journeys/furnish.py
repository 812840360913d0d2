"""Furnish a home folder for the journeys: demo workspaces, a harbour with a refused row, empty ones, a person of each kind.

Run as a program, with ``REGARD_HOME`` set, before the server starts. The first person is whoever runs the machine.
"""

from __future__ import annotations

import regard.asgi  # noqa: F401 - sets Django up
from regard.accounts.site import (
    Member,
    Workspace,
    add_user,
    local_owner,
    prepare_site,
    record_audit,
    register_workspace_files,
    store_of,
)
from regard.base.config import config
from regard.collect import load
from regard.demo import load_demo
from regard.stream import open_store
from tests.journeys.answers import write_answers

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
    for name in ("Empty", "Harbour", "Quay", "Pier"):
        Workspace.make(name, owner)
    harbour = Workspace.objects.get(slug="harbour")
    load(store_of(harbour), [write_answers(config().home / "answers.csv")])
    record_audit(harbour, owner, "workspace created", "harbour", files=1)
    for role in PEOPLE:
        user = add_user(f"{role}@example.org", PASSWORD)
        for workspace in Workspace.objects.all():
            Member.objects.create(workspace=workspace, user=user, role=role)


if __name__ == "__main__":
    furnish()
