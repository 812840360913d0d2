"""Collect: files of many kinds become interactions, by a mapping that can be read, corrected and repeated.

``load(store, paths, mapping)`` keeps all of a file or nothing; what cannot be used is refused with its reason and can
be corrected and replayed. ``propose(paths)`` writes the mapping for a file that nobody has described; ``preview`` shows
what it would do.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regard.collect.forgetting import names_one
    from regard.collect.loading import load, preview
    from regard.collect.mapping import Mapping
    from regard.collect.model import REASONS, ColumnSketch, LoadResult, Preview, Proposal
    from regard.collect.parsing import parse_mapping, read_mapping
    from regard.collect.proposing import propose
    from regard.collect.refused import corrected, refused_csv, refused_rows, replay, safe
    from regard.collect.salvaging import Salvaged, salvage

_HOME = {
    "names_one": "forgetting",
    "load": "loading",
    "preview": "loading",
    "Mapping": "mapping",
    "REASONS": "model",
    "ColumnSketch": "model",
    "LoadResult": "model",
    "Preview": "model",
    "Proposal": "model",
    "parse_mapping": "parsing",
    "read_mapping": "parsing",
    "propose": "proposing",
    "corrected": "refused",
    "refused_csv": "refused",
    "refused_rows": "refused",
    "replay": "refused",
    "safe": "refused",
    "Salvaged": "salvaging",
    "salvage": "salvaging",
}

__all__ = [
    "REASONS",
    "ColumnSketch",
    "LoadResult",
    "Mapping",
    "Preview",
    "Proposal",
    "Salvaged",
    "corrected",
    "load",
    "names_one",
    "parse_mapping",
    "preview",
    "propose",
    "read_mapping",
    "refused_csv",
    "refused_rows",
    "replay",
    "safe",
    "salvage",
]


def __getattr__(name: str) -> Any:
    """Import on first use: engines and parsers are heavy, and most commands need none of them."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
