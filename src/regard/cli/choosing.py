"""Which workspace a command is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from regard.base import Invalid, NotFound
from regard.base.config import config

if TYPE_CHECKING:
    from regard.accounts.site import Workspace as Served
    from regard.report import Workspace

MAKE_ONE = "regard demo makes some, and so does regard load FILE --workspace NAME"
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")


def folder() -> Path:
    """Where workspace files are."""
    return config().home / "workspaces"


def slugs() -> list[str]:
    """The short names of the workspaces in the home folder."""
    return sorted(path.stem for path in folder().glob("*.duckdb"))


def path_of(workspace: str | None) -> Path:
    """The file of an existing workspace, by short name or path; without one, the only workspace there is."""
    path = _only() if workspace is None else _named(workspace)
    if path.is_dir():
        raise Invalid(f"{path} is a folder, not a workspace file", field="workspace")
    if not path.exists():
        raise NotFound(f"there is no workspace {workspace!r}", field="workspace", remedy=_remedy(workspace or ""))
    return path


def path_to_make(workspace: str | None) -> Path:
    """The file to load into: a workspace that exists, or a new one when it is named."""
    path = path_of(None) if workspace is None else _named(workspace)
    if path.is_dir():
        raise Invalid(f"{path} is a folder, not a workspace file", field="workspace")
    if path.suffix != ".duckdb":
        raise Invalid(f"{path} cannot be a workspace file", field="workspace", remedy="its name must end in .duckdb")
    return path


@contextmanager
def opened(workspace: str | None, *, is_new_allowed: bool = False) -> Iterator[Workspace]:
    """The workspace, open for the length of a command."""
    path = path_to_make(workspace) if is_new_allowed else path_of(workspace)
    from regard.report import open_workspace

    with open_workspace(path) as found:
        yield found


def served(workspace: str | None) -> Served:
    """The workspace as the site knows it, with Django set up. Raises NotFound for a file outside the home folder."""
    slug = path_of(workspace).stem
    import regard.asgi  # noqa: F401 - sets Django up
    from regard.accounts.site import Workspace, prepare_site, register_workspace_files

    prepare_site()
    register_workspace_files()
    found: Served | None = Workspace.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(f"{slug} is not in the home folder", field="workspace", remedy="move its file there")
    return found


def _named(workspace: str) -> Path:
    if workspace.endswith(".duckdb") or "/" in workspace:
        return Path(workspace).expanduser()
    if not SLUG.fullmatch(workspace):
        raise Invalid(
            f"{workspace!r} is not the short name of a workspace",
            field="workspace",
            remedy="use lower-case letters, digits, - and _, or give the path of a .duckdb file",
        )
    return folder() / f"{workspace}.duckdb"


def _only() -> Path:
    known = slugs()
    if not known:
        raise NotFound("there is no workspace yet", field="workspace", remedy=MAKE_ONE)
    if len(known) > 1:
        remedy = f"choose one with --workspace: {', '.join(known)}"
        raise Invalid("there are several workspaces", field="workspace", remedy=remedy)
    return folder() / f"{known[0]}.duckdb"


def _remedy(workspace: str) -> str:
    known = slugs()
    near = get_close_matches(workspace, known, 1)
    if near:
        return f"did you mean {near[0]}?"
    return f"there are: {', '.join(known)}" if known else "there are none yet; regard demo makes some"
