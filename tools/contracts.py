"""Import rules of ours that import-linter does not ship: front doors, science without site, engines in one place."""

from __future__ import annotations

from collections.abc import Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

ROOT = "regard"
SITE = {
    "adapters", "admin", "api", "apps", "context_processors", "forms", "management", "middleware", "migrations",
    "models", "signals", "site", "tasks", "templatetags", "urls", "views",
}  # fmt: skip


def storey_of(module: str) -> str:
    """``regard.metrics.nps`` stands in the storey ``metrics``."""
    return module.split(".")[1] if module.startswith(f"{ROOT}.") else ""


def is_site(module: str) -> bool:
    """Whether a module belongs to the Django half of its storey."""
    return bool(SITE & set(module.split(".")[2:]))


class Listing(Contract):
    """A contract that lists every import which breaks it."""

    def broken(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        raise NotImplementedError

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        found = sorted(set(self.broken(graph)))
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["found"]:
            output.print_error(f"{importer} imports {imported}", bold=False)
        output.new_line()


def imports(graph: ImportGraph) -> Iterator[tuple[str, str]]:
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            yield importer, imported


class FrontDoors(Listing):
    """A storey is entered by a front door only: its ``__init__`` (science), its ``site`` (Django), or a listed one."""

    open_storeys = fields.SetField(subfield=fields.StringField())
    doors = fields.SetField(subfield=fields.StringField())

    def broken(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        for importer, imported in imports(graph):
            entered = storey_of(imported)
            if entered and entered != storey_of(importer) and not self._may(entered, imported):
                yield importer, imported

    def _may(self, entered: str, imported: str) -> bool:
        fronts = {f"{ROOT}.{entered}", f"{ROOT}.{entered}.site"}
        inside = any(imported == door or imported.startswith(f"{door}.") for door in self.doors)
        return entered in self.open_storeys or imported in fronts or inside


class ScienceWithoutSite(Listing):
    """Science can be imported in a notebook: it needs neither Django nor the site half of any storey.

    ``rooms`` are folders that hold pages and nothing else: all their modules are site, whatever their names.
    """

    rooms = fields.SetField(subfield=fields.StringField(), required=False, default=set())
    processes = fields.SetField(subfield=fields.StringField())
    frameworks = fields.SetField(subfield=fields.StringField())

    def broken(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        for importer, imported in imports(graph):
            if self._is_site(importer) or _is_within(importer, self.processes):
                continue
            if imported.split(".")[0] in self.frameworks or self._is_site(imported):
                yield importer, imported

    def _is_site(self, module: str) -> bool:
        return is_site(module) or _is_within(module, self.rooms)


def _is_within(module: str, places: set[str]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


class OnlyIn(Listing):
    """A library is named in one place only."""

    libraries = fields.SetField(subfield=fields.StringField())
    places = fields.SetField(subfield=fields.StringField())

    def broken(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        for importer, imported in imports(graph):
            if imported.split(".")[0] in self.libraries and not any(
                importer.startswith(place) for place in self.places
            ):
                yield importer, imported
